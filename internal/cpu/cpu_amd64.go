//go:build !purego

package cpu

import "golang.org/x/sys/cpu"

func detect() []Path {
	var p []Path
	x := &cpu.X86
	if x.HasAVX2 && x.HasFMA && x.HasBMI2 {
		p = append(p, AVX2)
		if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL {
			p = append(p, AVX512)
			if x.HasAVX512BF16 {
				p = append(p, AVX512BF16)
				if x.HasAMXTile && x.HasAMXBF16 && allowTiles() {
					p = append(p, AMXBF16)
				}
			}
		}
	}
	return p
}
