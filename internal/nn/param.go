package nn

import "graft/internal/gemm"

// Param is a trainable matrix, always float32.
type Param struct {
	Name       string
	Rows, Cols int
	Data, Grad []float32 // (Rows, Cols)
}

// NewParam makes a zero parameter.
func NewParam(name string, rows, cols int) *Param {
	return &Param{Name: name, Rows: rows, Cols: cols, Data: make([]float32, rows*cols), Grad: make([]float32, rows*cols)}
}

// Matrix is the parameter as an operand, (Rows, Cols).
func (p *Param) Matrix() gemm.F32 { return gemm.NewF32(p.Data, p.Rows, p.Cols) }
