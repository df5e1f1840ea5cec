package dtype

import (
	"fmt"
	"strings"
)

// DType is an element type. The constants rise with alignment, in the order in which the safetensors reference writer sorts.
type DType uint8

// The element types, under the names of the safetensors format. Invalid is the zero value.
const (
	Invalid DType = iota
	Bool
	U8
	I8
	F8E5M2
	F8E4M3 // the "fn" variant: no infinity, largest value 448
	F8E8M0 // a power of two: the scale of MX formats; carried, not converted
	I16
	U16
	F16
	BF16
	I32
	U32
	F32
	C64 // two float32; carried, not converted
	F64
	I64
	U64
)

// types holds, per DType, the safetensors name, the name in PyTorch and the size in bytes.
var types = [...]struct {
	name, torch string
	size        int
}{
	Invalid: {"INVALID", "invalid", 0},
	Bool:    {"BOOL", "bool", 1},
	U8:      {"U8", "uint8", 1},
	I8:      {"I8", "int8", 1},
	F8E5M2:  {"F8_E5M2", "float8_e5m2", 1},
	F8E4M3:  {"F8_E4M3", "float8_e4m3fn", 1},
	F8E8M0:  {"F8_E8M0", "float8_e8m0fnu", 1},
	I16:     {"I16", "int16", 2},
	U16:     {"U16", "uint16", 2},
	F16:     {"F16", "float16", 2},
	BF16:    {"BF16", "bfloat16", 2},
	I32:     {"I32", "int32", 4},
	U32:     {"U32", "uint32", 4},
	F32:     {"F32", "float32", 4},
	C64:     {"C64", "complex64", 8},
	F64:     {"F64", "float64", 8},
	I64:     {"I64", "int64", 8},
	U64:     {"U64", "uint64", 8},
}

// Size returns the bytes of one element; 0 for Invalid.
func (d DType) Size() int {
	if int(d) >= len(types) {
		return 0
	}
	return types[d].size
}

// String returns the name in a safetensors header, such as BF16.
func (d DType) String() string {
	if int(d) >= len(types) {
		return fmt.Sprintf("DType(%d)", uint8(d))
	}
	return types[d].name
}

// Torch returns the name in PyTorch without its prefix, such as bfloat16; "" for a value that is no DType.
func (d DType) Torch() string {
	if int(d) >= len(types) {
		return ""
	}
	return types[d].torch
}

// Float reports whether d is a real floating-point type that converts to and from float32.
func (d DType) Float() bool {
	switch d {
	case F8E5M2, F8E4M3, F16, BF16, F32, F64:
		return true
	}
	return false
}

// Parse returns the type that a safetensors header calls name.
func Parse(name string) (DType, error) {
	for i, t := range types[1:] {
		if t.name == name {
			return DType(i + 1), nil
		}
	}
	return Invalid, fmt.Errorf("dtype: unknown type %q; known are %s", name, known(DType.String))
}

// ParseTorch returns the type that PyTorch calls name, with or without "torch." before it.
func ParseTorch(name string) (DType, error) {
	short := strings.TrimPrefix(name, "torch.")
	for i, t := range types[1:] {
		if t.torch == short {
			return DType(i + 1), nil
		}
	}
	return Invalid, fmt.Errorf("dtype: unknown type %q; known are %s", name, known(DType.Torch))
}

func known(name func(DType) string) string {
	all := make([]string, 0, len(types)-1)
	for i := range types[1:] {
		all = append(all, name(DType(i+1)))
	}
	return strings.Join(all, ", ")
}
