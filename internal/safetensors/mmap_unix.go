//go:build linux || darwin

package safetensors

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// mapFile maps the file read-only; an empty file gives an empty slice. The file stays open.
func mapFile(path string) (mapping []byte, file *os.File, err error) {
	f, size, err := openRegular(path)
	if err != nil {
		return nil, nil, err
	}
	if size == 0 {
		return nil, nil, f.Close()
	}
	mapping, err = unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("mmap %s: %w", path, err), f.Close())
	}
	return mapping, f, nil
}

func unmap(mapping []byte) error {
	if len(mapping) == 0 {
		return nil
	}
	return unix.Munmap(mapping)
}

// release takes pages out of this process.
func release(pages []byte) error { return unix.Madvise(pages, unix.MADV_DONTNEED) }
