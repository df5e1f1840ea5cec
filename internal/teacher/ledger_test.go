package teacher

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"graft/internal/fault"
)

func open(t testing.TB, path string) *Ledger {
	t.Helper()
	l, err := OpenLedger(path)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func closeLedger(t testing.TB, l *Ledger) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func usd(f float64) *float64 { return &f }

// sample adds some of everything.
func sample(t testing.TB, l *Ledger) {
	t.Helper()
	now := time.Unix(1790000000, 0)
	for _, r := range []*record{
		{Event: evAsk, Ask: 1, Key: "a", Reserve: 0.5},
		{Event: evAnswer, Ask: 1, Key: "a", Text: "x\n\u2028<&>", Usage: &Usage{Input: 3, Output: 4}, Cost: usd(0.25), MaxTokens: 9},
		{Event: evAsk, Ask: 2, Key: "b", Reserve: 0.5},
		{Event: evVoid, Ask: 2, Key: "b"},
		{Event: evAsk, Ask: 3, Key: "c", Reserve: 0.125},
		{Event: evBatch, Batch: 1, Teacher: "anthropic", Endpoint: "e", Keys: []string{"d", "e", "f"}, Reserves: []float64{1, 2, 4}, Tokens: []int{1, 1, 1}},
		{Event: evSubmitted, Batch: 1, Remote: "msgbatch_1"},
		{Event: evAnswer, Batch: 1, Key: "d", Usage: &Usage{}, Cost: usd(0.5)},
		{Event: evEntry, Batch: 1, Key: "e", Status: "expired"},
		{Event: evLeft, Key: "b", Status: "error"},
		{Event: evNotice, Teacher: "anthropic", Detail: "0"},
	} {
		if err := l.add(now, r); err != nil {
			t.Fatal(err)
		}
	}
}

// sums are the figures of a ledger.
func sums(l *Ledger) string {
	known, lost := l.Spent()
	s := l.state
	return fmt.Sprintf("%g %g %g %d answers %d asks %d flights %d left, next %d %d", known, lost, s.reserved().dollars(), len(s.answers), len(s.asks), len(s.flights), len(s.left),
		s.askSeq, s.batchSeq)
}

func TestLedgerIsReadAsWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l.jsonl")
	l := open(t, path)
	sample(t, l)
	want := sums(l)
	if want != "0.75 0.125 4 2 answers 1 asks 1 flights 1 left, next 3 1" {
		t.Error(want)
	}
	closeLedger(t, l)
	l = open(t, path)
	defer closeLedger(t, l)
	if got := sums(l); got != want || l.state.answers["a"].text != "x\n\u2028<&>" {
		t.Errorf("read again: %s, expected %s", got, want)
	}
	mode := os.FileMode(0o600)
	if runtime.GOOS == "windows" {
		mode = 0o666 // what Go makes of a file without the read-only attribute; access lists decide who reads it
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// TestTornAtEveryByte cuts a ledger at every byte of its first and its last lines, as a crash may: what is left is read, cut back to whole
// lines, and written on.
func TestTornAtEveryByte(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "whole.jsonl")
	l := open(t, path)
	sample(t, l)
	closeLedger(t, l)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	torn := filepath.Join(dir, "torn.jsonl")
	for n := 0; n <= len(whole); n++ {
		if n > 70 && n < len(whole)-90 {
			continue
		}
		if err := os.WriteFile(torn, whole[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		l := open(t, torn)
		if err := l.add(time.Now(), &record{Event: evNotice, Teacher: "x"}); err != nil {
			t.Fatal(err)
		}
		closeLedger(t, l)
		got, err := os.ReadFile(torn)
		if err != nil {
			t.Fatal(err)
		}
		kept := whole[:bytes.LastIndexByte(whole[:n], '\n')+1]
		if !bytes.HasPrefix(got, kept) || bytes.Count(got, []byte("\n")) != max(bytes.Count(kept, []byte("\n")), 1)+1 {
			t.Fatalf("cut at %d: the ledger is\n%s", n, got)
		}
	}
}

func TestCorruptLedgers(t *testing.T) {
	const head = `{"event":"ledger","time":"2026-01-01T00:00:00Z","version":1}` + "\n"
	for _, c := range []struct{ name, text, err string }{
		{"garbage before the end", head + "garbage\n" + head, "line 2 is no record"},
		{"garbage at the end", head + "garbage\n", ""},
		{"zeros at the end", head + "\x00\x00\x00\x00", ""},
		{"other version", `{"event":"ledger","time":"2026-01-01T00:00:00Z","version":2}` + "\n", "version is 2, expected 1"},
		{"unknown event", head + `{"event":"dance","time":"2026-01-01T00:00:00Z"}` + "\n", `event "dance" is unknown`},
		{"answer without cost", head + `{"event":"answer","key":"a","time":"2026-01-01T00:00:00Z"}` + "\n", "without usage or cost"},
		{"batch of unequal lists", head + `{"event":"batch","batch":1,"keys":["a"],"time":"2026-01-01T00:00:00Z"}` + "\n", "1 keys, 0 reserves"},
		{"end of an unknown batch", head + `{"event":"ended","batch":7,"time":"2026-01-01T00:00:00Z"}` + "\n", "batch 7, which is not under way"},
		{"negative cost", head + `{"event":"answer","key":"a","usage":{},"cost":-1,"time":"2026-01-01T00:00:00Z"}` + "\n", "cost -1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "l.jsonl")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			l, err := OpenLedger(path)
			if err == nil {
				closeLedger(t, l)
			}
			if (err == nil) != (c.err == "") || err != nil && (!strings.Contains(err.Error(), c.err) || !strings.Contains(err.Error(), path)) {
				t.Errorf("%v, expected %q", err, c.err)
			}
		})
	}
}

func TestEndlessLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l.jsonl")
	if err := errors.Join(os.WriteFile(path, []byte("{"), 0o600), os.Truncate(path, 10<<30)); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenLedger(path); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("a line of 10 GB: %v", err)
	}
}

func TestLedgerIsForOneProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l.jsonl")
	l := open(t, path)
	if _, err := OpenLedger(path); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("opened twice: %v", err)
	}
	closeLedger(t, l)
	closeLedger(t, open(t, path))
	if _, err := OpenLedger(filepath.Join(t.TempDir(), "no", "l.jsonl")); !errors.Is(err, fault.ErrInput) {
		t.Errorf("no folder: %v", err)
	}
}

func TestLedgerTakesManyWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l.jsonl")
	l := open(t, path)
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			n := l.nextAsk()
			if err := l.add(time.Now(), &record{Event: evAsk, Ask: n, Key: fmt.Sprint(i), Reserve: 1}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	want := sums(l)
	closeLedger(t, l)
	l = open(t, path)
	defer closeLedger(t, l)
	if got := sums(l); got != want || len(l.state.asks) != 200 {
		t.Errorf("read again: %s, expected %s", got, want)
	}
}

// FuzzLedger: any file is opened, or refused with its name; what was opened opens again with the same sums.
func FuzzLedger(f *testing.F) {
	l := open(f, filepath.Join(f.TempDir(), "l.jsonl"))
	sample(f, l)
	closeLedger(f, l)
	whole, err := os.ReadFile(l.path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("{}\n{}\n"))
	f.Add([]byte(`{"event":"lost","ask":1,"batch":1,"key":"a","time":"2026-01-01T00:00:00Z"}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "l.jsonl")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := OpenLedger(path)
		if err != nil {
			if !strings.Contains(err.Error(), path) {
				t.Fatal(err)
			}
			return
		}
		want := sums(l)
		closeLedger(t, l)
		l = open(t, path)
		defer closeLedger(t, l)
		if got := sums(l); got != want {
			t.Fatalf("read again: %s, expected %s", got, want)
		}
	})
}

// TestReadLedgerChangesNothing reads a ledger that another has open, and that ends in a torn line, and one that is not there.
func TestReadLedgerChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l.jsonl")
	l := open(t, path)
	sample(t, l)
	if _, err := l.f.WriteString(`{"event":"ans`); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := ReadLedger(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := sums(r), sums(l); got != want {
		t.Errorf("read: %s, expected %s", got, want)
	}
	if err := r.add(time.Now(), &record{Event: evNotice, Teacher: "x"}); err == nil || !strings.Contains(err.Error(), "for reading alone") {
		t.Errorf("adding to it: %v", err)
	}
	closeLedger(t, r)
	closeLedger(t, l)
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file has changed, %v", err)
	}
	none := filepath.Join(t.TempDir(), "none.jsonl")
	r, err = ReadLedger(none)
	if err != nil || sums(r) != sums(&Ledger{state: newState()}) {
		t.Errorf("no file: %v", err)
	}
	closeLedger(t, r)
	if _, err := os.Stat(none); err == nil {
		t.Error("a file was made")
	}
	if err := os.WriteFile(none, []byte("{}\n{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadLedger(none); !errors.Is(err, fault.ErrInput) {
		t.Errorf("a file that is no ledger: %v", err)
	}
}
