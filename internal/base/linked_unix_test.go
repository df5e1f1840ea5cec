//go:build linux || darwin

package base

import (
	"os"
	"path/filepath"
	"testing"

	"graft/internal/digest"
)

// TestHashShards follows the index, and takes the word of the hub's cache for the hash of a blob.
func TestHashShards(t *testing.T) {
	sum := digest.Text("shard")
	dir := write(t, map[string]string{
		"config.json": "{}", "a.safetensors": "shard", "unused.safetensors": "x",
		"model.safetensors.index.json": `{"weight_map":{"t":"a.safetensors"}}`,
	})
	plain := mustHash(t, dir)
	if err := os.MkdirAll(filepath.Join(dir, "blobs"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "a.safetensors"), filepath.Join(dir, "blobs", sum)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join("blobs", sum), filepath.Join(dir, "a.safetensors")); err != nil {
		t.Fatal(err)
	}
	if got := mustHash(t, dir); got != plain {
		t.Errorf("the same model has the hash %s in a cache and %s elsewhere", got, plain)
	}
}
