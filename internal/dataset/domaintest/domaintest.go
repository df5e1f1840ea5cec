// Package domaintest proves that a domain keeps the promises of dataset.Domain.
package domaintest

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"graft/internal/dataset"
)

// Run proves a domain on the code below a folder: all of it is read and valid, and damaged copies of it break no promise.
func Run(t *testing.T, d dataset.Domain, folder string) {
	t.Helper()
	files, functions, contexts := Files(t, d, folder), 0, false
	for _, f := range files {
		found, err := d.Functions(f)
		if err != nil {
			t.Errorf("%s: %v", f.Path, err)
		}
		if err := d.Check(f.Text); err != nil {
			t.Errorf("%s: Check refuses valid code: %v", f.Path, err)
		}
		functions += len(found)
		contexts = contexts || slices.ContainsFunc(found, func(fn dataset.Function) bool { return len(fn.Context) > 0 })
		Valid(t, f, found)
		r := rand.New(rand.NewPCG(1, uint64(len(f.Text))))
		for range 20 {
			Damaged(t, d, &dataset.File{Path: f.Path, Text: damage(r, f.Text)})
		}
	}
	if len(files) == 0 || functions < len(files) {
		t.Errorf("%d functions in %d files of %s, expected one for each file at least", functions, len(files), folder)
	}
	if l := d.Language(files[0]); l.Fence == "" || l.Comment == "" || l.Declaration == nil && !contexts {
		t.Errorf("the language of %s is incomplete: %+v", files[0].Path, l)
	}
}

// Files reads the files below a folder whose extensions a domain includes.
func Files(t testing.TB, d dataset.Domain, folder string) []*dataset.File {
	t.Helper()
	var files []*dataset.File
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !slices.Contains(d.Include(), "**/*"+filepath.Ext(path)) {
			return err
		}
		text, err := os.ReadFile(path)
		files = append(files, &dataset.File{Path: filepath.ToSlash(path), Text: string(text)})
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", folder, len(files), err)
	}
	return files
}

// Damaged proves that a domain keeps its promises on a file that may be no code at all.
func Damaged(t *testing.T, d dataset.Domain, f *dataset.File) {
	t.Helper()
	found, err := d.Functions(f)
	if err != nil && err.Error() == "" {
		t.Error("an error without a text")
	}
	Valid(t, f, found)
	_ = d.Check(f.Text) // must not panic
}

// Fuzz proves that no text breaks a promise of a domain, beginning with the code below a folder.
func Fuzz(f *testing.F, d dataset.Domain, folder string) {
	for _, file := range Files(f, d, folder) {
		f.Add(file.Text)
	}
	f.Fuzz(func(t *testing.T, text string) { Damaged(t, d, &dataset.File{Path: "a.c", Text: text}) })
}

// Statements are the lines on which the statements of a function's body begin, each from there on.
func Statements(text string, fn dataset.Function) string {
	var lines []string
	for _, s := range fn.Starts {
		line, _, _ := strings.Cut(text[s:], "\n")
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

// damage changes a text in a few places: it deletes, repeats and exchanges pieces.
func damage(r *rand.Rand, s string) string {
	for range 1 + r.IntN(4) {
		at := r.IntN(len(s) + 1)
		end := min(len(s), at+r.IntN(40))
		switch r.IntN(4) {
		case 0:
			s = s[:at] + s[end:]
		case 1:
			s = s[:at] + s[at:end] + s[at:]
		case 2:
			s = s[:at]
		default:
			s = s[:at] + []string{"(", ")", "{", "}", `"`, "'", "\n", "--[[", "/*", "#if 0\n", "\\", ":", "end", "\x00", "é"}[r.IntN(15)] + s[at:]
		}
	}
	return s
}

// Valid proves that functions fit the file they were found in.
func Valid(t *testing.T, f *dataset.File, functions []dataset.Function) {
	t.Helper()
	last := 0
	for _, fn := range functions {
		switch {
		case fn.Start < last:
			t.Errorf("%s: %s begins at %d, before the function ahead of it at %d", f.Path, fn.Name, fn.Start, last)
		case fn.Start >= fn.End || fn.End > len(f.Text):
			t.Errorf("%s: %s is [%d, %d) of %d bytes", f.Path, fn.Name, fn.Start, fn.End, len(f.Text))
		case fn.Name == "" || fn.Signature == "" || fn.Setting == "" || strings.Contains(fn.Signature, "\n"):
			t.Errorf("%s: name %q, signature %q, setting %q", f.Path, fn.Name, fn.Signature, fn.Setting)
		default:
			validBody(t, f, &fn)
		}
		last = fn.Start
	}
}

func validBody(t *testing.T, f *dataset.File, fn *dataset.Function) {
	t.Helper()
	if !slices.IsSorted(fn.Starts) || !slices.IsSorted(fn.Inside) {
		t.Errorf("%s: %s: starts %v or lines inside strings %v are not ordered", f.Path, fn.Name, fn.Starts, fn.Inside)
	}
	for _, s := range fn.Starts {
		if s <= fn.Start || s >= fn.Stop || fn.Stop > fn.End {
			t.Errorf("%s: %s: a statement at %d lies outside of the body [%d, %d) of [%d, %d)", f.Path, fn.Name, s, fn.Starts[0], fn.Stop, fn.Start, fn.End)
			return
		}
		if line := f.Text[strings.LastIndexByte(f.Text[:s], '\n')+1 : s]; strings.TrimLeft(line, " \t\r\v\f\\") != "" {
			t.Errorf("%s: %s: a statement at %d has %q before it on its line", f.Path, fn.Name, s, line)
		}
	}
	for _, s := range fn.Inside {
		if s <= fn.Start || s > fn.End || f.Text[s-1] != '\n' {
			t.Errorf("%s: %s: no line begins at %d", f.Path, fn.Name, s)
		}
	}
}
