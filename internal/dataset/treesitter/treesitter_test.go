package treesitter

import (
	"strings"
	"sync"
	"testing"
)

func TestParse(t *testing.T) {
	const text = "def f(a):\n    return a\n"
	tree, err := Parse("python", text)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	root := tree.Root()
	f := root.Children()[0]
	name, ok := f.Field("name")
	if root.Kind() != "module" || root.Broken() || f.Kind() != "function_definition" || !f.Named() || f.Children()[0].Named() || !ok || text[name.Start():name.End()] != "f" {
		t.Errorf("%s %s %v", root.Kind(), f.Kind(), ok)
	}
	if _, ok := f.Field("nothing"); ok {
		t.Error("a field that is not there was found")
	}
	broken, err := Parse("python", "class class ) def {{ =")
	if err != nil || !broken.Root().Broken() {
		t.Errorf("broken code: %v", err)
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ grammar, text, want string }{
		{"klingon", "", "no grammar"},
		{"python", strings.Repeat("x", MaxText+1), "expected up to"},
		{"python", strings.Repeat("(", MaxDepth+1), "brackets are open at once"},
	} {
		if _, err := Parse(c.grammar, c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.grammar, err, c.want)
		}
	}
}

// TestHostile proves that what is long or deep in other ways than brackets ends, with a tree or an error.
func TestHostile(t *testing.T) {
	for name, text := range map[string]string{
		"a long sum":      "x = " + strings.Repeat("1+", 2000) + "1\n",
		"many statements": strings.Repeat("x=1\n", 1000),
		"indentation":     indented(120),
		"rubbish":         strings.Repeat("\x01\xff{]<", 200),
		"quotes":          strings.Repeat("\"'`", 300),
	} {
		for _, grammar := range []string{"python", "javascript"} {
			if tree, err := Parse(grammar, text); err == nil {
				tree.Close()
			} else if err.Error() == "" {
				t.Errorf("%s as %s: an error without a text", name, grammar)
			}
		}
	}
}

func indented(levels int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat(" ", i) + "if x:\n")
	}
	return b.String()
}

func TestParallel(t *testing.T) {
	var g sync.WaitGroup
	for range 4 {
		g.Go(func() {
			for range 5 {
				tree, err := Parse("go", "package a\n\nfunc f() int {\n\treturn 1\n}\n")
				if err != nil || tree.Root().Broken() {
					t.Errorf("%v", err)
					return
				}
				tree.Close()
			}
		})
	}
	g.Wait()
}
