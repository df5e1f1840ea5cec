package model

import (
	"graft/internal/dtype"
	"graft/internal/kernel"
	"graft/internal/quant"
)

// nf4 is a quantised matrix that decodes with the kernels of package kernel.
type nf4 struct {
	q     *quant.NF4
	round bool // to bfloat16
}

func newNF4(q *quant.NF4) *nf4 {
	if q == nil {
		return nil
	}
	return &nf4{q, q.DType == dtype.BF16}
}

// Dims gives the number of rows and columns.
func (m *nf4) Dims() (rows, cols int) { return m.q.Rows, m.q.Cols }

// Read decodes part of a row, block by block.
func (m *nf4) Read(dst []float32, row, col int) {
	q := m.q
	at := row*q.Cols + col
	if q.DType == dtype.F16 || at%2 != 0 {
		q.Decode(dst, at)
		return
	}
	var absmax [1]float32
	for len(dst) > 0 {
		n := min(len(dst), q.BlockSize-at%q.BlockSize)
		q.Absmaxes(absmax[:], at/q.BlockSize)
		kernel.NF4(dst[:n], q.Packed[at/2:], absmax[0], m.round)
		dst, at = dst[n:], at+n
	}
}

// ReadBF16 decodes the part (rows, cols) that starts at (row, col) to bfloat16, row i to dst[i*ld:].
func (m *nf4) ReadBF16(dst []uint16, ld int, row, col, rows, cols int) {
	q := m.q
	var absmax [512]float32
	inBlock := col % q.BlockSize
	blocks := (inBlock + cols + q.BlockSize - 1) / q.BlockSize
	if q.Cols%q.BlockSize != 0 || inBlock != 0 && blocks > 1 || blocks > len(absmax) || q.DType == dtype.F16 || col%2 != 0 {
		for i := range rows {
			m.readRow(dst[i*ld:i*ld+cols], row+i, col)
		}
		return
	}
	for rows > 0 { // every row starts with a block, or lies within one
		n := min(rows, len(absmax)/blocks)
		at := row*q.Cols + col
		first, step := at/q.BlockSize, q.Cols/q.BlockSize
		for i := range n {
			q.Absmaxes(absmax[i*blocks:(i+1)*blocks], first+i*step)
		}
		kernel.NF4BF16(dst, ld, kernel.NF4Rows{
			Rows: n, Cols: cols, Src: q.Packed[at/2:], Stride: q.Cols / 2, Block: q.BlockSize, Absmax: absmax[:n*blocks],
		})
		rows, row, dst = rows-n, row+n, dst[min(n*ld, len(dst)):]
	}
}

// Prefetch asks for the codes of the part (rows, cols) that starts at (row, col).
func (m *nf4) Prefetch(row, col, rows, cols int) {
	at := (row*m.q.Cols + col) / 2
	kernel.Prefetch(m.q.Packed[at:], m.q.Cols/2, rows, cols/2)
}

// readRow decodes part of a row that blocks do not divide evenly, or whose elements were float16.
func (m *nf4) readRow(dst []uint16, row, col int) {
	var wide [512]float32
	for len(dst) > 0 {
		n := min(len(dst), len(wide))
		m.Read(wide[:n], row, col)
		kernel.Narrow(dst[:n], wide[:n])
		dst, col = dst[n:], col+n
	}
}
