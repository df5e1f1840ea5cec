package train_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOffload keeps the inputs of layers on disk: the same adapter, and nothing left behind.
func TestOffload(t *testing.T) {
	for _, half := range []bool{false, true} {
		a, b := newLab(t), newLab(t)
		a.half, b.half = half, half
		b.opt.Offload = true
		a.run(t)
		b.run(t)
		if !bytes.Equal(a.file(t, "adapter_model.safetensors"), b.file(t, "adapter_model.safetensors")) {
			t.Errorf("half %v: activations on disk change the adapter", half)
		}
		if left, err := filepath.Glob(filepath.Join(b.dir, ".activations*")); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

// TestOffloadFails names what cannot be written.
func TestOffloadFails(t *testing.T) {
	l := newLab(t)
	l.opt.Offload = true
	r := l.start(t)
	if err := os.RemoveAll(l.dir); err != nil {
		t.Fatal(err)
	}
	if err := r.Train(t.Context()); err == nil || !strings.Contains(err.Error(), "train: open ") {
		t.Errorf("error %v", err)
	}
}
