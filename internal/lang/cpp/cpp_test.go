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

// TestValid holds code that is valid with some meaning of its macros, and that a stricter gate refuses.
func TestValid(t *testing.T) {
	for _, good := range []string{
		// Macros in lower case: loops, code that brings its own semicolon, arguments that are empty or operators.
		"void f(void) {\n\tfor_each_item(item, list)\n\t\tif (item->x)\n\t\t\tcontinue;\n}",
		"void f(int a) {\n\tif (a)\n\t\tswap_code(long, a)\n\telse\n\t\tswap_code(char, a)\n\treturn;\n}",
		"void f(void) {\n\tlog_begin(a)\n\t\tn++;\n\tlog_end(a)\n\tlog_begin(b)\n\t\tn++;\n\tlog_end(b)\n}",
		"heap_gen(, edges, edge_t, link)", "void f(void) { test_int(a, ==, b); test_op(+, a, b); }", "void f(void) {\n\tecs_check(a > b, BAD)\n\tint x = 3;\n}\nvoid g(void) { ecs_check(a, BAD); }",
		// Includes and conditionals amid statements.
		"static const char data[] =\n#include \"data.inc\"\n;", "f(\n#include \"shader.glsl\"\n, 3);", "int x = a\n#ifdef B\n\t+ b\n#endif\n\t;",
		// Assembly, other languages.
		"void f(void) { asm volatile(\"mov %0\" : [r] \"=t\" (x) : : \"cc\"); }", "EM_JS(void, f, (), {\n\tfor (const x of y) { if (x !== 1) {} }\n});",
		"#ifdef __OBJC__\n@class A;\n#endif", "#if defined(__ASSEMBLER__)\n.global main\n#endif\nint x;", "const char *s = GLSL(void main() { color = vec4(1.) });",
		// Pointers to functions and members, qualifiers, requirements.
		"auto p(R (*)(A...)) -> R (*)(A...);", "struct A { auto b() & -> const int * { return 0; } auto c() && -> int; };", "template <class C, class T, typename = enable_if_t<is_member_v<T C::*>>> void f();",
		"struct A {\n\tA(B b) noexcept(x)\n\trequires (!same<B, A>)\n\t\t: value{b} {}\n};", "void f(int * = nullptr, int const = 3, double = 1.5);",
		"x = vec_perm(a, (vector unsigned int)p, p);", "void f() { auto g = [](Foo a, Bar &b) mutable { return a; }; std::function<int(Foo a)> h; }",
		// Names that are types and functions alike.
		"struct Box { Box(int a) { v = a; } int v; };\nvoid f() { Box b(3); Box c = Box(4); }", "void f() { bag bag(3); struct stat stat; enum kind kind; }",
		// Labels, ternaries, old designators.
		"void f() { switch (a) { case X ? 1 : 2: break; default: { g(); } } again: goto again; }", "int a[] = { [X] \"x\", [Y] = 3 };", "void f() { if (a) { } else if (b) g(); else (void)h(); (a ? b : c)->d(); }",
		"void f() { do { x(); } while (0); do x(); while (y); }", "module a.b;\nimport c.d;", "typedef struct { int a; } PACKED thing;", "using A = B *;",
	} {
		if err := Check(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

// TestInvalid holds code that no meaning of macros makes valid, and what is said of it.
func TestInvalid(t *testing.T) {
	for bad, want := range map[string]string{
		"void f() {\n\ttop--\n\tint x = 3;\n}":                            `nothing stands between "--" and "int"`,
		"void f() {\n\tfree(p)\n\tint x = 3;\n}":                          `nothing stands between ")" and "int"`,
		"void f() {\n\ta.go(1)\n\tb();\n}":                                `nothing stands between ")" and "b"`,
		"void f() { x = (P){1, 2} y = 3; }":                               `the end of an initializer is followed by "y"`,
		"void f() {\n\tdo { g(); } while (a)\n\th();\n}":                  "the condition of a do is not followed by a semicolon",
		"void f() { while (w.go(0.1f)  n < 20) h(); }":                    `nothing stands between ")" and "n"`,
		"void f() { if (a == b  c) h(); }":                                `nothing stands between "b" and "c"`,
		"void f() { if (a  p->b) h(); }":                                  `nothing stands between "a" and "p"`,
		"int c(int d) { return d; }\nvoid f() { a = c(d)  100; }":         `")" is followed by "100"`,
		"void f() { a = b ? c; }":                                         "a ? has no colon",
		"void f() { if (a && > b) h(); }":                                 `"&&" is followed by ">"`,
		"void f() { p->(3); }":                                            `"->" is followed by "("`,
		"void f() { a = b.(); }":                                          `"." is followed by "("`,
		"void f() { . a = 3; }":                                           `"{" is followed by "."`,
		"void f() { (a == b) { h(); } }":                                  `a condition is followed by "{" and has no if`,
		"void f() { (a->b)\n\t\th(); }":                                   `a condition is followed by "h" and has no if`,
		"void f() { (int i = 0; i < 3; i++) ++h; }":                       "a semicolon stands in brackets",
		"void f() { if (a)\n\t->b(); }":                                   `")" is followed by "->"`,
		"void f() { switch (switch a) { } }":                              `"switch" stands in the brackets after "switch"`,
		"void f() { double = 3; }":                                        `"double" is followed by "="`,
		"void f() { a[1][] = 3; }":                                        `"]" is followed by "["`,
		"void f() { struct , slot *s; }":                                  `"struct" is followed by ","`,
		"struct A {\n\tint count\npublic:\n\tint x;\n};":                  `nothing stands between "count" and "public"`,
		"struct A {\n\tstd::string name\n\tPlace at;\n};":                 `nothing stands between "name" and "Place"`,
		"struct A {\n\tvoid f()\n\tvoid g();\n};":                         `nothing stands between ")" and "void"`,
		"struct A {\n\tint a;\n\t: \n};":                                  `";" is followed by ":"`,
		"struct A {\n\tint width width;\n};":                              `"width" stands twice`,
		"struct A {\n\tint x;\n}\nvoid A::f() {}":                         "the end of a type is not followed by a semicolon",
		"typedef struct { int x; } Alpha\ntypedef int B;":                 `nothing stands between "Alpha" and "typedef"`,
		"#define SIZE 8\nvoid f() { for (int i = 0; i < SIZE i++) g(); }": `the brackets after "for" hold 1 semicolons`,
		"enum mode { IDLE };\nvoid f() { mode = IDLE }":                   `"IDLE" before the end of a block`,
		"int a = \"a\" void;":                                             `"\"a\"" is followed by "void"`,
		"class A = {\n};":                                                 `"A" is followed by "="`,
		"int f(a)\nnamespace game":                                        `the file ends after "game"`,
	} {
		if err := Check(bad); want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: got %v, want %s", bad, err, want)
		}
	}
}

// TestCheckLong proves that the time grows with the text, not with its square: else it would take hours.
func TestCheckLong(t *testing.T) {
	for _, text := range []string{"(", "[", "{", "f(", "{(", "enum {", "a ? ", "a.b(", "if (", "F(", "[](", "#if A\n", "a<", "{(a)b;", "x::y::"} {
		text = strings.Repeat(text, 10_000)
		if a, b := Check(text), Check(text); (a == nil) != (b == nil) {
			t.Errorf("%.10q: %v and %v", text, a, b)
		}
	}
}

// FuzzCheck proves that the gate breaks on no text, and says the same of it twice.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{"", "a ? b", "f(,", "[][", "{.", "]", "a--b", "do{}while(", "#define", "#include", "enum{", "enum", "struct a=", "case:", "(;", "x.y z", "a<b>::c(d)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found, err := Functions(text, setting)
		domaintest.Valid(t, &dataset.File{Path: "fuzzed", Text: text}, found)
		if again := Check(text); (err == nil) != (again == nil) {
			t.Errorf("Check says %v, Functions %v", again, err)
		}
	})
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
