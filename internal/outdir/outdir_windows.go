package outdir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// writable reports whether files can be created in a directory: only the attempt shows what its access list grants.
func writable(dir string) bool {
	f, err := os.CreateTemp(dir, ".graft.*.tmp")
	if err != nil {
		return false
	}
	return errors.Join(f.Close(), os.Remove(f.Name())) == nil
}

// Lock makes this process the only one that works in dir, until unlock is called or the process ends. Windows locks no directory: a file beside it that
// only one process can open, and that the system deletes when it is closed, stands for it. It is not inside, because a directory with an open file
// cannot be renamed.
func Lock(dir string) (unlock func() error, err error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("outdir: %w", err)
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("outdir: %w", err)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil { // it fails on some drives that hold no links
		path = target
	}
	parent, base := filepath.Split(path)
	name, err := windows.UTF16PtrFromString(filepath.Join(parent, "."+base+".lock"))
	if err != nil {
		return nil, fmt.Errorf("outdir: %s: %w", dir, err)
	}
	h, err := windows.CreateFile(name, windows.GENERIC_READ|windows.DELETE, 0, nil, windows.CREATE_ALWAYS, windows.FILE_ATTRIBUTE_HIDDEN|windows.FILE_FLAG_DELETE_ON_CLOSE, 0)
	switch {
	case errors.Is(err, windows.ERROR_SHARING_VIOLATION):
		return nil, locked(dir)
	case err != nil:
		return nil, fmt.Errorf("outdir: cannot lock %s: %w", dir, err)
	}
	return func() error { return windows.CloseHandle(h) }, nil
}
