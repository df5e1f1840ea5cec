package nn

import "graft/internal/kernel"

// The backward pass recomputes the probabilities from q, k and the stored normalisers, tile by tile (Dao et al., 2022):
//
//	p = exp(q·kᵀ/√d − lse)   dp = do·vᵀ   δ = Σ do⊙o   ds = p⊙(dp − δ)/√d
//	dv = pᵀ·do   dq = ds·k   dk = dsᵀ·q
//
// A task owns a key/value head of a segment and sums dk and dv over its query heads and tiles in a fixed order.

// backScratch is what the backward pass needs beside scratch.
type backScratch struct {
	vRows  []float32 // panels of NR over keys: values (⌈T/NR⌉, Dim), for do·vᵀ
	kCols  []float32 // panels of NR over Dim: keys as inner values (⌈Dim/NR⌉, T), for ds·k
	qCols  []float32 // panels of NR over Dim: queries of a tile as inner values, for dsᵀ·q
	doRows []float32 // panels of MR: do of a tile (⌈rows/MR⌉, Dim)
	doCols []float32 // panels of NR over Dim: do of a tile as inner values, for pᵀ·do
	dp     []float32 // (rows, tileRows)
	dk, dv []float32 // (keys + padding, wide) sums
	delta  []float32 // (rows)
}

func (a *attention) newBackScratch(s *scratch, keys int) *backScratch {
	t, d := a.Tile, a.h.Dim
	rows := roundUp(max(a.qRows(), tileRows), t.MR)
	b := &backScratch{}
	b.vRows = s.f32(t.PanelsLen(kernel.Right, keys, d))
	b.kCols = s.f32(t.PanelsLen(kernel.Right, d, keys))
	b.qCols = s.f32(t.PanelsLen(kernel.Right, d, rows))
	b.doRows = s.f32(t.PanelsLen(kernel.Left, rows, d))
	b.doCols = s.f32(t.PanelsLen(kernel.Right, d, rows))
	b.dp = s.f32(rows * tileRows)
	b.dk = s.f32((keys + t.MR) * a.wide())
	b.dv = s.f32((keys + t.MR) * a.wide())
	b.delta = s.f32(rows)
	return b
}

func (a *attention) backward(s *scratch, hd head) {
	a.loadKV(s, hd)
	a.loadKVBack(s, hd)
	clear(s.back.dk)
	clear(s.back.dv)
	n := hd.seg.End - hd.seg.Start
	for q := hd.q0; q < hd.q0+hd.n; q++ {
		for i := 0; i < n; i += a.qRows() {
			a.backwardTile(s, hd.seg, q, i, min(a.qRows(), n-i))
		}
	}
	for i := range n {
		lo := i * a.wide()
		a.putHead(a.dk, s, s.back.dk[lo:lo+a.h.Dim], hd.seg.Start+i, hd.kv, a.add[1])
		a.putHead(a.dv, s, s.back.dv[lo:lo+a.h.Dim], hd.seg.Start+i, hd.kv, a.add[2])
	}
}

// putHead stores or adds one head of a row of gradient.
func (a *attention) putHead(dst *Tensor, s *scratch, v []float32, row, head int, add bool) {
	if add {
		old := s.row[:len(v)]
		dst.Read(old, row, head*a.h.Dim)
		kernel.Add(v, v, old)
	}
	dst.Write(row, head*a.h.Dim, v)
}

// loadKVBack packs the keys and values of a head in the forms that only the backward pass needs.
func (a *attention) loadKVBack(s *scratch, hd head) {
	n := hd.seg.End - hd.seg.Start
	keys := roundUp(n, tileRows)
	for j := 0; j < n; j += tileRows {
		lo := hd.seg.Start + j
		hi := min(lo+tileRows, hd.seg.End)
		a.read(s, a.v, lo, hi, hd.kv)
		a.packRows(s, s.back.vRows[a.keyPanel(j):], kernel.Right, hi-lo)
		a.read(s, a.k, lo, hi, hd.kv)
		a.packCols(s, panels{s.back.kCols, j, keys}, hi-lo)
	}
}

// backwardTile adds what queries [i, i+rows) of one head contribute.
func (a *attention) backwardTile(s *scratch, seg Segment, q, i, rows int) {
	d, b, keys := a.h.Dim, s.back, roundUp(seg.End-seg.Start, tileRows)
	lo := seg.Start + i
	a.read(s, a.do, lo, lo+rows, q)
	a.packRows(s, b.doRows, kernel.Left, rows)
	a.packCols(s, panels{b.doCols, 0, rows}, rows)
	for r := range rows {
		o, do := s.out[:d], s.row[:d]
		a.o.Read(o, lo+r, q*d)
		a.do.Read(do, lo+r, q*d)
		b.delta[r] = kernel.Dot(o, do)
	}
	a.read(s, a.q, lo, lo+rows, q)
	a.packRows(s, s.q, kernel.Left, rows)
	a.packCols(s, panels{b.qCols, 0, rows}, rows)
	clear(s.out)
	first, _ := a.visible(i)
	for j := first / tileRows * tileRows; j < i+rows; j += tileRows {
		cols := min(tileRows, seg.End-seg.Start-j)
		a.product(grid{s.s, tileRows, rows, cols}, d, s.q, panels{s.k[a.keyPanel(j):], 0, d}, false)
		a.product(grid{b.dp, tileRows, rows, cols}, d, b.doRows, panels{b.vRows[a.keyPanel(j):], 0, d}, false)
		for r := range rows {
			a.scoreGrad(s, r, i+r, j, cols, a.lse.f[q*a.lse.Cols+lo+r])
		}
		a.transposed(s, s.s, rows, cols)
		a.product(grid{b.dv[j*a.wide():], a.wide(), cols, d}, rows, s.p, panels{b.doCols, 0, rows}, true)
		a.transposed(s, b.dp, rows, cols)
		a.product(grid{b.dk[j*a.wide():], a.wide(), cols, d}, rows, s.p, panels{b.qCols, 0, rows}, true)
		copy(s.s[:rows*tileRows], b.dp)
		a.packScores(s, s.p, rows, cols)
		a.product(grid{s.out, a.wide(), rows, d}, cols, s.p, panels{b.kCols, j, keys}, true)
	}
	for r := range rows {
		a.putHead(a.dq, s, s.out[r*a.wide():r*a.wide()+d], lo+r, q, a.add[0])
	}
}

// scoreGrad turns row r of the scores into probabilities and the same row of dp into ds.
func (a *attention) scoreGrad(s *scratch, r, i, j, cols int, lse float32) {
	p, ds := s.s[r*tileRows:r*tileRows+roundUp(cols, lanes)], s.back.dp[r*tileRows:r*tileRows+cols]
	if !a.mask(p, i, j, cols) {
		clear(p)
		clear(ds)
		return
	}
	kernel.ExpSum(p, p, a.h.scale(), lse)
	kernel.SoftmaxGrad(ds, p[:cols], ds, a.h.scale(), s.back.delta[r])
}

// transposed packs x (rows, cols of tileRows) as the left operand xᵀ of rows inner values into s.p.
func (a *attention) transposed(s *scratch, x []float32, rows, cols int) {
	t := a.Tile
	size := t.PanelLen(kernel.Left, rows)
	if t.BF16 {
		kernel.Narrow(s.half[:rows*tileRows], x)
	}
	for i := 0; i < cols; i += t.MR {
		out, valid := s.p[i/t.MR*size:][:size], min(t.MR, cols-i)
		if t.BF16 {
			t.PackColsBF16(out, kernel.Left, s.half[i:], tileRows, valid, rows)
		} else {
			t.PackCols(out, kernel.Left, x[i:], tileRows, valid, rows)
		}
	}
}
