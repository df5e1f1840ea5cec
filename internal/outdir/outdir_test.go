package outdir

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/fault"
)

// check compares what Check returns for a path: an error with a text, or "" for none.
func check(t *testing.T, path, want string) {
	t.Helper()
	if err := Check(path); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("%q: %v, want %q", path, err, want)
	}
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"file", filepath.Join("sub", "file")} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("x"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ path, want string }{
		{"", ""},
		{"sub", ""},
		{"new", ""},
		{"new/and/newer", ""},
		{"file", "is a file"},
		{"file/new", "is a file"},
		{"file/new/newer", "is a file"},
	} {
		check(t, filepath.Join(dir, filepath.FromSlash(c.path)), c.want)
	}
	t.Chdir(dir)
	if err := Check("relative/new"); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("%d entries after looking, want 2: %v", len(left), err)
	}
}

// TestLock proves that a directory has one owner at a time, and that nothing of it is left.
func TestLock(t *testing.T) {
	dir := t.TempDir()
	unlock, err := Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(dir); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "another process is writing into "+dir) {
		t.Errorf("locked twice: %v", err)
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
	again, err := Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := again(); err != nil {
		t.Error(err)
	}
	if _, err := Lock(filepath.Join(dir, "none")); err == nil {
		t.Error("locked what is not there")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}
