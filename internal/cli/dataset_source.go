package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"

	"graft/internal/dataset"
	"graft/internal/dataset/source"
)

// locateSource returns the folder of what dataset.raw names. It fetches a git repository into the cache.
func (a *App) locateSource(ctx context.Context, d dataset.Domain, raw string) (string, error) {
	spec, err := source.Parse(raw)
	if err == nil && spec.Folder != "" {
		return raw, nil
	}
	f := &source.Fetcher{Cache: filepath.Join(a.locator().CacheDir, "sources"), Say: func(format string, args ...any) {
		if !a.flags.quiet {
			fmt.Fprintf(a.Stderr, format+"\n", args...)
		}
	}}
	m := &source.Machine{OS: runtime.GOOS, Home: a.getenv("HOME")}
	folder, err := dataset.Locate(ctx, d, raw, f, m)
	return folder, datasetError(err)
}
