package mutate

import (
	"slices"
	"strings"
	"testing"
)

func applied(code, comment string) []string {
	var all []string
	for _, e := range Edits(code, comment, 0) {
		all = append(all, string(e.Kind)+": "+e.Apply(code))
	}
	return all
}

func TestEdits(t *testing.T) {
	for _, c := range []struct {
		comment, code string
		want          []string
	}{
		{"--", "if a < b then", []string{"comparison: if a <= b then"}},
		{"--", "if a ~= nil and not b then", []string{
			"nil-check: if a == nil and not b then", "condition: if a ~= nil or not b then", "condition: if a ~= nil and b then",
		}},
		{"--", "x = i + 1 -- a + b", []string{"off-by-one: x = i -- a + b"}},
		{"--", "s = [[a < b]] .. 'c < d'", nil},
		{"--", "--[==[ a < b\nc < d ]==] x = f(a, b)", []string{"arguments: --[==[ a < b\nc < d ]==] x = f(b, a)"}},
		{"--", "for i = 1, n do", []string{"off-by-one: for i = 2, n do"}},
		{"--", "return true", []string{"flag: return false"}},
		{"--", "x = math.floor(y)", []string{"function: x = math.ceil(y)"}},
		{"#", "\tvar d := a.x - b", []string{"operator: \tvar d := a.x + b"}},
		{"#", "func f(a, b):", nil},
		{"#", "if not x in y: \"\"\"a < b\"\"\"", []string{"condition: if x in y: \"\"\"a < b\"\"\""}},
		{"#", "if x is not Node: pass", nil},
		{"#", "var v = Vector2(x, y)", []string{"arguments: var v = Vector2(y, x)"}},
		{"#", "var v = maxi(x, y)", []string{"function: var v = mini(x, y)"}},
		{"//", "#define A(x) x < 1\nif (!a && b[0]) {", []string{
			"condition: #define A(x) x < 1\nif (a && b[0]) {", "condition: #define A(x) x < 1\nif (!a || b[0]) {", "off-by-one: #define A(x) x < 1\nif (!a && b[1]) {",
		}},
		{"//", "std::vector<int> v; Foo *p; Foo * q;", nil},
		{"//", "int f(a, b);", nil},
		{"//", "x->set(p->a, 3); /* a < b */", []string{"arguments: x->set(3, p->a); /* a < b */"}},
		{"//", `s = "a < b" + t;`, nil},
	} {
		if got := applied(c.code, c.comment); !slices.Equal(got, c.want) {
			t.Errorf("%q:\n got %q\nwant %q", c.code, got, c.want)
		}
	}
}

func TestFrom(t *testing.T) {
	code := "f(a < b) g(c < d)"
	got := Edits(code, "//", strings.Index(code, "g"))
	if len(got) != 1 || got[0].Start < strings.Index(code, "g") {
		t.Errorf("got %v", got)
	}
}

// FuzzEdits proves that edits lie within any text and change it.
func FuzzEdits(f *testing.F) {
	for _, s := range []string{"if a < b then", "--[[", "'", "\"\\", "/*", "#\\\n", "[==[", "f(a, b)", "1..2", "é == nil", "not "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, code string) {
		for _, comment := range []string{"--", "//", "#"} {
			for _, e := range Edits(code, comment, 0) {
				if e.Start < 0 || e.End < e.Start || e.End > len(code) || e.Apply(code) == code {
					t.Fatalf("%+v of %q", e, code)
				}
			}
		}
	})
}

func TestOutside(t *testing.T) {
	upper := func(s string) string { return strings.ToUpper(s) }
	for _, c := range [][3]string{
		{"--", "a 'b' -- c\nd [[e]]", "A 'b' -- c\nD [[e]]"},
		{"//", "#if x\na \"b\" /* c */ d", "#if x\nA \"b\" /* c */ D"},
		{"#", "a # b\n'''c''' d", "A # b\n'''c''' D"},
		{"#", "", ""},
	} {
		if got := Outside(c[1], c[0], upper); got != c[2] {
			t.Errorf("%q: got %q, want %q", c[1], got, c[2])
		}
	}
}
