package adapter

import (
	"fmt"

	"graft/internal/gemm"
	"graft/internal/kernel"
	"graft/internal/nn"
	"graft/internal/parallel"
)

// Factors is the low-rank update s·B·A of a weight, with dropout on its input.
type Factors struct {
	A     *nn.Param // (r, in)
	B     *nn.Param // (out, r)
	Scale float32
	Drop  *Dropout // nil without
}

// constant is a vector of n equal numbers.
func constant(v float32, n int) []float32 {
	c := make([]float32, n)
	for i := range c {
		c[i] = v
	}
	return c
}

// down is s·x·Aᵀ, (T, r) in float32, of the dropped x; the tape owns it.
func (f *Factors) down(t *nn.Tape, x *nn.Value) *nn.Tensor {
	left := t.Left(x)
	if f.Drop.active() {
		dropped := f.Drop.apply(t.Context, x.Data())
		left = t.Pack(dropped)
		dropped.Free()
		defer left.Free()
	}
	xa := t.NewF32(x.Rows, f.A.Rows)
	t.Keep(xa)
	t.Mul(nn.Store{To: xa, Scale: constant(f.Scale, f.A.Rows)}, gemm.Term{A: left, B: f.A.Matrix(), Trans: true})
	return xa
}

// grads adds to the gradients of A and B and returns g = s·(dy·B), (T, r). dy is given as matrix and packed, xa is what down made.
func (f *Factors) grads(t *nn.Tape, x *nn.Value, xa *nn.Tensor, dy gemm.Matrix, packed *gemm.Left) *nn.Tensor {
	xaT := t.PackT(xa)
	t.Mul(nn.AddGrad{Param: f.B, Trans: true}, gemm.Term{A: xaT, B: dy})
	xaT.Free()
	g := t.NewF32(x.Rows, f.B.Cols)
	t.Mul(nn.Store{To: g, Scale: constant(f.Scale, f.B.Cols)}, gemm.Term{A: packed, B: f.B.Matrix()})
	in := x.Data()
	if f.Drop.active() {
		in = f.Drop.apply(t.Context, in)
		defer in.Free()
	}
	gT := t.PackT(g)
	t.Mul(nn.AddGrad{Param: f.A}, gemm.Term{A: gT, B: in})
	gT.Free()
	return g
}

// toInput adds the base term and g·A, the latter through the dropout, to the gradient of x.
func (f *Factors) toInput(t *nn.Tape, x *nn.Value, g *nn.Tensor, base gemm.Term) {
	low := t.Pack(g)
	defer low.Free()
	update := gemm.Term{A: low, B: f.A.Matrix()}
	if !f.Drop.active() {
		t.Mul(t.GradSink(x), base, update)
		return
	}
	t.Mul(t.GradSink(x), base)
	t.Mul(masked{t.GradSink(x), f.Drop, false}, update)
}

// mergeRows is the grain of a merge.
const mergeRows = 16

// addTo adds s·B·A to w (out, in).
func (f *Factors) addTo(pool *parallel.Pool, w []float32) error {
	in, out, r := f.A.Cols, f.B.Rows, f.A.Rows
	if len(w) != in*out {
		return fmt.Errorf("adapter: %s: the weight has %d elements, the adapter wants %d × %d", f.A.Name, len(w), out, in)
	}
	pool.Ranges(out, mergeRows, func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			for k := range r {
				kernel.Axpy(w[i*in:(i+1)*in], f.A.Data[k*in:(k+1)*in], f.Scale*f.B.Data[i*r+k])
			}
		}
	})
	return nil
}
