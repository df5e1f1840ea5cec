package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// reader reads a file and all it extends into layers, lowest first.
type reader struct {
	index    *index
	layers   []*layer
	done     map[string]bool // files read, by resolved path
	open     []openFile      // files being read, outermost first
	problems Problems        // what kept a file from being read
}

// openFile is a file whose parents are being read.
type openFile struct{ id, name string } // resolved path, and as it was named

// read appends the layers of file, which named asked for. A file that was read already is not read again: it counts
// once, below every file that extends it.
func (r *reader) read(file string, named Origin) {
	id, err := filepath.EvalSymlinks(file)
	if err == nil {
		id, err = filepath.Abs(id)
	}
	if err != nil {
		r.unreadable(file, named, err)
		return
	}
	if i := slices.IndexFunc(r.open, func(f openFile) bool { return f.id == id }); i >= 0 {
		r.fail(named, "a cycle: %s", chain(r.open[i:], file))
		return
	}
	if r.done[id] {
		return
	}
	r.done[id] = true
	text, err := readFile(file)
	if err != nil {
		r.unreadable(file, named, err)
		return
	}
	r.open = append(r.open, openFile{id, file})
	r.parse(file, text)
	r.open = r.open[:len(r.open)-1]
}

// chain names the files of a cycle.
func chain(open []openFile, last string) string {
	var b strings.Builder
	for _, f := range open {
		b.WriteString(f.name + " extends ")
	}
	return b.String() + last
}

// parse reads what a file extends, then adds the layer that the file is.
func (r *reader) parse(file string, text []byte) {
	l := newLayer(r.index, Origin{File: file})
	root, problem := parseYAML(l.origin, text)
	if problem != nil {
		r.problems = append(r.problems, *problem)
		return
	}
	l.file(root)
	for _, p := range l.extends {
		name := p.path
		if !filepath.IsAbs(name) {
			name = filepath.ToSlash(filepath.Join(filepath.Dir(file), name)) // names in reports are the same on all systems
		}
		r.read(name, p.origin)
	}
	r.layers = append(r.layers, l)
}

// fail records a problem at the place that named the file: an element of extends, or a flag.
func (r *reader) fail(named Origin, format string, args ...any) {
	key := ""
	if named.Line > 0 {
		key = "extends"
	}
	r.problems = append(r.problems, named.problem(key, format, args...))
}

func (r *reader) unreadable(file string, named Origin, err error) {
	if errors.Is(err, fs.ErrNotExist) {
		r.fail(named, "%s does not exist%s", file, didYouMean(neighbours(file)))
		return
	}
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	r.fail(named, "cannot read %s: %v", file, err)
}

// readFile reads at most one byte more than parseYAML takes.
func readFile(file string) (text []byte, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errors.New("it is a directory")
	}
	return io.ReadAll(io.LimitReader(f, maxBytes+1))
}

// neighbours returns the YAML files of the same directory with a name near file's.
func neighbours(file string) []string {
	dir := filepath.Dir(file)
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil // dir holds a glob character, no file is worth naming
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(filepath.Base(f), ".yaml")
	}
	near := Nearest(strings.TrimSuffix(filepath.Base(file), ".yaml"), names)
	for i, n := range near {
		near[i] = filepath.ToSlash(filepath.Join(dir, n+".yaml"))
	}
	return near
}
