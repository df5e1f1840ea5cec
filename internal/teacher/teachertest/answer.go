package teachertest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Question is what a request asked.
type Question struct {
	Model     string
	System    string
	User      string
	Schema    json.RawMessage
	MaxTokens int
	CacheTTL  string // of the system text; "": it is not to be cached

	known string // id, once it was asked for
}

// id is the same for tries that differ in MaxTokens and caching only.
func (q *Question) id() string {
	if q.known != "" {
		return q.known
	}
	schema := string(q.Schema)
	var v any
	if json.Unmarshal(q.Schema, &v) == nil { // clients write it in their own way
		if b, err := json.Marshal(v); err == nil {
			schema = string(b)
		}
	}
	q.known = strconv.FormatUint(hash(q.Model, q.System, q.User, schema), 36)
	return q.known
}

// Answer is the usual answer to q: some words, or a value of the schema with characters in its texts that are hard on JSON.
func Answer(q Question) string {
	if q.Schema == nil {
		return words(q.id(), 12)
	}
	var schema map[string]any
	if err := json.Unmarshal(q.Schema, &schema); err != nil {
		return "{}"
	}
	b, err := json.Marshal(value(schema, q.id(), 0))
	if err != nil {
		return "{}"
	}
	return string(b)
}

// value makes a value of schema, of which it knows type, enum, const, properties, items and the bounds of numbers and lengths.
func value(schema map[string]any, seed string, depth int) any {
	if v, ok := schema["const"]; ok {
		return v
	}
	if e, ok := schema["enum"].([]any); ok && len(e) > 0 {
		return e[hash(seed, "enum")%uint64(len(e))]
	}
	kind, _ := schema["type"].(string)
	if kinds, ok := schema["type"].([]any); ok && len(kinds) > 0 {
		kind, _ = kinds[0].(string)
	}
	if schema["properties"] != nil {
		kind = "object"
	}
	const deepest = 8
	if depth > deepest {
		return nil
	}
	switch kind {
	case "object":
		return object(schema, seed, depth)
	case "array":
		return array(schema, seed, depth)
	case "boolean":
		return hash(seed, "bool")%2 == 0
	case "integer", "number":
		lo := number(schema, "minimum", 0)
		hi := max(number(schema, "maximum", lo+9), lo)
		return lo + float64(hash(seed, "int")%uint64(hi-lo+1))
	case "null":
		return nil
	}
	return words(seed, 6) + " \"q\" C:\\path\n\tüñ {x: [1]} `" + seed + "`"
}

func object(schema map[string]any, seed string, depth int) any {
	o := map[string]any{}
	props, _ := schema["properties"].(map[string]any)
	for _, k := range slices.Sorted(maps.Keys(props)) {
		if p, ok := props[k].(map[string]any); ok {
			o[k] = value(p, seed+"."+k, depth+1)
		}
	}
	return o
}

func array(schema map[string]any, seed string, depth int) any {
	items, _ := schema["items"].(map[string]any)
	n := max(int(number(schema, "minItems", 0)), int(hash(seed, "n")%3))
	a := []any{}
	for i := range min(n, int(number(schema, "maxItems", 10))) {
		a = append(a, value(items, fmt.Sprintf("%s[%d]", seed, i), depth+1))
	}
	return a
}

func number(schema map[string]any, key string, or float64) float64 {
	if f, ok := schema[key].(float64); ok {
		return f
	}
	return or
}

func words(seed string, n int) string {
	list := strings.Fields("write a function that moves the ship to the next sector and returns how far it came when nothing is in its way")
	var out []string
	for i := range n {
		out = append(out, list[hash(seed, strconv.Itoa(i))%uint64(len(list))])
	}
	return strings.Join(out, " ")
}
