package run

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"graft/internal/engine"
	"graft/internal/fault"
)

// TestCurve reads the losses of a run, and refuses what is none.
func TestCurve(t *testing.T) {
	path := filepath.Join(t.TempDir(), "metrics.jsonl")
	if _, _, err := Curve(path); err == nil {
		t.Error("read what is not there")
	}
	if err := os.WriteFile(path, []byte("{\"step\":1,\"loss\":2}\n{\"step\":1,\"eval_loss\":3}\n{\"loss\":"), 0o644); err != nil {
		t.Fatal(err)
	}
	if losses, evals, err := Curve(path); err == nil {
		t.Errorf("half a line is read: %v, %v", losses, evals)
	}
}

// TestClaim proves who may have a directory: nobody before, the same run, and no other.
func TestClaim(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	r := &Record{Identity: map[string]string{"adapter": `{"R":2}`, "base": "x"}}
	if finished, err := r.Claim(dir, false); finished || err != nil {
		t.Fatalf("a free directory: %v, %v", finished, err)
	}
	r.Finished, r.Totals = true, &engine.Result{Steps: 3}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	if finished, err := r.Claim(dir, false); !finished || err != nil {
		t.Errorf("the same run: %v, %v", finished, err)
	}
	old, err := Read(dir)
	if err != nil || old.Totals.Steps != 3 {
		t.Errorf("%+v, %v", old, err)
	}
	if _, err := r.Claim(dir, true); !errors.Is(err, ErrOther) || !strings.Contains(err.Error(), "training.resume is never") {
		t.Errorf("the same run from the start: %v", err)
	}
	other := &Record{Identity: map[string]string{"adapter": `{"R":4}`, "base": "x"}}
	if _, err := other.Claim(dir, false); !errors.Is(err, ErrOther) || !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "adapter: R: there 2, now 4") {
		t.Errorf("another run: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, File), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Claim(dir, false); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("a damaged record: %v", err)
	}
}

// TestDifference tells apart values, fields, and what only one side has.
func TestDifference(t *testing.T) {
	there := map[string]string{"a": "1", "b": `{"X":1,"Y":[2],"Z":0}`, "c": "only there", "e": "same"}
	now := map[string]string{"a": "2", "b": `{"X":1,"Y":[3],"N":true}`, "d": "only now", "e": "same"}
	want := []string{"  a: there 1, now 2", "  b: N: there none, now true", "  b: Y: there [2], now [3]", "  c: there only there, now none", "  d: there none, now only now"}
	if got := difference(there, now); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
