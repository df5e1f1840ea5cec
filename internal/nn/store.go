package nn

import "graft/internal/kernel"

// Store is the Sink of a product whose result is a tensor: scaled by column, shifted by column, added to what is there.
type Store struct {
	To    *Tensor
	Add   bool      // keep what To holds
	Scale []float32 // (cols) or nil: DoRA's magnitude over norm
	Bias  []float32 // (cols) or nil
}

// maxBlock bounds the columns of a block of a product.
const maxBlock = 512

// Block finishes a block and stores it.
func (s Store) Block(row, col, rows, cols int, c []float32, ld int) {
	var buf [maxBlock]float32
	for i := range rows {
		v := c[i*ld : i*ld+cols]
		if s.Scale != nil {
			kernel.Mul(v, v, s.Scale[col:])
		}
		if s.Bias != nil {
			kernel.Add(v, v, s.Bias[col:])
		}
		if s.Add {
			old := buf[:cols]
			s.To.Read(old, row+i, col)
			kernel.Add(v, v, old)
		}
		s.To.Write(row+i, col, v)
	}
}
