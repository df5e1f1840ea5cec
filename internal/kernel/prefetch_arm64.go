//go:build !purego

package kernel

import "unsafe"

// prefetch requests cache lines of 64 bytes.
func prefetch(src unsafe.Pointer, stride, rows, lines int) {
	prefetchARM64((*uint16)(src), stride, rows, lines)
}
