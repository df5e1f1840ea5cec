package qwen3next

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"graft/internal/gemm"
	"graft/internal/model"
	"graft/internal/model/modeltest"
	"graft/internal/nn"
	"graft/internal/nn/nntest"
)

// load builds the tiny model with some of its configuration changed.
func load(t *testing.T, old, changed string) model.Model {
	t.Helper()
	a := Arch()
	a.Sample.Config = strings.Replace(a.Sample.Config, old, changed, 1)
	return modeltest.Load(t, a, model.Options{})
}

// run gives the output of all layers for documents in one batch and the gradient of their input.
func run(t *testing.T, m model.Model, half bool, x, dy gemm.F32, lengths ...int) (y, dx []float32) {
	t.Helper()
	c := nntest.Context(t, half)
	var docs [][]int32
	for _, n := range lengths {
		docs = append(docs, make([]int32, n))
	}
	b := model.NewBatch(docs...)
	tape := c.NewTape(true)
	in := tape.Leaf(nntest.Tensor(c, x), true)
	out := in
	for i := range m.Layers() {
		out = m.Layer(i, tape, out, b)
	}
	y = nntest.Matrix(out.Data()).Data
	out.SetGrad(nntest.Tensor(c, dy))
	tape.Backward()
	g := in.TakeGrad()
	defer g.Free()
	return y, nntest.Matrix(g).Data
}

// TestPackedDocumentsAreTrainedApart: documents in one batch give the bits that each of them gives alone. Experts are left out of this one:
// how many tokens meet at an expert decides how their product is computed.
func TestPackedDocumentsAreTrainedApart(t *testing.T) {
	m := load(t, `"mlp_only_layers": [1]`, `"mlp_only_layers": [0, 1, 2, 3]`)
	lengths := []int{70, 5, 130, 64, 9}
	total, h := 0, m.Config().HiddenSize
	for _, n := range lengths {
		total += n
	}
	for _, half := range []bool{false, true} {
		r := rand.New(rand.NewPCG(1, 2))
		x, dy := nntest.Normal(r, total, h, 1), nntest.Normal(r, total, h, 1)
		y, dx := run(t, m, half, x, dy, lengths...)
		at := 0
		for _, n := range lengths {
			part := func(v []float32) []float32 { return v[at*h : (at+n)*h] }
			aloneY, aloneDX := run(t, m, half, gemm.NewF32(part(x.Data), n, h), gemm.NewF32(part(dy.Data), n, h), n)
			for what, v := range map[string][2][]float32{"output": {part(y), aloneY}, "gradient": {part(dx), aloneDX}} {
				for i, w := range v[1] {
					if v[0][i] != w || math.IsNaN(float64(w)) {
						t.Fatalf("half=%v: %s %d of the document of %d tokens: %v in a batch, %v alone", half, what, i, n, v[0][i], w)
					}
				}
			}
			at += n
		}
	}
}

// TestThreadsDoNotMatter: one worker gives the bits of two.
func TestThreadsDoNotMatter(t *testing.T) {
	m := load(t, "", "")
	r := rand.New(rand.NewPCG(3, 4))
	x := nntest.Normal(r, 150, m.Config().HiddenSize, 1)
	sum := func(c *nn.Context) []float32 {
		tape := c.NewTape(false)
		defer tape.Free()
		out := tape.Leaf(nntest.Tensor(c, x), false)
		for i := range m.Layers() {
			out = m.Layer(i, tape, out, model.NewBatch(make([]int32, 90), make([]int32, 60)))
		}
		return nntest.Matrix(out.Data()).Data
	}
	one, two := sum(nn.NewContext(nil, false)), sum(nntest.Context(t, false))
	for i, v := range one {
		if v != two[i] {
			t.Fatalf("number %d is %v with one worker, %v with two", i, v, two[i])
		}
	}
}
