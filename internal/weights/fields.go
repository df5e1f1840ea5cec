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

// Fields reads the members of a JSON object one by one and gathers what is wrong with them.
type Fields struct {
	file     string // for errors
	members  map[string]json.RawMessage
	problems *[]error
}

// readFields parses text; an empty text is an object without members.
func readFields(file string, text []byte, problems *[]error) Fields {
	f := Fields{file: file, problems: problems}
	if len(bytes.TrimSpace(text)) == 0 {
		return f
	}
	if err := json.Unmarshal(text, &f.members); err != nil {
		f.Problem("%w", err)
	} else if f.members == nil {
		f.Problem("null where an object was expected")
	}
	return f
}

// Problem notes what is wrong with the file.
func (f Fields) Problem(format string, args ...any) {
	*f.problems = append(*f.problems, fmt.Errorf(f.file+": "+format, args...))
}

// sub reads a member that is an object; without members if it is absent or null.
func (f Fields) sub(key string) Fields {
	if !f.Has(key) {
		return Fields{file: f.file + ": " + key, problems: f.problems}
	}
	return readFields(f.file+": "+key, f.members[key], f.problems)
}

// null reports whether the member is there and null.
func (f Fields) null(key string) bool { return string(f.members[key]) == "null" }

// Has reports whether the member is there and not null.
func (f Fields) Has(key string) bool {
	_, there := f.members[key]
	return there && !f.null(key)
}

// read unmarshals a member into v, which keeps its value if the member is absent.
func (f Fields) read(key string, v any) {
	raw, ok := f.members[key]
	if !ok {
		return
	}
	if err := json.Unmarshal(raw, v); err != nil || f.null(key) {
		f.Problem("%s is %s, want %s", key, abbreviate(raw), kind(v))
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

// Bool reads a truth value, value if absent.
func (f Fields) Bool(key string, value bool) bool {
	f.read(key, &value)
	return value
}

// String reads a text, value if absent.
func (f Fields) String(key, value string) string {
	f.read(key, &value)
	return value
}

// Int reads an integer from lo to hi, value if absent.
func (f Fields) Int(key string, value, lo, hi int) int {
	raw, ok := f.members[key]
	if !ok {
		return value
	}
	n, err := strconv.Atoi(string(raw))
	if err != nil || n < lo || n > hi {
		f.Problem("%s is %s, want an integer from %d to %d", key, abbreviate(raw), lo, hi)
		return value
	}
	return n
}

// Float reads a number from lo to hi, value if absent.
func (f Fields) Float(key string, value, lo, hi float64) float64 {
	before := len(*f.problems)
	got := value
	f.read(key, &got)
	if len(*f.problems) > before {
		return value
	}
	if got < lo || got > hi {
		f.Problem("%s is %v, want a number from %v to %v", key, got, lo, hi)
		return value
	}
	return got
}

// optionalFloat reads a number that is not negative, or null; 0 if absent or null.
func (f Fields) optionalFloat(key string) float64 {
	if !f.Has(key) {
		return 0
	}
	return f.Float(key, 0, 0, maxFactor)
}

// ids reads a token id, a list of them, or null.
func (f Fields) ids(key string, vocab int) []int {
	if !f.Has(key) {
		return nil
	}
	raw := f.members[key]
	var list []int
	if raw[0] != '[' {
		raw = slices.Concat([]byte{'['}, raw, []byte{']'})
	}
	err := json.Unmarshal(raw, &list)
	if err != nil || slices.ContainsFunc(list, func(id int) bool { return id < 0 || id >= vocab }) {
		f.Problem("%s is %s, want token ids from 0 to %d", key, abbreviate(f.members[key]), vocab-1)
		return nil
	}
	return list
}

// only reports members other than the given: they would have no effect.
func (f Fields) only(known []string) {
	for _, key := range slices.Sorted(maps.Keys(f.members)) {
		if !slices.Contains(known, key) {
			f.Problem("%s has no effect here; known are %s", key, strings.Join(known, ", "))
		}
	}
}
