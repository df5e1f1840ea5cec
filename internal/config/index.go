package config

import (
	"slices"
	"strings"
)

// index finds options by key and knows the sections.
type index struct {
	options  []option
	byKey    map[string]*option
	sections []string // in table order
}

func newIndex(options []option) *index {
	x := &index{options: options, byKey: make(map[string]*option, len(options))}
	for i := range options {
		opt := &options[i]
		x.byKey[opt.key] = opt
		if s := opt.section(); s != "" && !slices.Contains(x.sections, s) {
			x.sections = append(x.sections, s)
		}
	}
	return x
}

var table = newIndex(options)

// Keys returns the keys of the table, in the order of config/base.yaml.
func Keys() []string {
	keys := make([]string, len(options))
	for i := range options {
		keys[i] = options[i].key
	}
	return keys
}

// ReadBy reports whether the engine, [Native] or [Torch], reads the key. A key that concerns no engine counts as read.
func ReadBy(engine, key string) bool {
	opt := table.byKey[key]
	return opt != nil && opt.readBy(engine)
}

// find returns the option of key, or of the map that key names an entry of: "lora.rank_pattern.q_proj" gives the option
// lora.rank_pattern and "q_proj".
func (x *index) find(key string) (opt *option, entry string) {
	if opt := x.byKey[key]; opt != nil {
		return opt, ""
	}
	for i := range x.options {
		opt := &x.options[i]
		if entry, ok := strings.CutPrefix(key, opt.key+"."); ok && opt.kind.isMap() && entry != "" {
			return opt, entry
		}
	}
	return nil, ""
}

func (x *index) isSection(key string) bool { return slices.Contains(x.sections, key) }
