package safetensors

import (
	"errors"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/windows"
)

var prefetch = windows.NewLazySystemDLL("kernel32.dll").NewProc("PrefetchVirtualMemory")

// memoryRange is WIN32_MEMORY_RANGE_ENTRY.
type memoryRange struct {
	address unsafe.Pointer
	size    uintptr
}

// fetch asks for all of a range, which fills the disk's queue, and then touches its pages, which waits for them.
func fetch(_ *os.File, mapping []byte, begin, end int) error {
	const step = 4 << 10 // bytes of a page
	if prefetch.Find() == nil {
		r := memoryRange{unsafe.Pointer(&mapping[begin]), uintptr(end - begin)}
		// A refusal costs speed alone: the pages are read as they are touched.
		_, _, _ = prefetch.Call(uintptr(windows.CurrentProcess()), 1, uintptr(unsafe.Pointer(&r)), 0)
	}
	var sum byte
	for i := begin; i < end; i += step {
		sum += mapping[i]
	}
	runtime.KeepAlive(sum)
	return nil
}

// release takes pages out of the working set: unlocking what is not locked does that, and reports that it was not locked.
func release(mapping []byte) error {
	err := windows.VirtualUnlock(uintptr(unsafe.Pointer(unsafe.SliceData(mapping))), uintptr(len(mapping)))
	if errors.Is(err, windows.ERROR_NOT_LOCKED) {
		return nil
	}
	return err
}

// evict leaves the system's copy to the system: there is no call for it.
func evict(*os.File, int, int) error { return nil }
