package kernel

import "unsafe"

// Prefetch asks for n values of each of some rows, stride values apart from src on, to be brought near. Nothing is read: what lies beyond the
// end of src does no harm.
func Prefetch[T uint8 | uint16](src []T, stride, rows, n int) {
	if len(src) == 0 || rows <= 0 || n <= 0 {
		return
	}
	size := int(unsafe.Sizeof(src[0]))
	prefetch(unsafe.Pointer(&src[0]), size*stride, rows, (size*n+63)/64)
}
