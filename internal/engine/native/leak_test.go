package native

import (
	"errors"
	"os"
	"strings"
	"testing"

	"graft/internal/event"
	"graft/internal/fault"
	"graft/internal/model/modeltest"
)

// TestHeldOutIsCompared proves that held-out records count even where nothing is evaluated on them, and that a file nobody reads stops nothing.
func TestHeldOutIsCompared(t *testing.T) {
	j := job(t)
	j.Data.Eval = records(t, "other", "mul")
	if _, err := native.Train(t.Context(), j, event.Discard); !errors.Is(err, fault.ErrGate) || !strings.Contains(err.Error(), ":2 is "+j.Data.Train+":3") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(j.OutputDir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was written: %v", err)
	}
	j.Data.Eval = "none.jsonl"
	if _, err := native.Plan(t.Context(), j, event.Discard); err != nil {
		t.Error(err)
	}
	j.Data.Eval = modeltest.TinyCoder(t) + "/config.json"
	warned := ""
	if _, err := native.Plan(t.Context(), j, event.Func(func(e event.Event) {
		if w, ok := e.(event.Warning); ok {
			warned = w.Text
		}
	})); err != nil || !strings.Contains(warned, "was not compared with") {
		t.Errorf("warned %q, %v", warned, err)
	}
}
