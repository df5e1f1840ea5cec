package adapter_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/adapter"
	"graft/internal/dtype"
	"graft/internal/model"
	models "graft/internal/model/all"
	"graft/internal/model/modeltest"
	"graft/internal/nn/nntest"
	"graft/internal/safetensors"
	"graft/internal/weights"
)

// TestAdaptersOfPEFT loads what PEFT saved (ref/adapter_golden.py): same logits, same merged weights.
func TestAdaptersOfPEFT(t *testing.T) {
	dirs, err := filepath.Glob("testdata/golden/*/model_ref")
	if err != nil || len(dirs) < 8 {
		t.Fatalf("%d goldens, %v", len(dirs), err)
	}
	for _, d := range dirs {
		t.Run(filepath.Base(filepath.Dir(d)), func(t *testing.T) { checkAdapter(t, filepath.Dir(d)) })
	}
}

func checkAdapter(t *testing.T, dir string) {
	ref, err := os.ReadFile(filepath.Join(dir, "model_ref"))
	if err != nil {
		t.Fatal(err)
	}
	base := filepath.Join("../model/testdata/golden", strings.TrimSpace(string(ref)))
	c, err := models.Models().ReadConfig(base)
	if err != nil {
		t.Fatal(err)
	}
	src, err := weights.OpenDir(base)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	})
	m, err := models.Models().Load(c, src, model.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := nntest.Context(t, false)
	a, err := adapter.Load(ctx, m, filepath.Join(dir, "adapter"), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	f, docs := modeltest.Golden(t, dir)
	checkGoldenLogits(t, m, f, docs, c.Quantization != nil && c.DType == dtype.BF16)
	merged := 0
	for info := range f.All() {
		name, ok := strings.CutPrefix(info.Name, "merged.")
		module, isWeight := strings.CutSuffix(name, ".weight")
		if !ok || !isWeight {
			continue
		}
		w := make([]float32, info.Elements())
		if err := src.Rows(name, 0, w); err != nil {
			t.Fatal(err)
		}
		done, err := a.Merge(module, w)
		if err != nil {
			t.Fatal(err)
		}
		if done {
			merged++
		}
		tol := 2e-6
		if info.DType == dtype.BF16 { // a sum that lies between two numbers may be rounded to either
			tol = 1.0 / 256
		}
		compareFloats(t, info.Name, w, modeltest.Floats(t, f, info.Name), tol)
	}
	if merged == 0 && c.Quantization == nil {
		t.Error("no merged weight was compared")
	}
}

// checkGoldenLogits compares logits; transformers has loaded a bfloat16 NF4 checkpoint in bfloat16 whatever it was asked for.
func checkGoldenLogits(t *testing.T, m model.Model, f *safetensors.File, docs [][]int32, half bool) {
	t.Helper()
	ctx := nntest.Context(t, false)
	h := model.Forward(ctx, m, model.NewBatch(docs...))
	defer h.Free()
	tol := 3e-5
	if half {
		tol = 0.02
	}
	compareFloats(t, "logits", model.Logits(ctx, m, h, nil).Data, modeltest.Floats(t, f, "logits"), tol)
}

// compareFloats allows a difference relative to the largest number.
func compareFloats(t *testing.T, what string, got, want []float32, tol float64) {
	t.Helper()
	if len(got) != len(want) || len(got) == 0 {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	var worst, largest float64
	for i, v := range want {
		worst = max(worst, math.Abs(float64(got[i]-v)))
		largest = max(largest, math.Abs(float64(v)))
	}
	if !(worst <= tol*largest) {
		t.Errorf("%s: numbers up to %.3g are off by up to %.3g", what, largest, worst)
	}
}
