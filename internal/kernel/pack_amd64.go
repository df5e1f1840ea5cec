//go:build !purego

package kernel

import (
	"unsafe"

	"graft/internal/cpu"
)

// packRowsFast returns how many values of k it packed.
func packRowsFast(panel []float32, r int, src []float32, stride, k int) int {
	return packGroups(panel, r, src, stride, k)
}

// packRowsWidenFast is packRowsFast from bfloat16.
func packRowsWidenFast(panel []float32, r int, src []uint16, stride, k int) int {
	return packGroups(panel, r, src, stride, k)
}

// packBlock is how many columns are packed at a time, so that the cache lines of the panel are still in cache for the next group of rows.
const packBlock = 512

// packGroups packs groups of eight rows and returns how many values of k it packed: all that make whole groups. Eight rows are stored at
// a time; where r is not a multiple of eight the last store of a column runs into the next one, which is written later, and the last
// eight columns are packed into a buffer first.
func packGroups[T float32 | uint16](panel []float32, r int, src []T, stride, k int) int {
	if cpu.Active() < cpu.AVX2 || k < 8 || r%8 != 0 && r > maxRagged {
		return 0
	}
	if r%8 == 0 {
		n := k &^ 7
		packColumns(panel, r, src, stride, n)
		return n
	}
	packColumns(panel, r, src, stride, (k-1)&^7)
	var last [8*maxRagged + 8]float32
	packColumns(last[:], r, src[k-8:], stride, 8)
	copy(panel[(k-8)*r:k*r], last[:])
	return k
}

// maxRagged bounds the panels that are no multiple of eight rows wide.
const maxRagged = 16

// packColumns packs n columns, a multiple of 8.
func packColumns[T float32 | uint16](panel []float32, r int, src []T, stride, n int) {
	for lo := 0; lo < n; lo += packBlock {
		cols := min(packBlock, n-lo)
		for i := (r - 1) / 8 * 8; i >= 0; i -= 8 {
			out, in := panel[lo*r+i:], src[i*stride+lo:]
			_ = out[(cols-1)*r+7]
			if len(in) < 7*stride+cols {
				packLastGroup(out, r, r-i, in, stride, cols)
			} else {
				interleave8(&out[0], &in[0], stride, cols, r)
			}
		}
	}
}

// packLastGroup packs rows < 8 rows where the matrix ends behind them. What is stored of rows beyond is overwritten.
func packLastGroup[T float32 | uint16](out []float32, r, rows int, in []T, stride, cols int) {
	var pad [8 * packBlock]T
	for j := range rows {
		copy(pad[j*packBlock:j*packBlock+cols], in[j*stride:])
	}
	interleave8(&out[0], &pad[0], packBlock, cols, r)
}

// interleave8 is not given to packGroups as a value: what a function value is given escapes to the heap.
func interleave8[T float32 | uint16](dst *float32, src *T, stride, n, r int) {
	switch src := any(src).(type) {
	case *float32:
		interleave8AVX2(dst, src, stride, n, r)
	case *uint16:
		interleave8WidenAVX2(dst, src, stride, n, r)
	}
}

// packRowsBF16Fast returns how many values of k it packed, whole groups.
func (t Tile) packRowsBF16Fast(panel []float32, s Side, src []uint16, stride, rows, k int) int {
	if t.path == cpu.AMXBF16 {
		return t.packRowsAMX(panel, s, src, stride, rows, k)
	}
	if r := t.Wide(s); rows == r && stride%2 == 0 && k >= 2 {
		pairs := unsafe.Slice((*float32)(unsafe.Pointer(&src[0])), len(src)/2)
		return 2 * packRowsFast(panel, r, pairs, stride/2, k/2)
	}
	return 0
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

// packColsBF16Fast returns how many values of k it packed, whole groups.
func (t Tile) packColsBF16Fast(panel []float32, s Side, src []uint16, stride, cols, k int) int {
	if t.path == cpu.AMXBF16 {
		return t.packColsAMX(panel, s, src, stride, cols, k)
	}
	n, r := k/2, t.Wide(s)
	if cpu.Active() < cpu.AVX2 || cols != r || r%8 != 0 || n == 0 {
		return 0
	}
	_, _ = panel[n*r-1], src[(2*n-1)*stride+r-1]
	pairColsAVX2(&panel[0], &src[0], stride, n, r)
	return 2 * n
}
