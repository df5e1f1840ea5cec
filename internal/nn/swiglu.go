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
