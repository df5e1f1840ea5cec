//go:build !purego

package kernel

import "graft/internal/cpu"

// mulFast multiplies groups > 0 groups of k, if the path has a microkernel.
func (t Tile) mulFast(groups int, a, b Panels, c []float32, ldc int, add bool) bool {
	if t.path == cpu.Generic {
		return false
	}
	if t.BF16 && t.path == cpu.AMXBF16 {
		halves := flag(0 < a.Last && a.Last <= 16) | flag(0 < b.Last && b.Last <= 16)<<1
		gemmBF16AMX(groups, &a.Data[0], &b.Data[0], &c[0], ldc, flag(add), a.N, a.Next, b.N, b.Next, halves)
		return true
	}
	for j := range b.N {
		pa, pb, pc := &a.Data[0], &b.at(j)[0], &c[j*t.NR]
		switch {
		case t.BF16:
			gemmBF16AVX512(groups, pa, pb, pc, ldc, flag(add), a.N, a.Next)
		case t.path == cpu.AVX2:
			gemmF32AVX2(groups, pa, pb, pc, ldc, flag(add), a.N, a.Next)
		default:
			gemmF32AVX512(groups, pa, pb, pc, ldc, flag(add), a.N, a.Next)
		}
	}
	return true
}
