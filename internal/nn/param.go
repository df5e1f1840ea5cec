package nn

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
