package mem

import (
	"math"

	"golang.org/x/sys/windows"
)

func diskSpace(dir string) (int, error) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, nil, nil); err != nil {
		return 0, err
	}
	return int(min(free, math.MaxInt64/2)), nil
}
