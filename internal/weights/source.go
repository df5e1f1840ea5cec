package weights

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"

	"graft/internal/dtype"
	"graft/internal/quant"
	"graft/internal/safetensors"
)

// Info describes a tensor of a Source. Of an NF4 weight, dtype and shape are those of the matrix it stands for.
type Info struct {
	safetensors.Info
	NF4 bool
}

// A Source gives out the tensors of a model. Its methods may be called from several goroutines; Close comes last.
type Source interface {
	// All yields the tensors in the order of the files.
	All() iter.Seq[Info]
	// Info describes a tensor. Where there is none the error wraps safetensors.ErrNoTensor and names a similar one.
	Info(name string) (Info, error)
	// Bytes returns the elements as they are stored, little-endian, without copying: read-only, valid until Close.
	// It is an error for an NF4 weight.
	Bytes(name string) ([]byte, error)
	// Rows sets dst to rows of a tensor from first on. A row is what one index of the first dimension selects; a scalar is one row.
	// len(dst) is a multiple of the row's length.
	Rows(name string, first int, dst []float32) error
	// NF4 returns an NF4 weight, valid until Close; ok is false for a tensor stored in another way.
	NF4(name string) (q *quant.NF4, ok bool, err error)
	// Advise tells the operating system what happens next to a tensor.
	Advise(name string, a safetensors.Advice) error
	// Regions are where tensors lie in their files, with what is stored beside those that are NF4; none if there are no files.
	Regions(names []string) ([]safetensors.Region, error)
	// Close releases the files.
	Close() error
}

// A container holds tensors as they are stored: a file, a set of shards or a map.
type container interface {
	quant.Container
	All() iter.Seq[safetensors.Info]
	Advise(name string, a safetensors.Advice) error
	Regions(names []string) ([]safetensors.Region, error)
	Close() error
}

// store is a Source over a container.
type store struct {
	container
	where  string // for errors
	infos  []Info
	byName map[string]int            // into infos
	last   atomic.Pointer[parsedNF4] // the matrix that Rows read last
}

type parsedNF4 struct {
	name string
	q    *quant.NF4
}

// foreign are the endings of tensor names by which other quantised formats betray themselves.
var foreign = []struct{ suffix, format string }{
	{".quant_state.bitsandbytes__fp4", "bitsandbytes FP4"},
	{".SCB", "bitsandbytes int8"},
	{".weight_scale_inv", "block FP8"},
	{".weight_packed", "compressed-tensors"},
	{".weight_scale", "compressed-tensors or ModelOpt"},
	{".qweight", "GPTQ or AWQ"},
	{".scales", "GPTQ, AWQ or MLX"},
}

func newStore(where string, c container) (Source, error) {
	s := &store{container: c, where: where, byName: map[string]int{}}
	var problems []error
	for t := range c.All() {
		info, visible, err := s.present(t)
		if err != nil {
			problems = append(problems, err)
		} else if visible {
			s.byName[t.Name] = len(s.infos)
			s.infos = append(s.infos, info)
		}
		if len(problems) == 8 { // they tend to be all alike
			break
		}
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("weights: %s: %w", where, errors.Join(problems...))
	}
	return s, nil
}

// present says how a stored tensor appears, if it does.
func (s *store) present(t safetensors.Info) (info Info, visible bool, err error) {
	for _, f := range foreign {
		if strings.HasSuffix(t.Name, f.suffix) {
			return Info{}, false, fmt.Errorf("tensor %q belongs to a model quantised as %s; %s", t.Name, f.format, supported)
		}
	}
	if weight, ok := quant.NF4Base(t.Name); ok {
		if _, err := s.container.Info(quant.NF4State(weight)); err != nil {
			return Info{}, false, fmt.Errorf("tensor %q stands beside an NF4 weight, but %s is missing", t.Name, quant.NF4State(weight))
		}
		_, err := s.container.Info(weight)
		return Info{}, false, err
	}
	if _, err := s.container.Info(quant.NF4State(t.Name)); err != nil {
		return Info{Info: t}, true, nil
	}
	logical, err := quant.NF4Info(t.Name, s.container)
	return Info{Info: logical, NF4: true}, true, err
}

func (s *store) All() iter.Seq[Info] {
	return func(yield func(Info) bool) {
		for _, t := range s.infos {
			if !yield(t) {
				return
			}
		}
	}
}

func (s *store) Info(name string) (Info, error) {
	if i, ok := s.byName[name]; ok {
		return s.infos[i], nil
	}
	hint := ""
	if near := nearest(name, s.infos); near != "" {
		hint = fmt.Sprintf("; the nearest is %q", near)
	}
	return Info{}, fmt.Errorf("weights: %s: %q: %w%s", s.where, name, safetensors.ErrNoTensor, hint)
}

func (s *store) Bytes(name string) ([]byte, error) {
	t, err := s.Info(name)
	if err != nil {
		return nil, err
	}
	if t.NF4 {
		return nil, fmt.Errorf("weights: %s: %q is NF4: it has no elements to give out, only Rows and NF4", s.where, name)
	}
	return s.container.Bytes(name)
}

func (s *store) NF4(name string) (*quant.NF4, bool, error) {
	t, err := s.Info(name)
	if err != nil || !t.NF4 {
		return nil, false, err
	}
	q, err := quant.ParseNF4(name, s.container)
	if err != nil {
		return nil, false, fmt.Errorf("weights: %s: %w", s.where, err)
	}
	return q, true, nil
}

func (s *store) Rows(name string, first int, dst []float32) error {
	t, err := s.Info(name)
	if err != nil {
		return err
	}
	rows, width := 1, 1
	if len(t.Shape) > 0 {
		rows = t.Shape[0]
		for _, d := range t.Shape[1:] {
			width *= d
		}
	}
	if n := len(dst) / max(width, 1); first < 0 || n*width != len(dst) || n > rows-first {
		return fmt.Errorf("weights: %s: %q has shape %v: cannot read %d elements from row %d on", s.where, name, t.Shape, len(dst), first)
	}
	if t.NF4 {
		return s.decode(name, first*width, dst)
	}
	data, err := s.container.Bytes(name)
	if err != nil {
		return err
	}
	size := t.DType.Size()
	if err := dtype.ToFloat32(dst, data[first*width*size:(first*width+len(dst))*size], t.DType); err != nil {
		return fmt.Errorf("weights: %s: %q: %w", s.where, name, err)
	}
	return nil
}

// decode reads elements of an NF4 weight. Readers go through a tensor in pieces, so its parsed form is kept for the next.
func (s *store) decode(name string, first int, dst []float32) error {
	p := s.last.Load()
	if p == nil || p.name != name {
		q, _, err := s.NF4(name)
		if err != nil {
			return err
		}
		p = &parsedNF4{name, q}
		s.last.Store(p)
	}
	p.q.Decode(dst, first)
	return nil
}

func (s *store) Advise(name string, a safetensors.Advice) error {
	names, err := s.parts(name)
	for _, part := range names {
		if err == nil {
			err = s.container.Advise(part, a)
		}
	}
	return err
}

func (s *store) Regions(names []string) ([]safetensors.Region, error) {
	var all []string
	for _, name := range names {
		parts, err := s.parts(name)
		if err != nil {
			return nil, err
		}
		all = append(all, parts...)
	}
	return s.container.Regions(all)
}

// parts are the tensors that are stored of one.
func (s *store) parts(name string) ([]string, error) {
	t, err := s.Info(name)
	if err != nil {
		return nil, err
	}
	parts := []string{name}
	if t.NF4 {
		for _, side := range quant.NF4Sides(name) {
			if _, err := s.container.Info(side); err == nil { // not every NF4 weight has all of them
				parts = append(parts, side)
			}
		}
	}
	return parts, nil
}
