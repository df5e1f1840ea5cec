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

// advise covers all pages that hold a byte of [begin, end). Neighbours' bytes in them are read again when they are needed.
func advise(f *os.File, mapping []byte, begin, end int, a Advice) error {
	page := os.Getpagesize()
	begin, end = begin/page*page, min((end+page-1)/page*page, len(mapping))
	if a == WillNeed {
		return fetch(f, mapping, begin, end)
	}
	err := unix.Madvise(mapping[begin:end], unix.MADV_DONTNEED)
	if err == nil && a == Evict {
		err = evict(f, begin, end)
	}
	return err
}
