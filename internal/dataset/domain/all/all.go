// Package all is the registry of domains.
package all

import (
	"fmt"
	"slices"
	"strings"

	"graft/internal/dataset"
	"graft/internal/dataset/domain/avorion"
	"graft/internal/dataset/domain/custom"
	"graft/internal/dataset/domain/flecs"
	"graft/internal/dataset/domain/gdextension"
	"graft/internal/dataset/domain/gdscript"
)

// domains are what this program knows, by name.
var domains = byName(avorion.Domain(), custom.Domain(), flecs.Domain(), gdextension.Domain(), gdscript.Domain())

// byName panics if two domains have the same name, which is a mistake of the program.
func byName(list ...dataset.Domain) map[string]dataset.Domain {
	m := make(map[string]dataset.Domain, len(list))
	for _, d := range list {
		if m[d.Name()] != nil {
			panic(fmt.Sprintf("all: two domains have the name %q", d.Name()))
		}
		m[d.Name()] = d
	}
	return m
}

// Get returns the domain of a name. The error lists those there are.
func Get(name string) (dataset.Domain, error) {
	if d := domains[name]; d != nil {
		return d, nil
	}
	return nil, fmt.Errorf("dataset: no domain %q is built in; there are %s", name, strings.Join(Names(), ", "))
}

// Names lists the names of the domains in alphabetical order.
func Names() []string {
	names := make([]string, 0, len(domains))
	for name := range domains {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
