package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"

	"graft/internal/dataset"
	"graft/internal/dataset/source"
)

// locate replaces what dataset.raw and dataset.api name by folders of this machine.
func (a *App) locate(ctx context.Context, d dataset.Domain, o *dataset.Options) (err error) {
	folder, err := a.locateSource(ctx, d, o.Raw)
	if err != nil {
		return err
	}
	o.API, err = dataset.LocateAPI(d, o.Raw, o.API, a.machine())
	o.Raw = folder
	return err
}

func (a *App) machine() *source.Machine {
	return &source.Machine{OS: runtime.GOOS, Home: a.home(), Steam: source.InstalledSteam()}
}

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
	folder, err := dataset.Locate(ctx, d, raw, f, a.machine())
	return folder, err
}
