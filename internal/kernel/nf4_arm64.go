//go:build !purego

package kernel

import "graft/internal/cpu"

func nf4Fast(dst []float32, src []byte, absmax float32, round bool) int {
	n := len(dst) &^ 15
	if n == 0 || cpu.Active() < cpu.NEON {
		return 0
	}
	if round {
		nf4BF16NEON(&dst[0], &src[0], absmax, n)
	} else {
		nf4NEON(&dst[0], &src[0], absmax, n)
	}
	return n
}

func nf4RowsFast([]uint16, int, NF4Rows) bool { return false }
