package dataset

import (
	"context"
	"errors"

	"graft/internal/dataset/source"
)

// An Installed domain is one whose code comes with a program, such as the scripts of a game.
type Installed interface {
	Domain
	// Install returns the folder of that code on a machine.
	Install(m *source.Machine) (folder string, err error)
}

// Locate returns the folder of the source code that dataset.raw names: the folder itself, a checkout of a git repository, which f fetches
// into its cache, or what is installed on the machine.
func Locate(ctx context.Context, d Domain, raw string, f *source.Fetcher, m *source.Machine) (folder string, err error) {
	spec, err := source.Parse(raw)
	switch {
	case err != nil:
	case spec.URL != "":
		folder, err = f.Fetch(ctx, spec)
	case spec.Installed:
		installed, ok := d.(Installed)
		if !ok {
			return "", inputErrorf("raw: no program is known that brings code of the domain %s with it; name a folder or a git URL (./%s for a folder of that name)", d.Name(), raw)
		}
		folder, err = installed.Install(m)
	default:
		folder = spec.Folder
	}
	if errors.Is(err, source.ErrSpec) {
		return "", inputErrorf("raw: %w", err)
	}
	return folder, err
}
