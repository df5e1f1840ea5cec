package nn

import (
	"graft/internal/gemm"
	"graft/internal/kernel"
)

// Update is a low-rank update of a frozen weight as a grouped product computes it: y = c⊙(x·Wᵀ + s·(x·Aᵀ)·Bᵀ).
type Update struct {
	A, B  *Param  // (r, in), (out, r)
	Scale float32 // s
	// DoRA's magnitude (out, 1), and c (out), that over the norms of the rows of W + s·B·A; nil without.
	M *Param
	C []float32
}

// Updated is a Proj around a Linear that a grouped product can compute itself.
type Updated interface {
	Proj
	// Rank is the width of x·Aᵀ.
	Rank() int
	// Update gives the parameters; ctx runs what they need first. It may be called from a task.
	Update(ctx *Context) Update
}

// AddGrad is a Sink that adds a product, or its transpose, to the gradient of a parameter.
type AddGrad struct {
	Param *Param
	Trans bool
}

// Block adds a block.
func (s AddGrad) Block(row, col, rows, cols int, c []float32, ld int) {
	for i := range rows {
		if !s.Trans {
			g := s.Param.Grad[(row+i)*s.Param.Cols+col:][:cols]
			kernel.Add(g, g, c[i*ld:])
			continue
		}
		for j := range cols {
			s.Param.Grad[(col+j)*s.Param.Cols+row+i] += c[i*ld+j]
		}
	}
}

// ColumnScaled is a matrix with its columns multiplied. Nothing of it lies in memory as it is.
type ColumnScaled struct {
	gemm.Matrix
	By []float32
}

// Read decodes part of a row.
func (m ColumnScaled) Read(dst []float32, row, col int) {
	m.Matrix.Read(dst, row, col)
	kernel.Mul(dst, dst, m.By[col:])
}

// updateGrads adds to the gradients of A and B, given x (rows, in), xa = s·x·Aᵀ, dy (rows, out), and g = s·dy·B: dB = dyᵀ·xa, dA = gᵀ·x.
func (c *Context) updateGrads(u Update, x, xa, dy, g gemm.Matrix) {
	xaT, gT := c.PackT(xa), c.PackT(g)
	c.Mul(AddGrad{u.B, true}, gemm.Term{A: xaT, B: dy})
	c.Mul(AddGrad{u.A, false}, gemm.Term{A: gT, B: x})
	xaT.Free()
	gT.Free()
}

// magnitudeGrad adds Σ w·dy⊙v/by over some rows to the gradient of a magnitude; v may be what by turns into the product before scaling.
func (c *Context) magnitudeGrad(u Update, dy, v gemm.Matrix, by []float32) {
	if c.Counting() {
		return
	}
	rows, cols := dy.Dims()
	sum, a, b := make([]float32, cols), make([]float32, cols), make([]float32, cols)
	for i := range rows {
		dy.Read(a, i, 0)
		v.Read(b, i, 0)
		kernel.Mul(a, a, b)
		kernel.Add(sum, sum, a)
	}
	for j, s := range sum {
		if by[j] != 0 {
			u.M.Grad[j] += s / by[j]
		}
	}
}
