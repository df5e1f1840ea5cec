package digest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestDigest(t *testing.T) {
	const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-2, appendix B.1
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := File(path); got != abc || err != nil {
		t.Errorf("of a file: %s, %v", got, err)
	}
	if Text("abc") != abc || Bytes([]byte("abc")) != abc {
		t.Errorf("of a text: %s; of bytes: %s", Text("abc"), Bytes([]byte("abc")))
	}
	if got, err := File(path + "x"); got != "" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of no file: %q, %v", got, err)
	}
}
