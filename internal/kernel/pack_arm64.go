//go:build !purego

package kernel

import (
	"unsafe"

	"graft/internal/cpu"
)

func packRowsFast(panel []float32, r int, src []float32, stride, k int) int {
	return packGroups(panel, r, src, stride, k)
}

func packRowsWidenFast(panel []float32, r int, src []uint16, stride, k int) int {
	return packGroups(panel, r, src, stride, k)
}

// packGroups packs groups of four rows and returns how many values of k it packed, a multiple of 4.
func packGroups[T float32 | uint16](panel []float32, r int, src []T, stride, k int) int {
	n := k &^ 3
	if cpu.Active() < cpu.NEON || r%4 != 0 || n == 0 {
		return 0
	}
	_, _ = panel[n*r-1], src[(r-1)*stride+n-1]
	for i := 0; i < r; i += 4 {
		interleave4(&panel[i], &src[i*stride], stride, n, r)
	}
	return n
}

// interleave4 is not given to packGroups as a value: what a function value is given escapes to the heap.
func interleave4[T float32 | uint16](dst *float32, src *T, stride, n, r int) {
	switch src := any(src).(type) {
	case *float32:
		interleave4NEON(dst, src, stride, n, r)
	case *uint16:
		interleave4WidenNEON(dst, src, stride, n, r)
	}
}

func (t Tile) packRowsBF16Fast(panel []float32, s Side, src []uint16, stride, rows, k int) int {
	n, r := k/8*2, t.Wide(s) // groups of four
	if rows != r || cpu.Active() < cpu.NEON || r%2 != 0 || stride%4 != 0 || n == 0 {
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

func (t Tile) packColsBF16Fast(panel []float32, s Side, src []uint16, stride, cols, k int) int {
	n, r := k/4, t.Wide(s)
	if cols != r || cpu.Active() < cpu.NEON || r%4 != 0 || n == 0 {
		return 0
	}
	_, _ = panel[n*r*2-1], src[(4*n-1)*stride+r-1]
	quadColsNEON(&panel[0], &src[0], stride, n, r)
	return 4 * n
}
