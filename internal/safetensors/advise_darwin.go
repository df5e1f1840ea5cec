package safetensors

import (
	"os"

	"golang.org/x/sys/unix"
)

func fetch(_ *os.File, mapping []byte, begin, end int) error {
	return unix.Madvise(mapping[begin:end], unix.MADV_WILLNEED)
}

// evict leaves the system's copy to the system: there is no call for it.
func evict(*os.File, int, int) error { return nil }
