package nn

import (
	"math"
	"slices"
	"sync"

	"graft/internal/kernel"
)

// Rotary is the table of a rotary position embedding (Su et al., 2021) in the half-split form: channel i < R/2 of a head is paired with
// channel i + R/2. Channels from R on are left alone. The table grows with the positions that are asked for: a model that knows a million
// rarely sees them.
type Rotary struct {
	half      int // R/2
	inv       []float64
	scale     float64
	positions int

	mu       sync.Mutex
	cos, sin []float32 // (positions so far, R/2)
}

// NewRotary is for n positions and inverse frequencies inv (R/2); cos and sin are multiplied by scale (YaRN's attention factor).
func NewRotary(inv []float64, scale float64, n int) *Rotary {
	return &Rotary{half: len(inv), inv: inv, scale: scale, positions: n}
}

// Positions is the number of positions that the model knows.
func (r *Rotary) Positions() int { return r.positions }

// table is cos and sin for at least the given positions.
func (r *Rotary) table(pos []int32) (cos, sin []float32) {
	const step = 1024 // positions
	r.mu.Lock()
	defer r.mu.Unlock()
	most := -1
	for _, p := range pos {
		most = max(most, int(p))
	}
	for p := len(r.cos) / max(r.half, 1); p <= most; p++ {
		if p%step == 0 {
			n := max(min(max(p+step, most+1), r.positions)*r.half-len(r.cos), 0)
			r.cos, r.sin = slices.Grow(r.cos, n), slices.Grow(r.sin, n)
		}
		for _, f := range r.inv {
			// transformers multiplies position and frequency in float32.
			s, c := math.Sincos(float64(float32(p) * float32(f)))
			r.cos, r.sin = append(r.cos, float32(c*r.scale)), append(r.sin, float32(s*r.scale))
		}
	}
	return r.cos, r.sin
}

// Rotate turns the heads (of width head) of x by the position of each row; back: the same by the negative angles.
func (t *Tape) Rotate(x *Value, r *Rotary, head int, pos []int32) *Value {
	y := t.Make(x.Rows, x.Cols, false, x)
	var cos, sin []float32
	if !t.Counting() {
		cos, sin = r.table(pos)
	}
	turn := func(f func(x, y, cos, sin []float32), row []float32, p int32) {
		at := int(p) * r.half
		turnHeads(f, row, head, cos[at:at+r.half], sin[at:at+r.half])
	}
	t.Record(y, Op{Again: true, Uses: []*Value{x}, Compute: func() {
		y.data = t.New(x.Rows, x.Cols)
		in := x.Data()
		t.Rows(x.Rows, 1, x.Cols, func(i int, buf [][]float32) {
			dst := y.data.target(buf[0], i)
			in.Read(dst, i, 0)
			turn(kernel.Rotate, dst, pos[i])
			y.data.done(dst, i)
		})
	}, Back: func() {
		dx, add := t.gradTensor(x)
		t.Rows(x.Rows, 2, x.Cols, func(i int, buf [][]float32) {
			y.grad.Read(buf[0], i, 0)
			turn(kernel.RotateBack, buf[0], pos[i])
			dx.put(buf[0], buf[1], i, add)
		})
	}})
	return y
}

// turnHeads turns each head of a row.
func turnHeads(f func(x, y, cos, sin []float32), row []float32, head int, cos, sin []float32) {
	half := len(cos)
	for h := 0; h < len(row); h += head {
		f(row[h:h+half], row[h+half:h+2*half], cos, sin)
	}
}
