package safetensors

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/dtype"
)

// TestLayout writes a file backwards and in pieces, which reads as one written in order.
func TestLayout(t *testing.T) {
	infos := []Info{{"b", dtype.F32, []int{2, 3}}, {"a", dtype.BF16, []int{5}}, {"z", dtype.U8, []int{0}}, {"c", dtype.U8, []int{7}}}
	l, err := NewLayout(infos, nil)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m.safetensors")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]byte{}
	for i := len(infos) - 1; i >= 0; i-- {
		name, size := infos[i].Name, infos[i].Size()
		data := bytes.Repeat([]byte(name), size)
		want[name] = data
		if err := errors.Join(l.WriteAt(f, name, data[size/2:], size/2), l.WriteAt(f, name, data[:size/2], 0)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(l.WriteHeader(f), f.Close()); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(path); err != nil || st.Size() != int64(l.Size()) {
		t.Errorf("the file has %v bytes (%v), the layout %d", st.Size(), err, l.Size())
	}
	got := mustOpen(t, path)
	for name, data := range want {
		if b, err := got.Bytes(name); err != nil || !bytes.Equal(b, data) {
			t.Errorf("%s is %q, want %q: %v", name, b, data, err)
		}
	}
	if got.Metadata()["format"] != "pt" {
		t.Error("no metadata")
	}
	for want, err := range map[string]error{
		`"nope": no such tensor`: l.WriteAt(nil, "nope", nil, 0), `tensor "c" has 7 bytes: cannot write 2 from byte 6 on`: l.WriteAt(nil, "c", make([]byte, 2), 6),
		"cannot write 0 from byte -1 on": l.WriteAt(nil, "c", nil, -1),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if _, err := NewLayout([]Info{{"a", dtype.U8, nil}, {"a", dtype.U8, nil}}, nil); err == nil || !strings.Contains(err.Error(), "given twice") {
		t.Errorf("error %v", err)
	}
}

// TestRegions joins neighbours, whatever the order of the names, and changes no byte.
func TestRegions(t *testing.T) {
	dir := t.TempDir()
	x := &Index{WeightMap: map[string]string{}}
	data := map[string][]byte{}
	for i, shard := range []string{"1.safetensors", "2.safetensors"} {
		var ts []Tensor
		for j := range 6 {
			name := string(rune('a' + 6*i + j))
			data[name] = bytes.Repeat([]byte(name), 9000)
			ts = append(ts, Tensor{Info: Info{name, dtype.U8, []int{9000}}, Data: data[name]})
			x.WeightMap[name] = shard
		}
		if err := WriteFile(filepath.Join(dir, shard), ts, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.WriteFile(filepath.Join(dir, IndexName)); err != nil {
		t.Fatal(err)
	}
	s, err := OpenIndex(filepath.Join(dir, IndexName))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	rs, err := s.Regions([]string{"h", "c", "b", "g", "e"})
	if err != nil || len(rs) != 3 || rs[0].Size() != 18000 || rs[1].Size() != 9000 || rs[2].Size() != 18000 {
		t.Fatalf("regions %+v, %v", rs, err)
	}
	for _, a := range []Advice{WillNeed, DontNeed, WillNeed, Evict, Evict} {
		for _, r := range append(rs, Region{}) {
			if err := r.Advise(a); err != nil {
				t.Error(err)
			}
		}
		for name, want := range data {
			if b, err := s.Bytes(name); err != nil || !bytes.Equal(b, want) {
				t.Errorf("%s changed after advice %d: %v", name, a, err)
			}
		}
	}
	if _, err := s.Regions([]string{"nope"}); !errors.Is(err, ErrNoTensor) {
		t.Errorf("error %v", err)
	}
	if _, err := s.files[0].Regions([]string{"nope"}); !errors.Is(err, ErrNoTensor) {
		t.Errorf("error %v", err)
	}
}
