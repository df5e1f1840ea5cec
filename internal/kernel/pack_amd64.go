//go:build !purego

package kernel

import (
	"unsafe"

	"graft/internal/cpu"
)

// packRowsFast packs a multiple of 8 values of k and returns how many.
func packRowsFast(panel []float32, r int, src []float32, stride, k int) int {
	return packGroups(interleave8AVX2, panel, r, src, stride, k)
}

// packRowsWidenFast is packRowsFast from bfloat16.
func packRowsWidenFast(panel []float32, r int, src []uint16, stride, k int) int {
	return packGroups(interleave8WidenAVX2, panel, r, src, stride, k)
}

// packBlock is how many columns are packed at a time, so that a group of rows finds the panel lines of the one before still in cache.
const packBlock = 512

// packGroups packs groups of eight rows by kernel. Eight rows are stored at a time; where r is not a multiple of eight the last store of a
// column runs into the next one, which is written later, so that at least one column is left to the caller.
func packGroups[T float32 | uint16](kernel func(dst *float32, src *T, stride, n, r int), panel []float32, r int, src []T, stride, k int) int {
	if cpu.Active() < cpu.AVX2 {
		return 0
	}
	n := k &^ 7
	if r%8 != 0 {
		n = (k - 1) &^ 7
	}
	for lo := 0; lo < n; lo += packBlock {
		cols := min(packBlock, n-lo)
		for i := (r - 1) / 8 * 8; i >= 0; i -= 8 {
			out, in, step := panel[lo*r+i:], src[i*stride+lo:], stride
			_ = out[(cols-1)*r+7]
			var pad [8 * packBlock]T
			if len(in) < 7*stride+cols { // the kernel reads eight rows; what it stores of rows beyond r is overwritten
				for j := range r - i {
					copy(pad[j*packBlock:j*packBlock+cols], in[j*stride:])
				}
				in, step = pad[:], packBlock
			}
			kernel(&out[0], &in[0], step, cols, r)
		}
	}
	return max(n, 0)
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

func packColsWidenFast(panel []float32, r int, src []uint16, stride, k int) bool {
	if cpu.Active() < cpu.AVX2 || r%8 != 0 || k == 0 {
		return false
	}
	_, _ = panel[k*r-1], src[(k-1)*stride+r-1]
	copyColsWidenAVX2(&panel[0], &src[0], stride, k, r)
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
