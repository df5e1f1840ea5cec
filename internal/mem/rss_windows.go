package mem

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	kernel32       = windows.NewLazySystemDLL("kernel32.dll")
	processMemory  = kernel32.NewProc("K32GetProcessMemoryInfo")
	physicalMemory = kernel32.NewProc("GlobalMemoryStatusEx")
)

// memoryCounters is PROCESS_MEMORY_COUNTERS of psapi.h.
type memoryCounters struct {
	size                       uint32
	faults                     uint32
	peakWorkingSet, workingSet uintptr
	_                          [6]uintptr // quotas of pools, page file
}

// memoryStatus is MEMORYSTATUSEX of sysinfoapi.h.
type memoryStatus struct {
	size, load       uint32
	total, available uint64 // physical memory
	_                [5]uint64
}

func counters() memoryCounters {
	c := memoryCounters{size: uint32(unsafe.Sizeof(memoryCounters{}))}
	if ok, _, _ := processMemory.Call(uintptr(windows.CurrentProcess()), uintptr(unsafe.Pointer(&c)), uintptr(c.size)); ok == 0 {
		return memoryCounters{}
	}
	return c
}

func rss() int { return int(counters().workingSet) }

func peakRSS() int { return int(counters().peakWorkingSet) }

// available counts memory that holds copies of files as free, as MemAvailable does on Linux.
func available() int {
	s := memoryStatus{size: uint32(unsafe.Sizeof(memoryStatus{}))}
	if ok, _, _ := physicalMemory.Call(uintptr(unsafe.Pointer(&s))); ok == 0 {
		return 0
	}
	return int(s.available)
}
