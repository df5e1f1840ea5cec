//go:build linux || darwin

package mem

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// reserve maps n bytes of zeroes. Memory is committed when touched.
func reserve(n int) []byte {
	b, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		panic(fmt.Sprintf("mem: the system refused %d MiB: %v", n>>20, err))
	}
	hugePages(b)
	return b
}

func unmap(b []byte) {
	if err := unix.Munmap(b); err != nil {
		panic(fmt.Sprintf("mem: munmap: %v", err))
	}
}
