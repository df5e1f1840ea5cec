package jinja

import (
	"fmt"
	"iter"
	"math"
	"math/big"
	"slices"
	"strings"
)

// A Dict is Python's dict: it keeps the order in which keys were first set. Templates cannot change one.
type Dict struct {
	keys, vals []Value
	index      map[any]int
}

// NewDict makes an empty dict.
func NewDict() *Dict { return &Dict{index: map[any]int{}} }

// Len is the number of entries.
func (d *Dict) Len() int { return len(d.keys) }

// Set stores a value under a text key.
func (d *Dict) Set(key string, v Value) { d.put(key, key, v) }

// Get finds the value of a text key.
func (d *Dict) Get(key string) (Value, bool) {
	i, ok := d.index[key]
	if !ok {
		return nil, false
	}
	return d.vals[i], true
}

// Delete removes a text key.
func (d *Dict) Delete(key string) {
	i, ok := d.index[key]
	if !ok {
		return
	}
	d.keys, d.vals = slices.Delete(d.keys, i, i+1), slices.Delete(d.vals, i, i+1)
	delete(d.index, key)
	for k, j := range d.index {
		if j > i {
			d.index[k] = j - 1
		}
	}
}

// Clone copies the dict, not its values.
func (d *Dict) Clone() *Dict {
	c := &Dict{slices.Clone(d.keys), slices.Clone(d.vals), make(map[any]int, len(d.index))}
	for k, i := range d.index {
		c.index[k] = i
	}
	return c
}

// All runs over the entries in order.
func (d *Dict) All() iter.Seq2[Value, Value] {
	return func(yield func(Value, Value) bool) {
		for i, k := range d.keys {
			if !yield(k, d.vals[i]) {
				return
			}
		}
	}
}

func (d *Dict) put(hash any, key, v Value) {
	if i, ok := d.index[hash]; ok {
		d.vals[i] = v
		return
	}
	d.index[hash] = len(d.keys)
	d.keys = append(d.keys, key)
	d.vals = append(d.vals, v)
}

// set stores a value under any hashable key.
func (d *Dict) set(key, v Value) *Error {
	h, err := hash(key)
	if err == nil {
		d.put(h, key, v)
	}
	return err
}

// get finds the value of any hashable key.
func (d *Dict) get(key Value) (Value, bool, *Error) {
	h, err := hash(key)
	if err != nil {
		return nil, false, err
	}
	i, ok := d.index[h]
	if !ok {
		return nil, false, nil
	}
	return d.vals[i], true, nil
}

// A hasher maps keys to Go map keys such that keys Python holds equal collide. left bounds what it looks at, since a tuple may
// hold another many times over.
type hasher struct{ left int }

func hash(v Value) (any, *Error) { return (&hasher{left: 1 << 16}).hash(v) }

// Hashes that are written as text, apart from each other and from strings.
type (
	bigHash   string
	funcHash  string
	tupleHash string
)

func (h *hasher) hash(v Value) (any, *Error) {
	if s, ok := asString(v); ok {
		return s, nil
	}
	if i, ok := asInt(v); ok {
		return i, nil
	}
	switch v := v.(type) {
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<63 {
			return int64(v), nil
		}
		return v, nil
	case *big.Int:
		return bigHash(v.String()), nil
	case *undefined:
		return undefined{}, nil
	case *Tuple:
		return h.tuple(v)
	case *List, *Dict, sliceKey:
		return nil, typeErrorf("unhashable type: '%s'", typeName(v))
	case *view:
		if v.kind != "dict_values" {
			return nil, typeErrorf("unhashable type: '%s'", v.kind)
		}
	case Func:
		return funcHash(v.Name), nil
	}
	return v, nil
}

func (h *hasher) tuple(t *Tuple) (any, *Error) {
	var b strings.Builder
	for _, item := range t.items {
		if h.left--; h.left < 0 || b.Len() > 1<<20 {
			return nil, errorf(classLimit, "the key of a dict is too large")
		}
		k, err := h.hash(item)
		if err != nil {
			return nil, err
		}
		s := fmt.Sprintf("%T %v", k, k)
		fmt.Fprintf(&b, "%d:%s", len(s), s)
	}
	return tupleHash(b.String()), nil
}
