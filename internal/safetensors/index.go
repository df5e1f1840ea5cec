package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"graft/internal/durable"
)

// IndexName is the usual name of an index.
const IndexName = "model.safetensors.index.json"

// ShardName returns the usual name of shard i, from 1, of n.
func ShardName(i, n int) string { return fmt.Sprintf("model-%05d-of-%05d.safetensors", i, n) }

// An Index says which shard holds which tensor.
type Index struct {
	TotalSize int               // bytes of all tensors; 0 if the file does not say. Files are known to be wrong about it.
	WeightMap map[string]string // from tensor to shard, a plain file name beside the index
}

// ReadIndex reads and checks an index file.
func ReadIndex(path string) (*Index, error) {
	raw, err := readBounded(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	x, err := parseIndex(raw)
	return x, inside(err, "safetensors: %s", path)
}

func readBounded(path string) (raw []byte, err error) {
	f, size, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if size > maxHeader {
		return nil, fmt.Errorf("%s has %d bytes, at most %d are allowed", path, size, maxHeader)
	}
	return io.ReadAll(f)
}

func parseIndex(raw []byte) (*Index, error) {
	x := &Index{}
	var problems []error
	err := scanObject(raw, func(s *scanner, key string) error {
		switch key {
		case "weight_map":
			x.WeightMap = map[string]string{}
			return inside(s.object(func(tensor string) error {
				shard, err := s.string()
				if err != nil {
					return fmt.Errorf("%q: %w", tensor, err)
				}
				x.WeightMap[tensor] = shard
				problems = append(problems, checkShardName(tensor, shard))
				return nil
			}), "weight_map")
		case "metadata":
			return inside(x.metadata(s), "metadata")
		default:
			var ignored json.RawMessage
			return s.value(&ignored)
		}
	})
	if err = errors.Join(err, firstFew(problems)); err != nil {
		return nil, err
	}
	if len(x.WeightMap) == 0 {
		return nil, errors.New("weight_map is missing or empty")
	}
	return x, nil
}

func (x *Index) metadata(s *scanner) error {
	var m struct {
		TotalSize float64 `json:"total_size"` // some writers add a fraction of zero
	}
	if err := s.value(&m); err != nil {
		return err
	}
	if m.TotalSize < 0 || m.TotalSize > math.MaxInt/2 || m.TotalSize != math.Trunc(m.TotalSize) {
		return fmt.Errorf("total_size %v is no number of bytes", m.TotalSize)
	}
	x.TotalSize = int(m.TotalSize)
	return nil
}

// checkShardName keeps an index from reaching outside its folder.
func checkShardName(tensor, shard string) error {
	if shard == "" || shard != filepath.Base(shard) || strings.ContainsAny(shard, `/\`) || !strings.HasSuffix(shard, ".safetensors") {
		return fmt.Errorf("weight_map places %q in %q, which is no plain *.safetensors file name", tensor, shard)
	}
	return nil
}

// WriteFile replaces path by the index, in the form in which transformers writes it.
func (x *Index) WriteFile(path string) error {
	for tensor, shard := range x.WeightMap {
		if err := checkShardName(tensor, shard); err != nil {
			return fmt.Errorf("safetensors: %s: %w", path, err)
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(map[string]any{"metadata": map[string]int{"total_size": x.TotalSize}, "weight_map": x.WeightMap})
	if err == nil {
		err = durable.WriteBytes(path, b.Bytes())
	}
	return inside(err, "safetensors: %s", path)
}

// Shards returns the distinct shard names in order.
func (x *Index) Shards() []string {
	return slices.Compact(slices.Sorted(maps.Values(x.WeightMap)))
}

// A Set is the shards of an index, read as one file. The rules for File's methods hold.
type Set struct {
	path  string
	files []*File
	owner map[string]*File
}

// OpenIndex opens every shard that the index at path names and checks that index and shards agree about every tensor.
func OpenIndex(path string) (*Set, error) {
	x, err := ReadIndex(path)
	if err != nil {
		return nil, err
	}
	s := &Set{path: path, owner: make(map[string]*File, len(x.WeightMap))}
	if err := s.open(x); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Set) open(x *Index) error {
	var problems []error
	problem := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("safetensors: %s: "+format, append([]any{s.path}, args...)...))
	}
	missing := map[string]bool{}
	for _, shard := range x.Shards() {
		f, err := Open(filepath.Join(filepath.Dir(s.path), shard))
		if err != nil {
			missing[shard] = true
			if errors.Is(err, fs.ErrNotExist) {
				problem("shard %s is missing: fetch it again", shard)
			} else {
				problems = append(problems, err)
			}
			continue
		}
		s.files = append(s.files, f)
		for t := range f.All() {
			if want, ok := x.WeightMap[t.Name]; !ok {
				problem("tensor %q of shard %s is not in the index", t.Name, shard)
			} else if want != shard {
				problem("tensor %q is in shard %s, but the index places it in %s", t.Name, shard, want)
			} else {
				s.owner[t.Name] = f
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(x.WeightMap)) {
		if shard := x.WeightMap[name]; s.owner[name] == nil && !missing[shard] {
			problem("tensor %q is not in shard %s, where the index places it", name, shard)
		}
	}
	return firstFew(problems)
}

// firstFew joins the errors that are not nil, at most eight, and counts the rest.
func firstFew(errs []error) error {
	const shown = 8
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(errs) > shown {
		errs = append(errs[:shown:shown], fmt.Errorf("and %d more problems", len(errs)-shown))
	}
	return errors.Join(errs...)
}

// Close closes all shards.
func (s *Set) Close() error {
	var errs []error
	for _, f := range s.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// Path returns the path of the index.
func (s *Set) Path() string { return s.path }

// All yields the tensors shard by shard, each in the order of its data.
func (s *Set) All() iter.Seq[Info] {
	return func(yield func(Info) bool) {
		for _, f := range s.files {
			for t := range f.All() {
				if !yield(t) {
					return
				}
			}
		}
	}
}

// Info describes the named tensor.
func (s *Set) Info(name string) (Info, error) {
	f, err := s.lookup(name)
	if err != nil {
		return Info{}, err
	}
	return f.Info(name)
}

// Bytes returns the named tensor's elements, as File.Bytes does.
func (s *Set) Bytes(name string) ([]byte, error) {
	f, err := s.lookup(name)
	if err != nil {
		return nil, err
	}
	return f.Bytes(name)
}

// Advise tells the operating system what happens next to the named tensor, as File.Advise does.
func (s *Set) Advise(name string, a Advice) error {
	f, err := s.lookup(name)
	if err != nil {
		return err
	}
	return f.Advise(name, a)
}

// Regions are where the named tensors lie.
func (s *Set) Regions(names []string) ([]Region, error) {
	list := make([]Region, 0, len(names))
	for _, name := range names {
		f, err := s.lookup(name)
		if err != nil {
			return nil, err
		}
		r, err := f.Regions([]string{name})
		if err != nil {
			return nil, err
		}
		list = append(list, r...)
	}
	return join(list), nil
}

func (s *Set) lookup(name string) (*File, error) {
	f, ok := s.owner[name]
	if !ok {
		return nil, fmt.Errorf("safetensors: %s: %q: %w", s.path, name, ErrNoTensor)
	}
	return f, nil
}
