//go:build !purego

package kernel

import "graft/internal/cpu"

func (t Tile) mulFast(groups int, a Column, b, c []float32, ldc int, add bool) bool {
	if groups == 0 {
		return false
	}
	switch {
	case t.BF16 && t.path == cpu.AMXBF16:
		gemmBF16AMX(groups, &a.Panel[0], &b[0], &c[0], ldc, flag(add), a.N, a.Next)
	case t.BF16:
		gemmBF16AVX512(groups, &a.Panel[0], &b[0], &c[0], ldc, flag(add), a.N, a.Next)
	case t.path == cpu.AVX512 || t.path == cpu.AVX512BF16 || t.path == cpu.AMXBF16:
		gemmF32AVX512(groups, &a.Panel[0], &b[0], &c[0], ldc, flag(add), a.N, a.Next)
	case t.path == cpu.AVX2:
		gemmF32AVX2(groups, &a.Panel[0], &b[0], &c[0], ldc, flag(add), a.N, a.Next)
	default:
		return false
	}
	return true
}
