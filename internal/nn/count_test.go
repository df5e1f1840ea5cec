package nn

import (
	"testing"

	"graft/internal/gemm"
)

// TestCountingContext runs a projection and attention on sizes alone: known work, the memory of the results, nothing left over.
func TestCountingContext(t *testing.T) {
	const rows, width = 100, 64
	c := NewCounting(2, false)
	tape := c.NewTape(true)
	x := tape.Leaf(c.New(rows, width), true)
	q := (&Linear{W: gemm.NewF32(nil, width, width)}).Apply(tape, x)
	if want := 2.0 * rows * width * width; *c.Work != want {
		t.Errorf("a projection: %g operations, want %g", *c.Work, want)
	}
	*c.Work = 0
	h := Heads{Q: 4, KV: 4, Dim: 16, Window: 10}
	o := tape.Attention(q, q, q, h, []Segment{{0, 40}, {40, rows}})
	if pairs := 40.0*41/2 - 30*31/2 + 60*61/2 - 50*51/2; *c.Work != 4*pairs*width {
		t.Errorf("attention: %g operations, want %g", *c.Work, 4*pairs*width)
	}
	tape.Drop()
	o.SetGrad(c.New(rows, width))
	tape.Backward()
	x.TakeGrad().Free()
	if n := c.Arena.InUse(); n != 0 || c.Arena.Peak() < 5*4*rows*width {
		t.Errorf("%d bytes in use at the end, %d at most", n, c.Arena.Peak())
	}
}

// TestSpread gives the first experts, one for each worker, what the fullest takes, and the others the rest.
func TestSpread(t *testing.T) {
	chosen := make([]int32, 100)
	spread(chosen, 8, 30, 2)
	count := map[int32]int{}
	for _, e := range chosen {
		count[e]++
	}
	if count[0] != 30 || count[1] != 30 || count[2] != 7 || count[7] != 6 {
		t.Errorf("rows of the experts: %v", count)
	}
}
