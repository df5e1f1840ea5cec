//go:build linux || darwin

package outdir

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"graft/internal/durable"
)

// writable reports whether files can be created in a directory.
func writable(dir string) bool { return unix.Access(dir, unix.W_OK|unix.X_OK) == nil }

// Lock makes this process the only one that works in dir, until unlock is called or the process ends. Nothing is left in dir.
func Lock(dir string) (unlock func() error, err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("outdir: %w", err)
	}
	if err := durable.TryLock(f, durable.FirstByte); errors.Is(err, durable.ErrLocked) {
		return nil, errors.Join(locked(dir), f.Close())
	}
	return f.Close, nil // other errors come from network file systems without locks
}
