package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"graft/internal/dtype"
)

// encode builds a file from a header and data.
func encode(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func write(t *testing.T, path string, content []byte) string {
	t.Helper()
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustOpen(t *testing.T, path string) *File {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// all reads every tensor, ready to be written again.
func all(t testing.TB, f *File) []Tensor {
	t.Helper()
	var list []Tensor
	for info := range f.All() {
		data, err := f.Bytes(info.Name)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) != info.Size() {
			t.Fatalf("%s has %d bytes, its description says %d", info.Name, len(data), info.Size())
		}
		list = append(list, Tensor{Info: info, Data: data})
	}
	return list
}

// TestPythonFile reads a file of the Python library with every dtype; ref/formats_golden.py writes it and what it holds.
func TestPythonFile(t *testing.T) {
	raw, err := os.ReadFile("testdata/golden/python.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Tensors []struct {
			Name, DType string
			Shape       []int
			Bytes       []int
		} `json:"tensors"`
	}
	if err := json.Unmarshal(raw, &golden); err != nil {
		t.Fatal(err)
	}
	f := mustOpen(t, "testdata/golden/python.safetensors")
	if got := f.Metadata(); !reflect.DeepEqual(got, map[string]string{"format": "pt"}) {
		t.Errorf("metadata %v", got)
	}
	names := map[dtype.DType]bool{}
	for _, want := range golden.Tensors {
		info, err := f.Info(want.Name)
		if err != nil {
			t.Error(err)
			continue
		}
		names[info.DType] = true
		data, err := f.Bytes(want.Name)
		if err != nil {
			t.Error(err)
		}
		got := make([]int, len(data))
		for i, b := range data {
			got[i] = int(b)
		}
		if info.DType.String() != want.DType || !slices.Equal(info.Shape, want.Shape) || !slices.Equal(got, want.Bytes) {
			t.Errorf("%s is %v %v %v, want %s %v %v", want.Name, info.DType, info.Shape, got, want.DType, want.Shape, want.Bytes)
		}
	}
	if len(names) != int(dtype.U64) || len(all(t, f)) != len(golden.Tensors) {
		t.Errorf("%d dtypes and %d tensors, want %d and %d", len(names), len(all(t, f)), dtype.U64, len(golden.Tensors))
	}
}

// TestWritesPythonBytes writes what the Python library wrote and compares the files.
func TestWritesPythonBytes(t *testing.T) {
	want, err := os.ReadFile("testdata/golden/python.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	tensors := all(t, mustOpen(t, "testdata/golden/python.safetensors"))
	slices.Reverse(tensors)
	for i := range tensors {
		if i%2 == 0 {
			data := tensors[i].Data
			tensors[i].Data = nil
			tensors[i].Stream = func(w io.Writer) error {
				half := len(data) / 2
				_, err := w.Write(data[:half])
				_, err2 := w.Write(data[half:])
				return errors.Join(err, err2)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "ours.safetensors")
	if err := WriteFile(path, tensors, nil); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("our file differs from Python's:\n%q\n%q", got[:min(len(got), 2000)], want[:min(len(want), 2000)])
	}
}

func TestCorruptFiles(t *testing.T) {
	const a = `"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}`
	deep := strings.Repeat(`{"x":`, 1<<16)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty file", nil, "truncated: 0 bytes"},
		{"short length", []byte{1, 2, 3}, "truncated: 3 bytes"},
		{"huge header", binary.LittleEndian.AppendUint64(nil, 1<<63), "header length is 9223372036854775808, at most 100000000"},
		{"pickle", []byte("PK\x03\x04 some archive"), "not a safetensors file"},
		{"lfs pointer", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:0"), "git lfs pull"},
		{"header beyond end", encode(`{`+a+`}`, 0)[:20], "truncated: header of 54 bytes, but only 12 follow"},
		{"data beyond end", encode(`{`+a+`}`, 7), `tensor "a": ends at byte 8, but there are only 7 bytes`},
		{"more data", encode(`{`+a+`}`, 9), "1 bytes of data follow the last tensor"},
		{"no header", encode(``, 0), "JSON ends early"},
		{"cut header", encode(`{`+a, 8), "JSON ends early"},
		{"not JSON", encode(`{]`, 0), "']' at byte 1, where '\"' was expected"},
		{"a list", encode(`[]`, 0), "'[' at byte 0, where '{' was expected"},
		{"two objects", encode(`{}{}`, 0), "'{' at byte 2, after the end"},
		{"zeros after", encode("{}\x00", 0), "at byte 2, after the end"},
		{"zero", encode("\x00", 0), "at byte 0, where '{' was expected"},
		{"leading zero", encode(`{"a":{"shape":[02]}}`, 0), `"02" at byte 15 is not a size`},
		{"newline in a name", encode("{\"a\nb\":{}}", 0), "invalid character"},
		{"bad escape", encode(`{"a\x":{}}`, 0), "invalid character"},
		{"open name", encode(`{"a`, 0), "JSON ends early"},
		{"no colon", encode(`{"a" {}}`, 0), "where ':' was expected"},
		{"no comma", encode(`{"a":{"shape":[2 2]}}`, 0), "where ']' was expected"},
		{"not UTF-8", encode("{\"\xff\":{}}", 0), "not UTF-8"},
		{"trailing comma", encode(`{`+a+`,}`, 8), "'}' at byte 54"},
		{"twice", encode(`{`+a+`,`+a+`}`, 8), `"a" stands twice`},
		{"twice, escaped", encode(`{`+a+`,"\u0061":{}}`, 8), `"a" stands twice`},
		{"key twice", encode(`{"a":{"dtype":"F32","dtype":"F32"}}`, 8), `"dtype" stands twice`},
		{"unknown dtype", encode(`{"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}`, 8), `tensor "a": dtype: dtype: unknown type "Q4"`},
		{"unknown key", encode(`{"a":{"dtype":"F32","strides":[1]}}`, 8), `tensor "a": strides: unknown key`},
		{"no dtype", encode(`{"a":{"shape":[2],"data_offsets":[0,8]}}`, 8), "dtype is missing"},
		{"no shape", encode(`{"a":{"dtype":"F32","data_offsets":[0,8]}}`, 8), "shape is missing"},
		{"no offsets", encode(`{"a":{"dtype":"F32","shape":[2]}}`, 8), "data_offsets has 0 numbers"},
		{"three offsets", encode(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}`, 8), "data_offsets has 3 numbers"},
		{"dtype no string", encode(`{"a":{"dtype":7}}`, 8), "dtype: '7' at byte 14, where"},
		{"shape no list", encode(`{"a":{"shape":7}}`, 8), "shape: '7' at byte 14, where '['"},
		{"shape of strings", encode(`{"a":{"shape":["2"]}}`, 8), `"" at byte 15 is not a size`},
		{"negative", encode(`{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}`, 8), `"-2" at byte 29 is not a size`},
		{"fraction", encode(`{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}`, 8), `"2.0" at byte 29 is not a size`},
		{"beyond int", encode(`{"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,8]}}`, 8), "is not a size"},
		{"overflow", encode(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}`, 8), "is too large"},
		{"overflow to fit", encode(`{"a":{"dtype":"U8","shape":[4294967297,4294967296,4294967296],"data_offsets":[0,8]}}`, 8), "is too large"},
		{"wrong length", encode(`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, 8), "F32 of shape [3] has 12 bytes, but data_offsets [0, 8] span 8"},
		{"backwards", encode(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}`, 8), "run backwards"},
		{"overlap", encode(`{`+a+`,"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 12), `tensor "b": begins at byte 4, inside tensor "a", which ends at 8`},
		{"same place", encode(`{`+a+`,"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8), `tensor "b": begins at byte 0, inside tensor "a"`},
		{"hole", encode(`{`+a+`,"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}`, 20), `tensor "b": begins at byte 12, leaving a hole of 4 bytes`},
		{"hole at the start", encode(`{"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 12), "leaving a hole of 4 bytes"},
		{"metadata no text", encode(`{"__metadata__":{"x":1},`+a+`}`, 8), `metadata "x": '1' at byte 21`},
		{"metadata no object", encode(`{"__metadata__":"x",`+a+`}`, 8), "at byte 16, where '{' was expected"},
		{"deep", encode(deep, 0), "x: unknown key"},
		{"long name", encode(`{"`+strings.Repeat("x", 5000)+`":{}}`, 0), "a name of 5000 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, filepath.Join(t.TempDir(), "bad.safetensors"), c.file)
			_, err := Open(path)
			if err == nil {
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %q, want the path and %q", err, c.want)
			}
		})
	}
}

func TestOpenNeedsARegularFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "missing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("directory: %v", err)
	}
}

func TestUnusualButLegal(t *testing.T) {
	header := `{"z":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"none":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[3,3]},` +
		`"s":{"dtype":"I64","shape":[],"data_offsets":[3,11]}}   ` + "\n"
	f := mustOpen(t, write(t, filepath.Join(t.TempDir(), "m.safetensors"), encode(header, 11)))
	var names []string
	for info := range f.All() {
		names = append(names, fmt.Sprint(info.Name, info.Shape, info.Elements()))
		if info.Name == "none" {
			break
		}
	}
	if got := fmt.Sprint(names); got != "[z[3] 3 none[4294967296 4294967296 0] 0]" {
		t.Error(got)
	}
	if b, err := f.Bytes("none"); err != nil || len(b) != 0 {
		t.Errorf("an empty tensor: %v, %v", b, err)
	}
	if s, err := f.Info("s"); err != nil || s.Elements() != 1 || s.Size() != 8 {
		t.Errorf("a scalar: %+v, %v", s, err)
	}
	if f.Metadata() != nil {
		t.Errorf("metadata %v from nowhere", f.Metadata())
	}
}

func TestMissingTensor(t *testing.T) {
	f := mustOpen(t, "testdata/golden/python.safetensors")
	_, e1 := f.Info("nope")
	_, e2 := f.Bytes("nope")
	e3 := f.Advise("nope", WillNeed)
	for _, err := range []error{e1, e2, e3} {
		if !errors.Is(err, ErrNoTensor) || !strings.Contains(err.Error(), `python.safetensors: "nope"`) {
			t.Errorf("error %v", err)
		}
	}
}

func TestAdviseChangesNoByte(t *testing.T) {
	var tensors []Tensor
	for i := range 5 {
		data := bytes.Repeat([]byte{byte(i + 1)}, 10000+3*i)
		tensors = append(tensors, Tensor{Info: Info{Name: fmt.Sprint("t", i), DType: dtype.U8, Shape: []int{len(data)}}, Data: data})
	}
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := WriteFile(path, tensors, nil); err != nil {
		t.Fatal(err)
	}
	f := mustOpen(t, path)
	for _, want := range tensors {
		for _, a := range []Advice{WillNeed, DontNeed} {
			if err := f.Advise(want.Name, a); err != nil {
				t.Fatal(err)
			}
			if got, err := f.Bytes(want.Name); err != nil || !bytes.Equal(got, want.Data) {
				t.Fatalf("%s changed after advice %d: %v", want.Name, a, err)
			}
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	info := func(name string, shape ...int) Info { return Info{Name: name, DType: dtype.U8, Shape: shape} }
	stream := func(n int) func(io.Writer) error {
		return func(w io.Writer) error { _, err := w.Write(make([]byte, n)); return err }
	}
	for _, c := range []struct {
		name    string
		tensors []Tensor
		want    string
	}{
		{"twice", []Tensor{{Info: info("a", 0)}, {Info: Info{Name: "a", DType: dtype.F32, Shape: []int{0}}}}, `tensor "a": given twice`},
		{"reserved", []Tensor{{Info: info("__metadata__", 0)}}, "reserved"},
		{"not UTF-8", []Tensor{{Info: info("\xff", 0)}}, "not UTF-8"},
		{"long name", []Tensor{{Info: info(strings.Repeat("x", 5000), 0)}}, "5000 bytes"},
		{"no dtype", []Tensor{{Info: Info{Name: "a"}}}, "INVALID cannot be written"},
		{"negative", []Tensor{{Info: info("a", -1)}}, "negative"},
		{"overflow", []Tensor{{Info: info("a", 1<<30, 1<<30, 1<<30)}}, "too large"},
		{"length", []Tensor{{Info: info("a", 3), Data: make([]byte, 2)}}, "2 bytes given for U8 of shape [3], want 3"},
		{"short stream", []Tensor{{Info: info("a", 3), Stream: stream(2)}}, "wrote 2 bytes for U8 of shape [3], want 3"},
		{"long stream", []Tensor{{Info: info("a", 3), Stream: stream(4)}}, "1 bytes more"},
		{"failing stream", []Tensor{{Info: info("a", 3), Stream: func(io.Writer) error { return io.ErrNoProgress }}}, io.ErrNoProgress.Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := write(t, filepath.Join(dir, "m.safetensors"), []byte("old"))
			err := WriteFile(path, c.tensors, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if got, _ := os.ReadFile(path); string(got) != "old" {
				t.Errorf("the old file became %q", got)
			}
			if es, _ := os.ReadDir(dir); len(es) != 1 {
				t.Errorf("left behind: %v", es)
			}
		})
	}
}

type failingWriter struct{ left int }

func (w *failingWriter) Write(p []byte) (int, error) {
	if w.left--; w.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestWritePassesErrorsOn(t *testing.T) {
	one := []Tensor{{Info: Info{Name: "a", DType: dtype.U8, Shape: []int{1}}, Data: []byte{1}}}
	for writes := range 2 {
		if err := Write(&failingWriter{writes}, one, nil); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("write %d fails: %v", writes, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	python, err := os.ReadFile("testdata/golden/python.safetensors")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(python)
	f.Add(encode(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"x":"y"}}`, 8))
	f.Add(encode(`{"a":{"dtype":"F32","shape":[2,0],"data_offsets":[0,0]}}`, 0))
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := newFile("fuzz", content)
		if err != nil {
			return
		}
		tensors := all(t, file)
		var b bytes.Buffer
		if err := Write(&b, tensors, file.Metadata()); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := newFile("again", b.Bytes())
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		for _, want := range tensors {
			got, err := again.Bytes(want.Name)
			if err != nil || !bytes.Equal(got, want.Data) {
				t.Fatalf("%s changed: %v", want.Name, err)
			}
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	var tensors []Tensor
	for i := range 20000 {
		tensors = append(tensors, Tensor{Info: Info{Name: fmt.Sprintf("model.layers.%d.mlp.experts.%d.gate_proj.weight", i%48, i), DType: dtype.BF16, Shape: []int{1, 1}}, Data: make([]byte, 2)})
	}
	path := filepath.Join(b.TempDir(), "m.safetensors")
	if err := WriteFile(path, tensors, nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		f, err := Open(path)
		if err != nil {
			b.Fatal(err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
