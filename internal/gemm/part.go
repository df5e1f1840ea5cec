package gemm

// part is some rows and columns of a matrix.
type part struct {
	Matrix
	row, col, rows, cols int
}

// readerPart is a part of a matrix that decodes into bfloat16 by itself.
type readerPart struct {
	part
	reader BF16Reader
}

// Part is rows [row, row+rows) and columns [col, col+cols) of a matrix. It implements the same optional interfaces as the matrix.
func Part(m Matrix, row, col, rows, cols int) Matrix {
	p := part{m, row, col, rows, cols}
	if r, ok := m.(BF16Reader); ok {
		return readerPart{p, r}
	}
	return p
}

// Dims returns the number of rows and columns.
func (p part) Dims() (rows, cols int) { return p.rows, p.cols }

// Read decodes part of a row.
func (p part) Read(dst []float32, row, col int) { p.Matrix.Read(dst, p.row+row, p.col+col) }

// F32 is the memory of a float32 matrix.
func (p part) F32() ([]float32, int) {
	if f, ok := p.Matrix.(F32Matrix); ok {
		if data, stride := f.F32(); data != nil {
			return data[p.row*stride+p.col:], stride
		}
	}
	return nil, 0
}

// BF16 is the memory of a bfloat16 matrix.
func (p part) BF16() ([]uint16, int) {
	if h, ok := p.Matrix.(BF16Matrix); ok {
		if data, stride := h.BF16(); data != nil {
			return data[p.row*stride+p.col:], stride
		}
	}
	return nil, 0
}

// ReadBF16 decodes a region of the part.
func (p readerPart) ReadBF16(dst []uint16, ld int, row, col, rows, cols int) {
	p.reader.ReadBF16(dst, ld, p.row+row, p.col+col, rows, cols)
}

// Prefetch loads a region of the part into the cache.
func (p readerPart) Prefetch(row, col, rows, cols int) {
	p.reader.Prefetch(p.row+row, p.col+col, rows, cols)
}
