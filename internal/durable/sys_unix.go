//go:build linux || darwin

package durable

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// TryLock takes the exclusive lock on f without waiting. Closing f releases it, and so does the end of the process. Errors other than ErrLocked come
// from file systems without locks.
func TryLock(f *os.File, _ LockByte) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case errors.Is(err, unix.EWOULDBLOCK):
			return ErrLocked
		case !errors.Is(err, unix.EINTR):
			return err
		}
	}
}

// Scratch returns a new file in dir that is gone when it is closed, or when the process ends however it ends.
func Scratch(dir, pattern string) (*os.File, error) {
	f, err := os.CreateTemp(dir, pattern)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Rename gives a file or a folder another name, in place of a file that has it.
func Rename(from, to string) error { return os.Rename(from, to) }

// SyncDir makes renames and creations in dir survive a power cut.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
