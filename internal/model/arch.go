package model

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"graft/internal/weights"
)

// Arch is one architecture.
type Arch struct {
	Name  string   // model_type
	HF    []string // class names in config.json
	Build func(b *Builder) Model
	// Tiny is a small random checkpoint of the architecture: the text of its config.json and its tensors. It feeds modeltest.
	Tiny func(seed uint64) (config []byte, src weights.Source, err error)
}

// Registry is the list of architectures.
type Registry []Arch

// Load builds the model that a configuration describes.
func (r Registry) Load(c *weights.Config, src weights.Source, opt Options) (Model, error) {
	a, err := r.find(c)
	if err != nil {
		return nil, err
	}
	b := NewBuilder(c, src, opt)
	m := a.Build(b)
	if err := b.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

func (r Registry) find(c *weights.Config) (Arch, error) {
	for _, a := range r {
		if a.Name != c.ModelType {
			continue
		}
		if len(c.Architectures) > 0 && !slices.ContainsFunc(c.Architectures, func(n string) bool { return slices.Contains(a.HF, n) }) {
			return Arch{}, fmt.Errorf("model: architectures %v of model_type %q: known is %s", c.Architectures, c.ModelType, strings.Join(a.HF, ", "))
		}
		return a, nil
	}
	return Arch{}, fmt.Errorf("model: model_type %q (%s) is not supported; known are %s",
		c.ModelType, strings.Join(c.Architectures, ", "), strings.Join(r.Names(), ", "))
}

// Names lists the class names that are known, sorted.
func (r Registry) Names() []string {
	var names []string
	for _, a := range r {
		names = append(names, a.HF...)
	}
	sort.Strings(names)
	return names
}

// Outline builds the model that a configuration describes without reading any weight: names and shapes only. Its projections cannot be
// applied.
func (r Registry) Outline(c *weights.Config, src weights.Source) (Model, error) {
	return r.Load(c, src, Options{outline: true})
}
