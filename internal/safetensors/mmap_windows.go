package safetensors

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// mapFile maps the file read-only; an empty file gives an empty slice. The file stays open, and can be neither replaced nor removed meanwhile.
func mapFile(path string) (mapping []byte, file *os.File, err error) {
	f, size, err := openRegular(path)
	if err != nil {
		return nil, nil, err
	}
	if size == 0 {
		return nil, nil, f.Close()
	}
	section, err := windows.CreateFileMapping(windows.Handle(f.Fd()), nil, windows.PAGE_READONLY, uint32(size>>32), uint32(size), nil)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("CreateFileMapping %s: %w", path, err), f.Close())
	}
	address, err := windows.MapViewOfFile(section, windows.FILE_MAP_READ, 0, 0, uintptr(size))
	if err != nil {
		err = fmt.Errorf("MapViewOfFile %s: %w", path, err)
	}
	if err := errors.Join(err, windows.CloseHandle(section)); err != nil { // the view keeps the section
		return nil, nil, errors.Join(err, f.Close())
	}
	return unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&address))), size), f, nil // the address is outside Go's heap
}

func unmap(mapping []byte) error {
	if len(mapping) == 0 {
		return nil
	}
	return windows.UnmapViewOfFile(uintptr(unsafe.Pointer(unsafe.SliceData(mapping))))
}
