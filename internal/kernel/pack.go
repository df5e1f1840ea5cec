package kernel

import "math"

// Packing copies operands into panels. A source is a matrix in row-major order; a panel takes R of its rows (PackRows, the inner
// dimension runs along the row) or R of its columns (PackCols, the inner dimension runs down). Missing rows or columns and the
// rest of the last group are zero.

// PackRows fills a float32 panel of side s: rows valid rows of k values, src[i*stride+p].
//
// Fast packing writes whole vectors; the memory of one panel is written and nothing beyond.
func (t Tile) PackRows(panel []float32, s Side, src []float32, stride, rows, k int) {
	done, r := 0, t.Wide(s)
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
func (t Tile) PackRowsWiden(panel []float32, s Side, src []uint16, stride, rows, k int) {
	done, r := 0, t.Wide(s)
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

// PackRowsBF16 fills a bfloat16 panel of side s: rows valid rows of k values, src[i*stride+p].
func (t Tile) PackRowsBF16(panel []float32, s Side, src []uint16, stride, rows, k int) {
	out, r := half(panel), t.Wide(s)
	for p := t.packRowsBF16Fast(panel, s, src, stride, rows, k); p < t.roundK(k); p++ {
		for i := range r {
			value := uint16(0)
			if i < rows && p < k {
				value = src[i*stride+p]
			}
			out[t.index(s, p, i)] = value
		}
	}
}

// PackCols fills a float32 panel of side s: cols valid columns of k values, src[p*stride+j].
func (t Tile) PackCols(panel []float32, s Side, src []float32, stride, cols, k int) {
	r := t.Wide(s)
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
func (t Tile) PackColsWiden(panel []float32, s Side, src []uint16, stride, cols, k int) {
	r := t.Wide(s)
	if cols == r && packColsWidenFast(panel, r, src, stride, k) {
		return
	}
	for p := range k {
		out := panel[p*r : p*r+r]
		Widen(out[:cols], src[p*stride:])
		clear(out[cols:])
	}
}

// PackColsBF16 fills a bfloat16 panel of side s: cols valid columns of k values, src[p*stride+j].
func (t Tile) PackColsBF16(panel []float32, s Side, src []uint16, stride, cols, k int) {
	out, r := half(panel), t.Wide(s)
	for p := t.packColsBF16Fast(panel, s, src, stride, cols, k); p < t.roundK(k); p++ {
		for j := range r {
			value := uint16(0)
			if j < cols && p < k {
				value = src[p*stride+j]
			}
			out[t.index(s, p, j)] = value
		}
	}
}
