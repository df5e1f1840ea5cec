package nn

import "graft/internal/kernel"

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
