package flecs

import (
	"testing"

	"graft/internal/dataset"
)

func TestLanguage(t *testing.T) {
	for _, c := range []struct{ path, text, want string }{
		{"a.c", "class X", "c"},
		{"a.h", "int class_count;", "c"},
		{"a.h", "namespace a {}", "cpp"},
		{"a.h", "void f(flecs::world &w);", "cpp"},
		{"a.hpp", "", "cpp"},
	} {
		if got := Domain().Language(&dataset.File{Path: c.path, Text: c.text}).Fence; got != c.want {
			t.Errorf("%s %q: %s, want %s", c.path, c.text, got, c.want)
		}
	}
}
