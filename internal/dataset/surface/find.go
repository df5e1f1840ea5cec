package surface

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What is read at most.
const (
	maxJSON    = 64 << 20  // bytes of an extension_api.json; that of Godot 4.7 with its documentation has 12 MB
	maxHeader  = 16 << 20  // bytes of a header; the amalgamated flecs.h has 1.5 MB
	maxPage    = 4 << 20   // bytes of an HTML or XML page
	maxTotal   = 256 << 20 // bytes of all of them
	maxEntries = 200_000   // files and folders that a search looks at
)

// Options say where an API is looked for.
type Options struct {
	Domain string
	Raw    string   // folder of the project, which is searched if Paths is empty
	Paths  []string // files or folders that hold the API
	Own    []Source // the project's code, whose definitions are known names too
}

// Load builds the surface of a domain. Without files of the API, Found reports false, and so it is for domains without one. It
// fails if a path that was named cannot be used; the error names all such paths.
func Load(o Options) (*Surface, error) {
	s := newSurface(o.Domain)
	f := finder{domain: o.Domain}
	var errs []error
	for _, p := range o.Paths {
		before := len(f.found)
		if err := f.search(p, true); err != nil {
			errs = append(errs, fmt.Errorf("surface: %s: %w", p, err))
		} else if len(f.found) == before {
			errs = append(errs, fmt.Errorf("surface: %s holds no API of the domain %s; expected %s", p, cmp.Or(o.Domain, "(none)"), expected(o.Domain)))
		}
	}
	if o.Raw != "" {
		f.projectOnly = len(o.Paths) > 0
		if err := f.search(o.Raw, false); err != nil {
			errs = append(errs, fmt.Errorf("surface: %s: %w", o.Raw, err))
		}
	}
	errs = append(errs, s.read(f.newest(), len(o.Paths) > 0))
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	slices.Sort(s.versions)
	s.versions = slices.Compact(s.versions)
	for _, src := range o.Own {
		s.define(src)
	}
	return s, nil
}

// expected says what the API of a domain is read from.
func expected(domain string) string {
	switch domain {
	case Avorion:
		return "the folder Documentation of an install of Avorion, with Functions.html"
	case Flecs:
		return "flecs.h with the folder flecs beside it"
	case GDScript:
		return "extension_api.json, or the folder doc/classes of Godot with its XML"
	case GDExtension:
		return "extension_api.json, the folder doc/classes of Godot with its XML, or the headers of godot-cpp"
	}
	return "one of the domains avorion, flecs, gdextension and gdscript"
}

// A form is how a file of an API is read.
type form byte

const (
	formNone form = iota
	formJSON
	formXML
	formPage
	formHeader
	formProject // no API: it names what the project makes known to all scripts
)

// A candidate is a file that holds a part of an API.
type candidate struct {
	path, source string // source is what is shown: the folder for one of many files
	form         form
}

// A finder looks for the files of an API.
type finder struct {
	domain  string
	found   []candidate
	entries int

	projectOnly bool // leave the files of the API out
}

// search looks at a file, or at the files below a folder. Links are followed for what was named only.
func (f *finder) search(root string, named bool) error {
	info, err := os.Stat(root)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		if form := f.form(root, true); form != formNone {
			f.found = append(f.found, candidate{root, root, form})
		}
		return nil
	}
	root, err = filepath.EvalSymlinks(root)
	if err != nil {
		return err
	}
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if f.entries++; f.entries > maxEntries {
			return fmt.Errorf("there are more than %d files and folders; name the API's own with dataset.api", maxEntries)
		}
		switch {
		case err != nil:
			return err
		case e.IsDir() && path != root && strings.HasPrefix(e.Name(), "."):
			return fs.SkipDir
		case !e.Type().IsRegular():
			return nil
		}
		if form := f.form(path, named); form != formNone {
			f.found = append(f.found, candidate{path, source(root, path, form), form})
		}
		return nil
	})
}

// source is what is shown for a file below a root.
func source(root, path string, form form) string {
	switch form {
	case formJSON:
		return path
	case formHeader:
		for dir := filepath.Dir(path); len(dir) > len(root); dir = filepath.Dir(dir) {
			if base := filepath.Base(dir); base == "include" || base == "godot_cpp" || base == "gen" {
				return dir
			}
		}
	}
	return filepath.Dir(path)
}

var apiFile = regexp.MustCompile(`^extension_api[\w.-]*\.json$`)

// form says how a file is read by its name, formNone if it is not. What was named is trusted more than what was come upon.
func (f *finder) form(path string, named bool) form {
	base := filepath.Base(path)
	if base == "project.godot" && f.domain == GDScript {
		return formProject
	}
	if f.projectOnly {
		return formNone
	}
	switch f.domain {
	case GDScript, GDExtension:
		return f.godotForm(path, base, named)
	case Avorion:
		if filepath.Ext(base) == ".html" && (named || hasFile(filepath.Dir(path), "Functions.html")) {
			return formPage
		}
	case Flecs:
		if isHeader(base) && (base == "flecs.h" || underFlecs(path)) {
			return formHeader
		}
	}
	return formNone
}

func isHeader(base string) bool {
	ext := filepath.Ext(base)
	return ext == ".h" || ext == ".hpp" || ext == ".inl"
}

// godotForm is form for the domains of Godot.
func (f *finder) godotForm(path, base string, named bool) form {
	slashed := filepath.ToSlash(path)
	switch {
	case apiFile.MatchString(base):
		return formJSON
	case filepath.Ext(base) == ".xml" && (named || filepath.Base(filepath.Dir(path)) == "doc_classes" || strings.Contains(slashed, "doc/classes/")):
		return formXML
	case f.domain == GDExtension && isHeader(base) && strings.Contains(slashed, "/godot_cpp/"):
		return formHeader
	}
	return formNone
}

// underFlecs reports whether a header lies in the folder flecs beside flecs.h.
func underFlecs(path string) bool {
	for dir := filepath.Dir(path); filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		if filepath.Base(dir) == "flecs" && hasFile(filepath.Dir(dir), "flecs.h") {
			return true
		}
	}
	return false
}

func hasFile(dir, name string) bool {
	info, err := os.Stat(filepath.Join(dir, name))
	return err == nil && info.Mode().IsRegular()
}

// newest leaves out all but the newest of several extension_api.json.
func (f *finder) newest() []candidate {
	var best *candidate
	for i := range f.found {
		if c := &f.found[i]; c.form == formJSON && (best == nil || laterVersion(c.path, best.path)) {
			best = c
		}
	}
	return slices.DeleteFunc(slices.Clone(f.found), func(c candidate) bool { return c.form == formJSON && c.path != best.path })
}

var numberInName = regexp.MustCompile(`\d+`)

// laterVersion compares the numbers in the names of two files, as in extension_api-4-5.json. A name without numbers is the one
// that a checkout uses by itself.
func laterVersion(a, b string) bool {
	x, y := numberInName.FindAllString(filepath.Base(a), -1), numberInName.FindAllString(filepath.Base(b), -1)
	if len(x) == 0 || len(y) == 0 {
		return len(x) < len(y)
	}
	return slices.CompareFunc(x, y, func(a, b string) int {
		n, _ := strconv.Atoi(a)
		m, _ := strconv.Atoi(b)
		return cmp.Compare(n, m)
	}) > 0
}

// read takes in files. A file that was come upon and is not what its name says is left out, one that was named is an error.
func (s *Surface) read(files []candidate, named bool) error {
	limits := map[form]int64{formProject: maxPage, formJSON: maxJSON, formXML: maxPage, formPage: maxPage, formHeader: maxHeader}
	readers := map[form]func([]byte) error{
		formProject: func(data []byte) error { s.defineAutoloads(string(data)); return nil },
		formJSON:    s.readGodotJSON, formXML: s.readGodotXML, formPage: s.readAvorionPage, formHeader: s.readHeader,
	}
	var errs []error
	left := int64(maxTotal)
	for _, c := range files {
		data, err := readBounded(c.path, min(limits[c.form], left))
		if err == nil {
			left -= int64(len(data))
			err = readers[c.form](data)
		}
		if err == nil && c.form != formProject && !slices.Contains(s.sources, c.source) {
			s.sources = append(s.sources, c.source)
		}
		// Beside the pages of a class there are others, such as index.html.
		if err != nil && (c.form == formJSON || named && c.path == c.source) {
			errs = append(errs, fmt.Errorf("surface: %s: %w", c.path, err))
		}
	}
	return errors.Join(errs...)
}

func readBounded(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("it is larger than what is read of one, %d bytes", most)
	}
	return data, errors.Join(err, f.Close())
}
