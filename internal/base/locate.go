package base

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"graft/internal/durable"
	"graft/internal/hub"
	"graft/internal/model/builtin"
)

// BuiltinPrefix marks the name of a model inside the program.
const BuiltinPrefix = "builtin:"

// Locator finds base models.
type Locator struct {
	Hub      hub.Options // where the hub's cache is; ID and Revision are set per model
	CacheDir string      // where built-in models are unpacked
}

// Dir is the directory of a model: a built-in one, a directory, or a hub id in the cache. It does not use the network.
func (l Locator) Dir(name, revision string) (string, error) {
	switch {
	case strings.HasPrefix(name, BuiltinPrefix):
		return l.unpack(strings.TrimPrefix(name, BuiltinPrefix))
	case strings.HasSuffix(strings.ToLower(name), ".gguf"):
		return "", fmt.Errorf("base: %s: training from a GGUF file is not built yet; take the model in safetensors", name)
	}
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return name, nil
	case err == nil:
		return "", fmt.Errorf("base: %s is a file; a model is a directory with config.json and safetensors, or a hub id", name)
	case filepath.IsAbs(name) || strings.ContainsAny(name[:min(len(name), 1)], "./") || strings.Contains(name, `\`) || strings.Count(name, "/") != 1:
		return "", fmt.Errorf("base: there is no directory %s, and it is no hub id (owner/name) nor %s%s", name, BuiltinPrefix,
			strings.Join(builtin.Names(), ", "+BuiltinPrefix))
	}
	o := l.Hub
	o.ID, o.Revision = name, revision
	dir, err := hub.Resolve(o)
	if errors.Is(err, hub.ErrNotCached) {
		return "", fmt.Errorf("base: %w\n  %s", err, pullCommand(name, revision))
	}
	return dir, err
}

// pullCommand is the command that fetches a revision of a model.
func pullCommand(name, revision string) string {
	if revision == "" || revision == hub.DefaultRevision {
		return "graft pull " + name
	}
	return "graft pull " + name + " --revision " + revision
}

// unpack writes a built-in model into the cache, unless it is there.
func (l Locator) unpack(name string) (string, error) {
	files, ok := builtin.Files(name)
	if !ok {
		return "", fmt.Errorf("base: no model %q is built in; there is %s", name, strings.Join(builtin.Names(), ", "))
	}
	dir := filepath.Join(l.CacheDir, "builtin", name)
	if same(files, dir) {
		return dir, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("base: %w", err)
	}
	err := durable.WriteDir(dir, func(tmp string) error {
		return fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(files, path)
			if err != nil {
				return err
			}
			return durable.WriteBytes(filepath.Join(tmp, path), data)
		})
	})
	if err != nil && same(files, dir) {
		return dir, nil // another process was faster
	}
	return dir, err
}

// same tells whether dir holds the files as they are.
func same(files fs.FS, dir string) bool {
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		want, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return err
		}
		if !bytes.Equal(got, want) {
			return fs.ErrInvalid
		}
		return nil
	})
	return err == nil
}
