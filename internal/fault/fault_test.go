package fault

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

func TestKinds(t *testing.T) {
	inner := fs.ErrNotExist
	for _, c := range []struct {
		err         error
		text        string
		input, gate bool
	}{
		{Input(inner), inner.Error(), true, false},
		{Input(Input(inner)), inner.Error(), true, false},
		{Inputf("x: %w", inner), "x: " + inner.Error(), true, false},
		{Gate(inner), inner.Error(), false, true},
		{fmt.Errorf("x: %w", Gate(inner)), "x: " + inner.Error(), false, true},
		{InputAt("lora.r", inner), "lora.r: " + inner.Error(), true, false},
		{errors.Join(errors.New("a"), InputAt("lora.r", inner)), "a\nlora.r: " + inner.Error(), true, false},
	} {
		if c.err.Error() != c.text {
			t.Errorf("text %q, want %q", c.err, c.text)
		}
		if !errors.Is(c.err, inner) || errors.Is(c.err, ErrInput) != c.input || errors.Is(c.err, ErrGate) != c.gate {
			t.Errorf("%v: is input %v, gate %v", c.err, errors.Is(c.err, ErrInput), errors.Is(c.err, ErrGate))
		}
	}
	if Input(nil) != nil || Gate(nil) != nil || InputAt("lora.r", nil) != nil {
		t.Error("nil became an error")
	}
}

// TestSentinel proves that an error of a package can be compared with and be of a kind too.
func TestSentinel(t *testing.T) {
	own := Gate(errors.New("the split leaks"))
	err := fmt.Errorf("dataset: %w", own)
	if !errors.Is(err, own) || !errors.Is(err, ErrGate) || err.Error() != "dataset: the split leaks" {
		t.Errorf("%v: is itself %v, a gate's %v", err, errors.Is(err, own), errors.Is(err, ErrGate))
	}
}
