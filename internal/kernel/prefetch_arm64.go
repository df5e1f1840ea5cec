//go:build !purego

package kernel

func prefetch(src []uint16, stride, rows, n int) {
	prefetchARM64(&src[0], 2*stride, rows, (2*n+63)/64)
}
