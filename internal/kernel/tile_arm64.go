//go:build !purego

package kernel

import "graft/internal/cpu"

// mulFast multiplies groups > 0 groups of k, if the path has a microkernel.
func (t Tile) mulFast(groups int, a, b Panels, c []float32, ldc int, add bool) bool {
	if t.path == cpu.Generic {
		return false
	}
	for j := range b.N {
		pa, pb, pc := &a.Data[0], &b.at(j)[0], &c[j*t.NR]
		if t.BF16 {
			gemmBF16NEON(groups, pa, pb, pc, ldc, flag(add), a.N, a.Next)
		} else {
			gemmF32NEON(groups, pa, pb, pc, ldc, flag(add), a.N, a.Next)
		}
	}
	return true
}
