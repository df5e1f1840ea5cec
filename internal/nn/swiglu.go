package nn

import "graft/internal/kernel"

// SwiGLU is h = silu(gate) ⊙ up (Shazeer, 2020); back, with s = σ(gate): dup = dh·gate·s, dgate = dh·up·s·(1 + gate·(1 − s)).
func (t *Tape) SwiGLU(gate, up *Value) *Value {
	h := t.Make(gate.Rows, gate.Cols, false, gate, up)
	t.Record(h, Op{Again: true, Uses: []*Value{gate, up}, Compute: func() {
		h.data = t.New(gate.Rows, gate.Cols)
		g, u := gate.Data(), up.Data()
		t.Rows(gate.Rows, 3, gate.Cols, func(i int, buf [][]float32) {
			dst := h.data.target(buf[0], i)
			kernel.SwiGLU(dst, g.row(buf[1], i), u.row(buf[2], i))
			h.data.done(dst, i)
		})
	}, Back: func() {
		g, u := gate.Data(), up.Data()
		dg, addG := t.gradTensor(gate)
		du, addU := t.gradTensor(up)
		t.Rows(gate.Rows, 6, gate.Cols, func(i int, buf [][]float32) {
			kernel.SwiGLUGrad(buf[0], buf[1], g.row(buf[2], i), u.row(buf[3], i), h.grad.row(buf[4], i))
			dg.put(buf[0], buf[5], i, addG)
			du.put(buf[1], buf[5], i, addU)
		})
	}})
	return h
}

// SwiGLUHalves is SwiGLU of a value whose columns are gate and up side by side: (N, 2I) → (N, I).
func (t *Tape) SwiGLUHalves(x *Value) *Value {
	n := x.Cols / 2
	h := t.Make(x.Rows, n, false, x)
	t.Record(h, Op{Again: true, Uses: []*Value{x}, Compute: func() {
		h.data = t.New(x.Rows, n)
		in := x.Data()
		t.Rows(x.Rows, 2, x.Cols, func(i int, buf [][]float32) {
			src, dst := in.row(buf[0], i), h.data.target(buf[1], i)
			kernel.SwiGLU(dst, src[:n], src[n:])
			h.data.done(dst, i)
		})
	}, Back: func() {
		in := x.Data()
		dx, add := t.gradTensor(x)
		t.Rows(x.Rows, 4, x.Cols, func(i int, buf [][]float32) {
			src, d := in.row(buf[0], i), buf[1]
			kernel.SwiGLUGrad(d[:n], d[n:], src[:n], src[n:], h.grad.row(buf[2], i))
			dx.put(d, buf[3], i, add)
		})
	}})
	return h
}
