//go:build !purego

package kernel

import (
	"unsafe"

	"graft/internal/cpu"
)

// packRowsFast packs a multiple of 8 values of k and returns how many. Eight rows are stored at a time; where r is not a multiple of
// eight the last store of a column runs into the next one, which is written later, so that at least one column is left to the caller.
func packRowsFast(panel []float32, r int, src []float32, stride, k int) int {
	if cpu.Active() < cpu.AVX2 {
		return 0
	}
	n := k &^ 7
	if r%8 != 0 {
		n = (k - 1) &^ 7
	}
	if n <= 0 {
		return 0
	}
	const block = 512 // columns, so that a group finds the lines of the one before still in cache
	for lo := 0; lo < n; lo += block {
		hi := min(n, lo+block)
		for i := (r - 1) / 8 * 8; i >= 0; i -= 8 {
			packGroup(panel[lo*r+i:], r, src[i*stride+lo:], stride, min(8, r-i), hi-lo)
		}
	}
	return n
}

// packGroup packs up to eight rows. The kernel reads eight; what it stores of rows that are not of the group is overwritten later.
func packGroup(panel []float32, r int, src []float32, stride, rows, n int) {
	_ = panel[(n-1)*r+7]
	if len(src) >= 7*stride+n {
		interleave8AVX2(&panel[0], &src[0], stride, n, r)
		return
	}
	var pad [8 * 512]float32
	for i := range rows {
		copy(pad[i*512:i*512+n], src[i*stride:])
	}
	interleave8AVX2(&panel[0], &pad[0], 512, n, r)
}

func (t Tile) packRowsBF16Fast(panel []float32, r int, src []uint16, stride, k int) int {
	if stride%2 != 0 || k < 2 {
		return 0
	}
	pairs := unsafe.Slice((*float32)(unsafe.Pointer(&src[0])), len(src)/2)
	return 2 * packRowsFast(panel, r, pairs, stride/2, k/2)
}

func packColsFast(panel []float32, r int, src []float32, stride, k int) bool {
	if cpu.Active() < cpu.AVX2 || r%8 != 0 || k == 0 {
		return false
	}
	_, _ = panel[k*r-1], src[(k-1)*stride+r-1]
	copyColsAVX2(&panel[0], &src[0], stride, k, r)
	return true
}

func (t Tile) packColsBF16Fast(panel []float32, r int, src []uint16, stride, k int) int {
	n := k / 2
	if cpu.Active() < cpu.AVX2 || r%8 != 0 || n == 0 {
		return 0
	}
	_, _ = panel[n*r-1], src[(2*n-1)*stride+r-1]
	pairColsAVX2(&panel[0], &src[0], stride, n, r)
	return 2 * n
}
