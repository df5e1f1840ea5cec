package nn

import (
	"math"

	"graft/internal/kernel"
	"graft/internal/mem"
	"graft/internal/parallel"
)

// Segment is a run of rows that form one document: attention never leaves it.
type Segment struct{ Start, End int }

// Heads describes a causal attention with grouped queries (Ainslie et al., 2023): query head h reads key/value head h·KV/Q.
type Heads struct {
	Q, KV, Dim int
	Window     int // a query sees its last Window keys, itself included; 0 = all
}

func (h Heads) scale() float32 { return float32(1 / math.Sqrt(float64(h.Dim))) }

// Attention is o = softmax(q·kᵀ/√d, causal)·v in each segment and head; q, o are (T, Q·Dim), k, v are (T, KV·Dim).
//
// Tiles of queries and keys with an online softmax (Milakov and Gimelshein, 2018; Dao et al., 2022): scores never leave the cache; what
// is kept is o and the logarithm of each row's normaliser. See attention_back.go for the backward pass.
func (t *Tape) Attention(q, k, v *Value, h Heads, segs []Segment) *Value {
	o := t.Make(q.Rows, q.Cols, false, q, k, v)
	lse := t.NewF32(h.Q, q.Rows)
	t.Keep(lse)
	t.Record(o, Op{Uses: []*Value{q, k, v, o}, Compute: func() {
		o.data = t.New(q.Rows, q.Cols)
		a := &attention{Context: t.Context, h: h, q: q.Data(), k: k.Data(), v: v.Data(), o: o.data, lse: lse}
		a.run(segs, h.Q/h.KV, a.forward)
		t.Count(4 * h.work(segs))
	}, Back: func() {
		a := &attention{Context: t.Context, h: h, q: q.Data(), k: k.Data(), v: v.Data(), o: o.data, lse: lse, do: o.grad}
		var adds [3]bool
		a.dq, adds[0] = t.gradTensor(q)
		a.dk, adds[1] = t.gradTensor(k)
		a.dv, adds[2] = t.gradTensor(v)
		a.add = adds
		a.run(segs, 1, a.backward)
		t.Count(10 * h.work(segs))
	}})
	return o
}

// work is the number of multiplications of one product of all queries with the keys that they see.
func (h Heads) work(segs []Segment) (n float64) {
	for _, s := range segs {
		all := float64(s.End - s.Start)
		hidden := 0.0
		if h.Window > 0 {
			hidden = max(all-float64(h.Window), 0)
		}
		n += (all*(all+1) - hidden*(hidden+1)) / 2
	}
	return n * float64(h.Q*h.Dim)
}

// tileRows is the side of a tile of scores: a multiple of every NR and KU.
const tileRows = 96

// attention is one call: operands and where results go.
type attention struct {
	*Context
	h          Heads
	q, k, v, o *Tensor
	lse        *Tensor // (Q, T) logarithms of the normalisers
	do         *Tensor
	dq, dk, dv *Tensor
	add        [3]bool
}

// head is one task: a key/value head of a segment and, forward, one of its query heads.
type head struct {
	seg   Segment
	kv    int // key/value head
	q0, n int // first query head, how many
}

// run starts a task per segment, key/value head and share of its query heads.
func (a *attention) run(segs []Segment, shares int, f func(s *scratch, hd head)) {
	group := a.h.Q / a.h.KV
	longest := 0
	for _, s := range segs {
		longest = max(longest, s.End-s.Start)
	}
	scratches := parallel.Each(a.Pool, len(segs)*a.h.KV*shares, func() *scratch { return a.newScratch(longest) }, func(s *scratch, task int) {
		share, task := task%shares, task/shares
		kv, seg := task%a.h.KV, segs[task/a.h.KV]
		f(s, head{seg: seg, kv: kv, q0: kv*group + share*(group/shares), n: group / shares})
	})
	for _, s := range scratches {
		s.free()
	}
}

// scratch is what one worker needs.
type scratch struct {
	blocks  []*mem.Block
	arena   *mem.Arena
	row     []float32 // rows read from tensors: (tileRows + padding, Dim)
	half    []uint16  // the same rounded
	k, v    []float32 // panels of NR: keys (⌈T/NR⌉, Dim), values as rows of panels (⌈Dim/NR⌉, T)
	q       []float32 // panels of MR: queries of a tile (⌈rows/MR⌉, Dim)
	p       []float32 // panels of MR: probabilities of a tile (⌈rows/MR⌉, tileRows)
	s       []float32 // scores (rows, tileRows)
	out     []float32 // (rows, wide) sums, wide = Dim rounded to NR
	max     []float32 // (rows) running maximum
	sum     []float32 // (rows) running sum
	back    *backScratch
	longest int
}

func (s *scratch) f32(n int) []float32 {
	b := s.arena.F32(n)
	s.blocks = append(s.blocks, b)
	return b.F32()
}

func (s *scratch) u16(n int) []uint16 {
	b := s.arena.U16(n)
	s.blocks = append(s.blocks, b)
	return b.U16()
}

func (s *scratch) free() {
	for _, b := range s.blocks {
		b.Free()
	}
}

func roundUp(n, to int) int { return (n + to - 1) / to * to }

// qRows is the number of queries of a tile, a multiple of MR.
func (a *attention) qRows() int { return max(tileRows/a.Tile.MR, 1) * a.Tile.MR }

// wide is the width of a head in whole panels.
func (a *attention) wide() int { return roundUp(a.h.Dim, a.Tile.NR) }

func (a *attention) newScratch(longest int) *scratch {
	t, d := a.Tile, a.h.Dim
	rows := roundUp(max(a.qRows(), tileRows), t.MR)
	keys := roundUp(longest, tileRows)
	s := &scratch{arena: a.Arena, longest: longest}
	s.row = s.f32((rows + 8) * max(d, tileRows))
	if t.BF16 {
		s.half = s.u16((rows + 8) * max(d, tileRows))
	}
	s.k = s.f32(t.PanelsLen(kernel.Right, keys, d))
	s.v = s.f32(t.PanelsLen(kernel.Right, d, keys))
	s.q = s.f32(t.PanelsLen(kernel.Left, rows, d))
	s.p = s.f32(t.PanelsLen(kernel.Left, rows, tileRows))
	s.s = s.f32(rows * tileRows)
	s.out = s.f32(rows * a.wide())
	s.max, s.sum = s.f32(rows), s.f32(rows)
	if a.do != nil {
		s.back = a.newBackScratch(s, keys)
	}
	return s
}

// read decodes rows [lo, hi) of one head of x for packing: (rows, Dim) in s.half where the microkernel takes bfloat16, else in s.row.
func (a *attention) read(s *scratch, x *Tensor, lo, hi, head int) {
	d := a.h.Dim
	if a.Tile.BF16 && x.h != nil {
		for i := lo; i < hi; i++ {
			copy(s.half[(i-lo)*d:(i-lo+1)*d], x.h[i*x.Cols+head*d:])
		}
		return
	}
	for i := lo; i < hi; i++ {
		x.Read(s.row[(i-lo)*d:(i-lo+1)*d], i, head*d)
	}
	if a.Tile.BF16 {
		kernel.Narrow(s.half[:(hi-lo)*d], s.row)
	}
}

// packRows packs n rows in s.row into panels of one side; the inner dimension is the head.
func (a *attention) packRows(s *scratch, dst []float32, side kernel.Side, n int) {
	t, d := a.Tile, a.h.Dim
	size, wide := t.PanelLen(side, d), t.Wide(side)
	for i := 0; i < n; i += wide {
		out, valid := dst[i/wide*size:][:size], min(wide, n-i)
		if t.BF16 {
			t.PackRowsBF16(out, side, s.half[i*d:], d, valid, d)
		} else {
			t.PackRows(out, side, s.row[i*d:], d, valid, d)
		}
	}
}

// panels is a right operand: panels of NR columns with long inner values each, used from inner value at on.
type panels struct {
	data     []float32
	at, long int
}

// packCols packs n rows in s.row as inner values of dst.
func (a *attention) packCols(s *scratch, dst panels, n int) {
	t, d := a.Tile, a.h.Dim
	size := t.PanelLen(kernel.Right, dst.long)
	for j := 0; j < d; j += t.NR {
		out := dst.data[j/t.NR*size+t.PanelLen(kernel.Right, dst.at):][:t.PanelLen(kernel.Right, n)]
		if t.BF16 {
			t.PackColsBF16(out, kernel.Right, s.half[j:], d, min(t.NR, d-j), n)
		} else {
			t.PackCols(out, kernel.Right, s.row[j:], d, min(t.NR, d-j), n)
		}
	}
}

// grid is a matrix of sums, rows ld apart.
type grid struct {
	c          []float32
	ld         int
	rows, cols int
}

// product computes c (+)= a·b over k inner values.
func (a *attention) product(c grid, k int, a1 []float32, b panels, add bool) {
	t := a.Tile
	left := kernel.Panels{N: (c.rows + t.MR - 1) / t.MR, Data: a1, Next: t.PanelLen(kernel.Left, k)}
	right := kernel.Panels{N: (c.cols + t.NR - 1) / t.NR, Data: b.data[t.PanelLen(kernel.Right, b.at):], Next: t.PanelLen(kernel.Right, b.long)}
	left.Last, right.Last = c.rows-(left.N-1)*t.MR, c.cols-(right.N-1)*t.NR
	t.MulPanels(k, left, right, c.c, c.ld, add)
}

// loadKV packs keys and values of a key/value head.
func (a *attention) loadKV(s *scratch, hd head) {
	n := hd.seg.End - hd.seg.Start
	keys := roundUp(n, tileRows)
	for j := 0; j < n; j += tileRows {
		lo := hd.seg.Start + j
		hi := min(lo+tileRows, hd.seg.End)
		a.read(s, a.k, lo, hi, hd.kv)
		a.packRows(s, s.k[a.keyPanel(j):], kernel.Right, hi-lo)
		a.read(s, a.v, lo, hi, hd.kv)
		a.packCols(s, panels{s.v, j, keys}, hi-lo)
	}
}

// keyPanel is where the panel of key j starts.
func (a *attention) keyPanel(j int) int {
	return a.Tile.PanelLen(kernel.Right, a.h.Dim) * (j / a.Tile.NR)
}

// visible is the range of keys, relative to the segment, that query i (relative) sees.
func (a *attention) visible(i int) (lo, hi int) {
	if a.h.Window > 0 {
		lo = max(0, i-a.h.Window+1)
	}
	return lo, i + 1
}

func (a *attention) forward(s *scratch, hd head) {
	a.loadKV(s, hd)
	n := hd.seg.End - hd.seg.Start
	for q := hd.q0; q < hd.q0+hd.n; q++ {
		for i := 0; i < n; i += a.qRows() {
			a.forwardTile(s, hd.seg, q, i, min(a.qRows(), n-i))
		}
	}
}

// forwardTile computes the output of queries [i, i+rows) of one head.
func (a *attention) forwardTile(s *scratch, seg Segment, q, i, rows int) {
	d, keys := a.h.Dim, roundUp(seg.End-seg.Start, tileRows)
	a.read(s, a.q, seg.Start+i, seg.Start+i+rows, q)
	a.packRows(s, s.q, kernel.Left, rows)
	clear(s.out)
	clear(s.sum)
	for r := range rows {
		s.max[r] = float32(math.Inf(-1))
	}
	first, _ := a.visible(i)
	for j := first / tileRows * tileRows; j < i+rows; j += tileRows {
		cols := min(tileRows, seg.End-seg.Start-j)
		a.product(grid{s.s, tileRows, rows, cols}, d, s.q, panels{s.k[a.keyPanel(j):], 0, d}, false)
		for r := range rows {
			a.softmaxRow(s, r, i+r, j, cols)
		}
		a.packScores(s, s.p, rows, cols)
		a.product(grid{s.out, a.wide(), rows, d}, cols, s.p, panels{s.v, j, keys}, true)
	}
	for r := range rows {
		out := s.out[r*a.wide() : r*a.wide()+d]
		kernel.Scale(out, out, 1/s.sum[r])
		a.o.Write(seg.Start+i+r, q*d, out)
		a.lse.f[q*a.lse.Cols+seg.Start+i+r] = s.max[r] + float32(math.Log(float64(s.sum[r])))
	}
}

// softmaxRow turns row r of the scores (query i, keys j…) into exp(score − running maximum), rescaling what was summed so far when the
// maximum grows. Keys that the query does not see get 0.
func (a *attention) softmaxRow(s *scratch, r, i, j, cols int) {
	row := s.s[r*tileRows : r*tileRows+roundUp(cols, lanes)]
	if !a.mask(row, i, j, cols) {
		clear(row)
		return
	}
	scale := a.h.scale()
	if m := kernel.Max(row) * scale; m > s.max[r] {
		if s.sum[r] > 0 {
			f := float32(math.Exp(float64(s.max[r] - m)))
			s.sum[r] *= f
			out := s.out[r*a.wide() : (r+1)*a.wide()]
			kernel.Scale(out, out, f)
		}
		s.max[r] = m
	}
	s.sum[r] += kernel.ExpSum(row, row, scale, s.max[r])
}

// lanes is what vectors of every instruction set divide, so that a row of scores has no rest; tileRows is a multiple.
const lanes = 16

// mask puts the lowest number, whose exponential is 0, where query i does not see the keys from j on. It tells whether any is left.
func (a *attention) mask(row []float32, i, j, cols int) bool {
	lo, hi := a.visible(i)
	lo, hi = max(lo-j, 0), min(hi-j, cols)
	if lo >= hi {
		return false
	}
	for _, hidden := range [][]float32{row[:lo], row[hi:]} {
		for c := range hidden {
			hidden[c] = -math.MaxFloat32
		}
	}
	return true
}

// packScores packs s.s (rows, cols of tileRows) as a left operand of cols inner values.
func (a *attention) packScores(s *scratch, dst []float32, rows, cols int) {
	t := a.Tile
	size := t.PanelLen(kernel.Left, cols)
	if t.BF16 {
		kernel.Narrow(s.half[:rows*tileRows], s.s)
	}
	for i := 0; i < rows; i += t.MR {
		out, valid := dst[i/t.MR*size:][:size], min(t.MR, rows-i)
		if t.BF16 {
			t.PackRowsBF16(out, kernel.Left, s.half[i*tileRows:], tileRows, valid, cols)
		} else {
			t.PackRows(out, kernel.Left, s.s[i*tileRows:], tileRows, valid, cols)
		}
	}
}
