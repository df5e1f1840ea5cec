package durable

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

var errBroken = errors.New("broken")

func TestWriteFileReplacesOrKeeps(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	if err := WriteBytes(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	err := WriteFile(path, func(w io.Writer) error {
		if _, err := io.WriteString(w, "half of the new"); err != nil {
			return err
		}
		return errBroken
	})
	if !errors.Is(err, errBroken) {
		t.Fatalf("error %v, want errBroken", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Fatalf("after a failed write: %q", got)
	}
	if err := WriteBytes(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "new" {
		t.Fatalf("after a write: %q", got)
	}
	assertEntries(t, dir, "a.txt")
}

func TestWriteFileNeedsItsDirectory(t *testing.T) {
	if err := WriteBytes(filepath.Join(t.TempDir(), "missing", "a"), nil); err == nil {
		t.Fatal("wrote into a directory that does not exist")
	}
}

func TestWriteDirAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sub", "ck")
	fill := func(tmp string) error { return WriteBytes(filepath.Join(tmp, "f"), []byte("x")) }
	err := WriteDir(path, func(tmp string) error { return errors.Join(fill(tmp), errBroken) })
	if !errors.Is(err, errBroken) {
		t.Fatalf("error %v, want errBroken", err)
	}
	assertEntries(t, filepath.Dir(path))
	if err := WriteDir(path, fill); err != nil {
		t.Fatal(err)
	}
	assertEntries(t, filepath.Dir(path), "ck")
	assertEntries(t, path, "f")
	if err := WriteDir(path, fill); err == nil {
		t.Fatal("replaced a directory that exists and is not empty")
	}
}

func assertEntries(t *testing.T, dir string, want ...string) {
	t.Helper()
	es, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(es) != len(want) {
		t.Fatalf("%s holds %v, want %v", dir, es, want)
	}
	for i, e := range es {
		if e.Name() != want[i] {
			t.Fatalf("%s holds %s, want %s", dir, e.Name(), want[i])
		}
	}
}
