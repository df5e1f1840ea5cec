package nn

import "graft/internal/kernel"

// Map is a copy of x whose rows f has changed.
func (c *Context) Map(x *Tensor, f func(row int, v []float32)) *Tensor {
	y := c.New(x.Rows, x.Cols)
	c.Rows(x.Rows, 1, x.Cols, func(i int, buf [][]float32) {
		dst := y.target(buf[0], i)
		x.Read(dst, i, 0)
		f(i, dst)
		y.done(dst, i)
	})
	return y
}

// AddScaled adds x with its columns multiplied to dst.
func (c *Context) AddScaled(dst, x *Tensor, by []float32) {
	c.Rows(dst.Rows, 2, dst.Cols, func(i int, buf [][]float32) {
		x.Read(buf[0], i, 0)
		kernel.Mul(buf[0], buf[0], by)
		dst.put(buf[0], buf[1], i, true)
	})
}

// columnChunk is the number of columns that one task sums.
const columnChunk = 256

// ColumnDots is Σ x⊙y over the rows for each column; y nil stands for ones. Rows are added in order.
func (c *Context) ColumnDots(x, y *Tensor) []float32 {
	sums := make([]float32, x.Cols)
	c.Pool.Ranges(x.Cols, columnChunk, func(_, lo, hi int) {
		var a, b [columnChunk]float32
		n := hi - lo
		for i := range x.Rows {
			x.Read(a[:n], i, lo)
			if y != nil {
				y.Read(b[:n], i, lo)
				kernel.Mul(a[:n], a[:n], b[:n])
			}
			kernel.Add(sums[lo:hi], sums[lo:hi], a[:n])
		}
	})
	return sums
}
