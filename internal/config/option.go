package config

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// kind is the type of a key's value.
type kind int

// The kinds, and the Go types of their values.
const (
	kString   kind = iota // string
	kBool                 // bool
	kInt                  // int
	kFloat                // float64; a YAML integer is accepted
	kList                 // []string
	kIntMap               // map[string]int
	kFloatMap             // map[string]float64
	kFiles                // DataFiles
)

// isMap reports whether the value is a map whose entries merge one by one.
func (k kind) isMap() bool { return k == kIntMap || k == kFloatMap }

// isText reports whether a value on the command line is the text itself, not YAML.
func (k kind) isText(value string) bool {
	return k == kString || k == kFiles && !strings.HasPrefix(value, "[") && !strings.HasPrefix(value, "{")
}

// element is the kind of an entry of a map, else the kind itself.
func (k kind) element() kind {
	switch k {
	case kIntMap:
		return kInt
	case kFloatMap:
		return kFloat
	}
	return k
}

// interval bounds a number.
type interval struct {
	min, max         float64
	openMin, openMax bool // the bound itself is excluded
}

var (
	positive = interval{max: math.Inf(1), openMin: true}
	fraction = interval{max: 1, openMax: true} // of a whole that may not be all of it
)

func from(x float64) interval            { return interval{min: x, max: math.Inf(1)} }
func (v interval) to(x float64) interval { v.max = x; return v }

func (v interval) contains(x float64) bool {
	return x >= v.min && x <= v.max && (!v.openMin || x > v.min) && (!v.openMax || x < v.max)
}

// String reads "at least 1", "above 0 and at most 1".
func (v interval) String() string {
	low, high := "at least ", "at most "
	if v.openMin {
		low = "above "
	}
	if v.openMax {
		high = "below "
	}
	low += formatFloat(v.min)
	if math.IsInf(v.max, 1) {
		return low
	}
	return low + " and " + high + formatFloat(v.max)
}

// form is a pattern that a text must match, in the syntax common to Go and JSON Schema, and what it means.
type form struct {
	pattern  *regexp.Regexp // nil: any text
	expected string
}

var (
	formNonEmpty     = form{regexp.MustCompile(`\S`), "a text that is not empty"}
	formName         = form{regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)?$`), "a name of letters, digits, '.', '_' and '-'"}
	formModel        = form{regexp.MustCompile(`^[^~]`), "a hub id, a path without ~ (it is not expanded), or builtin:NAME"}
	formPath         = form{regexp.MustCompile(`^[^~]`), "a path, without ~ (it is not expanded)"}
	formOptionalPath = form{regexp.MustCompile(`^([^~]|$)`), "a path, without ~ (it is not expanded), or \"\""}
	formOptionalURL  = form{regexp.MustCompile(`^(https?://[^/\s]\S*)?$`), "an http:// or https:// URL, or \"\""}
)

// option describes one key.
type option struct {
	key      string   // dotted: section.name, or name; sections one level deep in others come last in them
	kind     kind     // type of the value
	def      string   // the default as YAML text, as it stands in config/base.yaml
	example  string   // another valid value as YAML text
	doc      string   // meaning, one line
	allowed  interval // numbers and maps of numbers
	form     form     // strings, and elements of lists
	notEmpty bool     // lists: at least one element
	values   []string // strings: the only values; lists: words that may stand in place of a list; maps: the only names; nil: any
	engines  []string // engines that read the key; nil: it concerns no engine
	stages   []string // commands that read the key
	aka      []string // what other tools call it: never accepted, only used for hints
}

// section returns the part of the key before the last dot, "" for a top-level key. A section may lie in another one.
func (o *option) section() string {
	section, _ := splitKey(o.key)
	return section
}

func splitKey(key string) (section, name string) {
	i := strings.LastIndexByte(key, '.')
	return key[:max(i, 0)], key[i+1:]
}

// depth is the number of sections that a section or key lies in.
func depth(key string) int { return strings.Count(key, ".") }

// name returns the key without its section.
func (o *option) name() string {
	_, name := splitKey(o.key)
	return name
}

// typeText says what the value must be: "integer, at least 1", "bfloat16 | float32".
func (o *option) typeText() string {
	words := strings.Join(o.values, " | ")
	switch o.kind {
	case kString:
		if words != "" {
			return words
		}
		return "string"
	case kBool:
		return "true | false"
	case kInt:
		return "integer, " + o.allowed.String()
	case kFloat:
		return "number, " + o.allowed.String()
	case kList:
		if words != "" {
			return words + " | list of strings"
		}
		return "list of strings"
	}
	if o.kind == kFiles {
		return "path | list of paths, or of {path, weight}"
	}
	names := "names"
	if len(o.values) > 0 {
		names = strings.Join(o.values, ", ")
	}
	if o.kind == kIntMap {
		return "map from " + names + " to integers, " + o.allowed.String()
	}
	return "map from " + names + " to numbers, " + o.allowed.String()
}

// readBy reports whether the engine reads the key; a key that concerns no engine counts as read.
func (o *option) readBy(engine string) bool {
	return len(o.engines) == 0 || slices.Contains(o.engines, engine)
}

// formatFloat writes the shortest text that reads back the same, with the exponents people write: 2e-4, not 0.0002.
func formatFloat(x float64) string {
	if abs := math.Abs(x); abs == 0 || (abs >= 1e-3 && abs < 1e15) {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	text := strconv.FormatFloat(x, 'e', -1, 64) // 2e-04
	return strings.NewReplacer("e-0", "e-", "e+0", "e+").Replace(text)
}
