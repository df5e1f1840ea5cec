//go:build !purego

package cpu

func detect() []Path {
	if hasBF16() {
		return []Path{NEON, NEONBF16}
	}
	return []Path{NEON}
}
