package data

import (
	"io/fs"
	"os"
	"path"
	"testing"
)

// TestGDScript compares what the program carries with the folder: names that begin with a dot or underscore would be left out.
func TestGDScript(t *testing.T) {
	count := func(files fs.FS) int {
		n := 0
		err := fs.WalkDir(files, ".", func(name string, _ fs.DirEntry, err error) error {
			if err == nil && path.Ext(name) == ".gd" {
				n++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if got, want := count(GDScript()), count(os.DirFS("gdscript/raw")); got != want || got == 0 {
		t.Errorf("%d scripts, want %d", got, want)
	}
}
