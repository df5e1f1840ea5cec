package nn

import (
	"math"

	"graft/internal/kernel"
)

// GateRows is y = σ(g)·x with one gate for each row: x is (T, C), g is (T, 1). Back: dx = σ(g)·dy, dg = σ(g)·(1 − σ(g))·⟨dy, x⟩.
func (t *Tape) GateRows(x, g *Value) *Value {
	y := t.Make(x.Rows, x.Cols, false, x, g)
	t.Record(y, Op{Again: true, Uses: []*Value{x, g}, Compute: func() {
		y.data = t.New(x.Rows, x.Cols)
		in, gate := x.Data(), g.Data()
		t.Rows(x.Rows, 2, x.Cols, func(i int, buf [][]float32) {
			dst := y.data.target(buf[0], i)
			kernel.Scale(dst, in.row(buf[1], i), gate.sigmoid(i))
			y.data.done(dst, i)
		})
	}, Back: func() {
		in, gate := x.Data(), g.Data()
		dx, addX := t.gradTensor(x)
		dg, addG := t.gradTensor(g)
		t.Rows(x.Rows, 3, x.Cols, func(i int, buf [][]float32) {
			dy, s := y.grad.row(buf[0], i), gate.sigmoid(i)
			d := [1]float32{s * (1 - s) * kernel.Dot(dy, in.row(buf[1], i))}
			kernel.Scale(buf[2], dy, s)
			dx.put(buf[2], buf[1], i, addX)
			dg.put(d[:], buf[1], i, addG)
		})
	}})
	return y
}

// sigmoid is σ of the only column of a row.
func (x *Tensor) sigmoid(i int) float32 {
	var v [1]float32
	x.Read(v[:], i, 0)
	return float32(1 / (1 + math.Exp(-float64(v[0]))))
}

// Gate is y = x ⊙ σ(g); back, with s = σ(g): dx = dy·s, dg = dy·x·s·(1 − s).
func (t *Tape) Gate(x, g *Value) *Value {
	y := t.Make(x.Rows, x.Cols, false, x, g)
	t.Record(y, Op{Again: true, Uses: []*Value{x, g}, Compute: func() {
		y.data = t.New(x.Rows, x.Cols)
		in, gate := x.Data(), g.Data()
		t.Rows(x.Rows, 3, x.Cols, func(i int, buf [][]float32) {
			dst, v := y.data.target(buf[0], i), in.row(buf[1], i)
			sigmoids(buf[2], gate.row(buf[2], i))
			kernel.Mul(dst, v, buf[2])
			y.data.done(dst, i)
		})
	}, Back: func() {
		in, gate := x.Data(), g.Data()
		dx, addX := t.gradTensor(x)
		dg, addG := t.gradTensor(g)
		t.Rows(x.Rows, 5, x.Cols, func(i int, buf [][]float32) {
			s, d := buf[0], buf[1]
			sigmoids(s, gate.row(buf[2], i))
			kernel.Mul(d, s, y.grad.row(buf[2], i))
			v := in.row(buf[3], i)
			for j, p := range s {
				s[j] = d[j] * v[j] * (1 - p)
			}
			dx.put(d, buf[4], i, addX)
			dg.put(s, buf[4], i, addG)
		})
	}})
	return y
}

// sigmoids sets dst = σ(x); dst may be x.
func sigmoids(dst, x []float32) {
	kernel.ExpSum(dst, x, -1, 0)
	for i, e := range dst {
		dst[i] = 1 / (1 + e)
	}
}
