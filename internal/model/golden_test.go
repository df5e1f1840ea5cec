package model_test

import (
	"encoding/binary"
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
	ids, lengths := ints(t, f, "input_ids"), ints(t, f, "lengths")
	var seqs [][]int32
	for _, n := range lengths {
		seqs = append(seqs, ids[:n])
		ids = ids[n:]
	}
	ctx := nntest.Context(t, false)
	h := model.Forward(ctx, m, model.NewBatch(seqs...))
	defer h.Free()
	rows := make([]int, h.Rows)
	for i := range rows {
		rows[i] = i
	}
	got := model.Logits(ctx, m, h, rows)
	data, err := f.Bytes("logits")
	if err != nil {
		t.Fatal(err)
	}
	want := make([]float32, len(got.Data))
	if err := dtype.ToFloat32(want, data, dtype.F32); err != nil {
		t.Fatal(err)
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

func ints(t *testing.T, f *safetensors.File, name string) []int32 {
	t.Helper()
	b, err := f.Bytes(name)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]int32, len(b)/8)
	for i := range out {
		out[i] = int32(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return out
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
