package weights

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// fields reads the members of a JSON object one by one and gathers what is wrong with them.
type fields struct {
	file     string // for errors
	members  map[string]json.RawMessage
	problems *[]error
}

// readFields takes text apart; an empty text is an object without members.
func readFields(file string, text []byte, problems *[]error) fields {
	f := fields{file: file, problems: problems}
	if len(bytes.TrimSpace(text)) == 0 {
		return f
	}
	if err := json.Unmarshal(text, &f.members); err != nil {
		f.problem("%w", err)
	} else if f.members == nil {
		f.problem("null where an object was expected")
	}
	return f
}

func (f fields) problem(format string, args ...any) {
	*f.problems = append(*f.problems, fmt.Errorf(f.file+": "+format, args...))
}

// sub reads a member that is an object; without members if it is absent or null.
func (f fields) sub(key string) fields {
	if !f.has(key) {
		return fields{file: f.file + ": " + key, problems: f.problems}
	}
	return readFields(f.file+": "+key, f.members[key], f.problems)
}

// null reports whether the member is there and null.
func (f fields) null(key string) bool { return string(f.members[key]) == "null" }

// has reports whether the member is there and not null.
func (f fields) has(key string) bool {
	_, there := f.members[key]
	return there && !f.null(key)
}

// read unmarshals a member into v, which keeps its value if the member is absent.
func (f fields) read(key string, v any) {
	raw, ok := f.members[key]
	if !ok {
		return
	}
	if err := json.Unmarshal(raw, v); err != nil || f.null(key) {
		f.problem("%s is %s, want %s", key, abbreviate(raw), kind(v))
	}
}

func kind(v any) string {
	switch v.(type) {
	case *bool:
		return "true or false"
	case *string:
		return "a string"
	case *[]string:
		return "a list of strings"
	case *[]int:
		return "a list of integers"
	default:
		return "a number"
	}
}

func abbreviate(raw []byte) string {
	const most = 60
	if len(raw) > most {
		return strings.ToValidUTF8(string(raw[:most]), "") + "…"
	}
	return string(raw)
}

func (f fields) bool(key string, value bool) bool {
	f.read(key, &value)
	return value
}

func (f fields) string(key, value string) string {
	f.read(key, &value)
	return value
}

// int reads an integer from lo to hi, value if absent.
func (f fields) int(key string, value, lo, hi int) int {
	raw, ok := f.members[key]
	if !ok {
		return value
	}
	n, err := strconv.Atoi(string(raw))
	if err != nil || n < lo || n > hi {
		f.problem("%s is %s, want an integer from %d to %d", key, abbreviate(raw), lo, hi)
		return value
	}
	return n
}

// float reads a number from lo to hi, value if absent.
func (f fields) float(key string, value, lo, hi float64) float64 {
	before := len(*f.problems)
	got := value
	f.read(key, &got)
	if len(*f.problems) > before {
		return value
	}
	if got < lo || got > hi {
		f.problem("%s is %v, want a number from %v to %v", key, got, lo, hi)
		return value
	}
	return got
}

// optionalFloat reads a number that is not negative, or null; 0 if absent or null.
func (f fields) optionalFloat(key string) float64 {
	if !f.has(key) {
		return 0
	}
	return f.float(key, 0, 0, maxFactor)
}

// ids reads a token id, a list of them, or null.
func (f fields) ids(key string, vocab int) []int {
	if !f.has(key) {
		return nil
	}
	raw := f.members[key]
	var list []int
	if raw[0] != '[' {
		raw = slices.Concat([]byte{'['}, raw, []byte{']'})
	}
	err := json.Unmarshal(raw, &list)
	if err != nil || slices.ContainsFunc(list, func(id int) bool { return id < 0 || id >= vocab }) {
		f.problem("%s is %s, want token ids from 0 to %d", key, abbreviate(f.members[key]), vocab-1)
		return nil
	}
	return list
}

// only reports members other than the given: they would have no effect.
func (f fields) only(known []string) {
	for _, key := range slices.Sorted(maps.Keys(f.members)) {
		if !slices.Contains(known, key) {
			f.problem("%s has no effect here; known are %s", key, strings.Join(known, ", "))
		}
	}
}
