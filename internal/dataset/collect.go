package dataset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"graft/internal/dataset/licence"
	"graft/internal/dataset/linguist"
	"graft/internal/dataset/secret"
	"graft/internal/dataset/source"
	"graft/internal/parallel"
)

// Bounds of what is read. Trees come from anywhere.
const (
	maxFile    = 1 << 20   // bytes of one file
	maxTotal   = 1 << 30   // bytes of all files
	maxEntries = 1_000_000 // files and folders looked at
	maxDepth   = 100       // folders inside each other
)

// A collector reads the files of a folder. Nothing outside of the folder is read, whatever links say, and nothing that is no regular
// file is opened for reading.
type collector struct {
	ctx        context.Context
	root       string
	include    []string
	exclude    []string
	disabled   map[string]bool
	licences   *licence.Policy
	pool       *parallel.Pool
	files      []*File
	rejections []Rejection
	bytes      int64
	used       map[string]bool // globs and licences that matched something

	tree      *os.Root
	entries   int                        // seen so far
	found     []string                   // paths of files that may be read
	terms     map[string][]string        // of a folder, the paths of its licence files
	checkouts map[string]source.Checkout // of a folder that is a repository
}

// collect reads the files below root in the order of their paths.
func (c *collector) collect() (err error) {
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
	if c.tree, err = os.OpenRoot(root); err != nil {
		return inputErrorf("%s cannot be read: %w", c.root, err)
	}
	defer func() { err = errors.Join(err, c.tree.Close()) }()
	c.terms, c.checkouts, c.used = map[string][]string{}, map[string]source.Checkout{}, map[string]bool{}
	if err := c.walk(root, ".", 0); err != nil {
		return err
	}
	if err := c.read(); err != nil {
		return err
	}
	slices.SortStableFunc(c.rejections, func(a, b Rejection) int { return strings.Compare(a.Path, b.Path) })
	return nil
}

// walk looks at a folder and all below it.
func (c *collector) walk(root, folder string, depth int) error {
	entries, err := c.list(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		if down := c.entry(root, name, e); !down {
			continue
		}
		if depth >= maxDepth {
			c.reject(filterDepth, name, fmt.Sprintf("it lies in more than %d folders", maxDepth))
			continue
		}
		if err := c.walk(root, name, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// list returns what is in a folder, in the order of names. It counts before it holds them all.
func (c *collector) list(folder string) ([]fs.DirEntry, error) {
	d, err := openPlain(c.tree, folder)
	if err != nil {
		c.unreadable(folder, err)
		return nil, nil
	}
	defer d.Close() //nolint:errcheck // nothing was written
	const batch = 4096
	var all []fs.DirEntry
	for {
		some, err := d.ReadDir(batch)
		all = append(all, some...)
		if c.entries += len(some); c.entries > maxEntries {
			return nil, inputErrorf("%s holds more than %d files and folders; name a smaller folder, or leave folders out with dataset.exclude", c.root, maxEntries)
		}
		if err := c.ctx.Err(); err != nil {
			return nil, fmt.Errorf("dataset: read %s: %w", c.root, err)
		}
		if err != nil || len(some) == 0 {
			if len(all) == 0 && err != nil && !isEnd(err) {
				c.unreadable(folder, err)
			}
			break
		}
	}
	slices.SortFunc(all, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return all, nil
}

// entry takes in what the walk has come to, and reports whether it is a folder to look into.
func (c *collector) entry(root, name string, e fs.DirEntry) (down bool) {
	base := path.Base(name)
	switch {
	case base == ".git":
		c.checkouts[path.Dir(name)] = source.Describe(filepath.Join(root, filepath.FromSlash(name)))
		return false
	case strings.HasPrefix(base, "."):
		return false
	case e.Type().IsRegular() && licence.IsFile(base) && !linguist.Code(base):
		c.terms[path.Dir(name)] = append(c.terms[path.Dir(name)], name)
	}
	switch {
	case c.matches(c.exclude, name):
	case e.IsDir():
		return c.folder(name, base)
	case !c.matches(c.include, name):
		if e.Type()&fs.ModeSymlink != 0 && path.Ext(name) == "" {
			c.reject(filterLink, name, "links are not followed; copy the folder")
		}
	case e.Type()&fs.ModeSymlink != 0:
		c.reject(filterLink, name, "it is a link; links are not followed")
	case !e.Type().IsRegular():
		c.reject(filterLink, name, "it is no regular file but "+kind(e.Type()))
	case linguist.Vendored(name) && !c.disabled[filterVendored]:
		c.reject(filterVendored, name, "linguist lists its path as one of other people's code")
	default:
		c.found = append(c.found, name)
	}
	return false
}

// folder reports whether a folder is to be looked into.
func (c *collector) folder(name, base string) bool {
	switch {
	case !utf8.ValidString(base):
		c.reject(filterEncoding, name, "its name is not text in UTF-8")
	case vendored[strings.ToLower(base)] && !c.disabled[filterVendored]:
		c.reject(filterVendored, name, "folders of this name hold other people's code or build products")
	default:
		return true
	}
	return false
}

func kind(m fs.FileMode) string {
	switch {
	case m&fs.ModeNamedPipe != 0:
		return "a pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "something else"
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

func (c *collector) reject(filter, name, reason string) {
	c.rejections = append(c.rejections, Rejection{Filter: filter, Path: strings.ToValidUTF8(name, "\ufffd"), Reason: reason})
}

func (c *collector) unreadable(name string, err error) {
	c.reject(filterUnreadable, name, "it cannot be read: "+cause(err))
}

// cause is an error without the path, which may be one of this machine.
func cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return err.Error()
}

// A verdict is what became of a file that was found.
type verdict struct {
	file      *File
	rejection *Rejection
}

// read reads the files that were found and judges them, cheap filters first.
func (c *collector) read() error {
	known := c.identify()
	verdicts := make([]verdict, len(c.found))
	var total counter
	c.pool.Ranges(len(c.found), 8, func(_, lo, hi int) {
		for i, name := range c.found[lo:hi] {
			if c.ctx.Err() != nil || total.value() > maxTotal {
				return
			}
			f, filter, reason := c.judge(name, known)
			if filter == "" {
				filter, reason = secrets(f)
			}
			if filter != "" {
				verdicts[lo+i].rejection = &Rejection{Filter: filter, Path: strings.ToValidUTF8(name, "\ufffd"), Reason: reason}
				continue
			}
			verdicts[lo+i].file = f
			total.add(f.size)
		}
	})
	if err := c.ctx.Err(); err != nil {
		return fmt.Errorf("dataset: read %s: %w", c.root, err)
	}
	if c.bytes = total.value(); c.bytes > maxTotal {
		return inputErrorf("%s holds more than 1 GiB of source code; name less of it with dataset.include and dataset.exclude", c.root)
	}
	for _, v := range verdicts {
		if v.rejection != nil {
			c.rejections = append(c.rejections, *v.rejection)
			continue
		}
		c.files = append(c.files, v.file)
		for _, id := range c.licences.Listed() {
			c.used[id] = c.used[id] || licence.Uses(v.file.License, id)
		}
	}
	slices.SortFunc(c.files, func(a, b *File) int { return strings.Compare(a.Path, b.Path) })
	return nil
}

// secrets refuses a file that holds one. The reason names the rule and the line and never the secret.
func secrets(f *File) (filter, reason string) {
	found := secret.Find(f.Path, f.Text)
	if len(found) == 0 {
		return "", ""
	}
	const most = 5
	var parts []string
	for _, s := range found[:min(most, len(found))] {
		parts = append(parts, s.String())
	}
	if n := len(found) - most; n > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", n))
	}
	return filterSecret, strings.Join(parts, "; ")
}
