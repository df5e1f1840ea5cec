package gemm

import "graft/internal/kernel"

// F32 is a matrix of float32 in memory, rows Stride apart.
type F32 struct {
	Rows, Cols, Stride int
	Data               []float32
}

// NewF32 views data as a contiguous (rows, cols) matrix.
func NewF32(data []float32, rows, cols int) F32 { return F32{rows, cols, cols, data} }

// Dims returns the number of rows and columns.
func (m F32) Dims() (rows, cols int) { return m.Rows, m.Cols }

// Read copies part of a row.
func (m F32) Read(dst []float32, row, col int) { copy(dst, m.Data[row*m.Stride+col:]) }

// F32 is the memory.
func (m F32) F32() ([]float32, int) { return m.Data, m.Stride }

// Block stores a block of a product.
func (m F32) Block(row, col, rows, cols int, c []float32, ld int) {
	for i := range rows {
		copy(m.Data[(row+i)*m.Stride+col:][:cols], c[i*ld:])
	}
}

// BF16 is a matrix of bfloat16 in memory, rows Stride apart.
type BF16 struct {
	Rows, Cols, Stride int
	Data               []uint16
}

// NewBF16 views data as a contiguous (rows, cols) matrix.
func NewBF16(data []uint16, rows, cols int) BF16 { return BF16{rows, cols, cols, data} }

// Dims returns the number of rows and columns.
func (m BF16) Dims() (rows, cols int) { return m.Rows, m.Cols }

// Read widens part of a row.
func (m BF16) Read(dst []float32, row, col int) { kernel.Widen(dst, m.Data[row*m.Stride+col:]) }

// BF16 is the memory.
func (m BF16) BF16() ([]uint16, int) { return m.Data, m.Stride }

// Block rounds and stores a block of a product.
func (m BF16) Block(row, col, rows, cols int, c []float32, ld int) {
	for i := range rows {
		kernel.Narrow(m.Data[(row+i)*m.Stride+col:][:cols], c[i*ld:i*ld+cols])
	}
}

// SinkFunc is a function used as a Sink.
type SinkFunc func(row, col, rows, cols int, c []float32, ld int)

// Block calls the function.
func (f SinkFunc) Block(row, col, rows, cols int, c []float32, ld int) {
	f(row, col, rows, cols, c, ld)
}
