package safetensors

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
)

// ErrNoTensor is what errors about a tensor that is not there wrap.
var ErrNoTensor = errors.New("no such tensor")

// Advice tells the operating system what happens next to a tensor's pages.
type Advice int

// The advices.
const (
	WillNeed Advice = iota // read it ahead
	DontNeed               // take it out of this process; the system may keep it
	Evict                  // DontNeed, and the system forgets it too: a later access reads it from disk again
)

// A File is an open, memory-mapped safetensors file. Its methods may be called from several goroutines, Close from one, last.
type File struct {
	path     string
	file     *os.File // kept open for advice; nil where there is none
	mapping  []byte   // the whole file
	data     []byte   // what follows the header
	tensors  []entry
	byName   map[string]int // into tensors
	metadata map[string]string
}

// Open maps the file at path and checks all of its header.
func Open(path string) (*File, error) {
	mapping, file, err := mapFile(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	f, err := newFile(path, mapping)
	if err != nil {
		return nil, errors.Join(err, unmap(mapping), closeFile(file))
	}
	f.file = file
	return f, nil
}

func newFile(path string, content []byte) (*File, error) {
	h, data, err := parse(content)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %s: %w", path, err)
	}
	f := &File{path: path, mapping: content, data: data, tensors: h.tensors, metadata: h.metadata}
	f.byName = make(map[string]int, len(f.tensors))
	for i, t := range f.tensors {
		f.byName[t.Name] = i
	}
	return f, nil
}

// Close unmaps the file. Slices that Bytes returned must not be touched any more.
func (f *File) Close() error {
	mapping, file := f.mapping, f.file
	f.mapping, f.data, f.tensors, f.byName, f.file = nil, nil, nil, nil, nil
	return errors.Join(unmap(mapping), closeFile(file))
}

func closeFile(f *os.File) error {
	if f == nil {
		return nil
	}
	return f.Close()
}

// Path returns the path given to Open.
func (f *File) Path() string { return f.path }

// All yields the tensors in the order of the data.
func (f *File) All() iter.Seq[Info] {
	return func(yield func(Info) bool) {
		for _, t := range f.tensors {
			if !yield(t.Info) {
				return
			}
		}
	}
}

// Metadata returns a copy of the free text of the header.
func (f *File) Metadata() map[string]string { return maps.Clone(f.metadata) }

// Info describes the named tensor.
func (f *File) Info(name string) (Info, error) {
	t, err := f.lookup(name)
	return t.Info, err
}

// Bytes returns the named tensor's elements, little-endian, without copying: the slice is read-only and valid until Close.
func (f *File) Bytes(name string) ([]byte, error) {
	t, err := f.lookup(name)
	if err != nil {
		return nil, err
	}
	return f.data[t.begin:t.end:t.end], nil
}

// Advise tells the operating system what happens next to the named tensor. It is a hint: it changes speed and memory, no result.
func (f *File) Advise(name string, a Advice) error {
	t, err := f.lookup(name)
	if err != nil {
		return err
	}
	return f.region(t).Advise(a)
}

// Regions are where the named tensors lie.
func (f *File) Regions(names []string) ([]Region, error) {
	list := make([]Region, 0, len(names))
	for _, name := range names {
		t, err := f.lookup(name)
		if err != nil {
			return nil, err
		}
		list = append(list, f.region(t))
	}
	return join(list), nil
}

func (f *File) region(t entry) Region {
	start := len(f.mapping) - len(f.data)
	return Region{f, start + t.begin, start + t.end}
}

func (f *File) lookup(name string) (entry, error) {
	i, ok := f.byName[name]
	if !ok {
		return entry{}, fmt.Errorf("safetensors: %s: %q: %w", f.path, name, ErrNoTensor)
	}
	return f.tensors[i], nil
}

// openRegular opens path, which must be a regular file (opening a pipe would wait for a writer), and returns its size.
func openRegular(path string) (*os.File, int64, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !st.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	return f, st.Size(), nil
}

// mapFile maps the file read-only; an empty file gives an empty slice. The file stays open.
func mapFile(path string) (mapping []byte, file *os.File, err error) {
	f, size, err := openRegular(path)
	if err != nil {
		return nil, nil, err
	}
	if size == 0 {
		return nil, nil, f.Close()
	}
	if mapping, err = mapOpen(f, size); err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return mapping, f, nil
}

func unmap(mapping []byte) error {
	if len(mapping) == 0 {
		return nil
	}
	return unmapAll(mapping)
}
