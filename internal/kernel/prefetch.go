package kernel

import "unsafe"

// Prefetch loads n values of each of some rows, stride values apart from src on, into the cache. It is a hint: addresses beyond the end of src do no
// harm.
func Prefetch[T uint8 | uint16](src []T, stride, rows, n int) {
	if len(src) == 0 || rows <= 0 || n <= 0 {
		return
	}
	size := int(unsafe.Sizeof(src[0]))
	prefetch(unsafe.Pointer(&src[0]), size*stride, rows, (size*n+63)/64)
}
