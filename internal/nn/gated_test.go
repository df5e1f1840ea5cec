package nn_test

import (
	"testing"

	"graft/internal/cpu/cputest"
	"graft/internal/gemm"
	"graft/internal/nn"
	"graft/internal/nn/nntest"
)

// TestGateGradient splits heads into a part and its gate, and uses the parts in both orders.
func TestGateGradient(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		in := []gemm.F32{nntest.Normal(rng(31), 7, 3*10, 2)}
		nntest.GradCheck(t, nntest.Context(t, false), in, nil, func(t *nn.Tape, in []*nn.Value) *nn.Value {
			a, b := t.Columns(in[0], 10, 0, 5), t.Columns(in[0], 10, 5, 10)
			return t.Gate(t.Gate(a, b), t.Columns(in[0], 10, 2, 7))
		})
	})
}

// TestDeltaNetGradient is the whole backward pass with dropped results, and with gradients that are there already.
func TestDeltaNetGradient(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		c := deltaCases[1]
		d, segs := testDelta(c.shape, 32), []nn.Segment{{0, 5}, {5, 72}}
		nntest.GradCheck(t, nntest.Context(t, false), deltaInputs(c.shape, segs), nil, func(t *nn.Tape, in []*nn.Value) *nn.Value {
			y := t.DeltaNet(in[0], in[1], d, segs)
			return t.Add(y, t.DeltaNet(in[0], in[1], d, segs))
		})
	})
}
