//go:build linux || darwin

package outdir

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheckLinks follows symbolic links, and refuses a name that the system refuses.
func TestCheckLinks(t *testing.T) {
	dir := t.TempDir()
	err := errors.Join(os.Mkdir(filepath.Join(dir, "sub"), 0o755), os.WriteFile(filepath.Join(dir, "sub", "file"), nil, 0o644),
		os.Symlink(filepath.Join(dir, "sub"), filepath.Join(dir, "good")), os.Symlink(filepath.Join(dir, "none"), filepath.Join(dir, "dangling")))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"good": "", "good/new": "", "good/file/x": "is a file", "dangling": "leads nowhere", "dangling/new": "leads nowhere",
		strings.Repeat("n", 300): "file name too long",
	} {
		check(t, filepath.Join(dir, path), want)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 3 {
		t.Errorf("%d entries after looking, want 3: %v", len(left), err)
	}
}
