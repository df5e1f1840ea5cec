package nn

import (
	"graft/internal/gemm"
	"graft/internal/kernel"
)

// Experts is one projection of all experts.
type Experts interface {
	// Dims gives the number of experts and the widths.
	Dims() (n, in, out int)
	// Expert is the weight (out, in) of one, and what is trained around it, or nil.
	Expert(e int) (w gemm.Matrix, u Updated)
}

// Two operations make an expert MLP: ExpertsIn takes tokens to the rows of their experts, ExpertsOut takes rows back to tokens. Each expert is
// one task with products of its own; where several experts write to one token, tasks are runs of columns that go through the
// experts in order, so that sums do not depend on the threads. A weight is decoded once per pass however many tokens it sees.

// solo is the context for work inside a task.
func (c *Context) solo() *Context {
	s := *c
	s.Pool = c.Pool.Solo()
	return &s
}

// tasks runs tasks that allocate for themselves, on a context from solo.
func (c *Context) tasks(n int, run func(task int)) {
	if c.Counting() {
		c.Arena.Tasks(c.Pool.Workers(), n, run)
		return
	}
	c.Pool.Run(n, func(_, task int) { run(task) })
}

// eachColumns runs f as a task for every run of columns.
func (c *Context) eachColumns(width int, f func(lo, hi int)) {
	c.tasks((width+columnTask-1)/columnTask, func(task int) { f(task*columnTask, min(width, (task+1)*columnTask)) })
}

// eachExpert runs f as a task for every expert that has rows, the largest first.
func (t *Tape) eachExpert(r *Route, f func(c *Context, e int, rows Segment)) {
	c := t.solo()
	t.tasks(r.Experts(), func(task int) {
		e := r.order[task]
		if rows := (Segment{r.Start[e], r.Start[e+1]}); rows.End > rows.Start {
			f(c, e, rows)
		}
	})
}

// columnTask is the width of the runs of columns that are tasks of their own.
const columnTask = 128

// part is a Sink for a product that is a part of a tensor.
type part struct {
	to       *Tensor
	row, col int
	scale    []float32 // of the product's columns, or nil
}

// Block stores a block.
func (s part) Block(row, col, rows, cols int, c []float32, ld int) {
	for i := range rows {
		v := c[i*ld : i*ld+cols]
		if s.scale != nil {
			kernel.Mul(v, v, s.scale[col:])
		}
		s.to.Write(s.row+row+i, s.col+col, v)
	}
}

// rowsOfTensor is some rows and columns of a tensor.
func rowsOfTensor(x *Tensor, rows, cols Segment) gemm.Matrix {
	return gemm.Part(x, rows.Start, cols.Start, rows.End-rows.Start, cols.End-cols.Start)
}

// columnsOf is a run of columns of a matrix.
func columnsOf(m gemm.Matrix, lo, hi int) gemm.Matrix {
	rows, _ := m.Dims()
	return gemm.Part(m, 0, lo, rows, hi-lo)
}

// rowsOf is a run of rows of a matrix.
func rowsOf(m gemm.Matrix, lo, hi int) gemm.Matrix {
	_, cols := m.Dims()
	return gemm.Part(m, lo, 0, hi-lo, cols)
}

// gatherTokens copies the tokens of some rows, multiplied by a column scale if there is one.
func (c *Context) gatherTokens(x *Tensor, r *Route, rows Segment, scale []float32) *Tensor {
	y := c.New(rows.End-rows.Start, x.Cols)
	if c.Counting() {
		return y
	}
	if scale != nil {
		block := c.Arena.F32(x.Cols)
		defer block.Free()
		for i := range y.Rows {
			v := block.F32()
			x.Read(v, int(r.Token[rows.Start+i]), 0)
			kernel.Mul(v, v, scale)
			y.Write(i, 0, v)
		}
		return y
	}
	for i := range y.Rows {
		at := int(r.Token[rows.Start+i]) * x.Cols
		if x.h != nil {
			copy(y.h[i*x.Cols:(i+1)*x.Cols], x.h[at:])
		} else {
			copy(y.f[i*x.Cols:(i+1)*x.Cols], x.f[at:])
		}
	}
	return y
}

// ranks is the widest update among the experts of a projection: the room that x·Aᵀ of a row takes.
func ranks(p Experts) int {
	n, _, _ := p.Dims()
	most := 0
	for e := range n {
		if _, u := p.Expert(e); u != nil {
			most = max(most, u.Rank())
		}
	}
	return most
}

// combine is a Sink that adds rows, times their weight, to the tokens they belong to.
type combine struct {
	to     *Tensor // (T, cols) float32
	route  *Route
	row    int
	col    int
	weight []float32 // (N) or nil for ones
	scale  []float32 // of columns, or nil
}

// Block adds a block.
func (s combine) Block(row, col, rows, cols int, c []float32, ld int) {
	for i := range rows {
		v := c[i*ld : i*ld+cols]
		if s.scale != nil {
			kernel.Mul(v, v, s.scale[s.col+col:])
		}
		n := s.row + row + i
		w := float32(1)
		if s.weight != nil {
			w = s.weight[n]
		}
		at := int(s.route.Token[n])*s.to.Cols + s.col + col
		kernel.Axpy(s.to.f[at:at+cols], v, w)
	}
}

// rowWeights are the weights of the rows, (N).
func (c *Context) rowWeights(r *Route) []float32 {
	w := make([]float32, r.Rows())
	data := r.Weight.Data()
	if c.Counting() {
		return w
	}
	for i := range w {
		data.Read(w[i:i+1], int(r.Token[i]), int(r.Slot[i]))
	}
	return w
}

// zeroF32 is a float32 tensor of zeros.
func (c *Context) zeroF32(rows, cols int) *Tensor {
	x := c.NewF32(rows, cols)
	c.Pool.Ranges(rows, rowsPerTask, func(_, lo, hi int) { clear(x.f[lo*cols : hi*cols]) })
	return x
}

// addGrad adds a gradient in float32 to v's.
func (t *Tape) addGrad(v *Value, g *Tensor) {
	dst, add := t.gradTensor(v)
	t.Rows(g.Rows, 2, g.Cols, func(i int, buf [][]float32) {
		g.Read(buf[0], i, 0)
		dst.put(buf[0], buf[1], i, add)
	})
}

// scaled multiplies a product by a number on its way to a sink.
type scaled struct {
	gemm.Sink
	by float32
}

// Block scales a block.
func (s scaled) Block(row, col, rows, cols int, c []float32, ld int) {
	for i := range rows {
		kernel.Scale(c[i*ld:i*ld+cols], c[i*ld:i*ld+cols], s.by)
	}
	s.Sink.Block(row, col, rows, cols, c, ld)
}
