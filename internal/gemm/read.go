package gemm

import (
	"graft/internal/kernel"
	"graft/internal/mem"
)

// span is a start and a length.
type span struct{ at, n int }

// reader decodes parts of a Matrix and packs them.
type reader struct {
	tile   kernel.Tile
	blockF *mem.Block
	blockH *mem.Block
	f      []float32
	h      []uint16
}

func newReader(a *mem.Arena, t kernel.Tile) *reader {
	n := max(roundUp(max(t.MR, t.NR), 8)*readCols, readRows*max(roundUp(blockN, t.NR), packPanels*t.MR))
	r := &reader{tile: t, blockF: a.F32(n)}
	r.f = r.blockF.F32()
	if t.BF16 {
		r.blockH = a.U16(n)
		r.h = r.blockH.U16()
	}
	return r
}

func (r *reader) free() {
	r.blockF.Free()
	r.blockH.Free()
}

// rows packs rows into one panel: the inner dimension runs along the matrix row.
func (r *reader) rows(panel []float32, s kernel.Side, m Matrix, row, k span) {
	if r.rowsInPlace(panel, s, m, row, k) {
		return
	}
	for lo := 0; lo < k.n; lo += readCols {
		n := min(readCols, k.n-lo)
		r.read(m, row, span{k.at + lo, n}, readCols)
		out := panel[r.tile.PanelLen(s, lo):][:r.tile.PanelLen(s, n)]
		if r.tile.BF16 {
			r.tile.PackRowsBF16(out, s, r.h, readCols, row.n, n)
		} else {
			r.tile.PackRows(out, s, r.f, readCols, row.n, n)
		}
	}
}

// read decodes a part of m, row i to position i*ld of r.h where the microkernel takes bfloat16, else of r.f.
func (r *reader) read(m Matrix, row, col span, ld int) {
	if r.tile.BF16 {
		if hm, ok := m.(BF16Reader); ok {
			hm.ReadBF16(r.h, ld, row.at, col.at, row.n, col.n)
			return
		}
	}
	for i := range row.n {
		f := r.f[i*ld : i*ld+col.n]
		m.Read(f, row.at+i, col.at)
		if r.tile.BF16 {
			kernel.Narrow(r.h[i*ld:i*ld+col.n], f)
		}
	}
}

// rowsInPlace packs straight from memory that has the panel's format, or bfloat16 for a float32 panel.
func (r *reader) rowsInPlace(panel []float32, s kernel.Side, m Matrix, row, k span) bool {
	if fm, ok := m.(F32Matrix); ok && !r.tile.BF16 {
		if data, stride := fm.F32(); data != nil {
			r.tile.PackRows(panel, s, data[row.at*stride+k.at:], stride, row.n, k.n)
			return true
		}
	}
	if hm, ok := m.(BF16Matrix); ok {
		if data, stride := hm.BF16(); data != nil {
			pack := r.tile.PackRowsWiden
			if r.tile.BF16 {
				pack = r.tile.PackRowsBF16
			}
			pack(panel, s, data[row.at*stride+k.at:], stride, row.n, k.n)
			return true
		}
	}
	return false
}

// cols packs columns into panels: the inner dimension runs down the matrix.
func (r *reader) cols(panels []float32, s kernel.Side, m Matrix, col, k span) {
	size, wide := r.tile.PanelLen(s, k.n), r.tile.Wide(s)
	if r.colsInPlace(panels, s, size, m, col, k) {
		return
	}
	for lo := 0; lo < k.n; lo += readRows {
		n := min(readRows, k.n-lo)
		if next := k.n - lo - n; next > 0 {
			prefetch(m, span{k.at + lo + n, min(readRows, next)}, col)
		}
		r.read(m, span{k.at + lo, n}, col, col.n)
		for j := 0; j < col.n; j += wide {
			at := j/wide*size + r.tile.PanelLen(s, lo)
			out := panels[at : at+r.tile.PanelLen(s, n)]
			valid := min(wide, col.n-j)
			if r.tile.BF16 {
				r.tile.PackColsBF16(out, s, r.h[j:], col.n, valid, n)
			} else {
				r.tile.PackCols(out, s, r.f[j:], col.n, valid, n)
			}
		}
	}
}

// prefetch loads the part that is packed next into the cache, for the matrix types that support it.
func prefetch(m Matrix, row, col span) {
	switch m := m.(type) {
	case BF16Reader:
		m.Prefetch(row.at, col.at, row.n, col.n)
	case BF16Matrix:
		if data, stride := m.BF16(); data != nil {
			kernel.Prefetch(data[row.at*stride+col.at:], stride, row.n, col.n)
		}
	}
}

// colsInPlace packs straight from memory that has the panel's format, or bfloat16 for a float32 panel.
func (r *reader) colsInPlace(panels []float32, s kernel.Side, size int, m Matrix, col, k span) bool {
	wide := r.tile.Wide(s)
	if fm, ok := m.(F32Matrix); ok && !r.tile.BF16 {
		if data, stride := fm.F32(); data != nil {
			for j := 0; j < col.n; j += wide {
				out := panels[j/wide*size:][:size]
				r.tile.PackCols(out, s, data[k.at*stride+col.at+j:], stride, min(wide, col.n-j), k.n)
			}
			return true
		}
	}
	if hm, ok := m.(BF16Matrix); ok {
		if data, stride := hm.BF16(); data != nil {
			pack := r.tile.PackColsWiden
			if r.tile.BF16 {
				pack = r.tile.PackColsBF16
			}
			// Some rows at a time for all panels: a cache line spans panels, and a column of a large matrix does not fit the cache.
			for lo := 0; lo < k.n; lo += nearRows {
				n := min(nearRows, k.n-lo)
				src := data[(k.at+lo)*stride+col.at:]
				if next := k.n - lo - n; next > 0 {
					kernel.Prefetch(src[n*stride:], stride, min(nearRows, next), col.n)
				}
				for j := 0; j < col.n; j += wide {
					out := panels[j/wide*size+r.tile.PanelLen(s, lo):][:r.tile.PanelLen(s, n)]
					pack(out, s, src[j:], stride, min(wide, col.n-j), n)
				}
			}
			return true
		}
	}
	return false
}

// nearRows is how many rows of a matrix are packed at a time as columns, a multiple of every KU.
const nearRows = 64
