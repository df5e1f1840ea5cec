package model

import (
	"encoding/binary"
	"math"
	"unsafe"

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

// viewU16 views little-endian bytes as 16-bit words, in place where the machine allows it.
func viewU16(b []byte) []uint16 {
	if len(b) == 0 {
		return nil
	}
	if p := unsafe.Pointer(&b[0]); littleEndian && uintptr(p)%2 == 0 {
		return unsafe.Slice((*uint16)(p), len(b)/2)
	}
	w := make([]uint16, len(b)/2)
	for i := range w {
		w[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return w
}

// viewF32 views little-endian bytes as float32, in place where the machine allows it.
func viewF32(b []byte) []float32 {
	if len(b) == 0 {
		return nil
	}
	if p := unsafe.Pointer(&b[0]); littleEndian && uintptr(p)%4 == 0 {
		return unsafe.Slice((*float32)(p), len(b)/4)
	}
	w := make([]float32, len(b)/4)
	for i := range w {
		w[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return w
}

var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1
