package durable

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/windows"
)

// TryLock takes the exclusive lock on f without waiting. Closing f releases it, and so does the end of the process. Errors other than ErrLocked come
// from file systems without locks.
func TryLock(f *os.File, at LockByte) error {
	where := windows.Overlapped{Offset: uint32(at), OffsetHigh: uint32(at >> 32)}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &where)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrLocked
	}
	return err
}

// Scratch returns a new file in dir that is gone when it is closed, or when the process ends however it ends.
func Scratch(dir, pattern string) (*os.File, error) {
	const tries = 100
	before, after, _ := strings.Cut(pattern, "*")
	for n := range tries {
		name := filepath.Join(dir, fmt.Sprintf("%s%d-%d-%d%s", before, os.Getpid(), time.Now().UnixNano(), n, after))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL|windows.FILE_FLAG_DELETE_ON_CLOSE, 0o600)
		if !errors.Is(err, os.ErrExist) {
			return f, err
		}
	}
	return nil, fmt.Errorf("durable: %d names for a file in %s are taken", tries, dir)
}

// Rename gives a file or a folder another name, in place of a file that has it, and returns when that is on disk. Virus scanners and
// indexers hold files open for a moment after they were written; Rename retries for up to two seconds.
func Rename(from, to string) error {
	const patience = 2 * time.Second
	source, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	target, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	for end, pause := time.Now().Add(patience), time.Millisecond; ; pause *= 2 {
		err = windows.MoveFileEx(source, target, windows.MOVEFILE_REPLACE_EXISTING|windows.MOVEFILE_WRITE_THROUGH)
		busy := errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED) && !isDir(to)
		switch {
		case err == nil:
			return nil
		case !busy || time.Now().Add(pause).After(end):
			return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
		}
		time.Sleep(pause)
	}
}

// isDir reports whether path is a folder, which no rename replaces.
func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// SyncDir does nothing on Windows: Rename returns when the new name is on disk, NTFS journals the creation of files, and a folder opened for reading
// cannot be flushed.
func SyncDir(string) error { return nil }
