package model

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"graft/internal/cpu/cputest"
	"graft/internal/dtype"
	"graft/internal/kernel"
	"graft/internal/quant"
)

// TestNF4ReadBF16: what is decoded to bfloat16 at once is what Read gives, rounded.
func TestNF4ReadBF16(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		for _, cols := range []int{30, 64, 96, 192, 4096 * 9} {
			for _, opt := range []quant.NF4Options{
				{},
				{DoubleQuant: true},
				{BlockSize: 32, DType: dtype.F32},
				{BlockSize: 4096, DType: dtype.BF16},
				{DType: dtype.F16},
			} {
				checkReadBF16(t, cols, opt)
			}
		}
	})
}

func checkReadBF16(t *testing.T, cols int, opt quant.NF4Options) {
	t.Helper()
	const rows = 7
	r := rand.New(rand.NewPCG(uint64(cols), 3))
	w := make([]float32, rows*cols)
	for i := range w {
		w[i] = float32(r.NormFloat64())
	}
	q, err := quant.QuantizeNF4(w, rows, cols, opt)
	if err != nil {
		t.Fatal(err)
	}
	m := newNF4(q)
	for _, part := range [][4]int{{0, 0, rows, cols}, {2, 0, 3, cols / 2}, {1, 1, 4, 9}, {3, 2, 2, 20}, {1, cols - 13, 5, 13}, {6, cols / 2, 1, cols / 2}} {
		row, col, n, wide := part[0], part[1], part[2], part[3]
		ld := wide + 5
		got, want := make([]uint16, n*ld), make([]uint16, n*ld)
		f := make([]float32, wide)
		for i := range n {
			m.Read(f, row+i, col)
			kernel.Narrow(want[i*ld:i*ld+wide], f)
		}
		m.ReadBF16(got, ld, row, col, n, wide)
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%s: element (%d, %d) is %04x, want %04x", fmt.Sprintf("%d columns %+v part %v", cols, opt, part), i/ld, i%ld, got[i], want[i])
			}
		}
	}
}
