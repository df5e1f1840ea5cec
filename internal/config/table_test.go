package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestFields proves that rows and fields of Config belong together one to one, with the same types.
func TestFields(t *testing.T) {
	types := map[reflect.Type]kind{
		reflect.TypeFor[string](): kString, reflect.TypeFor[bool](): kBool, reflect.TypeFor[int](): kInt,
		reflect.TypeFor[float64](): kFloat, reflect.TypeFor[[]string](): kList,
		reflect.TypeFor[map[string]int](): kIntMap, reflect.TypeFor[map[string]float64](): kFloatMap, reflect.TypeFor[DataFiles](): kFiles,
	}
	found := map[string]reflect.Type{}
	var walk func(prefix string, typ reflect.Type)
	walk = func(prefix string, typ reflect.Type) {
		for f := range typ.Fields() {
			switch key := prefix + f.Tag.Get("json"); {
			case !f.IsExported():
			case f.Type.Kind() == reflect.Struct:
				walk(key+".", f.Type)
			case found[key] != nil || key == prefix:
				t.Errorf("field %s of %v: key %q is used twice or empty", f.Name, typ, key)
			default:
				found[key] = f.Type
			}
		}
	}
	walk("", reflect.TypeFor[Config]())
	for _, opt := range options {
		typ := found[opt.key]
		if k, ok := types[typ]; typ == nil || !ok || k != opt.kind {
			t.Errorf("row %s: field of type %v, expected one for kind %d", opt.key, typ, opt.kind)
		}
		delete(found, opt.key)
	}
	for key := range found {
		t.Errorf("field %s has no row", key)
	}
}

// TestRows holds each row to what the rest relies on.
func TestRows(t *testing.T) {
	if l := defaults(table); len(l.problems) > 0 {
		t.Errorf("defaults: %v", l.problems)
	}
	seen := map[string]bool{}
	for i := range options {
		opt := &options[i]
		if seen[opt.key] {
			t.Errorf("%s: two rows", opt.key)
		}
		seen[opt.key] = true
		if !strings.HasSuffix(opt.doc, ".") || strings.ContainsAny(opt.doc, "\n|") {
			t.Errorf("%s: the description %q is not one sentence in one line", opt.key, opt.doc)
		}
		if len(opt.stages) == 0 {
			t.Errorf("%s: no command reads it", opt.key)
		}
		if k := opt.kind.element(); (k == kInt || k == kFloat) != (opt.allowed != interval{}) {
			t.Errorf("%s: range %+v of kind %d", opt.key, opt.allowed, opt.kind)
		}
		l := newLayer(table, Origin{File: "--set"})
		l.set(opt.key + "=" + opt.example)
		if len(l.problems) > 0 {
			t.Errorf("%s: example: %v", opt.key, l.problems)
		}
		if opt.example == opt.def {
			t.Errorf("%s: the example is the default", opt.key)
		}
	}
}

// TestHints proves that no name of another tool is a key of ours, and that each leads to its key.
func TestHints(t *testing.T) {
	for _, opt := range options {
		for _, aka := range opt.aka {
			key := aka
			if s := opt.section(); s != "" {
				key = s + "." + aka
			}
			if table.byKey[key] != nil {
				t.Errorf("%s: the hint %s is a key", opt.key, aka)
			} else if got := Suggest(key); !slices.Contains(got, opt.key) {
				t.Errorf("%s leads to %v, want %s", key, got, opt.key)
			}
		}
	}
}

func TestKeysAndReadBy(t *testing.T) {
	if keys := Keys(); len(keys) != len(options) || keys[0] != "domain" {
		t.Errorf("Keys returned %v", keys)
	}
	for key, want := range map[string]bool{"lora.r": true, "dataset.raw": true, "lora.q": false} {
		if got := ReadBy(Torch, key); got != want {
			t.Errorf("ReadBy(torch, %s) = %v, want %v", key, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	words := []string{"train", "merge", "config", "dataset build"}
	for name, want := range map[string][]string{
		"trian": {"train"}, "TRAIN": {"train"}, "conf": nil, "dataset": {"dataset build"}, "xyz": nil, "": nil,
		strings.Repeat("train", 20): nil,
	} {
		if got := Nearest(name, words); !slices.Equal(got, want) {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "acb", 1}, {"abcd", "abd", 1}, {"kitten", "sitting", 3}, {"ä", "a", 1}} {
		if got := editDistance([]rune(c.a), []rune(c.b)); got != c.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestFormatFloat(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0", 1: "1", 2e-4: "2e-4", 1e-8: "1e-8", 0.001: "0.001", 0.05: "0.05", 5: "5", 1.25e-10: "1.25e-10", 1e15: "1e+15", -3e-5: "-3e-5", 12345678: "12345678",
	} {
		if got := formatFloat(x); got != want {
			t.Errorf("formatFloat(%g) = %s, want %s", x, got, want)
		}
	}
}

func TestComplete(t *testing.T) {
	for typed, want := range map[string][]string{
		"training.res":           {"training.resume=\tauto goes on from the newest checkpoint in output_dir."},
		"training.resume=":       {"training.resume=auto", "training.resume=never"},
		"training.packing=t":     {"training.packing=true"},
		"lora.target_modules=":   {"lora.target_modules=all-linear"},
		"dataset.tasks=":         {},
		"nothing":                {},
		"model.dtype=bfloat16  ": {},
	} {
		if got := Complete(typed); !slices.Equal(got, want) {
			t.Errorf("Complete(%q) = %q, want %q", typed, got, want)
		}
	}
}
