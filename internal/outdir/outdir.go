package outdir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"graft/internal/fault"
)

// Check returns why dir could not be written, or nil. It looks at dir or, if that is not there, at the nearest directory above it, and
// leaves nothing behind.
func Check(dir string) error {
	path, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("outdir: %w", err)
	}
	for {
		info, err := os.Stat(path)
		switch {
		case err == nil && !info.IsDir():
			return fmt.Errorf("outdir: %s cannot be a directory: %s is a file", dir, path)
		case err == nil && !writable(path):
			return fmt.Errorf("outdir: %s cannot be written: no permission in %s, or its disk is read-only", dir, path)
		case err == nil:
			return nil
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			return fmt.Errorf("outdir: %w", err)
		}
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("outdir: %s cannot be written: the link %s leads nowhere", dir, path)
		}
		path = filepath.Dir(path) // ends at the root, which exists
	}
}

// locked is the error of Lock where another process has the lock.
func locked(dir string) error {
	return fault.Inputf("outdir: another process is writing into %s; wait for it, or choose another directory", dir)
}
