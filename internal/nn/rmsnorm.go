package nn

import (
	"math"

	"graft/internal/kernel"
)

// RMSNorm is y = w ⊙ x / √(mean(x²) + eps) over groups of len(w) channels (Zhang and Sennrich, 2019): the whole row for a layer norm,
// one head for query and key norms. Back, with i = 1/√…, n = len(w): dx = i·(w⊙dy) − x·i³/n·Σ w⊙dy⊙x.
func (t *Tape) RMSNorm(x *Value, w []float32, eps float64) *Value {
	y := t.Make(x.Rows, x.Cols, false, x)
	t.Record(y, Op{Again: true, Uses: []*Value{x}, Compute: func() {
		y.data = t.New(x.Rows, x.Cols)
		in := x.Data()
		t.Rows(x.Rows, 2, x.Cols, func(i int, buf [][]float32) {
			src, dst := in.row(buf[0], i), y.data.target(buf[1], i)
			for lo := 0; lo < len(src); lo += len(w) {
				g := src[lo : lo+len(w)]
				kernel.MulScale(dst[lo:lo+len(w)], g, w, inverseRMS(g, eps))
			}
			y.data.done(dst, i)
		})
	}, Back: func() {
		in := x.Data()
		dx, add := t.gradTensor(x)
		t.Rows(x.Rows, 4, x.Cols, func(i int, buf [][]float32) {
			src, dy, out := in.row(buf[0], i), y.grad.row(buf[1], i), buf[2]
			for lo := 0; lo < len(src); lo += len(w) {
				normBack(out[lo:lo+len(w)], src[lo:lo+len(w)], dy[lo:lo+len(w)], w, eps)
			}
			dx.put(out, buf[3], i, add)
		})
	}})
	return y
}

func inverseRMS(x []float32, eps float64) float32 {
	return float32(1 / math.Sqrt(float64(kernel.Dot(x, x))/float64(len(x))+eps))
}

func normBack(dx, x, dy, w []float32, eps float64) {
	inv := inverseRMS(x, eps)
	c := -float64(inv) * float64(inv) * float64(inv) / float64(len(x)) * float64(kernel.Dot3(w, dy, x))
	kernel.NormGrad(dx, w, dy, x, inv, float32(c))
}

// put stores or adds a row of gradient; buf is scratch.
func (x *Tensor) put(v, buf []float32, i int, add bool) {
	if add {
		kernel.Add(v[:x.Cols], v, x.row(buf, i))
	}
	x.Write(i, 0, v[:x.Cols])
}
