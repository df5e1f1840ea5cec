//go:build linux || darwin

package safetensors

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// mapOpen maps the size bytes of a file that is not empty read-only.
func mapOpen(f *os.File, size int64) (mapping []byte, err error) {
	if mapping, err = unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED); err != nil {
		return nil, fmt.Errorf("mmap %s: %w", f.Name(), err)
	}
	return mapping, nil
}

// unmapAll ends what mapOpen began.
func unmapAll(mapping []byte) error { return unix.Munmap(mapping) }

// release takes pages out of this process.
func release(pages []byte) error { return unix.Madvise(pages, unix.MADV_DONTNEED) }
