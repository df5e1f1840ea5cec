package cpp

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"graft/internal/dataset"
	"graft/internal/dataset/domaintest"
)

func setting(s Scope) string { return strings.TrimSpace("in " + s.Keyword + " " + s.Class) }

// TestFunctions compares what is found with "setting | name | signature | statements".
func TestFunctions(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"plain", "int f(int a) {\n\treturn a;\n}\n", []string{"in | f | int f(int a) | return a;"}},
		{"prototypes and variables", "int f(int);\nint x = 3;\nint y[] = {1, 2};\nPoint p{1, 2};\nint g(void) { return 1; }", []string{"in | g | int g(void) | "}},
		{"comment in the signature", "int /* the */ f(int a, // first\n\tint b)\n{\n\treturn a;\n}", []string{"in | f | int f(int a, int b) | return a;"}},
		{"namespaces", "namespace a::b { namespace {\nvoid f() {}\n} }", []string{"in | f | void f() | "}},
		{"linkage", "extern \"C\" {\nvoid f() {}\n}\nextern \"C\" void g() {}", []string{"in | f | void f() | ", "in | g | extern \"C\" void g() | "}},
		{
			"members", "class API Ship final : public Body<int> {\npublic:\n\tShip() : Body(1), hull{3} {}\n\t~Ship() {}\n\tint hull() const noexcept override { return 1; }\n" +
				"\tstruct Part { void fix() {} };\nprivate:\n\tint x = 3;\n};",
			[]string{
				"in class Ship | Ship::Ship | Ship() | ", "in class Ship | Ship::~Ship | ~Ship() | ",
				"in class Ship | Ship::hull | int hull() const noexcept override | ", "in struct Ship::Part | Ship::Part::fix | void fix() | ",
			},
		},
		{
			"members outside", "template <class T>\nauto Box<T>::get(int i) const -> T & {\n\treturn at[i];\n}\nBox::~Box() {}\nint Box::*f() { return 0; }",
			[]string{
				"in class Box<T> | Box<T>::get | template <class T> auto Box<T>::get(int i) const -> T & | return at[i];", "in class Box | Box::~Box | Box::~Box() | ",
				"in | f | int Box::*f() | ",
			},
		},
		{
			"operators", "struct V {\n\tbool operator()(int a) const { return a; }\n\tV &operator+=(V v) { return *this; }\n\toperator bool() const { return true; }\n};",
			[]string{
				"in struct V | V::operator() | bool operator()(int a) const | ", "in struct V | V::operator+= | V &operator+=(V v) | ",
				"in struct V | V::operator bool | operator bool() const | ",
			},
		},
		{
			"macros", "GDCLASS(A, B)\n\nvoid f() {}\nECS_CTOR(Needs, ptr, {\n\tptr->food = 1;\n})\nstatic void g(void) {}\nTEST(x) { body(); }\nvoid h() MACRO {}",
			[]string{"in | f | void f() | ", "in | g | static void g(void) | ", "in | h | void h() MACRO | "},
		},
		{"attributes", "[[nodiscard]] int f() [[gnu::pure]] { return 1; }\n__attribute__((hot)) int g() { return 2; }", []string{
			"in | f | [[nodiscard]] int f() [[gnu::pure]] | ", "in | g | __attribute__((hot)) int g() | ",
		}},
		{"conditionals", "#ifdef A\nint f(int a) {\n#else\nint f(long a) {\n#endif\n\treturn a;\n}\n#if 0\nint dead() {}\n#endif\nint g() {}", []string{
			"in | f | int f(int a) | int f(long a) {; return a;", "in | g | int g() | ",
		}},
		{"enumerations", "enum class E : int { A, B };\nunion U { int a; void f() {} };", []string{"in union U | U::f | void f() | "}},
		{"literals", "auto s = R\"x({ ( )x\";\nchar c = '{';\nint n = 1'000'000;\nvoid f() { puts(\"}\"); }", []string{"in | f | void f() | "}},
		{
			"statements", "void f() {\n\t// First.\n\tint a = 1,\n\t\tb = 2;\n\tif (a)\n\t\tgo(b);\n\telse {\n\t\tstop();\n\t}\n\tuse((P){\n\t\tx, y\n\t});\n" +
				"\tworld.each([&](int i) {\n\t\tsum += i;\n\t});\n\tswitch (a) {\n\tcase 1:\n\t\tbreak;\n\t}\n\t*p = 3;\n}",
			[]string{"in | f | void f() | // First.; if (a); stop();; use((P){; world.each([&](int i) {; sum += i;; switch (a) {; case 1:; break;; *p = 3;"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			found, err := Functions(c.text, setting)
			if err != nil {
				t.Error(err)
			}
			var got []string
			for _, fn := range found {
				got = append(got, fmt.Sprintf("%s | %s | %s | %s", fn.Setting, fn.Name, fn.Signature, domaintest.Statements(c.text, fn)))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			domaintest.Valid(t, &dataset.File{Path: c.name, Text: c.text}, found)
		})
	}
}

func TestComments(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"// One.\n// Two.\nint f() {}", "One.\nTwo."},
		{"/// \\brief One.\n///\n/// Two.\nint f() {}", "One.\n\nTwo."},
		{"/**\n * @brief One.\n *   Two.\n */\nint f() {}", "One.\nTwo."},
		{"/* One. */\nint f() {}", "One."},
		{"// Far away.\n\nint f() {}", ""},
		{"int x; // of x\nint f() {}", ""},
	} {
		found, err := Functions(c.text, setting)
		if err != nil || len(found) != 1 || found[0].Comment != c.want {
			t.Errorf("%q: got %v, %+v, want the comment %q", c.text, err, found, c.want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, good := range []string{"", "f(a[1]);", "#if A\nif (x) {\n#else\nif (y) {\n#endif\n}", "#define X {", "'\\'' \"\\\"\" {}", "000000000", "1e+3'0"} {
		if err := Check(good); err != nil {
			t.Errorf("Check(%q): %v", good, err)
		}
	}
	for bad, want := range map[string]string{"{": `line 1: "{" is not closed`, "\n)": `line 2: ")" closes nothing`, "{(}": `line 1: "(" is not closed`, "(]": `line 1: "(" is not closed`} {
		if err := Check(bad); err == nil || err.Error() != want {
			t.Errorf("Check(%q) = %v, want %s", bad, err, want)
		}
	}
}

// TestDamaged holds inputs that a scanner without bounds would fail on.
func TestDamaged(t *testing.T) {
	for _, text := range []string{"0", `R"x(`, `R"xxxxxxxxxxxxxxxxxxxxx(`, `"`, `'\`, "/*", "#", "#if 0", "#if 0\n#if 1\n#endif", "#define a /*", "\\", "operator", "operator(){", "f(){", "::f(){}", "~f(){}", "a<b>::f(){}", "struct{", strings.Repeat("a{}", 5000), strings.Repeat("a(", 5000) + "{}"} {
		found, _ := Functions(text, setting)
		domaintest.Valid(t, &dataset.File{Path: text[:min(20, len(text))], Text: text}, found)
	}
}

func TestDeclarations(t *testing.T) {
	for line, want := range map[string]string{
		"\tint32_t count_ = 0; // of all": "count_", "static ecs_query_t *by_level;": "by_level", "std::vector<int> cells{};": "cells",
		"#define LIMIT 12": "LIMIT", "const float gap[4] = {1, 2};": "gap",
		"return x": "", "#include <a.h>": "", "int f(int a);": "", "}": "", "using namespace godot;": "",
	} {
		got := ""
		if m := CPlusPlus.Declaration.FindStringSubmatch(line); m != nil {
			got = m[1] + m[2]
		}
		if got != want {
			t.Errorf("%q declares %q, want %q", line, got, want)
		}
	}
}
