package base

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write makes files below a new directory.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func mustHash(t *testing.T, dir string) string {
	t.Helper()
	sum, err := Hash(dir)
	if err != nil || !strings.HasPrefix(sum, "sha256:") {
		t.Fatalf("%q, %v", sum, err)
	}
	return sum
}

// TestHash proves that whatever changes the model changes its hash, and nothing else does.
func TestHash(t *testing.T) {
	base := map[string]string{"config.json": "{}", "model.safetensors": "weights"}
	want := mustHash(t, write(t, base))
	for _, c := range []struct {
		name, file, text string
		same             bool
	}{
		{"the same again", "config.json", "{}", true},
		{"a card", "README.md", "hello", true},
		{"another configuration", "config.json", "{ }", false},
		{"other weights", "model.safetensors", "wejghts", false},
		{"more weights", "model2.safetensors", "x", false},
	} {
		files := map[string]string{"config.json": "{}", "model.safetensors": "weights", c.file: c.text}
		if got := mustHash(t, write(t, files)); (got == want) != c.same {
			t.Errorf("%s: the hash stays %v", c.name, got == want)
		}
	}
}

// TestHashParts proves that a file too large to hash whole is hashed in parts, that the value says so, and that its ends count.
func TestHashParts(t *testing.T) {
	dir := write(t, map[string]string{"config.json": "{}", "model.safetensors": "header"})
	path := filepath.Join(dir, "model.safetensors")
	if err := os.Truncate(path, wholeFile+1); err != nil { // a hole, no disk is used
		t.Fatal(err)
	}
	first := mustHash(t, dir)
	if !strings.HasSuffix(first, " (large files in parts)") {
		t.Errorf("%q does not say that it is of parts", first)
	}
	for _, at := range []int64{0, wholeFile} {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt([]byte{1}, at); err != nil || f.Close() != nil {
			t.Fatal(err)
		}
		if got := mustHash(t, dir); got == first {
			t.Errorf("a change of byte %d is not seen", at)
		}
	}
}

func TestHashFails(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"no configuration": {"model.safetensors": "x"},
		"a missing shard":  {"config.json": "{}", "model.safetensors.index.json": `{"weight_map":{"t":"a.safetensors"}}`},
		"a broken index":   {"config.json": "{}", "model.safetensors.index.json": `{`},
	} {
		if sum, err := Hash(write(t, files)); err == nil {
			t.Errorf("%s: %q", name, sum)
		}
	}
}
