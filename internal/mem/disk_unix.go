//go:build linux || darwin

package mem

import (
	"path/filepath"

	"golang.org/x/sys/unix"
)

func freeDisk(path string) int {
	path, err := filepath.Abs(path)
	if err != nil {
		return 0
	}
	for {
		var s unix.Statfs_t
		if err := unix.Statfs(path, &s); err == nil {
			return int(s.Bavail) * int(s.Bsize)
		}
		if parent := filepath.Dir(path); parent != path {
			path = parent
			continue
		}
		return 0
	}
}
