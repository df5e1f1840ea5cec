package hub

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"graft/internal/durable"
	"graft/internal/safetensors"
)

// ErrNotCached is what the error of Resolve wraps when the cache does not hold the model.
var ErrNotCached = errors.New("not in the cache")

// repository is the folder of a model in the cache.
func (o Options) repository() string {
	return filepath.Join(o.CacheDir, "models--"+strings.ReplaceAll(o.ID, "/", "--"))
}

func (o Options) snapshot(sha string) string {
	return filepath.Join(o.repository(), "snapshots", sha)
}

func (o Options) blob(hash string) string {
	return filepath.Join(o.repository(), "blobs", hash)
}

// Resolve finds a model in the cache without network, as huggingface_hub does, and checks that its weights are all there.
// It returns the snapshot's directory.
func Resolve(o Options) (string, error) {
	o, err := o.complete()
	if err != nil {
		return "", err
	}
	sha := o.Revision
	if !commit.MatchString(sha) {
		raw, err := os.ReadFile(filepath.Join(o.repository(), "refs", filepath.FromSlash(o.Revision)))
		if err != nil {
			return "", o.notCached("")
		}
		if sha = strings.TrimSpace(string(raw)); !commit.MatchString(sha) {
			return "", fmt.Errorf("hub: %s: the cached ref %s holds %.50q, which is not a commit; delete it and pull again", o.ID, o.Revision, sha)
		}
	}
	dir := o.snapshot(sha)
	if err := checkSnapshot(dir); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = o.notCached(": " + err.Error())
		}
		return "", err
	}
	return dir, nil
}

func (o Options) notCached(reason string) error {
	return fmt.Errorf("hub: %s at %s is %w %s%s; pull it with network access", o.ID, o.Revision, ErrNotCached, o.CacheDir, reason)
}

// checkSnapshot reports whether a folder holds a configuration and weights without a gap; the error says what is missing.
func checkSnapshot(dir string) error {
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("there is no snapshot: %w", fs.ErrNotExist)
	}
	exists := func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name)) // follows the link to the blob
		return err == nil
	}
	if !exists("config.json") && !exists("adapter_config.json") {
		return fmt.Errorf("%s lacks config.json: %w", dir, fs.ErrNotExist)
	}
	if exists("model.safetensors") {
		return nil
	}
	if exists(safetensors.IndexName) {
		x, err := safetensors.ReadIndex(filepath.Join(dir, safetensors.IndexName))
		if err != nil {
			return err
		}
		for _, shard := range x.Shards() {
			if !exists(shard) {
				return fmt.Errorf("%s lacks %s: %w", dir, shard, fs.ErrNotExist)
			}
		}
		return nil
	}
	if names, err := filepath.Glob(filepath.Join(dir, "*.safetensors")); err != nil || len(names) == 0 || !exists(filepath.Base(names[0])) {
		return fmt.Errorf("%s lacks weights: %w", dir, fs.ErrNotExist)
	}
	return nil
}

// link makes name in the snapshot a relative symbolic link to a blob. Where the system does not allow that, as Windows does not without its developer
// mode, it becomes a second name of the blob, or a copy.
func (o Options) link(sha, name, hash string) error {
	path, blob := filepath.Join(o.snapshot(sha), filepath.FromSlash(name)), o.blob(hash)
	target, err := filepath.Rel(filepath.Dir(path), blob)
	if err != nil {
		return err
	}
	old, err := os.Readlink(path)
	if err == nil && old == target || err != nil && sameFile(path, blob) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	aside := path + ".link"
	if err := os.Remove(aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if os.Symlink(target, aside) == nil && sameFile(aside, blob) || os.Link(blob, aside) == nil { // wine makes no link and reports no error
		return durable.Rename(aside, path)
	}
	return durable.CopyFile(blob, path)
}

// sameFile reports whether two paths lead to one file.
func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// setRef records which commit the revision stands for.
func (o Options) setRef(sha string) error {
	if o.Revision == sha {
		return nil
	}
	path := filepath.Join(o.repository(), "refs", filepath.FromSlash(o.Revision))
	if old, err := os.ReadFile(path); err == nil && string(old) == sha {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return durable.WriteBytes(path, []byte(sha))
}
