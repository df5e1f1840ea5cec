package dtype

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
)

func TestNamesAndSizes(t *testing.T) {
	for d := Bool; d <= U64; d++ {
		if got, err := Parse(d.String()); err != nil || got != d {
			t.Errorf("Parse(%q) = %v, %v", d.String(), got, err)
		}
		for _, name := range []string{d.Torch(), "torch." + d.Torch()} {
			if got, err := ParseTorch(name); err != nil || got != d {
				t.Errorf("ParseTorch(%q) = %v, %v", name, got, err)
			}
		}
		if s := d.Size(); s != 1 && s != 2 && s != 4 && s != 8 {
			t.Errorf("%v has size %d", d, s)
		}
		if d > Bool && d.Size() < (d-1).Size() {
			t.Errorf("%v is less aligned than %v: the order of the constants is that of alignment", d, d-1)
		}
	}
	for _, bad := range []string{"", "F4", "bf16", "INVALID"} {
		if _, err := Parse(bad); err == nil || !strings.Contains(err.Error(), "BF16") {
			t.Errorf("Parse(%q): %v, want an error that lists the known types", bad, err)
		}
		if _, err := ParseTorch(bad); err == nil || !strings.Contains(err.Error(), "bfloat16") {
			t.Errorf("ParseTorch(%q): %v, want an error that lists the known types", bad, err)
		}
	}
	if Invalid.Size() != 0 || DType(200).Size() != 0 || DType(200).String() != "DType(200)" || DType(200).Torch() != "" {
		t.Error("values that are no DType must have size 0 and say so")
	}
	if !BF16.Float() || !F64.Float() || I8.Float() || C64.Float() || F8E8M0.Float() {
		t.Error("Float holds for real floating-point types alone")
	}
}

// small runs a test over the formats of 8 and 16 bits, each given as its decoder, its encoder and its number of bit patterns.
func small(t *testing.T, test func(t *testing.T, patterns int, decode func(int) float32, encode func(float32) int)) {
	for _, f := range []struct {
		name     string
		patterns int
		decode   func(int) float32
		encode   func(float32) int
	}{
		{"BF16", 1 << 16, func(b int) float32 { return BF16ToFloat32(uint16(b)) }, func(x float32) int { return int(Float32ToBF16(x)) }},
		{"F16", 1 << 16, func(b int) float32 { return F16ToFloat32(uint16(b)) }, func(x float32) int { return int(Float32ToF16(x)) }},
		{"E4M3", 1 << 8, func(b int) float32 { return E4M3ToFloat32(uint8(b)) }, func(x float32) int { return int(Float32ToE4M3(x)) }},
		{"E5M2", 1 << 8, func(b int) float32 { return E5M2ToFloat32(uint8(b)) }, func(x float32) int { return int(Float32ToE5M2(x)) }},
	} {
		t.Run(f.name, func(t *testing.T) { test(t, f.patterns, f.decode, f.encode) })
	}
}

func finite(x float32) bool { return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) }

func TestEveryPatternSurvives(t *testing.T) {
	small(t, func(t *testing.T, patterns int, decode func(int) float32, encode func(float32) int) {
		for b := range patterns {
			x := decode(b)
			got := encode(x)
			if x != x {
				if y := decode(got); y == y {
					t.Fatalf("pattern %#x is NaN and comes back as %v", b, y)
				}
				continue
			}
			if got != b {
				t.Fatalf("pattern %#x = %v comes back as %#x", b, x, got)
			}
		}
	})
}

func TestRoundsToNearestEven(t *testing.T) {
	small(t, func(t *testing.T, patterns int, decode func(int) float32, encode func(float32) int) {
		for b := range patterns/2 - 1 {
			lo, hi := decode(b), decode(b+1)
			if !finite(lo) || !finite(hi) {
				continue
			}
			mid := float32((float64(lo) + float64(hi)) / 2) // exact: both have few bits
			even := b + b&1
			for _, c := range []struct {
				x    float32
				want int
			}{{math.Nextafter32(mid, 0), b}, {mid, even}, {math.Nextafter32(mid, hi), b + 1}} {
				if c.x < lo || c.x > hi { // no float32 between the two subnormals
					continue
				}
				if got := encode(c.x); got != c.want {
					t.Fatalf("%v lies between %#x and %#x: encoded as %#x, want %#x", c.x, b, b+1, got, c.want)
				}
				if got := encode(-c.x); got != c.want|patterns/2 {
					t.Fatalf("%v: encoded as %#x, want %#x", -c.x, got, c.want|patterns/2)
				}
			}
		}
	})
}

func TestBeyondTheLargest(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, c := range []struct {
		name      string
		got, want float32
	}{
		{"F16 65519", F16ToFloat32(Float32ToF16(65519)), 65504},
		{"F16 65520", F16ToFloat32(Float32ToF16(65520)), inf},
		{"F16 inf", F16ToFloat32(Float32ToF16(-inf)), -inf},
		{"E4M3 465", E4M3ToFloat32(Float32ToE4M3(465)), 448},
		{"E4M3 1e30", E4M3ToFloat32(Float32ToE4M3(-1e30)), -448},
		{"E4M3 inf", E4M3ToFloat32(Float32ToE4M3(inf)), 448},
		{"E5M2 61440", E5M2ToFloat32(Float32ToE5M2(61440)), 57344},
		{"E5M2 1e30", E5M2ToFloat32(Float32ToE5M2(-1e30)), -57344},
		{"E5M2 inf", E5M2ToFloat32(Float32ToE5M2(inf)), inf},
		{"BF16 max", BF16ToFloat32(Float32ToBF16(math.MaxFloat32)), inf},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
}

func TestNaNStaysQuiet(t *testing.T) {
	signalling := math.Float32frombits(0xff800001)
	if got := Float32ToBF16(signalling); got != 0xffc0 {
		t.Errorf("BF16 of a signalling NaN is %#x, want 0xffc0", got)
	}
	for _, d := range []DType{F8E4M3, F8E5M2, F16, BF16, F32} {
		if x := d.Round(signalling); x == x {
			t.Errorf("%v.Round(NaN) = %v", d, x)
		}
	}
}

func TestRound(t *testing.T) {
	for _, c := range []struct {
		d    DType
		want float32
	}{{F32, 0.1}, {BF16, 0.10009765625}, {F16, 0.0999755859375}, {F8E4M3, 0.1015625}, {F8E5M2, 0.09375}} {
		if got := c.d.Round(0.1); got != c.want {
			t.Errorf("%v.Round(0.1) = %v, want %v", c.d, got, c.want)
		}
	}
}

func TestSlices(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []struct {
		d        DType
		in, want []float32
	}{
		{Bool, []float32{0, -2, 0.1, nan}, []float32{0, 1, 1, 1}},
		{U8, []float32{-1, 0.5, 1.5, 255.5, inf, nan}, []float32{0, 0, 2, 255, 255, 0}},
		{I8, []float32{-129, -128.5, -2.5, 126.5, inf, nan}, []float32{-128, -128, -2, 126, 127, 0}},
		{U16, []float32{-inf, 65535.5, 7}, []float32{0, 65535, 7}},
		{I16, []float32{-1e9, 32767.5, -7}, []float32{-32768, 32767, -7}},
		{U32, []float32{-1, 1e20, 16777217}, []float32{0, 1 << 32, 16777216}},
		{I32, []float32{-1e20, 1e20, -7}, []float32{-1 << 31, 1 << 31, -7}},
		{U64, []float32{-1, 1e30, 7}, []float32{0, 1 << 64, 7}},
		{I64, []float32{-1e30, 1e30, -7}, []float32{-1 << 63, 1 << 63, -7}},
		{F8E4M3, []float32{0.1, 500}, []float32{0.1015625, 448}},
		{F8E5M2, []float32{0.1, 1e9}, []float32{0.09375, 57344}},
		{F16, []float32{0.1, 1e9}, []float32{0.0999755859375, inf}},
		{BF16, []float32{0.1, -inf}, []float32{0.10009765625, -inf}},
		{F32, []float32{0.1, -inf}, []float32{0.1, -inf}},
		{F64, []float32{0.1, -inf}, []float32{0.1, -inf}},
	} {
		b := make([]byte, len(c.in)*c.d.Size())
		if err := FromFloat32(b, c.in, c.d); err != nil {
			t.Errorf("%v: %v", c.d, err)
			continue
		}
		got := make([]float32, len(c.in))
		if err := ToFloat32(got, b, c.d); err != nil {
			t.Errorf("%v: %v", c.d, err)
		}
		for i, x := range got {
			if x != c.want[i] {
				t.Errorf("%v: %v comes back as %v, want %v", c.d, c.in[i], x, c.want[i])
			}
		}
	}
}

func TestSlicesRefuse(t *testing.T) {
	for _, c := range []struct {
		d     DType
		bytes int
		want  string
	}{
		{C64, 16, "C64 does not convert"},
		{F8E8M0, 2, "F8_E8M0 does not convert"},
		{Invalid, 0, "INVALID does not convert"},
		{DType(99), 0, "DType(99) does not convert"},
		{BF16, 3, "3 bytes of BF16 for 2 elements, want 4 bytes"},
	} {
		to := ToFloat32(make([]float32, 2), make([]byte, c.bytes), c.d)
		from := FromFloat32(make([]byte, c.bytes), make([]float32, 2), c.d)
		for _, err := range []error{to, from} {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v with %d bytes: %v, want %q", c.d, c.bytes, err, c.want)
			}
		}
	}
}

// TestTorchCasts compares with casts done by PyTorch; ref/formats_golden.py writes the file.
func TestTorchCasts(t *testing.T) {
	data, err := os.ReadFile("testdata/golden/casts.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		F32  []uint32 `json:"f32"`
		BF16 []uint16 `json:"bf16"`
		F16  []uint16 `json:"f16"`
		E4M3 []uint16 `json:"e4m3"`
		E5M2 []uint16 `json:"e5m2"`
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden.F32) < 500 {
		t.Fatalf("only %d values", len(golden.F32))
	}
	for i, bits := range golden.F32 {
		x := math.Float32frombits(bits)
		for _, c := range []struct {
			d         DType
			got, want uint16
		}{
			{BF16, Float32ToBF16(x), golden.BF16[i]},
			{F16, Float32ToF16(x), golden.F16[i]},
			{F8E4M3, uint16(Float32ToE4M3(x)), golden.E4M3[i]},
			{F8E5M2, uint16(Float32ToE5M2(x)), golden.E5M2[i]},
		} {
			// PyTorch turns finite values beyond the E5M2 range into infinity; we keep them finite.
			if c.d == F8E5M2 && c.want&0x7f == 0x7c && finite(x) {
				c.want--
			}
			if c.got != c.want {
				t.Errorf("%v (%#x) as %v: %#x, want %#x", x, bits, c.d, c.got, c.want)
			}
		}
	}
}

func BenchmarkToFloat32(b *testing.B) {
	for _, d := range []DType{BF16, F16, F8E4M3, F32} {
		src := make([]byte, 1<<16*d.Size())
		dst := make([]float32, 1<<16)
		b.Run(d.String(), func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				if err := ToFloat32(dst, src, d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestViews: aligned or not, bytes give the same numbers, and aligned ones are not copied.
func TestViews(t *testing.T) {
	b := []byte{0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0, 1, 2} // 1, −2.5, and half a number
	buf := make([]byte, 64)
	for at := range 8 {
		c := buf[at : at+len(b)]
		copy(c, b)
		if f := ViewF32(c); len(f) != 2 || f[0] != 1 || f[1] != -2.5 {
			t.Errorf("from byte %d on: %v", at, f)
		}
		if w := ViewU16(c); len(w) != 5 || w[1] != 0x3f80 || w[4] != 0x0201 {
			t.Errorf("from byte %d on: %x", at, w)
		}
	}
	if len(ViewF32(nil))+len(ViewU16(nil))+len(ViewF32([]byte{1})) != 0 {
		t.Error("nothing has elements")
	}
}
