package custom

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"graft/internal/dataset"
	"graft/internal/dataset/domaintest"
	"graft/internal/dataset/linguist"
)

type sample struct {
	path, text string
	want       []string
}

// samples are files in each language, with what is found in them: name | signature | setting | comment | statements.
var samples = []sample{
	{"a.c", "/* Adds. */\nint add(int a,\n        int b) {\n    return a + b;\n}\n", []string{
		"add | int add(int a, int b) | a program in C | Adds. | return a + b;",
	}},
	{"a.cpp", "#include <vector>\nclass A {\n    // Grows.\n    void grow() {\n        x++;\n    }\n    int x;\n};\n", []string{
		"A::grow | void grow() | the class `A` of a program in C++ | Grows. | x++;",
	}},
	{"a.cs", "using System;\nnamespace N {\n    struct A {\n        /// Adds.\n        [Fast]\n        public int Add(int a, int b) {\n            return a + b;\n        }\n        int X() => 1;\n    }\n}\n", []string{
		"A.Add | [Fast] public int Add(int a, int b) | the struct `A` of a program in C# | Adds. | return a + b;",
	}},
	{"a.go", "package a\n\n// get returns x.\n// It never fails.\nfunc (t *T[X]) get(a int) error {\n\tif a > 1 {\n\t\tb()\n\t}\n\n\t// done\n\treturn nil\n}\n\nfunc g() { x() }\n", []string{
		"T.get | func (t *T[X]) get(a int) error | a program in Go | get returns x.\nIt never fails. | if a > 1 {; b(); // done",
		"g | func g() | a program in Go |  | ",
	}},
	{"a.java", "class A {\n    /**\n     * Adds.\n     */\n    @Override\n    public <T> int add(int a) throws E {\n        String s = \"\"\"\n            x\n            \"\"\";\n        return a;\n    }\n    A() {\n        x();\n    }\n}\n", []string{
		"A.add | @Override public <T> int add(int a) throws E | the class `A` of a program in Java | Adds. | String s = \"\"\"; return a;",
		"A.A | A() | the class `A` of a program in Java |  | x();",
	}},
	{"a.js", "// Doubles.\nexport const twice = async (a) => {\n  return a * 2;\n};\nclass A { g() {\n  return `x\ny`;\n } }\nexport default function h() {\n  x();\n}\nconst a = () => { x(); }, b = 1;\nrun(() => {\n  y();\n});\nconst k = a => a;\n", []string{
		"twice | export const twice = async (a) => | a program in JavaScript | Doubles. | return a * 2;",
		"A.g | g() | the class `A` of a program in JavaScript |  | return `x",
		"h | function h() | a program in JavaScript |  | x();",
	}},
	{"a.ts", "export abstract class A {\n  // Finds.\n  private find(a: number): string {\n    return '';\n  }\n  abstract h(): void;\n}\n", []string{
		"A.find | private find(a: number): string | the class `A` of a program in TypeScript | Finds. | return '';",
	}},
	{"a.kt", "class A {\n    // Adds.\n    fun add(a: Int): Int {\n        val b = a\n        return b\n    }\n}\n", []string{
		"A.add | fun add(a: Int): Int | the class `A` of a program in Kotlin | Adds. | val b = a; return b",
	}},
	{"a.lua", "local M = {}\n--- Gets.\nfunction M.get(a)\n  return a\nend\nlocal function g()\n  x()\nend\n--[[ Long. ]]\nM.h = function(x)\n  return [[a\nb]]\nend\nfoo(function()\n  x()\nend)\n", []string{
		"M.get | function M.get(a) | a program in Lua | Gets. | return a",
		"g | local function g() | a program in Lua |  | x()",
		"M.h | M.h = function(x) | a program in Lua | Long. | return [[a",
	}},
	{"a.php", "<?php\ntrait A {\n    /** Gets. */\n    public function get($a) {\n        return $a;\n    }\n}\nfunction g() {\n    return 1;\n}\n", []string{
		"A::get | public function get($a) | the trait `A` of a program in PHP | Gets. | return $a;",
		"g | function g() | a program in PHP |  | return 1;",
	}},
	{"a.py", "import x\n\n# Adds.\n@dec\n@dec2\ndef add(a,\n        b):\n    s = '''x\ny'''\n    if a:\n        # more\n        b()\n    return 1\n\nclass A:\n    class B:\n        def g(self):\n            x()\n", []string{
		"add | def add(a, b) | a program in Python | Adds. | s = '''x; if a:; # more; return 1",
		"A.B.g | def g(self) | the class `A.B` of a program in Python |  | x()",
	}},
	{"a.rb", "module M\n  class A\n    # Adds.\n    def add(a)\n      b = a\n      b\n    end\n  end\nend\n", []string{
		"M.A.add | def add(a) | the class `M.A` of a program in Ruby | Adds. | b = a; b",
	}},
	{"a.rs", "impl<T> Foo for Bar<T> {\n    /// Gets.\n    #[inline]\n    #[cold]\n    pub fn get(&self) -> i32 {\n        let x = 1;\n        x\n    }\n}\nfn main() {\n    run();\n}\n", []string{
		"Bar::get | pub fn get(&self) -> i32 | the type `Bar` of a program in Rust | Gets. | let x = 1;; x",
		"main | fn main() | a program in Rust |  | run();",
	}},
	{"a.swift", "class A {\n    // Adds.\n    func add(a: Int) -> Int {\n        let b = a\n        return b\n    }\n}\n", []string{
		"A.add | func add(a: Int) -> Int | the class `A` of a program in Swift | Adds. | let b = a; return b",
	}},
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFunctions(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range samples {
		f := &dataset.File{Path: c.path, Text: c.text}
		found, err := Domain().Functions(f)
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		domaintest.Valid(t, f, found)
		var got []string
		for _, fn := range found {
			got = append(got, strings.Join([]string{fn.Name, fn.Signature, fn.Setting, fn.Comment, domaintest.Statements(c.text, fn)}, " | "))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", c.path, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
		if err := Domain().Check(c.text); err != nil {
			t.Errorf("%s: Check refuses valid code: %v", c.path, err)
		}
		if l := Domain().Language(f); l.Fence == "" || l.Comment == "" {
			t.Errorf("%s: the language is incomplete: %+v", c.path, l)
		}
		seen[linguist.Language(c.path, c.text)] = true
	}
	for _, name := range Languages() {
		if !seen[name] && name != "TSX" {
			t.Errorf("there is no sample in %s", name)
		}
	}
}

// TestExtent proves where functions begin and end: with decorators, attributes and the assignment, without what follows.
func TestExtent(t *testing.T) {
	for path, want := range map[string][2]string{
		"a.py": {"@dec\n", "return 1"}, "a.rs": {"#[inline]\n", "}"}, "a.js": {"export const", "};"}, "a.cs": {"[Fast]", "}"}, "a.lua": {"function M.get", "end"},
	} {
		i := slices.IndexFunc(samples, func(s sample) bool { return s.path == path })
		text := samples[i].text
		found, err := Domain().Functions(&dataset.File{Path: path, Text: text})
		if err != nil {
			t.Fatal(err)
		}
		if code := text[found[0].Start:found[0].End]; !strings.HasPrefix(code, want[0]) || !strings.HasSuffix(code, want[1]) {
			t.Errorf("%s: %q", path, code)
		}
	}
	found, err := Domain().Functions(&dataset.File{Path: "a.js", Text: "function f() {\n  return `x\ny`;\n}\n"})
	if err != nil || len(found) != 1 || !slices.Equal(found[0].Inside, []int{27}) {
		t.Errorf("lines inside strings: %+v, %v", found, err)
	}
}

func TestRefused(t *testing.T) {
	for path, want := range map[string]string{
		"a.f90":  "does not take the language Fortran Free Form; it takes C, C#",
		"a.zzz":  "its language is unknown",
		"big.py": "expected up to",
	} {
		text := "x = 1\n"
		if path == "big.py" {
			text = strings.Repeat(text, 1<<16)
		}
		if _, err := Domain().Functions(&dataset.File{Path: path, Text: text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	if found, err := Domain().Functions(&dataset.File{Path: "a.py", Text: "class class ) def {{ ="}); err == nil {
		t.Errorf("rubbish gives %v", found)
	}
	if l := Domain().Language(&dataset.File{Path: "a.zzz"}); l.Declaration == nil {
		t.Error("a language without a pattern")
	}
}

func TestCheck(t *testing.T) {
	for code, want := range map[string]bool{
		"x = f(a[1])": true, "f(": false, "f(]": false, "}": false, "x = '('": true, "# :(": true, "a // (": true, "": true, "local x = {": false,
	} {
		if err := Domain().Check(code); (err == nil) != want {
			t.Errorf("Check(%q) = %v", code, err)
		}
	}
}

// FuzzFunctions proves that no text breaks a promise of the domain, in any language.
func FuzzFunctions(f *testing.F) {
	for i, s := range samples {
		f.Add(i, s.text)
	}
	f.Fuzz(func(t *testing.T, language int, text string) {
		const most = 4096
		path := samples[uint(language)%uint(len(samples))].path
		domaintest.Damaged(t, Domain(), &dataset.File{Path: path, Text: text[:min(len(text), most)]})
	})
}

// TestBuild makes a dataset of three languages.
func TestBuild(t *testing.T) {
	raw := t.TempDir()
	for i := range 12 {
		write(t, filepath.Join(raw, fmt.Sprintf("a%d.py", i)), fmt.Sprintf("# Counts the %d things of a shop.\ndef count%d(shop):\n    total%d = 0\n    for thing%d in shop.things%d:\n        total%d += thing%d.number\n    return total%d\n", i, i, i, i, i, i, i, i))
		write(t, filepath.Join(raw, fmt.Sprintf("b%d.go", i)), fmt.Sprintf("package b\n\n// Sum%d adds up the prices.\nfunc Sum%d(prices%d []int) int {\n\tsum%d := 0\n\tfor _, p%d := range prices%d {\n\t\tsum%d += p%d\n\t}\n\treturn sum%d\n}\n", i, i, i, i, i, i, i, i, i))
	}
	write(t, filepath.Join(raw, "c.f90"), "end\n")
	o := dataset.Options{
		Raw: raw, Out: filepath.Join(t.TempDir(), "out"), Tasks: map[string]float64{"write": 0.5, "complete": 0.5}, MinTokens: 3, MaxTokens: 400,
		CountTokens: func(s string) int { return len(strings.Fields(s)) }, Tokenizer: "words", NearDuplicate: 0.7, Dev: 0.2, Test: 0.2,
	}
	if _, err := dataset.Build(t.Context(), Domain(), o); err == nil || !strings.Contains(err.Error(), "set dataset.include") {
		t.Errorf("without include: %v", err)
	}
	o.Include = []string{"*.py", "*.go", "*.f90"}
	r, err := dataset.Build(t.Context(), Domain(), o)
	if err != nil {
		t.Fatal(err)
	}
	saved, err := dataset.Open(o.Out)
	if err != nil {
		t.Fatal(err)
	}
	languages := map[string]int{}
	for split, metas := range saved.Meta {
		for i, m := range metas {
			languages[m.Language]++
			if !strings.Contains(saved.Records[split][i].Instruction, "```"+strings.ToLower(m.Language)) {
				t.Errorf("%s: %s", m.Path, saved.Records[split][i].Instruction)
			}
		}
	}
	if r.Functions != 24 || languages["Python"] != 12 || languages["Go"] != 12 {
		t.Errorf("%d functions, %v, %+v", r.Functions, languages, saved.Rejected)
	}
	if !slices.ContainsFunc(saved.Rejected, func(r dataset.Rejection) bool { return r.Path == "c.f90" && strings.Contains(r.Reason, "Fortran") }) {
		t.Errorf("rejected %+v", saved.Rejected)
	}
}

// TestDamaged takes pieces out of the samples: whatever is left, what is found fits the text.
func TestDamaged(t *testing.T) {
	const step, piece = 37, 6
	for _, s := range samples {
		for at := 0; at < len(s.text); at += step {
			damaged := s.text[:at] + s.text[min(len(s.text), at+piece):]
			domaintest.Damaged(t, Domain(), &dataset.File{Path: s.path, Text: damaged})
			domaintest.Damaged(t, Domain(), &dataset.File{Path: s.path, Text: s.text[:at]})
		}
	}
}
