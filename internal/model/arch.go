package model

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"graft/internal/safetensors"
	"graft/internal/weights"
)

// Arch is one architecture. Its package says all that is special to it; what it shares with others is in this package and in weights.
type Arch struct {
	Name   string                        // model_type in config.json
	HF     []string                      // names of the classes in transformers, architectures in config.json
	Config func(r *weights.ConfigReader) // reads config.json
	Build  func(b *Builder) Model        // loads the tensors; the names, shapes and roles of an Inventory come from here too
	Sample Sample
}

// Sample describes a small random checkpoint of an architecture, for tests.
type Sample struct {
	Config string             // the text of its config.json
	Beside []safetensors.Info // tensors that the model has no use for
}

// Registry is the list of architectures.
type Registry []Arch

// ReadConfig reads the configuration in a model directory.
func (r Registry) ReadConfig(dir string) (*weights.Config, error) {
	return weights.ReadConfig(dir, r.dialects())
}

// ParseConfig reads the text of a config.json and of a generation_config.json, which may be empty.
func (r Registry) ParseConfig(config, generation []byte) (*weights.Config, error) {
	return weights.ParseConfig(config, generation, r.dialects())
}

func (r Registry) dialects() []weights.Dialect {
	var list []weights.Dialect
	for _, a := range r {
		list = append(list, weights.Dialect{ModelType: a.Name, Read: a.Config})
	}
	return list
}

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

// Inventory lists the tensors of the model that a configuration describes. No checkpoint is needed.
func (r Registry) Inventory(c *weights.Config) (*Inventory, error) {
	a, err := r.find(c)
	if err != nil {
		return nil, err
	}
	b := NewBuilder(c, nil, Options{outline: true})
	b.inventory = &Inventory{index: map[string]int{}}
	a.Build(b)
	return b.inventory, b.Err()
}

// Outline builds the model that a configuration describes without reading any weight: names and shapes only. Its projections cannot be
// applied.
func (r Registry) Outline(c *weights.Config, src weights.Source) (Model, error) {
	return r.Load(c, src, Options{outline: true})
}
