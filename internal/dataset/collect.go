package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxFile  = 1 << 20 // bytes of one file
	maxTotal = 1 << 30 // bytes of all files
)

// A collector reads the files of a folder.
type collector struct {
	ctx        context.Context
	root       string
	include    []string
	exclude    []string
	disabled   map[string]bool
	files      []*File
	rejections []Rejection
	bytes      int64
	licenses   map[string]string // of a folder, the path of its licence file
	commits    map[string]string // of a folder that is a repository, its commit
	used       map[string]bool   // globs that matched something
}

// collect reads the files below root in the order of their paths.
func (c *collector) collect() error {
	root, err := filepath.EvalSymlinks(c.root)
	if errors.Is(err, fs.ErrNotExist) {
		return inputErrorf("there is no folder %s; put source code there or name another one as dataset.raw", c.root)
	}
	if err != nil {
		return inputErrorf("%s cannot be read: %w", c.root, err)
	}
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return inputErrorf("%s is not a folder; dataset.raw is a folder of source code", c.root)
	}
	c.licenses, c.commits, c.used = map[string]string{}, map[string]string{}, map[string]bool{}
	err = filepath.WalkDir(root, func(full string, e fs.DirEntry, err error) error {
		if err := errors.Join(err, c.ctx.Err()); err != nil {
			return err
		}
		name, err := filepath.Rel(root, full)
		if err != nil {
			return err
		}
		return c.entry(full, filepath.ToSlash(name), e)
	})
	if err != nil {
		return fmt.Errorf("dataset: read %s: %w", c.root, err)
	}
	slices.SortFunc(c.files, func(a, b *File) int { return strings.Compare(a.Path, b.Path) })
	for _, f := range c.files {
		f.License, f.Repository, f.Commit = c.provenance(f.Path)
	}
	return nil
}

// entry takes in what the walk has come to.
func (c *collector) entry(full, name string, e fs.DirEntry) error {
	base := path.Base(name)
	switch {
	case base == ".git":
		c.commits[path.Dir(name)] = commit(full)
		if e.IsDir() {
			return fs.SkipDir
		}
		return nil
	case name == ".":
		return nil
	case strings.HasPrefix(base, "."), c.matches(c.exclude, name):
		return skip(e)
	case e.IsDir() && vendored[strings.ToLower(base)] && !c.disabled[filterVendored]:
		c.reject(filterVendored, name, "folders of this name hold other people's code or build products")
		return fs.SkipDir
	case e.IsDir():
		return nil
	case isLicense(base) && e.Type().IsRegular():
		c.licenses[path.Dir(name)] = name
	}
	if !c.matches(c.include, name) {
		if e.Type()&fs.ModeSymlink != 0 && path.Ext(name) == "" {
			c.reject(filterLink, name, "links are not followed; copy the folder")
		}
		return nil
	}
	return c.file(full, name, e)
}

func skip(e fs.DirEntry) error {
	if e.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// matches reports whether one of the globs matches a path.
func (c *collector) matches(globs []string, name string) bool {
	found := false
	for _, g := range globs {
		if matchGlob(g, name) {
			c.used[g], found = true, true
		}
	}
	return found
}

func isLicense(base string) bool {
	base = strings.ToLower(base)
	for _, prefix := range []string{"license", "licence", "copying", "unlicense"} {
		if strings.HasPrefix(base, prefix) {
			return true
		}
	}
	return false
}

func (c *collector) reject(filter, name, reason string) {
	c.rejections = append(c.rejections, Rejection{Filter: filter, Path: strings.ToValidUTF8(name, "\ufffd"), Reason: reason})
}

// file reads one file.
func (c *collector) file(full, name string, e fs.DirEntry) error {
	if !e.Type().IsRegular() {
		c.reject(filterLink, name, "it is no regular file; links are not followed")
		return nil
	}
	data, err := readBounded(full)
	if err != nil {
		return err
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	switch why := generated(text); {
	case len(data) > maxFile:
		c.reject(filterSize, name, "it is larger than 1 MiB")
		return nil
	case !utf8.ValidString(text) || !utf8.ValidString(name) || strings.ContainsRune(text, 0):
		c.reject(filterEncoding, name, "it is not text in UTF-8")
		return nil
	case why != "" && !c.disabled[filterGenerated]:
		c.reject(filterGenerated, name, why)
		return nil
	}
	if c.bytes += int64(len(data)); c.bytes > maxTotal {
		return inputErrorf("%s holds more than 1 GiB of source code; name less of it with dataset.include and dataset.exclude", c.root)
	}
	sum := sha256.Sum256(data)
	c.files = append(c.files, &File{Path: name, Text: text, SHA256: hex.EncodeToString(sum[:])})
	return nil
}

// readBounded reads a file up to one byte more than is allowed.
func readBounded(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	return data, errors.Join(err, f.Close())
}

// provenance looks for the nearest licence and repository, from the file's folder up.
func (c *collector) provenance(name string) (license, repository, commit string) {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if license == "" {
			license = c.licenses[dir]
		}
		if id, ok := c.commits[dir]; ok && repository == "" {
			repository, commit = dir, id
		}
		if dir == "." {
			return license, repository, commit
		}
	}
}

// commit returns the commit that a repository stands at, "" if it cannot be told.
func commit(git string) string {
	read := func(name string) string {
		data, err := readBounded(filepath.Join(git, filepath.FromSlash(name)))
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(data))
	}
	head := read("HEAD")
	ref, symbolic := strings.CutPrefix(head, "ref: ")
	if symbolic {
		head = ""
		if fs.ValidPath(ref) {
			head = read(ref)
		}
		for line := range strings.SplitSeq(read("packed-refs"), "\n") {
			if id, ok := strings.CutSuffix(line, " "+ref); ok && head == "" {
				head = id
			}
		}
	}
	if _, err := hex.DecodeString(head); err != nil {
		return ""
	}
	return head
}
