//go:build !purego

package kernel

import "graft/internal/cpu"

func (t Tile) mulFast(groups int, a Column, b, c []float32, ldc int, add bool) bool {
	if groups == 0 || t.path == cpu.Generic {
		return false
	}
	if t.BF16 {
		gemmBF16NEON(groups, &a.Panel[0], &b[0], &c[0], ldc, flag(add), a.N, a.Next)
	} else {
		gemmF32NEON(groups, &a.Panel[0], &b[0], &c[0], ldc, flag(add), a.N, a.Next)
	}
	return true
}
