package dataset

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"graft/internal/dataset/gate"
)

// checkFile lets a checker judge a file.
func (b *builder) checkFile(e *gate.External, f *File) (gate.Verdict, string, error) {
	return e.Check(b.ctx, gate.File{Path: filepath.Join(b.options.Raw, filepath.FromSlash(f.Path)), Language: b.domain.Language(f).Fence, Text: f.Text})
}

// checkers takes out the files that one of the user's checkers refuses. What it cannot judge, for want of a header or of time, stays.
func (b *builder) checkers() error {
	if len(b.options.Gates) == 0 || b.off[filterGate] {
		return nil
	}
	refused := make([]string, len(b.files))
	unjudged := make([]string, len(b.files))
	errs := make([]error, len(b.files))
	b.options.Pool.Ranges(len(b.files), 1, func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			refused[i], unjudged[i], errs[i] = b.checkWithAll(b.files[i])
		}
	})
	var kept []*File
	var first string
	n := 0
	for i, f := range b.files {
		if errs[i] != nil {
			return fmt.Errorf("dataset: %s: %w", f.Path, errs[i])
		}
		if unjudged[i] != "" {
			if n++; first == "" {
				first = f.Path + ": " + unjudged[i]
			}
		}
		if refused[i] == "" {
			kept = append(kept, f)
		} else {
			b.rejections = append(b.rejections, Rejection{Filter: filterGate, Path: f.Path, Reason: refused[i]})
		}
	}
	b.report.Files -= len(b.files) - len(kept)
	b.files = kept
	var names []string
	for _, e := range b.options.Gates {
		names = append(names, e.Name)
	}
	b.report.Gates = names
	if n > 0 {
		b.note("%s could not judge %d files, which stay; the first is %s", strings.Join(names, ", "), n, first)
	}
	if !slices.ContainsFunc(b.options.Gates, func(e *gate.External) bool {
		return slices.ContainsFunc(kept, func(f *File) bool { return e.Judges(b.domain.Language(f).Fence) })
	}) && n == 0 && len(kept) > 0 {
		b.note("the gates %s judge no language of these files", strings.Join(names, ", "))
	}
	if len(kept) == 0 {
		return inputErrorf("no file is left%s", b.reasons())
	}
	return nil
}

// checkWithAll returns the first reason to refuse a file, and the first for which it could not be judged.
func (b *builder) checkWithAll(f *File) (refused, unjudged string, err error) {
	for _, e := range b.options.Gates {
		if !e.Judges(b.domain.Language(f).Fence) {
			continue
		}
		v, reason, err := b.checkFile(e, f)
		switch {
		case err != nil:
			return "", "", err
		case v == gate.Refused:
			return e.Name + ": " + reason, "", nil
		case v == gate.Unjudged && unjudged == "":
			unjudged = reason
		}
	}
	return "", unjudged, nil
}
