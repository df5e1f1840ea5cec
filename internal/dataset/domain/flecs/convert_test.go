package flecs

import (
	"testing"

	"graft/internal/dataset"
)

func TestBefore(t *testing.T) {
	d, ok := Domain().(dataset.Converter)
	if !ok {
		t.Fatal("the domain is no Converter")
	}
	for code, want := range map[string]string{
		"void f(ecs_iter_t *it) { Position *p = ecs_field(it, Position, 0); g(\"ecs_field(it, A, 0)\"); }": "void f(ecs_iter_t *it) { Position *p = ecs_field(it, Position, 1); g(\"ecs_field(it, A, 0)\"); }",
		"ecs_entity_t e = ecs_new(world); ecs_entity_t b = ecs_new_w(world, Tag);":                         "ecs_entity_t e = ecs_new_id(world); ecs_entity_t b = ecs_new(world, Tag);",
		"ecs_ensure(world, e, P); ecs_make_alive(world, e);":                                               "ecs_get_mut(world, e, P); ecs_ensure(world, e);",
		"ecs_system(world, { .query.terms = {{ ecs_id(P) }}, .immediate = true });":                        "ecs_system(world, { .query.filter.terms = {{ ecs_id(P) }}, .no_readonly = true });",
		"auto p = it.field<const Position>(1);":                                                            "auto p = it.field<const Position>(2);",
		"q.run([](flecs::iter& it) { while (it.next()) { auto p = it.field<P>(0); } });":                   "",
		"ecs_set(world, e, P, {0});":                                                                       "",
	} {
		got := ""
		if c := d.Before(nil, nil, code); c != nil {
			if got = c.Code; len(c.Rules) == 0 || c.From == "" || c.To == "" {
				t.Errorf("%q: %+v", code, c)
			}
		}
		if got != want {
			t.Errorf("%q:\n got %q\nwant %q", code, got, want)
		}
	}
}
