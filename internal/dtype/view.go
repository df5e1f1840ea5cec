package dtype

import (
	"encoding/binary"
	"math"
	"unsafe"
)

// ViewU16 views little-endian bytes as 16-bit words, in place where the machine allows it.
func ViewU16(b []byte) []uint16 {
	if w, ok := view[uint16](b); ok {
		return w
	}
	w := make([]uint16, len(b)/2)
	for i := range w {
		w[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return w
}

// ViewF32 views little-endian bytes as float32, in place where the machine allows it.
func ViewF32(b []byte) []float32 {
	if f, ok := view[float32](b); ok {
		return f
	}
	f := make([]float32, len(b)/4)
	for i := range f {
		f[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return f
}

var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// view views bytes in place, if the machine is little-endian and they are aligned.
func view[T uint16 | float32](b []byte) ([]T, bool) {
	if len(b) == 0 {
		return nil, true
	}
	var t T
	size := unsafe.Sizeof(t)
	p := unsafe.Pointer(&b[0])
	if !littleEndian || uintptr(p)%size != 0 {
		return nil, false
	}
	return unsafe.Slice((*T)(p), len(b)/int(size)), true
}
