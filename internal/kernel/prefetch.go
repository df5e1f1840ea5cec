package kernel

// Prefetch asks for n values of each of some rows, stride values apart from src on, to be brought near. Nothing is read: what lies beyond the
// end of src does no harm.
func Prefetch(src []uint16, stride, rows, n int) {
	if len(src) == 0 || rows <= 0 || n <= 0 {
		return
	}
	prefetch(src, stride, rows, n)
}
