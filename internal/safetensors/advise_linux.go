package safetensors

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

const (
	askStep = 256 << 10 // bytes: the kernel cuts a longer request to read ahead to what it likes, silently
	mapStep = 4 << 20   // bytes
)

// fetch asks for all of a range, which fills the disk's queue, and then waits for it part by part, so that it is mapped when it is used.
func fetch(f *os.File, mapping []byte, begin, end int) error {
	for lo := begin; lo < end; lo += askStep {
		if err := unix.Fadvise(int(f.Fd()), int64(lo), int64(min(askStep, end-lo)), unix.FADV_WILLNEED); err != nil {
			return err
		}
	}
	for lo := begin; lo < end; lo += mapStep {
		err := unix.Madvise(mapping[lo:min(lo+mapStep, end)], unix.MADV_POPULATE_READ)
		if errors.Is(err, unix.EINVAL) {
			return nil // before Linux 5.14: pages are mapped as they are touched
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func evict(f *os.File, begin, end int) error {
	return unix.Fadvise(int(f.Fd()), int64(begin), int64(end-begin), unix.FADV_DONTNEED)
}
