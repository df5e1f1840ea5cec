//go:build linux || darwin

package config

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestAbsoluteAndLinked covers the ways to name a file other than a plain relative path.
func TestAbsoluteAndLinked(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	unpack(t, txtar.Parse([]byte("-- a/base.yaml --\nlora: {r: 3}\n-- b/x.yaml --\nextends: ["+filepath.ToSlash(dir)+"/a/base.yaml, link.yaml]\n")))
	if err := os.Symlink(filepath.Join(dir, "a", "base.yaml"), "b/link.yaml"); err != nil {
		t.Fatal(err)
	}
	c, err := Load(Source{File: "b/x.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Lora.R != 3 || len(c.Files()) != 2 {
		t.Errorf("r %d from %q, want 3 from two files", c.Lora.R, c.Files())
	}
}
