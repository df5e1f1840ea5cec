package base

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"graft/internal/hub"
	"graft/internal/model/builtin"
	"graft/internal/model/modeltest"
)

// locator unpacks into a new cache.
func locator(t *testing.T) Locator {
	t.Helper()
	return Locator{Hub: hub.Options{CacheDir: t.TempDir()}, CacheDir: t.TempDir()}
}

func tiny(t *testing.T) string {
	t.Helper()
	dir, err := locator(t).Dir("builtin:tiny-coder", "")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestBuiltin proves that the unpacked model is whole, that it is not written again, and that a damaged copy is replaced.
func TestBuiltin(t *testing.T) {
	l := locator(t)
	dir, err := l.Dir("builtin:tiny-coder", "main")
	if err != nil {
		t.Fatal(err)
	}
	files, _ := builtin.Files("tiny-coder")
	if !same(files, dir) {
		t.Fatal("the copy differs")
	}
	before, err := os.Stat(filepath.Join(dir, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Dir("builtin:tiny-coder", ""); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(filepath.Join(dir, "config.json")); err != nil || !os.SameFile(before, after) {
		t.Errorf("it was written again: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "tokenizer.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Dir("builtin:tiny-coder", ""); err != nil || !same(files, dir) {
		t.Errorf("the damaged copy stays: %v", err)
	}
}

// TestBuiltinTogether proves that processes that unpack at once do not get in each other's way.
func TestBuiltinTogether(t *testing.T) {
	l := locator(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := l.Dir("builtin:tiny-coder", ""); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestLocate(t *testing.T) {
	l := locator(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	cached := filepath.Join(l.Hub.CacheDir, "models--org--cached", "snapshots", strings.Repeat("a", 40))
	if err := os.CopyFS(cached, os.DirFS(tiny(t))); err != nil {
		t.Fatal(err)
	}
	refs := filepath.Join(l.Hub.CacheDir, "models--org--cached", "refs")
	if err := errors.Join(os.MkdirAll(refs, 0o755), os.WriteFile(filepath.Join(refs, "main"), []byte(strings.Repeat("a", 40)), 0o644)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, revision, want, err string }{
		{name: dir, want: dir},
		{name: "org/cached", want: cached},
		{name: "org/cached", revision: strings.Repeat("a", 40), want: cached},
		{name: "org/cached", revision: "v2", err: "\n  graft pull org/cached --revision v2"},
		{name: "org/none", revision: "main", err: "\n  graft pull org/none"},
		{name: "builtin:none", err: `no model "none" is built in; there is tiny-coder`},
		{name: file, err: "is a file"},
		{name: "Model.GGUF", err: "GGUF"},
		{name: "none", err: "there is no directory none, and it is no hub id (owner/name) nor builtin:tiny-coder"},
		{name: "./a", err: "there is no directory"},
		{name: "/a", err: "there is no directory"},
		{name: "a/-b", err: "is not a model id"},
		{name: "a/b/c", err: "there is no directory"},
	} {
		got, err := l.Dir(c.name, c.revision)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.HasSuffix(err.Error(), c.err) && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s at %q: %q, %v, want %q, %q", c.name, c.revision, got, err, c.want, c.err)
		}
	}
}

func TestUnpackFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := (Locator{CacheDir: file}).Dir("builtin:tiny-coder", ""); err == nil {
		t.Error("unpacked below a file")
	}
}

func TestOpen(t *testing.T) {
	dir := tiny(t)
	b, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if b.Config.ModelType != "qwen3" || b.Tokenizer == nil || b.Template == nil || !slices.Equal(b.EndIDs(), []int32{2}) {
		t.Errorf("opened %+v with end %v", b.Config, b.EndIDs())
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	w, err := OpenWeights(dir)
	if err != nil || w.Tokenizer != nil || w.Close() != nil {
		t.Errorf("%+v, %v", w, err)
	}
}

// TestOpenRefuses breaks a model in one place each.
func TestOpenRefuses(t *testing.T) {
	for _, c := range []struct{ file, old, text, want string }{
		{"config.json", "", "", "there is no config.json"},
		{"config.json", "", "{", "config.json: unexpected end"},
		{"config.json", `"vocab_size": 4096`, `"vocab_size": 100`, "the tokenizer has ids up to 4095, the model's vocabulary is 100"},
		{"tokenizer.json", "", "", "has no tokenizer: neither tokenizer.json nor vocab.json"},
		{"tokenizer.json", "", "{", "tokenizer.json"},
		{"tokenizer_config.json", "", "{", "tokenizer_config.json"},
		{"model.safetensors", "", "", "holds no model.safetensors"},
		{"model.safetensors", "", "12", "too short"},
	} {
		dir := modeltest.TinyCoder(t)
		path := filepath.Join(dir, c.file)
		text := c.text
		if c.old != "" {
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text = strings.Replace(string(whole), c.old, c.text, 1)
		}
		err := os.Remove(path)
		if text != "" {
			err = errors.Join(err, os.WriteFile(path, []byte(text), 0o644))
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q: got %v, want %q", c.file, c.text, err, c.want)
		}
	}
}
