//go:build linux || darwin

package safetensors

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// mapFile maps the file read-only; an empty file gives an empty slice.
func mapFile(path string) (mapping []byte, err error) {
	f, size, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if size == 0 {
		return nil, nil
	}
	mapping, err = unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("mmap %s: %w", path, err)
	}
	return mapping, nil
}

func unmap(mapping []byte) error {
	if len(mapping) == 0 {
		return nil
	}
	return unix.Munmap(mapping)
}

// advise covers whole pages: WillNeed all that hold a byte of [begin, end), DontNeed only those that hold nothing else.
func advise(mapping []byte, begin, end int, a Advice) error {
	page := os.Getpagesize()
	up := func(n int) int { return (n + page - 1) / page * page }
	down := func(n int) int { return n / page * page }
	advice := unix.MADV_WILLNEED
	if a == DontNeed {
		advice = unix.MADV_DONTNEED
		begin, end = up(begin), down(end)
	} else {
		begin, end = down(begin), min(up(end), len(mapping))
	}
	if begin >= end {
		return nil
	}
	return unix.Madvise(mapping[begin:end], advice)
}
