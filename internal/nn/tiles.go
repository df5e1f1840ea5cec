package nn

import "graft/internal/kernel"

// tiles multiplies small float32 matrices on the caller's goroutine: what is packed once is used often. A result takes whole tiles, so its
// memory has room for rows rounded up to MR and columns rounded up to NR.
type tiles struct{ kernel.Tile }

func (g grid) row(i int) []float32 { return g.c[i*g.ld : i*g.ld+g.cols] }

// from is rows [i, i+n) of g.
func (g grid) from(i, n int) grid { return grid{g.c[i*g.ld:], g.ld, n, g.cols} }

// skip is an operand without its first rows (or columns), a multiple of the panels' width.
func (p panels) skip(rows int) panels { return panels{p.data[rows*p.long:], p.at, p.long} }

// left packs a (m, k) as the left operand of a product.
func (t tiles) left(dst []float32, a grid) panels {
	for i := 0; i < a.rows; i += t.MR {
		t.PackRows(dst[i*a.cols:][:t.MR*a.cols], kernel.Left, a.c[i*a.ld:], a.ld, min(t.MR, a.rows-i), a.cols)
	}
	return panels{dst, 0, a.cols}
}

// leftT packs the transpose of a (k, m) as the left operand.
func (t tiles) leftT(dst []float32, a grid) panels {
	for i := 0; i < a.cols; i += t.MR {
		t.PackCols(dst[i*a.rows:][:t.MR*a.rows], kernel.Left, a.c[i:], a.ld, min(t.MR, a.cols-i), a.rows)
	}
	return panels{dst, 0, a.rows}
}

// right packs b (k, n) as the right operand.
func (t tiles) right(dst []float32, b grid) panels {
	p := panels{dst, 0, b.rows}
	t.append(p, b)
	return p
}

// append packs b (k, n) as inner values of p from p.at on.
func (t tiles) append(p panels, b grid) {
	for j := 0; j < b.cols; j += t.NR {
		t.PackCols(p.data[j*p.long+t.NR*p.at:][:t.NR*b.rows], kernel.Right, b.c[j:], b.ld, min(t.NR, b.cols-j), b.rows)
	}
}

// rightT packs the transpose of b (n, k) as the right operand.
func (t tiles) rightT(dst []float32, b grid) panels {
	for j := 0; j < b.rows; j += t.NR {
		t.PackRows(dst[j*b.cols:][:t.NR*b.cols], kernel.Right, b.c[j*b.ld:], b.ld, min(t.NR, b.rows-j), b.cols)
	}
	return panels{dst, 0, b.cols}
}

// mul computes c (+)= a·b over k inner values, from a.at and b.at on.
func (t tiles) mul(c grid, k int, a, b panels, add bool) {
	left := kernel.Panels{N: (c.rows + t.MR - 1) / t.MR, Data: a.data[t.MR*a.at:], Next: t.MR * a.long}
	right := kernel.Panels{N: (c.cols + t.NR - 1) / t.NR, Data: b.data[t.NR*b.at:], Next: t.NR * b.long}
	t.MulPanels(k, left, right, c.c, c.ld, add)
}

// mulLower adds a·b to c, a lower triangular of c.rows rows.
func (t tiles) mulLower(c grid, a, b panels) {
	for i := 0; i < c.rows; i += t.MR {
		t.mul(c.from(i, min(t.MR, c.rows-i)), min(c.rows, i+t.MR), a.skip(i), b, true)
	}
}

// mulUpper adds a·b to c, a upper triangular of c.rows rows.
func (t tiles) mulUpper(c grid, a, b panels) {
	for i := 0; i < c.rows; i += t.MR {
		a.at, b.at = i, i
		t.mul(c.from(i, min(t.MR, c.rows-i)), c.rows-i, a.skip(i), b, true)
	}
}

// solveStep is how many rows of a triangular system are solved between two products.
func (t tiles) solveStep() int { return max(16/t.MR, 1) * t.MR }

// solveLower replaces x by (I + A)⁻¹·x, A strictly lower triangular, given as neg = −A and a its left operand. It leaves x packed as the
// right operand p.
func (t tiles) solveLower(x, neg grid, a, p panels) {
	for i := 0; i < x.rows; i += t.solveStep() {
		b := x.from(i, min(t.solveStep(), x.rows-i))
		if i > 0 {
			t.mul(b, i, a.skip(i), p, true)
		}
		for r := range b.rows {
			for s := range r {
				kernel.Axpy(b.row(r), b.row(s), neg.c[(i+r)*neg.ld+i+s])
			}
		}
		t.append(panels{p.data, i, p.long}, b)
	}
}

// solveUpper replaces x by (I + Aᵀ)⁻¹·x, with neg = −A and a the left operand of its transpose. It leaves x packed as the right operand p.
func (t tiles) solveUpper(x, neg grid, a, p panels) {
	for i := (x.rows - 1) / t.solveStep() * t.solveStep(); i >= 0; i -= t.solveStep() {
		b := x.from(i, min(t.solveStep(), x.rows-i))
		if end := i + b.rows; end < x.rows {
			a.at, p.at = end, end
			t.mul(b, x.rows-end, a.skip(i), p, true)
		}
		for r := b.rows - 2; r >= 0; r-- {
			for s := r + 1; s < b.rows; s++ {
				kernel.Axpy(b.row(r), b.row(s), neg.c[(i+s)*neg.ld+i+r])
			}
		}
		t.append(panels{p.data, i, p.long}, b)
	}
}
