//go:build !purego

package kernel

import "graft/internal/cpu"

func (t Tile) mulFast(groups int, a, b, c []float32, ldc int, add bool) bool {
	if groups == 0 || t.path == cpu.Generic {
		return false
	}
	if t.BF16 {
		gemmBF16NEON(groups, &a[0], &b[0], &c[0], ldc, flag(add))
	} else {
		gemmF32NEON(groups, &a[0], &b[0], &c[0], ldc, flag(add))
	}
	return true
}
