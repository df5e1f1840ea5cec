package nn

import (
	"math"

	"graft/internal/kernel"
)

// Rotary is the table of a rotary position embedding (Su et al., 2021) in the half-split form: channel i < R/2 of a head is paired with
// channel i + R/2. Channels from R on are left alone.
type Rotary struct {
	half     int       // R/2
	cos, sin []float32 // (positions, R/2)
}

// NewRotary tabulates positions 0…n-1 for inverse frequencies inv (R/2); cos and sin are multiplied by scale (YaRN's attention factor).
func NewRotary(inv []float64, scale float64, n int) *Rotary {
	r := &Rotary{half: len(inv), cos: make([]float32, n*len(inv)), sin: make([]float32, n*len(inv))}
	for p := range n {
		for i, f := range inv {
			// transformers multiplies position and frequency in float32.
			s, c := math.Sincos(float64(float32(p) * float32(f)))
			r.cos[p*r.half+i], r.sin[p*r.half+i] = float32(c*scale), float32(s*scale)
		}
	}
	return r
}

// Positions is the number of positions in the table.
func (r *Rotary) Positions() int { return len(r.cos) / max(r.half, 1) }

// Rotate turns the heads (of width head) of x by the position of each row; back: the same by the negative angles.
func (t *Tape) Rotate(x *Value, r *Rotary, head int, pos []int32) *Value {
	y := t.Make(x.Rows, x.Cols, false, x)
	t.Record(y, Op{Again: true, Uses: []*Value{x}, Compute: func() {
		y.data = t.New(x.Rows, x.Cols)
		in := x.Data()
		t.Rows(x.Rows, 1, x.Cols, func(i int, buf [][]float32) {
			dst := y.data.target(buf[0], i)
			in.Read(dst, i, 0)
			r.apply(kernel.Rotate, dst, head, pos[i])
			y.data.done(dst, i)
		})
	}, Back: func() {
		dx, add := t.gradTensor(x)
		t.Rows(x.Rows, 2, x.Cols, func(i int, buf [][]float32) {
			y.grad.Read(buf[0], i, 0)
			r.apply(kernel.RotateBack, buf[0], head, pos[i])
			dx.put(buf[0], buf[1], i, add)
		})
	}})
	return y
}

func (r *Rotary) apply(f func(x, y, cos, sin []float32), row []float32, head int, pos int32) {
	cos := r.cos[int(pos)*r.half:][:r.half]
	sin := r.sin[int(pos)*r.half:][:r.half]
	for h := 0; h < len(row); h += head {
		f(row[h:h+r.half], row[h+r.half:h+2*r.half], cos, sin)
	}
}
