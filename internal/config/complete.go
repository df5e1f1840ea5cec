package config

import (
	"slices"
	"strings"
)

// Complete returns how the text typed so far, of a "key=value", can go on: keys with their meaning after a tab, or
// values where they are few.
func Complete(typed string) []string {
	key, _, hasValue := strings.Cut(typed, "=")
	var found []string
	for i := range options {
		opt := &options[i]
		if !hasValue {
			found = append(found, opt.key+"=\t"+opt.doc)
		} else if opt.key == key {
			for _, value := range opt.words() {
				found = append(found, key+"="+value)
			}
		}
	}
	return slices.DeleteFunc(found, func(f string) bool { return !strings.HasPrefix(f, typed) })
}

// words are the values of an option that can be listed.
func (o *option) words() []string {
	switch {
	case o.kind == kBool:
		return []string{"true", "false"}
	case o.kind.isMap():
		return nil // values holds names
	}
	return o.values
}
