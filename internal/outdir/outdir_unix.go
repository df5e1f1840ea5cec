//go:build linux || darwin

package outdir

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"graft/internal/fault"
)

// writable tells whether files can be created in a directory.
func writable(dir string) bool { return unix.Access(dir, unix.W_OK|unix.X_OK) == nil }

// Lock makes this process the only one that works in dir, until unlock is called or the process ends. Nothing is left in dir.
func Lock(dir string) (unlock func() error, err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("outdir: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); errors.Is(err, unix.EWOULDBLOCK) {
		err := fmt.Errorf("outdir: another process is writing into %s; wait for it, or choose another directory", dir)
		return nil, errors.Join(fault.Input(err), f.Close())
	}
	return f.Close, nil // other errors are of network file systems that know no locks
}
