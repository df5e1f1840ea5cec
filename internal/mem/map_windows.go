package mem

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// reserve maps n bytes of zeroes. They count against the commit limit (memory and page file) at once, and are resident when touched. Large
// pages need a privilege that users do not have.
func reserve(n int) []byte {
	address, err := windows.VirtualAlloc(0, uintptr(n), windows.MEM_RESERVE|windows.MEM_COMMIT, windows.PAGE_READWRITE)
	if err != nil {
		panic(fmt.Sprintf("mem: the system refused %d MiB: %v", n>>20, err))
	}
	return unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&address))), n) // the address is outside Go's heap
}

func unmap(b []byte) {
	if err := windows.VirtualFree(uintptr(unsafe.Pointer(unsafe.SliceData(b))), 0, windows.MEM_RELEASE); err != nil {
		panic(fmt.Sprintf("mem: VirtualFree: %v", err))
	}
}
