package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"graft/internal/dataset/licence"
	"graft/internal/dataset/linguist"
)

// A counter adds up from several goroutines.
type counter struct{ n atomic.Int64 }

func (c *counter) add(n int64)  { c.n.Add(n) }
func (c *counter) value() int64 { return c.n.Load() }

func isEnd(err error) bool { return errors.Is(err, io.EOF) }

var (
	errLarge     = errors.New("it is too large")
	errIrregular = errors.New("it is no regular file any more")
)

// readPlain reads a regular file of up to most bytes.
func readPlain(tree *os.Root, name string, most int64) ([]byte, error) {
	f, err := openPlain(tree, name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errIrregular
	}
	if info.Size() > most {
		return nil, errLarge
	}
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = errLarge
	}
	return data, err
}

// judge reads a file and returns the filter that takes it out, if any.
func (c *collector) judge(name string, known map[string]terms) (f *File, filter, reason string) {
	data, err := readPlain(c.tree, name, maxFile)
	switch {
	case errors.Is(err, errLarge):
		return nil, filterSize, "it is larger than 1 MiB"
	case errors.Is(err, errIrregular):
		return nil, filterLink, err.Error()
	case err != nil:
		return nil, filterUnreadable, "it cannot be read: " + cause(err)
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	if !utf8.ValidString(text) || !utf8.ValidString(name) || strings.ContainsRune(text, 0) {
		return nil, filterEncoding, "it is not text in UTF-8"
	}
	if !c.disabled[filterGenerated] {
		why := generated(text)
		if why == "" {
			why = linguist.Generated(name, text)
		}
		if why != "" {
			return nil, filterGenerated, why
		}
	}
	sum := sha256.Sum256(data)
	f = &File{Path: name, Text: text, SHA256: hex.EncodeToString(sum[:]), Code: linguist.Language(name, text), size: int64(len(data))}
	c.provenance(f, known)
	if why := c.licences.Refuses(f.License); why != "" {
		if f.License == "" {
			why += f.unlicensed
		}
		return nil, filterLicence, why
	}
	return f, "", ""
}

// terms are what the licence files of a folder say.
type terms struct {
	files      []string // their paths
	expression string   // "" if unknown
	why        string   // it is unknown
}

// identify reads the licence files that the walk has come to.
func (c *collector) identify() map[string]terms {
	folders := make([]string, 0, len(c.terms))
	for folder := range c.terms {
		folders = append(folders, folder)
	}
	found := make([]terms, len(folders))
	c.pool.Ranges(len(folders), 1, func(_, i, _ int) {
		t := terms{files: slices.Clone(c.terms[folders[i]])}
		slices.Sort(t.files)
		var all []string
		for _, name := range t.files {
			text, err := readPlain(c.tree, name, licence.MaxText)
			if err != nil {
				t.why = name + ": " + cause(err)
				all = append(all, "")
				continue
			}
			e, why := licence.Text(text)
			if why != "" {
				t.why = name + ": " + why
			}
			all = append(all, e)
		}
		t.expression = licence.And(all)
		found[i] = t
	})
	known := make(map[string]terms, len(folders))
	for i, folder := range folders {
		known[folder] = found[i]
	}
	return known
}

// provenance fills in the repository that a file lies in, and its licence: that of its own header, or of the licence files nearest to
// it, from its folder up. Licence files above the repository are those of another work.
func (c *collector) provenance(f *File, known map[string]terms) {
	f.License = licence.Header(f.Text)
	header := f.License != ""
	f.unlicensed = "; there is no licence file from its folder up"
	for dir := path.Dir(f.Path); ; dir = path.Dir(dir) {
		if t, ok := known[dir]; ok && f.LicenseFile == "" {
			f.LicenseFile = strings.Join(t.files, ", ")
			if f.unlicensed = "; " + t.why; !header {
				f.License = t.expression
			}
		}
		if checkout, ok := c.checkouts[dir]; ok {
			f.Repository, f.Commit, f.Remote = dir, checkout.Commit, checkout.Remote
			return
		}
		if dir == "." {
			return
		}
	}
}
