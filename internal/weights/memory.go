package weights

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"graft/internal/safetensors"
)

// Memory returns a Source of the given tensors, which must have Data and must not change any more.
func Memory(tensors ...safetensors.Tensor) (Source, error) {
	m := memory{list: tensors, byName: map[string]int{}}
	var problems []error
	for i, t := range tensors {
		if _, twice := m.byName[t.Name]; twice {
			problems = append(problems, fmt.Errorf("tensor %q is given twice", t.Name))
		}
		if t.Size() != len(t.Data) || slices.ContainsFunc(t.Shape, func(d int) bool { return d < 0 }) {
			problems = append(problems, fmt.Errorf("tensor %q: %v of shape %v with %d bytes", t.Name, t.DType, t.Shape, len(t.Data)))
		}
		m.byName[t.Name] = i
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("weights: memory: %w", errors.Join(problems...))
	}
	return newStore("memory", m)
}

// memory is a container without a file.
type memory struct {
	list   []safetensors.Tensor
	byName map[string]int // into list
}

func (m memory) All() iter.Seq[safetensors.Info] {
	return func(yield func(safetensors.Info) bool) {
		for _, t := range m.list {
			if !yield(t.Info) {
				return
			}
		}
	}
}

func (m memory) find(name string) (safetensors.Tensor, error) {
	if i, ok := m.byName[name]; ok {
		return m.list[i], nil
	}
	return safetensors.Tensor{}, fmt.Errorf("%q: %w", name, safetensors.ErrNoTensor)
}

func (m memory) Info(name string) (safetensors.Info, error) {
	t, err := m.find(name)
	return t.Info, err
}

func (m memory) Bytes(name string) ([]byte, error) {
	t, err := m.find(name)
	return t.Data, err
}

func (m memory) Advise(string, safetensors.Advice) error { return nil }

func (m memory) Regions([]string) ([]safetensors.Region, error) { return nil, nil }

func (m memory) Close() error { return nil }
