package dtype

import (
	"encoding/binary"
	"fmt"
	"math"
)

// A layout is a binary floating-point format of at most 16 bits.
type layout struct {
	mantissa int  // bits of the fraction
	bias     int  // of the exponent
	largest  uint // magnitude bits of the largest finite value
	infinity uint // magnitude bits of infinity; 0 where there is none
	nan      uint // magnitude bits of the quiet NaN
	saturate bool // finite values beyond the largest become the largest, not infinity
}

var (
	half = layout{mantissa: 10, bias: 15, largest: 0x7bff, infinity: 0x7c00, nan: 0x7e00}
	e5m2 = layout{mantissa: 2, bias: 15, largest: 0x7b, infinity: 0x7c, nan: 0x7e, saturate: true}
	e4m3 = layout{mantissa: 3, bias: 7, largest: 0x7e, nan: 0x7f, saturate: true}
)

// decode returns the value of magnitude bits m. Shifted into place they are a float32 whose exponent is off by a constant, which
// one exact multiplication corrects, for subnormals too.
func (l *layout) decode(m uint) float32 {
	switch {
	case m <= l.largest:
		return math.Float32frombits(uint32(m)<<(23-l.mantissa)) * math.Float32frombits(uint32(254-l.bias)<<23)
	case m == l.infinity:
		return float32(math.Inf(1))
	default:
		return float32(math.NaN())
	}
}

// encode returns the magnitude bits nearest to |x|, ties to the even mantissa.
func (l *layout) encode(x float32) uint {
	a := math.Abs(float64(x))
	switch {
	case a != a:
		return l.nan
	case math.IsInf(a, 1):
		return max(l.infinity, l.largest)
	case a == 0:
		return 0
	}
	_, e := math.Frexp(a) // a = f·2^e with f in [½, 1)
	exp := max(e-1, 1-l.bias)
	// In units of the last place the mantissa is at most 2^(mantissa+1): a carry moves into the exponent by itself.
	ulps := uint(math.RoundToEven(math.Ldexp(a, l.mantissa-exp)))
	m := uint(exp+l.bias-1)<<l.mantissa + ulps
	if l.saturate {
		return min(m, l.largest)
	}
	return min(m, l.infinity)
}

// F16ToFloat32 returns the value of an IEEE half; exact.
func F16ToFloat32(h uint16) float32 {
	return copySign(half.decode(uint(h&0x7fff)), h&0x8000 != 0)
}

// Float32ToF16 rounds x to the nearest IEEE half, ties to even; beyond 65504 it becomes infinity.
func Float32ToF16(x float32) uint16 {
	return uint16(half.encode(x)) | uint16(math.Float32bits(x)>>31)<<15
}

// E4M3ToFloat32 returns the value of an F8_E4M3 byte; exact.
func E4M3ToFloat32(b uint8) float32 { return copySign(e4m3.decode(uint(b&0x7f)), b&0x80 != 0) }

// Float32ToE4M3 rounds x to the nearest F8_E4M3, ties to even; everything beyond ±448, infinity too, becomes ±448.
func Float32ToE4M3(x float32) uint8 {
	return uint8(e4m3.encode(x)) | uint8(math.Float32bits(x)>>31)<<7
}

// E5M2ToFloat32 returns the value of an F8_E5M2 byte; exact.
func E5M2ToFloat32(b uint8) float32 { return copySign(e5m2.decode(uint(b&0x7f)), b&0x80 != 0) }

// Float32ToE5M2 rounds x to the nearest F8_E5M2, ties to even; finite values beyond ±57344 become ±57344, infinity stays.
func Float32ToE5M2(x float32) uint8 {
	return uint8(e5m2.encode(x)) | uint8(math.Float32bits(x)>>31)<<7
}

// BF16ToFloat32 returns the value of a bfloat16; exact.
func BF16ToFloat32(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// Float32ToBF16 rounds x to the nearest bfloat16, ties to even; a NaN stays one and is made quiet.
func Float32ToBF16(x float32) uint16 {
	b := math.Float32bits(x)
	if x != x {
		return uint16(b>>16) | 0x40
	}
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}

// Round returns x after a trip through d, which must be a Float type.
func (d DType) Round(x float32) float32 {
	switch d {
	case BF16:
		return BF16ToFloat32(Float32ToBF16(x))
	case F16:
		return F16ToFloat32(Float32ToF16(x))
	case F8E4M3:
		return E4M3ToFloat32(Float32ToE4M3(x))
	case F8E5M2:
		return E5M2ToFloat32(Float32ToE5M2(x))
	}
	return x
}

func copySign(x float32, negative bool) float32 {
	if negative {
		return -x
	}
	return x
}

// ToFloat32 converts the elements of src, of type d, to dst. Types wider than float32 are rounded to the nearest value;
// a Bool is 0 or 1. len(src) must be len(dst) times the size of d, and d neither C64 nor F8_E8M0.
func ToFloat32(dst []float32, src []byte, d DType) error {
	if err := check(len(dst), len(src), d); err != nil {
		return err
	}
	switch d {
	case BF16: // the common cases without a call per element
		for i := range dst {
			dst[i] = BF16ToFloat32(binary.LittleEndian.Uint16(src[2*i:]))
		}
	case F32:
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
		}
	default:
		size, load := d.Size(), loaders[d]
		for i := range dst {
			dst[i] = load(src[i*size:])
		}
	}
	return nil
}

// FromFloat32 converts src to elements of type d in dst. Floating-point types round as their scalar functions do; integer types
// round half to even, saturate at their limits and turn NaN into 0; a Bool is whether the value differs from 0.
// len(dst) must be len(src) times the size of d, and d neither C64 nor F8_E8M0.
func FromFloat32(dst []byte, src []float32, d DType) error {
	if err := check(len(src), len(dst), d); err != nil {
		return err
	}
	size, store := d.Size(), storers[d]
	for i, x := range src {
		store(dst[i*size:], x)
	}
	return nil
}

func check(floats, bytes int, d DType) error {
	if int(d) >= len(types) || loaders[d] == nil {
		return fmt.Errorf("dtype: %s does not convert to float32", d)
	}
	if bytes != floats*d.Size() {
		return fmt.Errorf("dtype: %d bytes of %s for %d elements, want %d bytes", bytes, d, floats, floats*d.Size())
	}
	return nil
}

var loaders = [len(types)]func([]byte) float32{
	Bool: func(b []byte) float32 {
		if b[0] != 0 {
			return 1
		}
		return 0
	},
	U8:     func(b []byte) float32 { return float32(b[0]) },
	I8:     func(b []byte) float32 { return float32(int8(b[0])) },
	F8E5M2: func(b []byte) float32 { return E5M2ToFloat32(b[0]) },
	F8E4M3: func(b []byte) float32 { return E4M3ToFloat32(b[0]) },
	I16:    func(b []byte) float32 { return float32(int16(binary.LittleEndian.Uint16(b))) },
	U16:    func(b []byte) float32 { return float32(binary.LittleEndian.Uint16(b)) },
	F16:    func(b []byte) float32 { return F16ToFloat32(binary.LittleEndian.Uint16(b)) },
	BF16:   func(b []byte) float32 { return BF16ToFloat32(binary.LittleEndian.Uint16(b)) },
	I32:    func(b []byte) float32 { return float32(int32(binary.LittleEndian.Uint32(b))) },
	U32:    func(b []byte) float32 { return float32(binary.LittleEndian.Uint32(b)) },
	F32:    func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) },
	F64:    func(b []byte) float32 { return float32(math.Float64frombits(binary.LittleEndian.Uint64(b))) },
	I64:    func(b []byte) float32 { return float32(int64(binary.LittleEndian.Uint64(b))) },
	U64:    func(b []byte) float32 { return float32(binary.LittleEndian.Uint64(b)) },
}

var storers = [len(types)]func([]byte, float32){
	Bool: func(b []byte, x float32) {
		b[0] = 0
		if x != 0 {
			b[0] = 1
		}
	},
	U8:     func(b []byte, x float32) { b[0] = byte(unsigned(x, 8)) },
	I8:     func(b []byte, x float32) { b[0] = byte(signed(x, 8)) },
	F8E5M2: func(b []byte, x float32) { b[0] = Float32ToE5M2(x) },
	F8E4M3: func(b []byte, x float32) { b[0] = Float32ToE4M3(x) },
	I16:    func(b []byte, x float32) { binary.LittleEndian.PutUint16(b, uint16(signed(x, 16))) },
	U16:    func(b []byte, x float32) { binary.LittleEndian.PutUint16(b, uint16(unsigned(x, 16))) },
	F16:    func(b []byte, x float32) { binary.LittleEndian.PutUint16(b, Float32ToF16(x)) },
	BF16:   func(b []byte, x float32) { binary.LittleEndian.PutUint16(b, Float32ToBF16(x)) },
	I32:    func(b []byte, x float32) { binary.LittleEndian.PutUint32(b, uint32(signed(x, 32))) },
	U32:    func(b []byte, x float32) { binary.LittleEndian.PutUint32(b, uint32(unsigned(x, 32))) },
	F32:    func(b []byte, x float32) { binary.LittleEndian.PutUint32(b, math.Float32bits(x)) },
	F64:    func(b []byte, x float32) { binary.LittleEndian.PutUint64(b, math.Float64bits(float64(x))) },
	I64:    func(b []byte, x float32) { binary.LittleEndian.PutUint64(b, uint64(signed(x, 64))) },
	U64:    func(b []byte, x float32) { binary.LittleEndian.PutUint64(b, unsigned(x, 64)) },
}

// signed rounds x half to even and clamps it to a two's complement integer of the given bits.
func signed(x float32, bits int) int64 {
	r := math.RoundToEven(float64(x))
	limit := math.Ldexp(1, bits-1)
	switch {
	case r != r:
		return 0
	case r < -limit:
		return -1 << (bits - 1)
	case r >= limit:
		return 1<<(bits-1) - 1
	}
	return int64(r)
}

// unsigned rounds x half to even and clamps it to an unsigned integer of the given bits.
func unsigned(x float32, bits int) uint64 {
	r := math.RoundToEven(float64(x))
	switch {
	case r != r || r < 0:
		return 0
	case r >= math.Ldexp(1, bits):
		return 1<<bits - 1
	}
	return uint64(r)
}
