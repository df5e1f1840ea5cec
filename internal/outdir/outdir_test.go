package outdir

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/fault"
)

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"file", filepath.Join("sub", "file")} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("x"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"good": "sub", "dangling": "none"} {
		if err := os.Symlink(filepath.Join(dir, target), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ path, want string }{
		{"", ""},
		{"sub", ""},
		{"new", ""},
		{"new/and/newer", ""},
		{"good", ""},
		{"good/new", ""},
		{"file", "is a file"},
		{"file/new", "is a file"},
		{"file/new/newer", "is a file"},
		{"good/file/x", "is a file"},
		{"dangling", "leads nowhere"},
		{"dangling/new", "leads nowhere"},
	} {
		err := Check(filepath.Join(dir, filepath.FromSlash(c.path)))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.path, err, c.want)
		}
	}
	t.Chdir(dir)
	if err := Check("relative/new"); err != nil {
		t.Error(err)
	}
	if err := Check(strings.Repeat("n", 300)); err == nil {
		t.Error("a name that is too long passes")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 4 {
		t.Errorf("%d entries after looking, want 4: %v", len(left), err)
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
