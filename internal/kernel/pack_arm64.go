//go:build !purego

package kernel

import (
	"unsafe"

	"graft/internal/cpu"
)

func packRowsFast(panel []float32, r int, src []float32, stride, k int) int {
	n := k &^ 3
	if cpu.Active() < cpu.NEON || r%4 != 0 || n == 0 {
		return 0
	}
	_, _ = panel[n*r-1], src[(r-1)*stride+n-1]
	for i := 0; i < r; i += 4 {
		interleave4NEON(&panel[i], &src[i*stride], stride, n, r)
	}
	return n
}

func packRowsWidenFast(panel []float32, r int, src []uint16, stride, k int) int {
	n := k &^ 3
	if cpu.Active() < cpu.NEON || r%4 != 0 || n == 0 {
		return 0
	}
	_, _ = panel[n*r-1], src[(r-1)*stride+n-1]
	for i := 0; i < r; i += 4 {
		interleave4WidenNEON(&panel[i], &src[i*stride], stride, n, r)
	}
	return n
}

func (t Tile) packRowsBF16Fast(panel []float32, r int, src []uint16, stride, k int) int {
	n := k / 8 * 2 // groups of four
	if cpu.Active() < cpu.NEON || r%2 != 0 || stride%4 != 0 || n == 0 {
		return 0
	}
	_, _ = panel[n*r*2-1], src[(r-1)*stride+4*n-1]
	for i := 0; i < r; i += 2 {
		interleave2NEON(&panel[2*i], (*float32)(unsafe.Pointer(&src[i*stride])), stride/4, n, r)
	}
	return 4 * n
}

// packColsFast leaves float32 columns to copy, which is as fast for the 12 columns of a panel.
func packColsFast([]float32, int, []float32, int, int) bool { return false }

// packColsWidenFast leaves the columns to Widen.
func packColsWidenFast([]float32, int, []uint16, int, int) bool { return false }

func (t Tile) packColsBF16Fast(panel []float32, r int, src []uint16, stride, k int) int {
	n := k / 4
	if cpu.Active() < cpu.NEON || r%4 != 0 || n == 0 {
		return 0
	}
	_, _ = panel[n*r*2-1], src[(4*n-1)*stride+r-1]
	quadColsNEON(&panel[0], &src[0], stride, n, r)
	return 4 * n
}
