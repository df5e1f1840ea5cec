package weights

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"graft/internal/dtype"
	"graft/internal/quant"
	"graft/internal/safetensors"
)

// plain makes a BF16 tensor whose elements count up from 0.
func plain(name string, shape ...int) safetensors.Tensor {
	info := safetensors.Info{Name: name, DType: dtype.BF16, Shape: shape}
	f := make([]float32, info.Elements())
	for i := range f {
		f[i] = float32(i)
	}
	t := safetensors.Tensor{Info: info, Data: make([]byte, info.Size())}
	if err := dtype.FromFloat32(t.Data, f, dtype.BF16); err != nil {
		panic(err)
	}
	return t
}

func nf4(t *testing.T, name string) []safetensors.Tensor {
	t.Helper()
	w := make([]float32, 4*32)
	for i := range w {
		w[i] = float32(i%7) - 3
	}
	q, err := quant.QuantizeNF4(w, 4, 32, quant.NF4Options{DoubleQuant: true})
	if err != nil {
		t.Fatal(err)
	}
	return q.Tensors(name)
}

func open(t *testing.T, dir string) Source {
	t.Helper()
	s, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func names(s Source) (list []string) {
	for info := range s.All() {
		list = append(list, info.Name)
	}
	return list
}

// TestBitsandbytesCheckpoint reads a model that transformers and bitsandbytes quantised and saved; ref/formats_golden.py writes it
// and the hash of each decoded weight.
func TestBitsandbytesCheckpoint(t *testing.T) {
	raw, err := os.ReadFile("testdata/golden/bnb.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Tensors map[string]struct {
			DType, SHA256 string
			Shape         []int
			NF4           bool
		} `json:"tensors"`
	}
	if err := json.Unmarshal(raw, &golden); err != nil {
		t.Fatal(err)
	}
	s := open(t, "testdata/golden/bnb")
	if got := names(s); len(got) != len(golden.Tensors) || len(got) < 10 {
		t.Errorf("tensors %v, want %d", got, len(golden.Tensors))
	}
	for name, want := range golden.Tensors {
		info, err := s.Info(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if info.NF4 != want.NF4 || info.DType.Torch() != want.DType || !slices.Equal(info.Shape, want.Shape) {
			t.Errorf("%+v, want %+v", info, want)
		}
		for _, a := range []safetensors.Advice{safetensors.WillNeed, safetensors.DontNeed} {
			if err := s.Advise(name, a); err != nil {
				t.Error(err)
			}
		}
		f := make([]float32, info.Elements())
		for row, width := 0, len(f)/info.Shape[0]; row < info.Shape[0]; row++ {
			if err := s.Rows(name, row, f[row*width:(row+1)*width]); err != nil {
				t.Fatal(err)
			}
		}
		b := make([]byte, info.Size())
		if err := dtype.FromFloat32(b, f, info.DType); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b)
		if hex.EncodeToString(sum[:]) != want.SHA256 {
			t.Errorf("%s: decoded elements differ from bitsandbytes'", name)
		}
		q, ok, err := s.NF4(name)
		if err != nil || ok != want.NF4 || ok && (q.Rows != want.Shape[0] || q.Cols != want.Shape[1]) {
			t.Errorf("%s: NF4 %v, %v, %v", name, q, ok, err)
		}
		if _, err := s.Bytes(name); (err != nil) != want.NF4 {
			t.Errorf("%s: Bytes: %v", name, err)
		}
	}
}

func TestMemory(t *testing.T) {
	tensors := append(nf4(t, "q.weight"), plain("a.weight", 3, 2), plain("conv", 2, 1, 3), plain("scalar"), plain("empty", 0, 4))
	s, err := Memory(tensors...)
	if err != nil {
		t.Fatal(err)
	}
	if got := names(s); !slices.Equal(got, []string{"q.weight", "a.weight", "conv", "scalar", "empty"}) {
		t.Errorf("tensors %v", got)
	}
	for range s.All() {
		break
	}
	for _, c := range []struct {
		name  string
		first int
		want  []float32
	}{
		{"a.weight", 0, []float32{0, 1, 2, 3, 4, 5}},
		{"a.weight", 1, []float32{2, 3}},
		{"a.weight", 3, nil},
		{"conv", 1, []float32{3, 4, 5}},
		{"scalar", 0, []float32{0}},
		{"empty", 0, nil},
	} {
		got := make([]float32, len(c.want))
		if err := s.Rows(c.name, c.first, got); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s from row %d: %v, %v, want %v", c.name, c.first, got, err, c.want)
		}
	}
	q, ok, err := s.NF4("q.weight")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	want := make([]float32, 64)
	q.Decode(want, 64)
	got := make([]float32, 64)
	if err := s.Rows("q.weight", 2, got); err != nil || !slices.Equal(got, want) {
		t.Errorf("NF4 rows %v, %v, want %v", got, err, want)
	}
	if b, err := s.Bytes("a.weight"); err != nil || len(b) != 12 {
		t.Errorf("%v, %v", b, err)
	}
	if err := errors.Join(s.Advise("a.weight", safetensors.WillNeed), s.Close()); err != nil {
		t.Error(err)
	}
}

func TestSourceRefuses(t *testing.T) {
	s, err := Memory(append(nf4(t, "q.weight"), plain("model.layers.0.self_attn.q_proj.weight", 3, 2), safetensors.Tensor{
		Info: safetensors.Info{Name: "z", DType: dtype.C64, Shape: []int{1}}, Data: make([]byte, 8),
	})...)
	if err != nil {
		t.Fatal(err)
	}
	const name = "model.layers.0.self_attn.q_proj.weight"
	_, infoErr := s.Info("model.layers.0.self_atn.q_proj.weights")
	_, bytesErr := s.Bytes("far away")
	_, _, nf4Err := s.NF4("q")
	_, packedErr := s.Bytes("q.weight")
	rows := func(name string, first, n int) error { return s.Rows(name, first, make([]float32, n)) }
	for _, c := range []struct {
		err  error
		want string
	}{
		{infoErr, `no such tensor; the nearest is "` + name + `"`},
		{bytesErr, `"far away": no such tensor`},
		{nf4Err, `"q": no such tensor`},
		{s.Advise("nowhere", safetensors.WillNeed), "no such tensor"},
		{rows("nowhere", 0, 1), "no such tensor"},
		{packedErr, "is NF4"},
		{rows(name, 0, 3), "has shape [3 2]: cannot read 3 elements from row 0 on"},
		{rows(name, 2, 4), "cannot read 4 elements from row 2 on"},
		{rows(name, -1, 2), "from row -1 on"},
		{rows(name, 4, 0), "from row 4 on"},
		{rows("q.weight", 3, 64), "has shape [4 32]: cannot read 64 elements from row 3 on"},
		{rows("z", 0, 1), "C64 does not convert"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("error %v, want %q", c.err, c.want)
		}
	}
	if strings.Contains(bytesErr.Error(), "nearest") {
		t.Errorf("a far name gets a hint: %v", bytesErr)
	}
	if !errors.Is(infoErr, safetensors.ErrNoTensor) {
		t.Errorf("%v does not wrap ErrNoTensor", infoErr)
	}
}

func TestMemoryRefuses(t *testing.T) {
	short := plain("short", 3)
	short.Data = short.Data[:5]
	_, err := Memory(plain("a", 1), plain("a", 1), short)
	if err == nil || !strings.Contains(err.Error(), `"a" is given twice`) || !strings.Contains(err.Error(), "BF16 of shape [3] with 5 bytes") {
		t.Errorf("error %v", err)
	}
}

// TestForeignFormats refuses every other quantisation by what its tensors are called.
func TestForeignFormats(t *testing.T) {
	without := func(name string) []safetensors.Tensor {
		return slices.DeleteFunc(nf4(t, "w"), func(x safetensors.Tensor) bool { return x.Name == name })
	}
	broken := nf4(t, "w")
	for i := range broken {
		if broken[i].Name == "w.quant_state.bitsandbytes__nf4" {
			broken[i].Data = []byte(strings.Replace(string(broken[i].Data), "nf4", "xx4", 1))
		}
	}
	many := make([]safetensors.Tensor, 20)
	for i := range many {
		many[i] = plain(strings.Repeat("x", i)+".qweight", 1)
	}
	for _, c := range []struct {
		tensors []safetensors.Tensor
		want    string
	}{
		{[]safetensors.Tensor{plain("a.weight", 1), plain("a.weight_scale_inv", 1)}, `"a.weight_scale_inv" belongs to a model quantised as block FP8; supported are`},
		{[]safetensors.Tensor{plain("a.qweight", 1)}, "GPTQ or AWQ"},
		{[]safetensors.Tensor{plain("a.SCB", 1)}, "bitsandbytes int8"},
		{[]safetensors.Tensor{plain("a.weight_packed", 1)}, "compressed-tensors"},
		{[]safetensors.Tensor{plain("a.quant_state.bitsandbytes__fp4", 1)}, "bitsandbytes FP4"},
		{without("w.quant_state.bitsandbytes__nf4"), "w.quant_state.bitsandbytes__nf4 is missing"},
		{without("w"), `"w": no such tensor`},
		{broken, `names the type "xx4"`},
	} {
		_, err := Memory(c.tensors...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	if _, err := Memory(many...); err == nil || strings.Count(err.Error(), "\n") != 7 {
		t.Errorf("want eight problems of twenty: %v", err)
	}
	// What is wrong beside the description shows when the weight is read.
	s, err := Memory(without("w.quant_map")...)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.NF4("w"); err == nil || !strings.Contains(err.Error(), "weights: memory: quant: w: ") {
		t.Errorf("error %v", err)
	}
	if err := s.Rows("w", 0, make([]float32, 32)); err == nil || !strings.Contains(err.Error(), "quant: w: ") {
		t.Errorf("error %v", err)
	}
	if err := s.Advise("w", safetensors.WillNeed); err != nil {
		t.Error(err)
	}
}

// fill writes files to a new directory: *.safetensors with one tensor named after the file, others with the given text.
func fill(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		var err error
		if strings.HasSuffix(name, ".safetensors") && text == "" {
			err = safetensors.WriteFile(path, []safetensors.Tensor{plain(name, 1)}, nil)
		} else {
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOpenDir(t *testing.T) {
	index := `{"weight_map":{"s1.safetensors":"s1.safetensors","s2.safetensors":"s2.safetensors"}}`
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"single", map[string]string{"model.safetensors": "", "config.json": "{}"}, []string{"model.safetensors"}},
		{"single before others", map[string]string{"model.safetensors": "", "s1.safetensors": "", "s2.safetensors": "", safetensors.IndexName: index, "pytorch_model.bin": "x"}, []string{"model.safetensors"}},
		{"shards", map[string]string{"s1.safetensors": "", "s2.safetensors": "", "other.safetensors": "", safetensors.IndexName: index}, []string{"s1.safetensors", "s2.safetensors"}},
		{"lone", map[string]string{"adapter_model.safetensors": ""}, []string{"adapter_model.safetensors"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := names(open(t, fill(t, c.files))); !slices.Equal(got, c.want) {
				t.Errorf("tensors %v, want %v", got, c.want)
			}
		})
	}
}

func TestOpenDirRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"empty", nil, "holds no model.safetensors and no model.safetensors.index.json"},
		{"pickle", map[string]string{"pytorch_model.bin": "x"}, "pytorch_model.bin is a pickle file, only safetensors are read; convert it once with transformers"},
		{"gguf", map[string]string{"m.gguf": "x"}, "m.gguf is a GGUF file"},
		{"several", map[string]string{"a.safetensors": "", "b.safetensors": ""}, "holds 2 safetensors files but neither"},
		{"corrupt", map[string]string{"model.safetensors": "x"}, "model.safetensors: truncated"},
		{"index", map[string]string{safetensors.IndexName: `{"weight_map":{"a":"a.safetensors"}}`}, "shard a.safetensors is missing"},
		{"awq", map[string]string{"model.safetensors": "", "config.json": `{"quantization_config":{"quant_method":"awq"}}`}, `config.json: quantization_config: quant_method "awq" is not supported`},
		{"fp8", map[string]string{"model.safetensors": "", "config.json": `{"quantization_config":{"quant_method":"fp8"}}`}, `quant_method "fp8" is not supported`},
		{"config", map[string]string{"model.safetensors": "", "config.json": `{`}, "config.json: unexpected end"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := fill(t, c.files)
			_, err := OpenDir(dir)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	dir := fill(t, nil)
	if err := safetensors.WriteFile(filepath.Join(dir, "model.safetensors"), []safetensors.Tensor{plain("a.SCB", 1)}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenDir(dir); err == nil || !strings.Contains(err.Error(), "int8") {
		t.Errorf("int8 tensors: %v", err)
	}
}

func TestEdits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"abc", "abc", 0}, {"kitten", "sitting", 3}, {"q_proj", "qproj", 1}, {"ab", "ba", 2}, {"abcdef", "uvwxyz", 5}, {"a", "abcdefgh", 5}} {
		for _, order := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
			if got := edits(order[0], order[1], 5); got != c.want {
				t.Errorf("edits(%q, %q) = %d, want %d", order[0], order[1], got, c.want)
			}
		}
	}
}
