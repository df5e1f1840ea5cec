//go:build linux || darwin

package teacher

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"graft/internal/fault"
)

// lockFile makes this process the only one that has f open as a ledger, until unlock is called or the process ends.
func lockFile(f *os.File) (unlock func() error, err error) {
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); errors.Is(err, unix.EWOULDBLOCK) {
		return nil, fault.Inputf("teacher: ledger %s is in use by another process; wait for it, or build into another directory", f.Name())
	}
	return func() error { return nil }, nil // closing unlocks; other errors are of network file systems that know no locks
}
