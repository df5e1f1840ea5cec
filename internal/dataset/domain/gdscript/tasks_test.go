package gdscript

import (
	"strings"
	"testing"

	"graft/internal/dataset"
	"graft/internal/dataset/domaintest"
)

// TestTasks proves of the samples that what was broken still parses, and that what Godot 3 had is told apart.
func TestTasks(t *testing.T) {
	d := domain{}
	broken, converted := 0, 0
	for _, f := range domaintest.Files(t, d, samples) {
		functions, err := d.Functions(f)
		if err != nil {
			t.Fatal(err)
		}
		for i := range functions {
			fn := &functions[i]
			code := f.Text[fn.Start:fn.End]
			for _, e := range d.Mutations(f, fn, code, 0) {
				if got := e.Apply(code); got == code {
					t.Errorf("%s %s: nothing was changed by %+v", f.Path, fn.Name, e)
				}
				broken++
			}
			if c := d.Before(f, fn, code); c != nil {
				if c.Code == code || len(c.Rules) == 0 {
					t.Errorf("%s %s: %+v", f.Path, fn.Name, c)
				}
				converted++
			}
		}
	}
	if broken < 1000 || converted < 50 {
		t.Errorf("%d mutations, %d conversions", broken, converted)
	}
}

func TestBefore(t *testing.T) {
	f := &dataset.File{Path: "a.gd", Text: "extends Node\n\nsignal hit\n\nclass A:\n\tfunc g(s):\n\t\tawait s.done\n\nfunc f(x):\n\thit.emit()\n\treturn deg_to_rad(x)\n"}
	functions, err := domain{}.Functions(f)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{`yield(s, "done")`, "deg2rad(x)"} {
		fn := &functions[i]
		code := strings.ReplaceAll(f.Text[fn.Start:fn.End], "\n\t", "\n")
		if fn.Name == "f" {
			code = f.Text[fn.Start:fn.End]
		}
		c := domain{}.Before(f, fn, code)
		if c == nil || !strings.Contains(c.Code, want) || strings.HasPrefix(c.Code, "\t") {
			t.Errorf("%s: %+v, want %s", fn.Name, c, want)
		}
	}
}
