package nn

import "graft/internal/kernel"

// Add is the residual connection z = x + y; back: dx += dz, dy += dz.
func (t *Tape) Add(x, y *Value) *Value {
	z := t.Make(x.Rows, x.Cols, false, x, y)
	t.Record(z, Op{Pure: true, Compute: func() {
		z.data = t.New(x.Rows, x.Cols)
		a, b := x.Data(), y.Data()
		t.Rows(x.Rows, 3, x.Cols, func(i int, buf [][]float32) {
			out := z.data.target(buf[0], i)
			kernel.Add(out, a.row(buf[1], i), b.row(buf[2], i))
			z.data.done(out, i)
		})
	}, Back: func() {
		t.passGrad(x, z.grad)
		t.passGrad(y, z.grad)
	}})
	return z
}

// addRows adds src to dst.
func (c *Context) addRows(dst, src *Tensor) {
	c.Rows(dst.Rows, 3, dst.Cols, func(i int, buf [][]float32) {
		out := dst.target(buf[0], i)
		kernel.Add(out, dst.row(buf[1], i), src.row(buf[2], i))
		dst.done(out, i)
	})
}
