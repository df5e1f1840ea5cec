package gemm

import (
	"graft/internal/kernel"
	"graft/internal/mem"
)

// fewRows is the number of rows up to which a left operand is not packed, nor the right one for it: such a product is bound by the
// memory of the right operand (generation, token by token), which is read once and used while a row of it is in cache.
const fewRows = 4

// few is one product of few rows.
type few struct {
	e     *Engine
	out   Sink
	terms []Term
	m, n  int
	wide  int // columns per task
	inner int // longest row read at once
}

func (e *Engine) mulFew(p *plan, out Sink, terms []Term) {
	f := &few{e: e, out: out, terms: terms, m: p.m, n: p.n, wide: p.cols}
	for _, t := range terms {
		if t.Trans {
			f.inner = max(f.inner, t.A.K)
		}
	}
	f.inner = max(f.inner, f.wide)
	blocks := make([]*mem.Block, e.Pool.Workers())
	e.Pool.Run((f.n+f.wide-1)/f.wide, func(w, task int) {
		if blocks[w] == nil {
			blocks[w] = e.Arena.F32(f.m*f.wide + f.inner)
		}
		f.run(task*f.wide, blocks[w].F32())
	})
	for _, b := range blocks {
		b.Free()
	}
}

// run computes columns [col, col+wide).
func (f *few) run(col int, buf []float32) {
	cols := min(f.wide, f.n-col)
	c, row := buf[:f.m*f.wide], buf[f.m*f.wide:]
	clear(c)
	for _, t := range f.terms {
		if t.Trans {
			f.dots(t, col, cols, c, row[:t.A.K])
		} else {
			f.sums(t, col, cols, c, row[:cols])
		}
	}
	f.out.Block(0, col, f.m, cols, c, f.wide)
}

// dots multiplies with the rows of b, one for each column of the result.
func (f *few) dots(t Term, col, cols int, c, row []float32) {
	for j := range cols {
		t.B.Read(row, col+j, 0)
		for i := range f.m {
			c[i*f.wide+j] += kernel.Dot(t.A.data[i*t.A.K:(i+1)*t.A.K], row)
		}
	}
}

// sums adds the rows of b, one for each inner value.
func (f *few) sums(t Term, col, cols int, c, row []float32) {
	for k := range t.A.K {
		t.B.Read(row, k, col)
		for i := range f.m {
			kernel.Axpy(c[i*f.wide:i*f.wide+cols], row, t.A.data[i*t.A.K+k])
		}
	}
}
