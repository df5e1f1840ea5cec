package flecs

import (
	"regexp"
	"strconv"

	"graft/internal/dataset"
	"graft/internal/lang/mutate"
)

// A rule turns an idiom of version 4 into that of version 3. All are from the project's own guide to migration; those that change the
// meaning of a name stand before the ones that free it.
type rule struct {
	name    string
	pattern *regexp.Regexp
	with    string // "" where the last group is an index to count from 1
}

var rules = []rule{
	{"fields are counted from 1", regexp.MustCompile(`(\becs_field\([^(),;]+,[^(),;]+,\s*)(\d+)\b`), ""},
	{"fields are counted from 1", regexp.MustCompile(`(\becs_field_(?:is_set|is_readonly|is_self|id|src|size)\([^(),;]+,\s*)(\d+)\b`), ""},
	{"fields are counted from 1", regexp.MustCompile(`(\bit\.field<[^<>;]+>\()(\d+)\b`), ""},
	{"terms are counted from 1", regexp.MustCompile(`(\.term_at\()(\d+)\b`), ""},
	{"ecs_new is ecs_new_id", regexp.MustCompile(`\becs_new\(`), "ecs_new_id("},
	{"ecs_new_w is ecs_new", regexp.MustCompile(`\becs_new_w\(`), "ecs_new("},
	{"ecs_ensure is ecs_get_mut", regexp.MustCompile(`\becs_ensure\(`), "ecs_get_mut("},
	{"ecs_ensure_id is ecs_get_mut_id", regexp.MustCompile(`\becs_ensure_id\(`), "ecs_get_mut_id("},
	{"ecs_singleton_ensure is ecs_singleton_get_mut", regexp.MustCompile(`\becs_singleton_ensure\(`), "ecs_singleton_get_mut("},
	{"ecs_make_alive is ecs_ensure", regexp.MustCompile(`\becs_make_alive\(`), "ecs_ensure("},
	{"ecs_get_path is ecs_get_fullpath", regexp.MustCompile(`\becs_get_path\(`), "ecs_get_fullpath("},
	{"ecs_get_path_from is ecs_get_path", regexp.MustCompile(`\becs_get_path_from\(`), "ecs_get_path("},
	{"ecs_lookup is ecs_lookup_fullpath", regexp.MustCompile(`\becs_lookup\(`), "ecs_lookup_fullpath("},
	{"ecs_lookup_from is ecs_lookup_path", regexp.MustCompile(`\becs_lookup_from\(`), "ecs_lookup_path("},
	{"ecs_iter_skip is ecs_query_skip", regexp.MustCompile(`\becs_iter_skip\(`), "ecs_query_skip("},
	{"ecs_iter_set_group is ecs_query_set_group", regexp.MustCompile(`\becs_iter_set_group\(`), "ecs_query_set_group("},
	{"query.terms is query.filter.terms", regexp.MustCompile(`\.query\.(terms|expr)\b`), ".query.filter.$1"},
	{"immediate is no_readonly", regexp.MustCompile(`\.immediate(\s*=|\()`), ".no_readonly$1"},
	{"auto_override is override", regexp.MustCompile(`\.auto_override(<|\()`), ".override$1"},
}

// onlyVersion4 matches what cannot be turned back by such rules. Code with it is left alone: half of it would be of version 4.
var onlyVersion4 = regexp.MustCompile(`\.run\(|\.next\(\)|\becs_each|\becs_query(?:_init)?\(|\becs_query_desc_t\b|OnInstantiate|cache_kind|CanToggle|\bEcs(?:Up|Self|Cascade|Trav)\b|` +
	`\becs_iter_changed\b|\bflecs::(?:Up|Cascade|Self)\b|\becs_value\b|_callback\b|\btrav\b|\.ensure<|\bget_mut\b`)

// Before turns code for version 4 into code for version 3.
func (domain) Before(_ *dataset.File, _ *dataset.Function, code string) *dataset.Conversion {
	if onlyVersion4.MatchString(code) {
		return nil
	}
	c := &dataset.Conversion{From: "FLECS 3", To: "FLECS 4"}
	used := map[string]bool{}
	c.Code = mutate.Outside(code, "//", func(piece string) string {
		for _, r := range rules {
			next := r.apply(piece)
			if next != piece && !used[r.name] {
				used[r.name] = true
				c.Rules = append(c.Rules, r.name)
			}
			piece = next
		}
		return piece
	})
	if len(c.Rules) == 0 {
		return nil
	}
	return c
}

func (r *rule) apply(piece string) string {
	if r.with != "" {
		return r.pattern.ReplaceAllString(piece, r.with)
	}
	return r.pattern.ReplaceAllStringFunc(piece, func(s string) string {
		m := r.pattern.FindStringSubmatch(s)
		n, err := strconv.Atoi(m[2])
		if err != nil {
			return s
		}
		return m[1] + strconv.Itoa(n+1)
	})
}
