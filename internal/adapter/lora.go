package adapter

import (
	"graft/internal/gemm"
	"graft/internal/nn"
	"graft/internal/parallel"
)

// LoRA is a projection with a low-rank update (Hu et al., 2021): y = x·Wᵀ + bias + s·(x·Aᵀ)·Bᵀ, with dropout on the x of the update.
// s is alpha/r, for rsLoRA (Kalajdzievski, 2023) alpha/√r.
//
// Back, with g = s·(dy·B): dB = s·dyᵀ·(x·Aᵀ), dA = gᵀ·x, dx = dy·W + g·A; base and update are one product each way.
type LoRA struct {
	Base *nn.Linear
	Low  Factors
}

var _ Adapted = (*LoRA)(nil)

func wrapLoRA(w wrap) Adapted { return &LoRA{Base: w.base, Low: w.low} }

// Dims gives input and output width.
func (l *LoRA) Dims() (in, out int) { return l.Base.Dims() }

// Rank is the width of x·Aᵀ.
func (l *LoRA) Rank() int { return l.Low.A.Rows }

// Update gives the parameters to a grouped product.
func (l *LoRA) Update(*nn.Context) nn.Update {
	return nn.Update{A: l.Low.A, B: l.Low.B, Scale: l.Low.Scale}
}

// Params are A and B.
func (l *LoRA) Params() []*nn.Param { return []*nn.Param{l.Low.A, l.Low.B} }

// Factors is the low-rank part.
func (l *LoRA) Factors() *Factors { return &l.Low }

// Apply runs the projection.
func (l *LoRA) Apply(t *nn.Tape, x *nn.Value) *nn.Value {
	_, out := l.Dims()
	y := t.Make(x.Rows, out, true, x)
	var xa *nn.Tensor
	if t.Recomputing() {
		xa = l.Low.down(t, x)
	}
	t.Record(y, nn.Op{Pure: true, Uses: []*nn.Value{x}, Compute: func() {
		if xa == nil {
			xa = l.Low.down(t, x)
		}
		low := t.Pack(xa)
		defer low.Free()
		y.Set(t.New(x.Rows, out))
		t.Mul(nn.Store{To: y.Data(), Bias: l.Base.Bias},
			gemm.Term{A: t.Left(x), B: l.Base.W, Trans: true},
			gemm.Term{A: low, B: l.Low.B.Matrix(), Trans: true})
	}, Back: func() {
		dy := t.Pack(y.Grad())
		defer dy.Free()
		g := l.Low.grads(t, x, xa, y.Grad(), dy)
		defer g.Free()
		if x.Needs() {
			l.Low.toInput(t, x, g, gemm.Term{A: dy, B: l.Base.W})
		}
	}})
	return y
}

// Merge adds s·B·A to w, which holds W (out, in).
func (l *LoRA) Merge(pool *parallel.Pool, w []float32) error { return l.Low.addTo(pool, w) }
