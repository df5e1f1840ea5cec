//go:build !purego

package cpu

import "golang.org/x/sys/unix"

const (
	archReqXcompPerm = 0x1023 // arch_prctl: ask for a feature of the extended state (asm/prctl.h, Linux 5.16)
	xfeatureTileData = 18     // Documentation/arch/x86/xstate.rst
)

// allowTiles asks the kernel for the tile registers of AMX, which a process may not touch before. What it grants holds for all threads.
func allowTiles() bool {
	_, _, errno := unix.RawSyscall(unix.SYS_ARCH_PRCTL, archReqXcompPerm, xfeatureTileData, 0)
	return errno == 0
}
