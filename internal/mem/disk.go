package mem

import (
	"fmt"
	"path/filepath"
)

// DiskSpace returns how many bytes an ordinary user can still write to the file system of path, or of its nearest parent that exists.
func DiskSpace(path string) (free int, err error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return 0, fmt.Errorf("mem: %w", err)
	}
	for {
		if free, err = diskSpace(full); err == nil {
			return free, nil
		}
		parent := filepath.Dir(full)
		if parent == full {
			return 0, fmt.Errorf("mem: free disk space of %s: %w", path, err)
		}
		full = parent
	}
}

// FreeDisk is DiskSpace, 0 where the system does not report it.
func FreeDisk(path string) int {
	free, err := DiskSpace(path)
	if err != nil {
		return 0
	}
	return free
}
