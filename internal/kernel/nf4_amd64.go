//go:build !purego

package kernel

import "graft/internal/cpu"

func nf4Fast(dst []float32, src []byte, absmax float32, round bool) int {
	n := len(dst) &^ 15
	if n == 0 || cpu.Active() < cpu.AVX2 {
		return 0
	}
	if round {
		nf4BF16AVX2(&dst[0], &src[0], absmax, n)
	} else {
		nf4AVX2(&dst[0], &src[0], absmax, n)
	}
	return n
}

// nf4RowsFast decodes where whole vectors fill the rows.
func nf4RowsFast(dst []uint16, ld int, q NF4Rows) bool {
	if p := cpu.Active(); p < cpu.AVX512 || q.Cols%32 != 0 || q.Block%32 != 0 {
		return false
	}
	nf4RowsAVX512(&dst[0], ld, &q.Src[0], q.Stride, &q.Absmax[0], q.Block, q.Rows, q.Cols)
	return true
}
