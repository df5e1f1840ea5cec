package qwen3next

import (
	"math"
	"path/filepath"
	"testing"

	"graft/internal/cpu/cputest"
	"graft/internal/model"
	"graft/internal/model/modeltest"
	"graft/internal/nn"
	"graft/internal/nn/nntest"
)

// TestTransformers compares logits, loss and the gradient of the embedded tokens with what ref/next_golden.py wrote, documents packed.
func TestTransformers(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		for _, name := range []string{"next_hub", "next_v5", "next_bf16", "next_nf4"} {
			t.Run(name, func(t *testing.T) { checkGolden(t, filepath.Join("testdata/golden", name)) })
		}
	})
}

func checkGolden(t *testing.T, dir string) {
	m := modeltest.Open(t, model.Registry{Arch()}, dir, model.Options{})
	f, docs := modeltest.Golden(t, dir)
	var targets []int32
	for _, d := range docs {
		targets = append(append(targets, d[1:]...), nn.Ignore)
	}
	c := nntest.Context(t, false)
	b := model.NewBatch(docs...)
	embedding := c.NewTape(false)
	x := embedding.Detach(m.Embed(embedding, b))
	embedding.Free()
	tape := c.NewTape(true)
	in := tape.Leaf(x, true)
	h := in
	for i := range m.Layers() {
		h = m.Layer(i, tape, h, b)
	}
	h = m.Norm(tape, h)
	near(t, "logits", model.Logits(c, m, h.Data(), nil).Data, modeltest.Floats(t, f, "logits"))
	n := len(targets) - len(docs)
	loss := tape.CrossEntropy(h, m.Head(), targets, float32(1/float64(n)), nil)
	near(t, "loss", []float32{float32(loss / float64(n))}, modeltest.Floats(t, f, "loss"))
	tape.Backward()
	g := in.TakeGrad()
	defer g.Free()
	near(t, "gradients", nntest.Matrix(g).Data, modeltest.Floats(t, f, "grad"))
}

// near allows 1e-4 of the largest number.
func near(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d %s, want %d", len(got), what, len(want))
	}
	var worst, largest float64
	for i, v := range want {
		worst = max(worst, math.Abs(float64(got[i]-v)))
		largest = max(largest, math.Abs(float64(v)))
	}
	t.Logf("%s up to %.3g are off by up to %.3g", what, largest, worst)
	if !(worst <= 1e-4*largest) {
		t.Errorf("%s up to %.3g are off by up to %.3g", what, largest, worst)
	}
}
