package model_test

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/cpu/cputest"
	"graft/internal/dtype"
	"graft/internal/model"
	"graft/internal/model/all"
	"graft/internal/model/modeltest"
	"graft/internal/nn/nntest"
	"graft/internal/safetensors"
	"graft/internal/weights"
)

// TestLogitsAreThoseOfTransformers reads what ref/model_golden.py wrote.
func TestLogitsAreThoseOfTransformers(t *testing.T) {
	dirs, err := filepath.Glob("testdata/golden/*/config.json")
	if err != nil || len(dirs) < 15 {
		t.Fatalf("%d goldens, %v", len(dirs), err)
	}
	cputest.EachPath(t, func(t *testing.T) {
		for _, d := range dirs {
			t.Run(filepath.Base(filepath.Dir(d)), func(t *testing.T) { checkLogits(t, filepath.Dir(d)) })
		}
	})
}

func checkLogits(t *testing.T, dir string) {
	m := modeltest.Open(t, all.Models(), dir, model.Options{})
	f, err := safetensors.Open(filepath.Join(dir, "expected.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	ids, lengths := modeltest.Ints(t, f, "input_ids"), modeltest.Ints(t, f, "lengths")
	var seqs [][]int32
	for _, n := range lengths {
		seqs = append(seqs, ids[:n])
		ids = ids[n:]
	}
	ctx := nntest.Context(t, false)
	h := model.Forward(ctx, m, model.NewBatch(seqs...))
	defer h.Free()
	got := model.Logits(ctx, m, h, nil)
	want := modeltest.Floats(t, f, "logits")
	if len(want) != len(got.Data) {
		t.Fatalf("%d logits, want %d", len(got.Data), len(want))
	}
	var worst, largest float64
	for i, v := range want {
		worst = max(worst, math.Abs(float64(got.Data[i]-v)))
		largest = max(largest, math.Abs(float64(v)))
	}
	tol := 2e-5
	if c := m.Config(); c.Quantization != nil && c.DType == dtype.BF16 {
		tol = 0.02 // transformers loads such a checkpoint in bfloat16 whatever it is asked for
	}
	if !(worst <= tol*largest) || largest < 1 {
		t.Errorf("logits up to %.3g are off by up to %.3g", largest, worst)
	}
}

// TestUnknownArchitectureIsNamed: the error says what the model is and what is known.
func TestUnknownArchitectureIsNamed(t *testing.T) {
	src, err := weights.Memory()
	if err != nil {
		t.Fatal(err)
	}
	c := &weights.Config{ModelType: "qwen3", Architectures: []string{"Qwen3ForTokenClassification"}}
	for what, r := range map[string]model.Registry{"class": all.Models(), "type": {}} {
		_, err := r.Load(c, src, model.Options{})
		if err == nil || !strings.Contains(err.Error(), "Qwen3ForTokenClassification") {
			t.Errorf("unknown %s: %v", what, err)
		}
	}
	if _, err := all.Models().Load(c, src, model.Options{}); !strings.Contains(err.Error(), "Qwen3ForCausalLM") {
		t.Errorf("the error does not list what is known: %v", err)
	}
}
