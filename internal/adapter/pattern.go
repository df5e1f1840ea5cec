package adapter

import (
	"errors"
	"fmt"
	"sort"
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

// compile prepares the patterns as PEFT applies them: re.match("(.*\.)?(key)$", path).
func compile[T comparable](what string, m map[string]T) ([]*pattern[T], error) {
	var ps []*pattern[T]
	var errs []error
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		re, err := compileExpr(`(?:.*\.)?(?:` + k + `)`)
		if err != nil {
			errs = append(errs, fmt.Errorf("adapter: %s: %q: %w", what, k, err))
			continue
		}
		ps = append(ps, &pattern[T]{key: k, re: re, value: m[k]})
	}
	return ps, errors.Join(errs...)
}

// choose is the value for a path. PEFT takes the first matching entry of a map whose order does not survive its own files, so that two
// entries that disagree are refused.
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
