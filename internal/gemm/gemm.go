package gemm

import (
	"graft/internal/kernel"
	"graft/internal/mem"
	"graft/internal/parallel"
)

// Matrix is an operand.
type Matrix interface {
	// Dims returns the number of rows and columns.
	Dims() (rows, cols int)
	// Read decodes columns [col, col+len(dst)) of a row. It is called from several goroutines.
	Read(dst []float32, row, col int)
}

// F32Matrix is a Matrix that lies in memory as float32 and is packed from there.
type F32Matrix interface {
	Matrix
	// F32 returns the memory and the distance between rows; nil if it is not float32.
	F32() (data []float32, stride int)
}

// BF16Matrix is a Matrix that lies in memory as bfloat16 and is packed from there.
type BF16Matrix interface {
	Matrix
	// BF16 returns the memory and the distance between rows; nil if it is not bfloat16.
	BF16() (data []uint16, stride int)
}

// BF16Reader is a Matrix that decodes into bfloat16 by itself, for microkernels that take it.
type BF16Reader interface {
	Matrix
	// ReadBF16 decodes the part (rows, cols) that starts at (row, col), row i to dst[i*ld:]: what Read decodes, rounded to nearest, ties to even.
	// It is called from several goroutines.
	ReadBF16(dst []uint16, ld int, row, col, rows, cols int)
	// Prefetch loads what ReadBF16 of a part will read into the cache.
	Prefetch(row, col, rows, cols int)
}

// Sink receives finished blocks of a result.
type Sink interface {
	// Block receives the elements (row+i, col+j) in c[i*ld+j] for i < rows, j < cols. It may change c. It is called from several goroutines,
	// in any order; blocks do not overlap.
	Block(row, col, rows, cols int, c []float32, ld int)
}

// Term is one summand of a product.
type Term struct {
	A *Left
	B Matrix // (K, N), or (N, K) when Trans
	// Trans: B's rows are the columns of the result: a Linear layer's weight (out, in) in the forward direction.
	Trans bool
}

// Engine multiplies with one microkernel, worker pool and arena.
type Engine struct {
	Pool  *parallel.Pool
	Arena *mem.Arena
	Tile  kernel.Tile
	Work  *float64 // where the floating-point operations of products are counted, which are not carried out then; nil to multiply
}

// Count adds floating-point operations to Work, if they are counted.
func (e *Engine) Count(flop float64) {
	if e.Work != nil {
		*e.Work += flop
	}
}

// Blocking, measured on Zen 3: similar sizes are within 2 %. The seamless tile (AMX) multiplies so fast that operands have to come from L2, and what
// it takes at a time is cut to fit there; measured on Sapphire Rapids, 256 × 768 × 2048 takes 12 % longer without.
const (
	blockM    = 144  // rows of the left operand that stay in L2
	seamM     = 256  // the same for a seamless tile
	blockN    = 128  // columns of the result per task, rounded to whole panels
	roundK    = 4096 // inner values of the right operand packed at a time
	seamK     = 1024 // the same for a seamless tile and at most longRows rows
	longRows  = 1024 // rows per task when a product needs several rounds and keeps its partial sums
	readCols  = 512  // columns decoded at a time when rows become panels
	readRows  = 64   // rows decoded at a time when columns become panels
	padding   = 16   // values between the rows of partial sums: rows 512 bytes apart would share a few sets of L1
	tasksEach = 4    // tasks per worker that a product is cut into, if it can be
)

func roundUp(n, to int) int { return (n + to - 1) / to * to }

// Mul computes Σ terms and passes the result to out. Every term has the same M and N.
func (e *Engine) Mul(out Sink, terms ...Term) {
	if terms[0].A.few && !e.fewPays(terms) {
		terms = e.panels(terms)
		defer freeLefts(terms)
	}
	p := e.plan(terms)
	if p.m == 0 || p.n == 0 {
		return
	}
	for _, t := range terms {
		e.Count(2 * float64(p.m) * float64(p.n) * float64(t.A.K))
	}
	if p.few {
		e.mulFew(p, out, terms)
		return
	}
	workers := parallel.Each(e.Pool, p.tasks(),
		func() *worker { return newWorker(e, p) },
		func(w *worker, task int) { w.run(p, out, task) })
	for _, w := range workers {
		w.free()
	}
}

// chunk is a range of one term's inner dimension.
type chunk struct {
	term   *Term
	lo, hi int
}

// plan is how a product is cut: rounds of inner values, blocks of columns, blocks of rows.
type plan struct {
	m, n       int
	few        bool // left operands are as they came
	rounds     [][]chunk
	cols, rows int // per task
	step       int // rows multiplied at a time
	ld         int // distance between rows of partial sums
	tile       kernel.Tile
}

func (e *Engine) plan(terms []Term) *plan {
	p := &plan{tile: e.Tile, step: roundUp(blockM, e.Tile.MR)}
	size, roundK := 0, roundK
	if p.tile.Seamless { // else sums would depend on the number of rows
		p.step = roundUp(seamM, p.tile.MR)
		if terms[0].A.M <= longRows {
			roundK = seamK
		}
	}
	var round []chunk
	for i := range terms {
		t := &terms[i]
		k := p.check(t, i == 0)
		for lo := 0; lo < k; {
			hi := min(k, lo+roundK-size)
			round = append(round, chunk{t, lo, hi})
			if size += roundUp(hi-lo, p.tile.KU); size == roundK {
				p.rounds, round, size = append(p.rounds, round), nil, 0
			}
			lo = hi
		}
	}
	if round != nil || p.rounds == nil {
		p.rounds = append(p.rounds, round)
	}
	p.cut(e.Pool.Workers())
	return p
}

// check reads the dimensions of a term and compares them with those of the first.
func (p *plan) check(t *Term, first bool) (k int) {
	rows, cols := t.B.Dims()
	n := cols
	k = rows
	if t.Trans {
		n, k = rows, cols
	}
	if first {
		p.m, p.n, p.few = t.A.M, n, t.A.few
	}
	if t.A.M != p.m || n != p.n || t.A.K != k || t.A.tile != p.tile || t.A.few != p.few {
		panic("gemm: terms of different extents or kernels")
	}
	return k
}

// cut chooses the size of the block that a task computes. It depends on the number of workers; the result does not.
func (p *plan) cut(workers int) {
	p.cols = roundUp(blockN, p.tile.NR)
	p.ld = p.cols + padding
	p.rows = roundUp(p.m, p.step)
	if len(p.rounds) > 1 {
		p.rows = min(p.rows, roundUp(longRows, p.step))
	}
	if have := (p.n + p.cols - 1) / p.cols; workers > 1 && have < tasksEach*workers {
		parts := (tasksEach*workers + have - 1) / have
		p.rows = min(p.rows, roundUp((p.m+parts-1)/parts, roundUp(blockM, p.tile.MR)))
	}
}

func (p *plan) tasks() int {
	return ((p.n + p.cols - 1) / p.cols) * ((p.m + p.rows - 1) / p.rows)
}

// worker holds the buffers of one goroutine for one product.
type worker struct {
	b, c *mem.Block
	read *reader
	sum  []float32 // (rows, ld) partial sums; only step rows when there is a single round
	pack []float32 // the round's right operand, panel after panel
}

func newWorker(e *Engine, p *plan) *worker {
	n := 0
	for _, c := range p.rounds[0] {
		n += p.tile.PanelsLen(kernel.Right, p.cols, c.hi-c.lo)
	}
	rows := min(p.rows, p.step)
	if len(p.rounds) > 1 {
		rows = p.rows
	}
	w := &worker{
		b:    e.Arena.F32(n),
		c:    e.Arena.F32(rows * p.ld),
		read: newReader(e.Arena, p.tile),
	}
	w.pack, w.sum = w.b.F32(), w.c.F32()
	return w
}

func (w *worker) free() {
	w.read.free()
	w.c.Free()
	w.b.Free()
}

// run computes one block of the result.
func (w *worker) run(p *plan, out Sink, task int) {
	colBlocks := (p.n + p.cols - 1) / p.cols
	col := task % colBlocks * p.cols
	row := task / colBlocks * p.rows
	cols, rows := min(p.cols, p.n-col), min(p.rows, p.m-row)
	for r, round := range p.rounds {
		w.packRight(p, round, col, cols)
		last := r == len(p.rounds)-1
		for i := 0; i < rows; i += p.step {
			c := w.sum
			if len(p.rounds) > 1 {
				c = w.sum[i*p.ld:]
			}
			n := min(p.step, rows-i)
			w.multiply(p, round, span{row + i, n}, cols, c, r > 0)
			if last {
				out.Block(row+i, col, n, cols, c, p.ld)
			}
		}
	}
}

// packRight packs columns [col, col+cols) of the round's right operands: for each chunk all panels, each (hi-lo, NR).
func (w *worker) packRight(p *plan, round []chunk, col, cols int) {
	dst := w.pack
	for _, ch := range round {
		k := ch.hi - ch.lo
		size := p.tile.PanelLen(kernel.Right, k)
		panels := (cols + p.tile.NR - 1) / p.tile.NR
		if ch.term.Trans {
			for j := range panels {
				valid := min(p.tile.NR, cols-j*p.tile.NR)
				if next := cols - (j+1)*p.tile.NR; next > 0 {
					prefetch(ch.term.B, span{col + (j+1)*p.tile.NR, min(p.tile.NR, next)}, span{ch.lo, k})
				}
				w.read.rows(dst[j*size:(j+1)*size], kernel.Right, ch.term.B, span{col + j*p.tile.NR, valid}, span{ch.lo, k})
			}
		} else {
			w.read.cols(dst, kernel.Right, ch.term.B, span{col, cols}, span{ch.lo, k})
		}
		dst = dst[panels*size:]
	}
}

// multiply adds the round's products for some rows to c, or starts c with them.
func (w *worker) multiply(p *plan, round []chunk, rows span, cols int, c []float32, add bool) {
	t := p.tile
	b := w.pack
	panels, tiles := (cols+t.NR-1)/t.NR, (rows.n+t.MR-1)/t.MR
	for _, ch := range round {
		size := t.PanelLen(kernel.Right, ch.hi-ch.lo)
		if k := ch.hi - ch.lo; k > 0 {
			a := kernel.Panels{N: tiles, Data: ch.term.A.at(rows.at)[t.PanelLen(kernel.Left, ch.lo):], Next: ch.term.A.size}
			right := kernel.Panels{N: panels, Data: b, Next: size}
			a.Last, right.Last = rows.n-(tiles-1)*t.MR, cols-(panels-1)*t.NR
			t.MulPanels(k, a, right, c, p.ld, add)
			add = true
		}
		b = b[panels*size:]
	}
	if !add { // no inner values at all
		for i := range rows.n {
			clear(c[i*p.ld : i*p.ld+cols])
		}
	}
}
