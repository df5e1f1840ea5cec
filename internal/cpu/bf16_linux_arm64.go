//go:build !purego

package cpu

import (
	"encoding/binary"
	"os"
)

const (
	atHWCAP2  = 26      // linux/auxvec.h
	hwcapBF16 = 1 << 14 // HWCAP2_BF16, asm/hwcap.h
)

// hasBF16 reads the auxiliary vector: golang.org/x/sys/cpu has no flag for FEAT_BF16.
func hasBF16() bool {
	auxv, err := os.ReadFile("/proc/self/auxv")
	if err != nil {
		return false
	}
	for ; len(auxv) >= 16; auxv = auxv[16:] {
		if binary.LittleEndian.Uint64(auxv) == atHWCAP2 {
			return binary.LittleEndian.Uint64(auxv[8:])&hwcapBF16 != 0
		}
	}
	return false
}
