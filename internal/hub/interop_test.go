//go:build interop

package hub

import (
	"os"
	"path/filepath"
	"testing"
)

// TestInterop pulls from the server of ref/formats_interop.py into the cache ours/, or, where the script has let huggingface_hub fill
// theirs/, finds the model there. Either way it writes the directory it got to dir.txt.
func TestInterop(t *testing.T) {
	work := os.Getenv("GRAFT_INTEROP")
	endpoint, err := os.ReadFile(filepath.Join(work, "endpoint"))
	if err != nil {
		t.Fatal(err)
	}
	o := Options{ID: "org/tiny", CacheDir: filepath.Join(work, "ours"), Endpoint: string(endpoint), Token: "hf_token"}
	if _, err := os.Stat(filepath.Join(work, "theirs")); err == nil {
		o.CacheDir, o.Offline = filepath.Join(work, "theirs"), true
	}
	dir, err := Pull(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(work, "dir.txt"), []byte(dir), 0o644); err != nil {
		t.Fatal(err)
	}
}
