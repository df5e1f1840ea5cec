package safetensors

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"graft/internal/dtype"
)

// shards writes two shards, {a, b} and {c}, and an index with the given weight map.
func shards(t *testing.T, weightMap string) string {
	t.Helper()
	dir := t.TempDir()
	for i, names := range [][]string{{"a", "b"}, {"c"}} {
		var tensors []Tensor
		for _, n := range names {
			tensors = append(tensors, Tensor{Info: Info{Name: n, DType: dtype.U8, Shape: []int{1}}, Data: []byte(n)})
		}
		if err := WriteFile(filepath.Join(dir, ShardName(i+1, 2)), tensors, nil); err != nil {
			t.Fatal(err)
		}
	}
	return write(t, filepath.Join(dir, IndexName), []byte(`{"metadata":{"total_size":3},"weight_map":`+weightMap+`}`))
}

const (
	one  = "model-00001-of-00002.safetensors"
	two  = "model-00002-of-00002.safetensors"
	good = `{"a":"` + one + `","b":"` + one + `","c":"` + two + `"}`
)

func TestOpenIndex(t *testing.T) {
	path := shards(t, good)
	s, err := OpenIndex(path)
	if err != nil {
		t.Fatal(err)
	}
	if s.Path() != path {
		t.Errorf("path %s", s.Path())
	}
	var names []string
	for info := range s.All() {
		names = append(names, info.Name)
		data, err := s.Bytes(info.Name)
		if err != nil || string(data) != info.Name {
			t.Errorf("%s holds %q, %v", info.Name, data, err)
		}
		if got, err := s.Info(info.Name); err != nil || got.Name != info.Name {
			t.Errorf("%+v, %v", got, err)
		}
		if err := s.Advise(info.Name, WillNeed); err != nil {
			t.Error(err)
		}
	}
	if !slices.Equal(names, []string{"a", "b", "c"}) {
		t.Errorf("tensors %v", names)
	}
	for range s.All() {
		break
	}
	_, e1 := s.Info("d")
	_, e2 := s.Bytes("d")
	e3 := s.Advise("d", DontNeed)
	for _, err := range []error{e1, e2, e3} {
		if !errors.Is(err, ErrNoTensor) || !strings.Contains(err.Error(), path) {
			t.Errorf("missing tensor: %v", err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestIndexAndShardsDisagree(t *testing.T) {
	for _, c := range []struct {
		name, weightMap string
		want            []string
	}{
		{"missing shard", `{"a":"` + one + `","b":"` + one + `","c":"` + two + `","d":"three.safetensors","e":"four.safetensors"}`, []string{"shard four.safetensors is missing", "shard three.safetensors is missing"}},
		{"only in the index", `{"a":"` + one + `","b":"` + one + `","c":"` + two + `","d":"` + two + `"}`, []string{`tensor "d" is not in shard ` + two}},
		{"only in the shard", `{"a":"` + one + `","c":"` + two + `"}`, []string{`tensor "b" of shard ` + one + ` is not in the index`}},
		{"elsewhere", `{"a":"` + one + `","b":"` + two + `","c":"` + two + `"}`, []string{`tensor "b" is in shard ` + one + `, but the index places it in ` + two, `tensor "b" is not in shard ` + two}},
		{"empty", `{}`, []string{"weight_map is missing or empty"}},
		{"no text", `{"a":1}`, []string{`weight_map: "a": '1' at byte 47`}},
		{"twice", `{"a":"` + one + `","a":"` + one + `"}`, []string{`"a" stands twice`}},
		{"parent", `{"a":"../x.safetensors"}`, []string{`"../x.safetensors", which is no plain`}},
		{"absolute", `{"a":"/etc/x.safetensors"}`, []string{`"/etc/x.safetensors", which is no plain`}},
		{"folder", `{"a":"sub/x.safetensors"}`, []string{`"sub/x.safetensors", which is no plain`}},
		{"backslash", `{"a":"..\\x.safetensors"}`, []string{`which is no plain`}},
		{"dots", `{"a":".."}`, []string{`which is no plain`}},
		{"other file", `{"a":"pytorch_model.bin"}`, []string{`which is no plain`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := shards(t, c.weightMap)
			_, err := OpenIndex(path)
			if err == nil {
				t.Fatal("opened")
			}
			for _, want := range append(c.want, path) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q, want %q", err, want)
				}
			}
		})
	}
}

func TestCorruptShardIsNamed(t *testing.T) {
	path := shards(t, good)
	shard := filepath.Join(filepath.Dir(path), two)
	write(t, shard, encode(`{"c":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 0))
	_, err := OpenIndex(path)
	if err == nil || !strings.Contains(err.Error(), shard) || !strings.Contains(err.Error(), "truncated") {
		t.Errorf("error %v", err)
	}
	if strings.Contains(err.Error(), "not in shard") {
		t.Errorf("the tensors of an unreadable shard are reported too: %v", err)
	}
}

func TestManyProblemsAreCounted(t *testing.T) {
	m := make([]string, 20)
	for i := range m {
		m[i] = fmt.Sprintf(`"t%02d":"../x%d.safetensors"`, i, i)
	}
	_, err := OpenIndex(shards(t, "{"+strings.Join(m, ",")+"}"))
	if err == nil || !strings.Contains(err.Error(), "and 12 more problems") || strings.Count(err.Error(), "\n") != 8 {
		t.Errorf("error %v", err)
	}
}

func TestIndexFile(t *testing.T) {
	dir := t.TempDir()
	x := &Index{TotalSize: 3, WeightMap: map[string]string{"b<&>": two, "a": one}}
	path := filepath.Join(dir, IndexName)
	if err := x.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := "{\n  \"metadata\": {\n    \"total_size\": 3\n  },\n  \"weight_map\": {\n    \"a\": \"" + one + "\",\n    \"b<&>\": \"" + two + "\"\n  }\n}\n"
	if string(raw) != want {
		t.Errorf("index\n%s\nwant\n%s", raw, want)
	}
	got, err := ReadIndex(path)
	if err != nil || got.TotalSize != 3 || got.WeightMap["b<&>"] != two || !slices.Equal(got.Shards(), []string{one, two}) {
		t.Errorf("read %+v, %v", got, err)
	}
	x.WeightMap["a"] = "../a.safetensors"
	if err := x.WriteFile(path); err == nil || !strings.Contains(err.Error(), "../a.safetensors") {
		t.Errorf("wrote a shard outside the folder: %v", err)
	}
}

func TestCorruptIndex(t *testing.T) {
	for _, c := range []struct{ raw, want string }{
		{``, "JSON ends early"},
		{`{"weight_map":{"a":"a.safetensors"`, "JSON ends early"},
		{`[]`, "'[' at byte 0"},
		{`{"metadata":7}`, "metadata"},
		{`{"metadata":{"total_size":-1}}`, "total_size -1"},
		{`{"metadata":{"total_size":1.5}}`, "total_size 1.5"},
		{`{"metadata":{"total_size":1e300}}`, "total_size 1e+300"},
		{`{"metadata":{}}`, "weight_map is missing"},
		{`{"weight_map":{},"weight_map":{}}`, "stands twice"},
		{`{"weight_map":7}`, "'7' at byte 14"},
		{`{"other":}`, "invalid character"},
	} {
		if _, err := parseIndex([]byte(c.raw)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.raw, err, c.want)
		}
	}
	x, err := parseIndex([]byte(`{"extra":[1,{}],"metadata":{"total_size":4.0,"total_parameters":2},"weight_map":{"a":"a.safetensors"}}`))
	if err != nil || x.TotalSize != 4 {
		t.Errorf("%+v, %v", x, err)
	}
	if _, err := ReadIndex(filepath.Join(t.TempDir(), "missing.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing index: %v", err)
	}
	big := write(t, filepath.Join(t.TempDir(), "big.json"), nil)
	if err := os.Truncate(big, maxHeader+1); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadIndex(big); err == nil || !strings.Contains(err.Error(), "100000001 bytes") {
		t.Errorf("huge index: %v", err)
	}
}

func FuzzIndex(f *testing.F) {
	f.Add([]byte(`{"metadata":{"total_size":3},"weight_map":` + good + `}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		x, err := parseIndex(raw)
		if err != nil {
			return
		}
		for _, shard := range x.Shards() {
			if !filepath.IsLocal(shard) || strings.ContainsAny(shard, `/\`) {
				t.Fatalf("shard %q leaves its folder", shard)
			}
		}
	})
}
