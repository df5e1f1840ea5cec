package quant

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"graft/internal/dtype"
	"graft/internal/kernel"
	"graft/internal/parallel"
	"graft/internal/safetensors"
)

func goldens(t *testing.T) *safetensors.File {
	t.Helper()
	f, err := safetensors.Open("testdata/golden/nf4.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func floats(t testing.TB, c Container, name string) (safetensors.Info, []float32) {
	t.Helper()
	info, err := c.Info(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := c.Bytes(name)
	if err != nil {
		t.Fatal(err)
	}
	f := make([]float32, info.Elements())
	if err := dtype.ToFloat32(f, data, info.DType); err != nil {
		t.Fatal(err)
	}
	return info, f
}

func sameFloats(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

// eachGolden runs test for every matrix that bitsandbytes quantised; ref/formats_golden.py writes them.
func eachGolden(t *testing.T, test func(t *testing.T, f *safetensors.File, name string)) {
	f := goldens(t)
	n := 0
	for info := range f.All() {
		if name, ok := strings.CutSuffix(info.Name, ".input"); ok {
			n++
			t.Run(name, func(t *testing.T) { test(t, f, name) })
		}
	}
	if n < 30 {
		t.Fatalf("only %d goldens", n)
	}
}

func TestDecodesBitsandbytes(t *testing.T) {
	eachGolden(t, func(t *testing.T, f *safetensors.File, name string) {
		q, err := ParseNF4(name, f)
		if err != nil {
			t.Fatal(err)
		}
		info, want := floats(t, f, name+".decoded")
		if q.DType != info.DType || q.Rows != info.Shape[0] || q.Cols != info.Shape[1] {
			t.Fatalf("%v of %d × %d, want %v of %v", q.DType, q.Rows, q.Cols, info.DType, info.Shape)
		}
		got := make([]float32, q.Elements())
		q.Decode(got, 0)
		if !sameFloats(got, want) {
			t.Errorf("decoded\n%v\nwant\n%v", got, want)
		}
		for first := range min(len(got), 150) { // any range is the same as that part of the whole
			part := make([]float32, min(70, len(got)-first))
			q.Decode(part, first)
			if !sameFloats(part, want[first:first+len(part)]) {
				t.Fatalf("elements from %d on: %v, want %v", first, part, want[first:first+len(part)])
			}
		}
	})
}

// TestKernelDecodes compares the kernel that decodes in a training step with the reference here, block by block.
func TestKernelDecodes(t *testing.T) {
	eachGolden(t, func(t *testing.T, f *safetensors.File, name string) {
		q, err := ParseNF4(name, f)
		if err != nil {
			t.Fatal(err)
		}
		if q.DType == dtype.F16 { // the kernel rounds to bfloat16 or not at all
			q.DType = dtype.F32
		}
		absmaxes := make([]float32, q.Blocks())
		q.Absmaxes(absmaxes, 0)
		for b, absmax := range absmaxes {
			first := b * q.BlockSize
			want := make([]float32, min(q.BlockSize, q.Elements()-first))
			got := make([]float32, len(want))
			q.Decode(want, first)
			kernel.NF4(got, q.Packed[first/2:], absmax, q.DType == dtype.BF16)
			if !sameFloats(got, want) {
				t.Fatalf("block %d: %v, want %v", b, got, want)
			}
		}
	})
}

func TestEncodesBitsandbytes(t *testing.T) {
	pool := parallel.New(3)
	defer pool.Close()
	eachGolden(t, func(t *testing.T, f *safetensors.File, name string) {
		ref, err := ParseNF4(name, f)
		if err != nil {
			t.Fatal(err)
		}
		info, w := floats(t, f, name+".input")
		q, err := QuantizeNF4(w, ref.Rows, ref.Cols, NF4Options{BlockSize: ref.BlockSize, DType: info.DType, Pool: pool})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(q.Packed, ref.Packed) {
			t.Errorf("codes\n%x\nwant\n%x", q.Packed, ref.Packed)
		}
		if _, want := floats(t, f, name+".plain"); !sameFloats(q.Absmax, want) {
			t.Errorf("absmax\n%v\nwant\n%v", q.Absmax, want)
		}
		if ref.Nested != nil {
			checkNested(t, f, name, q.Absmax, ref)
		}
	})
}

// checkNested compares the double quantisation. The mean depends on the order of summation, so its last bits may differ.
func checkNested(t *testing.T, f *safetensors.File, name string, absmax []float32, ref *NF4) {
	t.Helper()
	n := nest(absmax, ref.Nested.Offset, nil)
	if !sameFloats(n.Absmax, ref.Nested.Absmax) || !sameFloats(n.Map[:], ref.Nested.Map[:]) {
		t.Errorf("nested absmax %v or map %v differ from %v and %v", n.Absmax, n.Map, ref.Nested.Absmax, ref.Nested.Map)
	}
	if want, err := f.Bytes(name + ".nearest"); err != nil || !slices.Equal(n.Codes, want) {
		t.Errorf("nested codes\n%d\nwant\n%d, %v", n.Codes, want, err)
	}
	q := &NF4{Absmax: slices.Clone(absmax)}
	q.Nest()
	if d := math.Abs(float64(q.Nested.Offset - ref.Nested.Offset)); d > 1e-7*math.Abs(float64(ref.Nested.Offset)) {
		t.Errorf("offset %v, bitsandbytes' is %v", q.Nested.Offset, ref.Nested.Offset)
	}
}

// TestTensorsMatchBitsandbytes writes every golden as we do and compares tensor by tensor.
func TestTensorsMatchBitsandbytes(t *testing.T) {
	eachGolden(t, func(t *testing.T, f *safetensors.File, name string) {
		q, err := ParseNF4(name, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range q.Tensors(name) {
			want, err := f.Info(got.Name)
			if err != nil {
				t.Error(err)
				continue
			}
			data, err := f.Bytes(got.Name)
			if err != nil {
				t.Error(err)
			}
			if got.DType != want.DType || !slices.Equal(got.Shape, want.Shape) || !slices.Equal(got.Data, data) {
				t.Errorf("%s: %v %v %q, want %v %v %q", got.Name, got.DType, got.Shape, got.Data, want.DType, want.Shape, data)
			}
			if base, ok := NF4Base(got.Name); ok != (got.Name != name) || ok && base != name {
				t.Errorf("NF4Base(%q) = %q, %v", got.Name, base, ok)
			}
		}
	})
}

// TestCodeTable compares the fast code with the definition around every threshold and on random values.
func TestCodeTable(t *testing.T) {
	slow := func(x float32) (code byte) {
		for _, threshold := range nf4Thresholds {
			if x > threshold {
				code++
			}
		}
		return code
	}
	check := func(x float32) {
		if got, want := nf4Code(x), slow(x); got != want {
			t.Fatalf("code of %v is %d, want %d", x, got, want)
		}
	}
	edges := append([]float32{-1, 0, 1}, nf4Thresholds...)
	for i := range 33 {
		edges = append(edges, float32(i)/16-1)
	}
	for _, x := range edges {
		for range 100 {
			check(x)
			x = math.Nextafter32(x, 2)
		}
		for range 200 {
			check(x)
			x = math.Nextafter32(x, -2)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 1 << 20 {
		check(r.Float32()*2 - 1)
	}
}

func normal(n int) []float32 {
	r := rand.New(rand.NewPCG(3, uint64(n)))
	w := make([]float32, n)
	for i := range w {
		w[i] = float32(r.NormFloat64()) * 0.02
	}
	return w
}

// TestSetRows quantises by parts of every legal size, in any order, and compares with the whole.
func TestSetRows(t *testing.T) {
	for _, c := range []struct{ rows, cols, block, step int }{
		{8, 64, 64, 1}, {8, 32, 64, 2}, {9, 48, 64, 4}, {70, 33, 32, 32}, {5, 4096, 64, 1}, {3, 96, 4096, 128},
	} {
		w := normal(c.rows * c.cols)
		opt := NF4Options{BlockSize: c.block}
		want, err := QuantizeNF4(w, c.rows, c.cols, opt)
		if err != nil {
			t.Fatal(err)
		}
		q, err := NewNF4(c.rows, c.cols, opt)
		if err != nil {
			t.Fatal(err)
		}
		if q.RowStep() != c.step {
			t.Errorf("%d columns in blocks of %d: RowStep %d, want %d", c.cols, c.block, q.RowStep(), c.step)
		}
		for first := (c.rows - 1) / c.step * c.step; first >= 0; first -= c.step {
			if err := q.SetRows(first, w[first*c.cols:min(first+c.step, c.rows)*c.cols]); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(q.Packed, want.Packed) || !sameFloats(q.Absmax, want.Absmax) {
			t.Errorf("%+v: parts differ from the whole", c)
		}
	}
}

func TestQuantizeRefuses(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	bad := normal(3 * 50)
	bad[107] = nan
	worse := normal(2 * 64)
	worse[65] = inf
	half := func() *NF4 {
		q, err := NewNF4(4, 32, NF4Options{})
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	nested := half()
	nested.Nest()
	quantize := func(w []float32, rows, cols int, opt NF4Options) error {
		_, err := QuantizeNF4(w, rows, cols, opt)
		return err
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{quantize(bad, 3, 50, NF4Options{}), "element [2, 7] is NaN"},
		{quantize(worse, 2, 64, NF4Options{}), "element [1, 1] is -Inf"},
		{quantize(normal(4), 2, 3, NF4Options{}), "4 elements for a matrix of 2 × 3"},
		{quantize(nil, 0, 3, NF4Options{}), "0 × 3 cannot be NF4"},
		{quantize(nil, math.MaxInt, math.MaxInt, NF4Options{}), "cannot be NF4"},
		{quantize(nil, 1, 1, NF4Options{BlockSize: 48}), "block size 48"},
		{quantize(nil, 1, 1, NF4Options{BlockSize: 16}), "block size 16"},
		{quantize(nil, 1, 1, NF4Options{BlockSize: 8192}), "block size 8192"},
		{quantize(nil, 1, 1, NF4Options{DType: dtype.I8}), "NF4 of I8"},
		{half().SetRows(1, normal(64)), "rows 1 to 3 share a block"},
		{half().SetRows(0, normal(32)), "rows 0 to 1 share a block"},
		{half().SetRows(0, normal(33)), "33 elements from row 0"},
		{half().SetRows(2, normal(96)), "96 elements from row 2"},
		{half().SetRows(-2, normal(64)), "from row -2"},
		{half().SetRows(2, bad[64:128]), "element [3, 11] is NaN"},
		{nested.SetRows(0, normal(64)), "nested already"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("error %v, want %q", c.err, c.want)
		}
	}
	if before := nested.Nested; true {
		if nested.Nest(); nested.Nested != before {
			t.Error("Nest quantised twice")
		}
	}
}

// memory is a container to spoil.
type memory map[string]safetensors.Tensor

func (m memory) Info(name string) (safetensors.Info, error) {
	if t, ok := m[name]; ok {
		return t.Info, nil
	}
	return safetensors.Info{}, safetensors.ErrNoTensor
}

func (m memory) Bytes(name string) ([]byte, error) {
	if t, ok := m[name]; ok {
		return t.Data, nil
	}
	return nil, safetensors.ErrNoTensor
}

func stored(t *testing.T, double bool) memory {
	t.Helper()
	q, err := QuantizeNF4(normal(4*96), 4, 96, NF4Options{DoubleQuant: double})
	if err != nil {
		t.Fatal(err)
	}
	m := memory{}
	for _, x := range q.Tensors("w") {
		m[x.Name] = x
	}
	return m
}

func TestParseCorrupt(t *testing.T) {
	const state = "w.quant_state.bitsandbytes__nf4"
	edit := func(old, replacement string) func(m memory) {
		return func(m memory) {
			x := m[state]
			text := strings.Replace(string(x.Data), old, replacement, 1)
			if text == string(x.Data) {
				t.Fatalf("%q is not in %s", old, text)
			}
			x.Data = []byte(text)
			m[state] = x
		}
	}
	set := func(name string, d dtype.DType, n int) func(m memory) {
		return func(m memory) {
			m[name] = safetensors.Tensor{Info: safetensors.Info{Name: name, DType: d, Shape: []int{n}}, Data: make([]byte, n*d.Size())}
		}
	}
	drop := func(name string) func(m memory) { return func(m memory) { delete(m, name) } }
	for _, c := range []struct {
		name   string
		double bool
		spoil  func(m memory)
		want   string
	}{
		{"no state", true, drop(state), "no such tensor"},
		{"no weight", true, drop("w"), "no such tensor"},
		{"no absmax", true, drop("w.absmax"), "no such tensor"},
		{"no map", true, drop("w.quant_map"), "no such tensor"},
		{"no nested map", true, drop("w.nested_quant_map"), "no such tensor"},
		{"not JSON", true, set(state, dtype.U8, 10), "invalid character"},
		{"fp4", true, edit("nf4", "fp4"), `names the type "fp4", want nf4`},
		{"1-D", true, edit("[4, 96]", "[384]"), "shape [384]; only matrices"},
		{"negative", true, edit("[4, 96]", "[-4, -96]"), "-4 × -96 cannot be NF4"},
		{"huge", true, edit("[4, 96]", "[4611686018427387904, 4]"), "cannot be NF4"},
		{"other shape", true, edit("[4, 96]", "[4, 98]"), "192 bytes of codes, want 196"},
		{"block size", true, edit(`"blocksize": 64`, `"blocksize": 65`), "block size 65"},
		{"other block size", true, edit(`"blocksize": 64`, `"blocksize": 32`), "want 12 elements of U8"},
		{"dtype", true, edit("bfloat16", "bfloat17"), `unknown type "bfloat17"`},
		{"integer dtype", true, edit("bfloat16", "int8"), "NF4 of I8"},
		{"nested dtype", true, edit(`"nested_dtype": "float32"`, `"nested_dtype": "float16"`), `nested_dtype is "float16"`},
		{"nested block", true, edit(`"nested_blocksize": 256`, `"nested_blocksize": 0`), "nested_blocksize is 0"},
		{"other nested block", true, edit(`"nested_blocksize": 256`, `"nested_blocksize": 2`), "nested_absmax is F32 of shape [1], want 3 elements"},
		{"offset", true, edit(`"nested_offset": 0.`, `"nested_offset": 1e300, "x": 0.`), "nested_offset 1e+300"},
		{"not nested", true, edit(`"nested_offset"`, `"x"`), "absmax is U8 of shape [6], want 6 elements of F32"},
		{"nested after all", false, edit(`"shape"`, `"nested_offset": 1, "nested_dtype": "float32", "nested_blocksize": 256, "shape"`), "absmax is F32 of shape [6], want 6 elements of U8"},
		{"nested_absmax NaN", true, func(m memory) { copy(m["w.nested_absmax"].Data, []byte{0, 0, 0xc0, 0x7f}) }, "nested_absmax[0] is NaN"},
		{"levels", true, set("w.quant_map", dtype.F32, 16), "not the levels of NF4"},
		{"level count", true, set("w.quant_map", dtype.F32, 15), "want 16 elements"},
		{"map type", true, set("w.nested_quant_map", dtype.F16, 256), "nested_quant_map is F16"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := stored(t, c.double)
			c.spoil(m)
			_, err := ParseNF4("w", m)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "quant: w: ") {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// TestOtherStorage reads codes stored under another type, as quant_storage asks for with FSDP.
func TestOtherStorage(t *testing.T) {
	m := stored(t, true)
	want, err := ParseNF4("w", m)
	if err != nil {
		t.Fatal(err)
	}
	x := m["w"]
	x.DType, x.Shape = dtype.BF16, []int{len(x.Data) / 2, 1}
	m["w"] = x
	got, err := ParseNF4("w", m)
	if err != nil || !slices.Equal(got.Packed, want.Packed) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestPythonFloat(t *testing.T) {
	for f, want := range map[float32]string{
		0: "0.0", 1: "1.0", -2.5: "-2.5", 2.52: "2.5199999809265137", 1e-4: "9.999999747378752e-05", 1.5e-5: "1.4999999621068127e-05",
		1e15: "999999986991104.0", 1e16: "1.0000000272564224e+16", 0.0001220703125: "0.0001220703125",
	} {
		if got := pythonFloat(f); got != want {
			t.Errorf("%v is written %s, want %s", f, got, want)
		}
	}
}

func FuzzParseNF4(f *testing.F) {
	f.Add([]byte(`{"quant_type": "nf4", "blocksize": 64, "dtype": "bfloat16", "shape": [4, 96], "nested_blocksize": 256, "nested_dtype": "float32", "nested_offset": 0.5}`), []byte("codes"), []byte("a"))
	f.Add([]byte(`{"quant_type": "nf4", "blocksize": 64, "dtype": "float32", "shape": [2, 5]}`), []byte("12345"), []byte("1234"))
	f.Fuzz(func(t *testing.T, state, codes, absmax []byte) {
		q, err := NewNF4(1, 1, NF4Options{DoubleQuant: true})
		if err != nil {
			t.Fatal(err)
		}
		q.Nest()
		m := memory{}
		for _, x := range q.Tensors("w") {
			m[x.Name] = x
		}
		put := func(name string, d dtype.DType, data []byte) {
			m[name] = safetensors.Tensor{Info: safetensors.Info{DType: d, Shape: []int{len(data) / d.Size()}}, Data: data[:len(data)/d.Size()*d.Size()]}
		}
		put("w", dtype.U8, codes)
		put("w"+suffixState, dtype.U8, state)
		put("w"+suffixAbsmax, dtype.U8, absmax)
		if len(absmax)%4 == 0 {
			put("w"+suffixAbsmax, dtype.F32, absmax)
		}
		if q, err := ParseNF4("w", m); err == nil {
			q.Decode(make([]float32, q.Elements()), 0)
		}
	})
}

func TestFileRoundTrip(t *testing.T) {
	for _, double := range []bool{false, true} {
		q, err := QuantizeNF4(normal(5*70), 5, 70, NF4Options{DoubleQuant: double, DType: dtype.F32})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "q.safetensors")
		if err := safetensors.WriteFile(path, q.Tensors("x"), nil); err != nil {
			t.Fatal(err)
		}
		f, err := safetensors.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseNF4("x", f)
		if err != nil {
			t.Fatal(err)
		}
		a, b := make([]float32, q.Elements()), make([]float32, q.Elements())
		q.Decode(a, 0)
		got.Decode(b, 0)
		if !sameFloats(a, b) {
			t.Error("decodes differently after a trip through a file")
		}
		q.Decode(nil, 0)
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if err := os.Remove(path); err != nil {
			t.Error(err)
		}
	}
}

func BenchmarkQuantizeNF4(b *testing.B) {
	const rows, cols = 1024, 3072
	w := normal(rows * cols)
	for _, workers := range []int{1, 2} {
		pool := parallel.New(workers)
		b.Run(map[int]string{1: "one", 2: "two"}[workers], func(b *testing.B) {
			b.SetBytes(rows * cols)
			for b.Loop() {
				if _, err := QuantizeNF4(w, rows, cols, NF4Options{DoubleQuant: true, Pool: pool}); err != nil {
					b.Fatal(err)
				}
			}
		})
		pool.Close()
	}
}
