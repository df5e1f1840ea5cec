package gemm

import (
	"graft/internal/kernel"
	"graft/internal/mem"
	"graft/internal/parallel"
)

// fewRows is the number of rows up to which neither operand is packed. Such a product (generation, token by token) is bound by reading the
// right operand from memory; each row of it is decoded once and used while it is in cache.
const fewRows = 4

// seamFew is the same number for a seamless tile (AMX), whose products cost little.
const seamFew = 2

// fewPays reports whether a product of few rows is better done without packing: along the rows of every right operand, and with a seamless tile
// only where those lie in memory as numbers (BenchmarkExpert of package model: 768 × 2048 in NF4 takes half the time packed).
func (e *Engine) fewPays(terms []Term) bool {
	for _, t := range terms {
		_, decodes := t.B.(BF16Reader)
		if !t.Trans || e.Tile.Seamless && (decodes || t.A.M > seamFew) {
			return false
		}
	}
	return true
}

// panels packs the left operands that Pack has left unpacked.
func (e *Engine) panels(terms []Term) []Term {
	packed := make([]Term, len(terms))
	for i, t := range terms {
		packed[i] = t
		packed[i].A = e.packRows(e.newLeft(t.A.M, t.A.K, false), NewF32(t.A.data, t.A.M, t.A.K))
	}
	return packed
}

func freeLefts(terms []Term) {
	for _, t := range terms {
		t.A.Free()
	}
}

// few is one product of few rows.
type few struct {
	e     *Engine
	out   Sink
	terms []Term
	m, n  int
	wide  int // columns per task
	inner int // longest row of a right operand
}

func (e *Engine) mulFew(p *plan, out Sink, terms []Term) {
	f := &few{e: e, out: out, terms: terms, m: p.m, n: p.n, wide: p.cols}
	for _, t := range terms {
		f.inner = max(f.inner, t.A.K)
	}
	blocks := parallel.Each(e.Pool, (f.n+f.wide-1)/f.wide,
		func() *mem.Block { return e.Arena.F32(f.m*f.wide + f.inner) },
		func(b *mem.Block, task int) { f.run(task*f.wide, b.F32()) })
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
		f.dots(t, col, cols, c, row[:t.A.K])
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
