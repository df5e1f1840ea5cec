package dataset

import (
	"context"
	"errors"

	"graft/internal/dataset/source"
	"graft/internal/fault"
)

// An Installed domain is one whose code comes with a program, such as the scripts of a game.
type Installed interface {
	Domain
	// Install returns the folder of that code on a machine.
	Install(m *source.Machine) (folder string, err error)
	// Documentation returns the folder of what describes its API there, "" if there is none.
	Documentation(m *source.Machine) (folder string, err error)
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
	if errors.Is(err, fault.ErrInput) {
		return "", inputErrorf("raw: %w", err)
	}
	return folder, err
}

// LocateAPI returns the files and folders that dataset.api names: the word install stands for the documentation of the program that is
// installed on the machine. Where the code is what is installed there, nothing needs to be named.
func LocateAPI(d Domain, raw string, api []string, m *source.Machine) ([]string, error) {
	installed, ok := d.(Installed)
	if raw == source.Install && len(api) == 0 && ok {
		folder, err := installed.Documentation(m)
		if err != nil || folder == "" {
			return nil, err
		}
		return []string{folder}, nil
	}
	var paths []string
	for _, p := range api {
		if p == source.Install {
			if !ok {
				return nil, inputErrorf("api: no program is known that brings the API of the domain %s with it; name files or folders", d.Name())
			}
			folder, err := installed.Documentation(m)
			switch {
			case errors.Is(err, fault.ErrInput):
				return nil, inputErrorf("api: %w", err)
			case err != nil:
				return nil, err
			case folder == "":
				return nil, inputErrorf("api: the program is installed without its documentation; name the folder of another copy")
			}
			p = folder
		}
		paths = append(paths, p)
	}
	return paths, nil
}
