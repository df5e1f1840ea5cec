//go:build linux || darwin

package mem

import (
	"math"

	"golang.org/x/sys/unix"
)

func diskSpace(dir string) (int, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int(min(float64(s.Bavail)*float64(s.Bsize), math.MaxInt64/2)), nil
}
