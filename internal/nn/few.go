package nn

import "graft/internal/kernel"

// fewRows is the number of tokens up to which a projection reads the weight row by row instead of packing it: generation is bound by
// memory, so that each weight is read once and multiplied while its row is in cache.
const fewRows = 4

// few computes x·Wᵀ + bias for few rows.
func (c *Context) few(x *Tensor, l *Linear) *Tensor {
	in, out := l.Dims()
	y, xs := c.New(x.Rows, out), c.NewF32(x.Rows, in)
	sum := c.NewF32(x.Rows, out)
	for i := range x.Rows {
		x.Read(xs.f[i*in:(i+1)*in], i, 0)
	}
	c.rows(out, 1, in, func(n int, buf [][]float32) {
		w := buf[0]
		l.W.Read(w, n, 0)
		for i := range x.Rows {
			s := kernel.Dot(xs.f[i*in:(i+1)*in], w)
			if l.Bias != nil {
				s += l.Bias[n]
			}
			sum.f[i*out+n] = s
		}
	})
	for i := range x.Rows {
		y.Write(i, 0, sum.f[i*out:(i+1)*out])
	}
	xs.Free()
	sum.Free()
	return y
}
