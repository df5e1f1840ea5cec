package nn

import "graft/internal/mem"

// deltaWork is what one worker needs.
type deltaWork struct {
	tiles
	arena  *mem.Arena
	blocks []*mem.Block
	chunks []*deltaChunk
	taps   [][]float32 // (taps, conv) of the key head at work
	ones   []float32   // (conv)
	ba     []float32   // a token's b and a
	z      []float32   // a token's gates
	line   []float32   // a token's strip
	buf    []float32   // a token's strip
	raw    grid        // (taps−1 + n, conv) input of the convolution
	act    grid        // (n, conv) silu of the convolution
	sums   grid        // (2·pad, ValueDim) QS and KS
	neg, p grid        // (pad, n) −A and P of a value head
	leftQK []float32   // queries and keys as a left operand
	leftKT []float32   // keys transposed
	left   []float32   // any other left operand
	right  []float32   // a right operand
	back   *deltaBack
}

// deltaChunk is what the backward pass reads of a chunk and key head.
type deltaChunk struct {
	lo, n int // rows of the batch
	pad   int // n rounded up to MR
	pre   grid
	qk    grid      // (2·pad, KeyDim): queries from row 0, keys from row pad
	inv   []float32 // (2, chunkRows) of unit
	dots  grid      // (2·pad, n): Q·Kᵀ from row 0, K·Kᵀ from row pad
	heads []deltaHead
}

// deltaHead is what belongs to one value head.
type deltaHead struct {
	s       grid // (KeyDim, ValueDim) state before the chunk; what is right of it in memory is zero
	e, x, o grid // (n, ValueDim)
	decay   grid // (n, n) Γ, lower triangle

	beta, gamma, eps, omega []float32 // (n)
}

// deltaBack is what the backward pass needs in addition.
type deltaBack struct {
	ds     []grid    // of each value head: gradient of the state
	dqk    grid      // (2·pad, KeyDim) gradients of queries and keys
	dor    grid      // (2·pad, ValueDim) dO and R of a value head
	dots   grid      // (2·pad, n) dP and −dA
	hat    grid      // (2·pad, KeyDim) dQ̂ and R·Sᵀ
	bar    grid      // (pad, KeyDim) dK̄
	m1, g  grid      // (pad, n) sums of dP⊙Γ and of G over the value heads
	act    grid      // (n, conv) gradient of act
	pre    grid      // (n + taps−1, conv) gradient of the convolution's output, of the next chunk's first rows too
	strip  grid      // (n, strip) gradient of the input
	dba    grid      // (n, 2·group)
	leftQT []float32 // queries transposed
	colSum []float32 // (n)
	dgamma []float64 // (n)
}

func (w *deltaWork) free() {
	for _, b := range w.blocks {
		b.Free()
	}
}

func (w *deltaWork) f32(n int) []float32 {
	b := w.arena.F32(n)
	w.blocks = append(w.blocks, b)
	return b.F32()
}

// sumGrid has room for whole tiles.
func (w *deltaWork) sumGrid(rows, cols int) grid {
	ld := roundUp(cols, w.NR)
	return grid{w.f32(roundUp(rows, w.MR) * ld), ld, rows, cols}
}

func (w *deltaWork) plainGrid(rows, cols int) grid { return grid{w.f32(rows * cols), cols, rows, cols} }

// newWork makes room for chunks of a segment of at most longest tokens.
func (r *deltaRun) newWork(chunks, longest int) *deltaWork {
	w := &deltaWork{tiles: r.m, arena: r.Arena, taps: make([][]float32, len(r.Taps))}
	n := min(chunkRows, longest)
	pad, dk, dv := roundUp(n, w.MR), r.KeyDim, r.ValueDim
	for range chunks {
		w.chunks = append(w.chunks, r.newChunk(w, n, pad))
	}
	w.ones = w.f32(r.conv())
	for i := range w.ones {
		w.ones[i] = 1
	}
	w.ba, w.z = w.f32(2*r.group()), w.f32(r.group()*dv)
	w.line, w.buf = w.f32(max(r.strip(), 2*dv, n)), w.f32(max(r.strip(), 2*dv, n))
	w.raw, w.act = w.plainGrid(len(r.Taps)-1+n, r.conv()), w.plainGrid(n, r.conv())
	w.sums = w.sumGrid(2*pad, dv)
	w.neg, w.p = w.sumGrid(pad, n), w.sumGrid(pad, n)
	wide := max(dk, dv, n)
	w.leftQK, w.leftKT = w.f32(2*pad*dk), w.f32(roundUp(dk, w.MR)*n)
	w.left = w.f32(2 * pad * wide)
	w.right = w.f32(roundUp(wide, w.NR) * max(dk, dv, n))
	if r.dy != nil {
		w.back = r.newBack(w, n, pad)
	}
	return w
}

func (r *deltaRun) newChunk(w *deltaWork, n, pad int) *deltaChunk {
	c := &deltaChunk{pre: w.plainGrid(n, r.conv()), qk: w.plainGrid(2*pad, r.KeyDim), inv: w.f32(2 * chunkRows), dots: w.sumGrid(2*pad, n)}
	for range r.group() {
		h := deltaHead{
			s: w.sumGrid(r.KeyDim, r.ValueDim), e: w.sumGrid(n, r.ValueDim), x: w.sumGrid(n, r.ValueDim), o: w.sumGrid(n, r.ValueDim),
			decay: w.sumGrid(n, n),
		}
		h.beta, h.gamma, h.eps, h.omega = w.f32(n), w.f32(n), w.f32(n), w.f32(n)
		c.heads = append(c.heads, h)
	}
	return c
}

func (r *deltaRun) newBack(w *deltaWork, n, pad int) *deltaBack {
	b := &deltaBack{
		dqk: w.sumGrid(2*pad, r.KeyDim), dor: w.sumGrid(2*pad, r.ValueDim), dots: w.sumGrid(2*pad, n),
		hat: w.sumGrid(2*pad, r.KeyDim), bar: w.sumGrid(pad, r.KeyDim),
		m1: w.sumGrid(pad, n), g: w.sumGrid(pad, n),
		act: w.plainGrid(n, r.conv()), pre: w.plainGrid(n+len(r.Taps)-1, r.conv()),
		strip: w.plainGrid(n, r.strip()), dba: w.plainGrid(n, 2*r.group()),
		leftQT: w.f32(roundUp(r.KeyDim, w.MR) * n), colSum: w.f32(n), dgamma: make([]float64, n),
	}
	for range r.group() {
		b.ds = append(b.ds, w.sumGrid(r.KeyDim, r.ValueDim))
	}
	return b
}
