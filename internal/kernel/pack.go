package kernel

import "math"

// Packing brings operands into panels. A source is a matrix in row-major order; a panel takes R of its rows (PackRows, the inner
// dimension runs along the row) or R of its columns (PackCols, the inner dimension runs down). Missing rows or columns and the
// rest of the last group are zero.

// PackRows fills a float32 panel of r rows: rows valid rows of k values, src[i*stride+p].
//
// Fast packing writes whole vectors; the memory of one panel is written and nothing beyond.
func (t Tile) PackRows(panel []float32, r int, src []float32, stride, rows, k int) {
	done := 0
	if rows == r && !t.BF16 {
		done = packRowsFast(panel, r, src, stride, k)
	}
	for p := done; p < k; p++ {
		out := panel[p*r : p*r+r]
		for i := range rows {
			out[i] = src[i*stride+p]
		}
		clear(out[rows:])
	}
}

// PackRowsWiden fills a float32 panel of r rows from bfloat16: rows valid rows of k values, src[i*stride+p].
func (t Tile) PackRowsWiden(panel []float32, r int, src []uint16, stride, rows, k int) {
	done := 0
	if rows == r {
		done = packRowsWidenFast(panel, r, src, stride, k)
	}
	for p := done; p < k; p++ {
		out := panel[p*r : p*r+r]
		for i := range rows {
			out[i] = math.Float32frombits(uint32(src[i*stride+p]) << 16)
		}
		clear(out[rows:])
	}
}

// PackRowsBF16 fills a bfloat16 panel of r rows: rows valid rows of k values, src[i*stride+p].
func (t Tile) PackRowsBF16(panel []float32, r int, src []uint16, stride, rows, k int) {
	done := 0
	if rows == r {
		done = t.packRowsBF16Fast(panel, r, src, stride, k)
	}
	out := half(panel)
	for g := done / t.KU; g < t.groups(k); g++ {
		for i := range r {
			for q := range t.KU {
				v := uint16(0)
				if p := g*t.KU + q; i < rows && p < k {
					v = src[i*stride+p]
				}
				out[(g*r+i)*t.KU+q] = v
			}
		}
	}
}

// PackCols fills a float32 panel of r columns: cols valid columns of k values, src[p*stride+j].
func (t Tile) PackCols(panel []float32, r int, src []float32, stride, cols, k int) {
	if cols == r && packColsFast(panel, r, src, stride, k) {
		return
	}
	for p := range k {
		out := panel[p*r : p*r+r]
		copy(out, src[p*stride:p*stride+cols])
		clear(out[cols:])
	}
}

// PackColsWiden fills a float32 panel of r columns from bfloat16: cols valid columns of k values, src[p*stride+j].
func (t Tile) PackColsWiden(panel []float32, r int, src []uint16, stride, cols, k int) {
	if cols == r && packColsWidenFast(panel, r, src, stride, k) {
		return
	}
	for p := range k {
		out := panel[p*r : p*r+r]
		Widen(out[:cols], src[p*stride:])
		clear(out[cols:])
	}
}

// PackColsBF16 fills a bfloat16 panel of r columns: cols valid columns of k values, src[p*stride+j].
func (t Tile) PackColsBF16(panel []float32, r int, src []uint16, stride, cols, k int) {
	done := 0
	if cols == r {
		done = t.packColsBF16Fast(panel, r, src, stride, k)
	}
	out := half(panel)
	for g := done / t.KU; g < t.groups(k); g++ {
		for j := range r {
			for q := range t.KU {
				v := uint16(0)
				if p := g*t.KU + q; j < cols && p < k {
					v = src[p*stride+j]
				}
				out[(g*r+j)*t.KU+q] = v
			}
		}
	}
}
