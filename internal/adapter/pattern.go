package adapter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"
)

// expr is a regular expression as Python writes it, matched against a whole module path.
type expr struct{ *regexp2.Regexp }

func compileExpr(pattern string) (expr, error) {
	re, err := regexp2.Compile(`^(?:` + pattern + `)\z`)
	if err != nil {
		return expr{}, fmt.Errorf("%q is no regular expression: %w", pattern, err)
	}
	re.MatchTimeout = time.Second
	return expr{re}, nil
}

// matches tells whether the path matches. An expression that runs away matches nothing, which is then reported as such.
func (e expr) matches(path string) bool {
	ok, err := e.MatchString(path)
	return ok && err == nil
}

// pattern is one entry of a rank or alpha pattern.
type pattern[T comparable] struct {
	key   string
	re    expr
	value T
	used  bool
}

// entry is a pattern and its value as they are written.
type entry[T comparable] struct {
	key   string
	value T
}

// sorted lists the entries of a map by key.
func sorted[T comparable](m map[string]T) []entry[T] {
	var list []entry[T]
	for k, v := range m {
		list = append(list, entry[T]{k, v})
	}
	slices.SortFunc(list, func(a, b entry[T]) int { return strings.Compare(a.key, b.key) })
	return list
}

// ordered are the entries of a JSON object in the order of the file, in which PEFT tries them.
type ordered[T comparable] []entry[T]

// UnmarshalJSON reads an object or null.
func (o *ordered[T]) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		if string(b) == "null" {
			return nil
		}
		return fmt.Errorf("%s is no object", b)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		e := entry[T]{key: fmt.Sprint(key)}
		if err := d.Decode(&e.value); err != nil {
			return err
		}
		*o = append(*o, e)
	}
	return nil
}

// compile prepares the patterns as PEFT applies them: re.match("(.*\.)?(key)$", path).
func compile[T comparable](what string, list []entry[T]) ([]*pattern[T], error) {
	var ps []*pattern[T]
	var errs []error
	for _, e := range list {
		re, err := compileExpr(`(?:.*\.)?(?:` + e.key + `)`)
		if err != nil {
			errs = append(errs, fmt.Errorf("adapter: %s: %q: %w", what, e.key, err))
			continue
		}
		ps = append(ps, &pattern[T]{key: e.key, re: re, value: e.value})
	}
	return ps, errors.Join(errs...)
}

// first is the value of the first pattern that matches a path.
func first[T comparable](ps []*pattern[T], path string, otherwise T) T {
	for _, p := range ps {
		if p.re.matches(path) {
			return p.value
		}
	}
	return otherwise
}

// choose is the value for a path. PEFT takes the first match of a map that it saves with its keys sorted: what a second entry means is not the
// same before and after. So two entries that disagree are refused.
func choose[T comparable](ps []*pattern[T], path string, otherwise T) (T, error) {
	var hit *pattern[T]
	for _, p := range ps {
		if !p.re.matches(path) {
			continue
		}
		p.used = true
		if hit != nil && hit.value != p.value {
			return hit.value, fmt.Errorf("adapter: patterns %q and %q both match %s and differ: %v, %v", hit.key, p.key, path, hit.value, p.value)
		}
		hit = p
	}
	if hit == nil {
		return otherwise, nil
	}
	return hit.value, nil
}

func unused[T comparable](what string, ps []*pattern[T]) error {
	var errs []error
	for _, p := range ps {
		if !p.used {
			errs = append(errs, fmt.Errorf("adapter: %s %q matches no adapted module", what, p.key))
		}
	}
	return errors.Join(errs...)
}
