package trainset

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/chat"
	"graft/internal/engine"
	"graft/internal/fault"
	"graft/internal/model/modeltest"
	"graft/internal/record"
)

// readText reads records from a text.
func readText(t *testing.T, text string) []record.Record {
	t.Helper()
	path := filepath.Join(t.TempDir(), "r.jsonl")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := record.Read(path, record.Auto)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestLeak compares records of all formats.
func TestLeak(t *testing.T) {
	template, err := chat.LoadTemplate(modeltest.TinyCoder(t))
	if err != nil {
		t.Fatal(err)
	}
	const (
		instruction = `{"instruction":"a","output":"b"}`
		messages    = `{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}`
		completion  = `{"prompt":[{"role":"user","content":"a"}],"completion":[{"role":"assistant","content":"b"}]}`
		plain       = `{"prompt":"a","completion":"b"}`
		text        = `{"text":"ab"}`
	)
	for _, c := range []struct {
		train, eval string
		leaks       bool
	}{
		{instruction, instruction, true},
		{instruction, `{"id":1,"output":"b","instruction":"a"}`, true},
		{instruction, messages, true},
		{messages, completion, true},
		{plain, plain, true},
		{plain, text, true},
		{plain, instruction, false},
		{instruction, `{"instruction":"a","output":"c"}`, false},
		{instruction, `{"instruction":"c","output":"b"}`, false},
		{instruction, `{"instruction":"A","output":"b"}`, false},
		{text, `{"text":"abc"}`, false},
	} {
		err := checkLeak(fileOf("t", readText(t, c.train)), fileOf("e", readText(t, c.eval)), template)
		if c.leaks != errors.Is(err, fault.ErrGate) || c.leaks != (err != nil) || c.leaks && !strings.Contains(err.Error(), "  e:1 is t:1") {
			t.Errorf("%s and %s: %v", c.train, c.eval, err)
		}
	}
}

func fileOf(path string, records []record.Record) []file {
	return []file{{engine.Source{Path: path}, records}}
}

// TestLeakAcrossFiles compares every file to evaluate on with every file to train on.
func TestLeakAcrossFiles(t *testing.T) {
	one, two := readText(t, `{"text":"1"}`), readText(t, `{"text":"2"}`)
	err := checkLeak(append(fileOf("a", one), fileOf("b", two)...), append(fileOf("c", readText(t, `{"text":"3"}`)), fileOf("d", two)...), nil)
	if !errors.Is(err, fault.ErrGate) || !strings.Contains(err.Error(), "  d:1 is b:1") || !strings.Contains(err.Error(), "1 of the 2 records of c, d are in a, b too") {
		t.Errorf("got %v", err)
	}
}

// TestLeaksAreCounted names the first ten and counts the rest.
func TestLeaksAreCounted(t *testing.T) {
	var b strings.Builder
	for i := range 13 {
		fmt.Fprintf(&b, "{\"text\":\"%d\"}\n", i)
	}
	r := readText(t, b.String())
	err := checkLeak(fileOf("t", r), fileOf("e", append(readText(t, `{"text":"x"}`), r...)), nil)
	if err == nil || !strings.Contains(err.Error(), "13 of the 14 records of e are in t too") || strings.Count(err.Error(), " is t:") != 10 ||
		!strings.HasSuffix(err.Error(), "\n  and 3 more") {
		t.Errorf("got %v", err)
	}
}
