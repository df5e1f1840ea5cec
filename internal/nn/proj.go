package nn

import "graft/internal/gemm"

// Proj is a linear projection y = x·Wᵀ + bias, the one seam where the precision of a base weight and its adaptation meet.
// x is (T, in), y is (T, out).
type Proj interface {
	Dims() (in, out int)
	Apply(t *Tape, x *Value) *Value
}

// Linear is a frozen projection.
type Linear struct {
	W    gemm.Matrix // (out, in), any storage
	Bias []float32   // (out) or nil
}

var _ Proj = (*Linear)(nil)

// Dims gives input and output width.
func (l *Linear) Dims() (in, out int) {
	out, in = l.W.Dims()
	return in, out
}

// Apply computes y = x·Wᵀ + bias; back: dx += dy·W.
func (l *Linear) Apply(t *Tape, x *Value) *Value {
	_, out := l.Dims()
	y := t.Make(x.Rows, out, false, x)
	t.Record(y, Op{Pure: true, Compute: func() {
		y.data = t.New(x.Rows, out)
		t.Mul(Store{To: y.data, Bias: l.Bias}, gemm.Term{A: t.Left(x), B: l.W, Trans: true})
	}, Back: func() {
		dy := t.Pack(y.grad)
		t.Mul(t.GradSink(x), gemm.Term{A: dy, B: l.W})
		dy.Free()
	}})
	return y
}
