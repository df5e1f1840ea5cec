package safetensors

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// mapOpen maps the size bytes of a file that is not empty read-only. The file can be neither replaced nor removed meanwhile.
func mapOpen(f *os.File, size int64) (mapping []byte, err error) {
	section, err := windows.CreateFileMapping(windows.Handle(f.Fd()), nil, windows.PAGE_READONLY, uint32(size>>32), uint32(size), nil)
	if err != nil {
		return nil, fmt.Errorf("CreateFileMapping %s: %w", f.Name(), err)
	}
	address, err := windows.MapViewOfFile(section, windows.FILE_MAP_READ, 0, 0, uintptr(size))
	if err != nil {
		err = fmt.Errorf("MapViewOfFile %s: %w", f.Name(), err)
	}
	if err := errors.Join(err, windows.CloseHandle(section)); err != nil { // the view keeps the section
		return nil, err
	}
	return unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&address))), size), nil // the address is outside Go's heap
}

// unmapAll ends what mapOpen began.
func unmapAll(mapping []byte) error {
	return windows.UnmapViewOfFile(uintptr(unsafe.Pointer(unsafe.SliceData(mapping))))
}
