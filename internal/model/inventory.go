package model

import (
	"slices"
	"strings"
)

// Role is what a tensor is to its model. It decides what may be quantised.
type Role string

// The roles.
const (
	Unknown    Role = ""           // the model has no such tensor
	Projection Role = "projection" // weight of a linear layer that loading in 4 bits quantises
	Linear     Role = "linear"     // weight of a linear layer that is never quantised: head, router, a gate with one row
	Embedding  Role = "embedding"
	Bias       Role = "bias"
	Norm       Role = "norm"  // what a norm multiplies by, without 1 where norms are zero-centred
	Small      Role = "small" // another vector or small tensor
	Extra      Role = "extra" // may be in a checkpoint, and the model does not use it: a copy of the tied head, a layer that is not run
)

// Tensor is one tensor of an Inventory.
type Tensor struct {
	Name  string // as on the hub
	Shape []int
	Role  Role
}

// Inventory is what tensors a model has, written down while the model is built.
type Inventory struct {
	Tensors []Tensor // those that the model needs
	index   map[string]int
	extra   []string // names, and beginnings of names that end in a dot
}

func (v *Inventory) add(t Tensor) {
	v.index[t.Name] = len(v.Tensors)
	v.Tensors = append(v.Tensors, t)
}

// Role is the role of a tensor of a checkpoint.
func (v *Inventory) Role(name string) Role {
	if i, ok := v.index[name]; ok {
		return v.Tensors[i].Role
	}
	if v.extraOf(name) != "" {
		return Extra
	}
	return Unknown
}

// Skipped is the module, named with its tensor, that other readers must be told not to expect quantised; "" for all but Linear and Extra
// ones. Of layers that are not run it is the module that holds them all.
func (v *Inventory) Skipped(name string) string {
	switch v.Role(name) {
	case Linear:
		return strings.TrimSuffix(name, ".weight")
	case Extra:
		e := v.extraOf(name)
		return strings.TrimSuffix(strings.TrimSuffix(e, "."), ".weight")
	}
	return ""
}

// extraOf is the entry of extra that covers a name.
func (v *Inventory) extraOf(name string) string {
	i := slices.IndexFunc(v.extra, func(e string) bool { return e == name || strings.HasSuffix(e, ".") && strings.HasPrefix(name, e) })
	if i < 0 {
		return ""
	}
	return v.extra[i]
}
