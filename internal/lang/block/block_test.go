package block

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// found lists functions as name | signature | lines that statements begin on.
func found(t *testing.T, language, text string) []string {
	t.Helper()
	f, err := Parse(Syntaxes()[language], text)
	if err != nil {
		return []string{err.Error()}
	}
	fits(t, text, f)
	var list []string
	for _, fn := range f.Functions {
		var lines []string
		for _, s := range f.Statements {
			before := text[strings.LastIndexByte(text[:s.Start], '\n')+1 : s.Start]
			if s.Start >= fn.Body.Start && s.Start < fn.Body.End && strings.TrimSpace(before) == "" {
				line, _, _ := strings.Cut(text[s.Start:], "\n")
				lines = append(lines, line)
			}
		}
		name := strings.Join(append(slices.Clone(fn.Class), fn.Name), ".")
		list = append(list, fmt.Sprintf("%s | %s | %s", name, strings.Join(strings.Fields(text[fn.Head.Start:fn.Head.End]), " "), strings.Join(lines, "; ")))
	}
	return list
}

// fits proves that what was found lies in the text and is ordered.
func fits(t *testing.T, text string, f *File) {
	t.Helper()
	inside := func(what string, s Span) {
		if s.Start < 0 || s.End < s.Start || s.End > len(text) {
			t.Errorf("%s [%d, %d) of %d bytes", what, s.Start, s.End, len(text))
		}
	}
	for _, fn := range f.Functions {
		inside("function "+fn.Name, fn.Span)
		inside("head", fn.Head)
		inside("body", fn.Body)
		if fn.Head.Start < fn.Start || fn.Body.Start < fn.Head.End || fn.Body.End > fn.End || fn.Name == "" {
			t.Errorf("%+v does not fit together", fn)
		}
	}
	for what, list := range map[string][]Span{"statement": f.Statements, "comment": f.Comments, "string": f.Strings} {
		for _, s := range list {
			inside(what, s)
		}
		if !slices.IsSortedFunc(list, func(a, b Span) int { return a.Start - b.Start }) {
			t.Errorf("%ss are not ordered", what)
		}
	}
}

// TestParse has what is hard in each language: braces and quotes where they mean something else, functions within functions, heads over several lines.
func TestParse(t *testing.T) {
	for _, c := range []struct {
		language, text string
		want           []string
	}{
		{"Go", "func f() {\n\tif x := g(); x {\n\t\th(`}`)\n\t}\n\tfor i := 0; i < 2; i++ {\n\t}\n\tswitch a {\n\tcase 1:\n\t\tb()\n\t}\n\tgo func() {\n\t\tc('{')\n\t}()\n}\n", []string{
			"f | func f() | if x := g(); x {; h(`}`); for i := 0; i < 2; i++ {; switch a {; b(); go func() {; c('{')",
		}},
		{"Go", "func (t *T[K, V]) m(x struct{ a int }) interface{} {\n\treturn T{a: 1}\n}\n", []string{"T.m | func (t *T[K, V]) m(x struct{ a int }) interface{} | return T{a: 1}"}},
		{"JavaScript", "const a = () => { x(); }, b = 1;\nfunction f() {\n  const r = /[/}'\"]/g;\n  return `${a ? `}` : '`'}`\n}\nlet g = async function () {\n  y()\n}\n", []string{
			"f | function f() | const r = /[/}'\"]/g;; return `${a ? `}` : '`'}`", "g | let g = async function () | y()",
		}},
		{"JavaScript", "export function A({ a, b }) {\n  if (a < b) {\n    return <p title=\"it's\">it's {b} <br/></p>;\n  }\n  return null;\n}\n", []string{
			"A | function A({ a, b }) | if (a < b) {; return <p title=\"it's\">it's {b} <br/></p>;; return null;",
		}},
		{"TypeScript", "class A<T> extends B {\n  @dec()\n  async get<U>(a: { b: U }): Promise<{ c: T }> {\n    return a;\n  }\n  #p(): void {}\n}\nexport const f: (a: number) => { b: string } = (a) => {\n  x();\n};\n", []string{
			"A.get | @dec() async get<U>(a: { b: U }): Promise<{ c: T }> | return a;", "A.#p | #p(): void | ", "f | export const f: (a: number) => { b: string } = (a) => | x();",
		}},
		{"Java", "enum E {\n  A {\n    int f() {\n      return 1;\n    }\n  };\n  E() {\n    this.r = new Runnable() {\n      public void run() {\n        x();\n      }\n    };\n  }\n}\n", []string{
			"E.f | int f() | return 1;", "E.E | E() | this.r = new Runnable() {; x();", "E.run | public void run() | x();",
		}},
		{"C#", "class A : B {\n#if X {\n  int P { get; set; }\n#endif\n  public static T Get<T>(int a) where T : class {\n    return $\"{a}}}\" + @\"\"\"}\";\n  }\n  int X() => 1;\n}\n", []string{
			"A.Get | public static T Get<T>(int a) where T : class | return $\"{a}}}\" + @\"\"\"}\";",
		}},
		{"Kotlin", "class A(\n  val b: Int,\n) : C() {\n  companion object {\n    fun List<Int>.sum(): Int = fold(0) { a, b -> a + b }\n  }\n  @Test\n  fun `two words`() {\n    b.forEach {\n      println(\"${it.x(\"}\")}\")\n    }\n  }\n}\n", []string{
			"A.List.sum | fun List<Int>.sum(): Int | ", "A.`two words` | @Test fun `two words`() | b.forEach {; println(\"${it.x(\"}\")}\")",
		}},
		{"Rust", "mod m {\n    impl<'a, T: Fn() -> i32> A<'a> for b::C<T>\n    where\n        T: Iterator<Item = u8>,\n    {\n        fn f<I>(&'a self) -> I where I: Iterator<Item = u8> {\n            let c = '}'; /* a /* b } */ */\n            let s = r#\"}\"}\"#;\n            match x {\n                1 => {\n                    y();\n                }\n                _ => z(),\n            }\n        }\n    }\n}\n", []string{
			"b::C.f | fn f<I>(&'a self) -> I where I: Iterator<Item = u8> | let c = '}'; /* a /* b } */ */; let s = r#\"}\"}\"#;; match x {; y();",
		}},
		{"Swift", "extension A.B {\n    @objc\n    func f(_ a: Int) -> Int {\n        guard let b = a else { return 0 }\n        let s = \"\\(g(\"}\"))\"\n        return b\n    }\n}\n", []string{
			"A.B.f | @objc func f(_ a: Int) -> Int | guard let b = a else { return 0 }; let s = \"\\(g(\"}\"))\"; return b",
		}},
		{"PHP", "<p>{</p>\n<?php\nclass A {\n  #[Pure]\n  function &f($a) { # }\n    $s = <<<EOT\n}\n  EOT;\n    return \"{$a}\";\n  }\n}\n?>\n}\n<?php function g() {\n  x();\n}\n", []string{
			"A.f | #[Pure] function &f($a) | $s = <<<EOT; return \"{$a}\";", "g | function g() | x();",
		}},
		{"Python", "class A:\n    x = 1\n    @dec(\n        1)\n    async def f(self,\n                a: str = \":\") -> int:\n        '''Doc.'''\n        if a:\n            b = (1,\n2)\n        else:\n            c()\n        def g(): return 1\n        return b\nd = 1\n", []string{
			"A.f | async def f(self, a: str = \":\") -> int | '''Doc.'''; if a:; b = (1,; c(); def g(): return 1; return b", "A.g | def g() | ",
		}},
		{"Ruby", "module M\n  class << self\n    def []=(k, v)\n      return if k == :end\n      x = if v then ?\" else %w[a end] end\n      while y do z end\n      @a = <<~T\n        end\n      T\n    end\n  end\n  def self.one = 1\n  def ok? a\n    a.class\n    a if b\n  end\nend\n", []string{
			"M.[]= | def []=(k, v) | return if k == :end; x = if v then ?\" else %w[a end] end; while y do z end; @a = <<~T", "M.ok? | def ok? a | a.class; a if b",
		}},
		{"Lua", "local t = {\n  f = function() return 1 end,\n}\nfunction t:m(a)\n  repeat\n    for i = 1, 2 do x(i) end\n  until a --[==[ end ]] ]==]\n  local s = [=[\nend]=]\n  return function() y() end\nend\nlocal g = function()\n  z()\nend\n", []string{
			"t:m | function t:m(a) | repeat; for i = 1, 2 do x(i) end; local s = [=[; return function() y() end", "g | local g = function() | z()",
		}},
	} {
		if got := found(t, c.language, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", c.language, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// TestCorrupted is text that no language allows: an error or what is left of the functions, and never a panic.
func TestCorrupted(t *testing.T) {
	for _, text := range []string{
		"", "{", "}", ")))", "func f() {", "'", "\"\\", "/*", "<<<", "<<~", "[==[", "def", "def f", "def f(", "end end", "class", "class {", "#!", "r#\"", "`${", "`${`${",
		"\xff\xfe", "fn f(", "function(", "@", "x = <", "<a", "<a b=", "=begin", "--[[", "<?php function", "\u2028{", "func () (", "fun <", "impl {", "const a = ",
	} {
		for language, s := range Syntaxes() {
			if f, err := Parse(s, text); err == nil {
				fits(t, text, f)
			} else if err.Error() == "" {
				t.Errorf("%s: %q: an error without a text", language, text)
			}
		}
	}
	for what, text := range map[string]string{"expected up to": strings.Repeat("x", MaxText+1), "brackets are open": strings.Repeat("(", MaxDepth+1)} {
		if _, err := Parse(Syntaxes()["Go"], text); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%v, want %q", err, what)
		}
	}
	if _, err := Parse(Syntaxes()["Ruby"], strings.Repeat("if x\n", MaxDepth+2)); err == nil || !strings.Contains(err.Error(), "blocks are open") {
		t.Errorf("blocks in blocks: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"class A {\n  f(a) {\n    return `${a}` + <b c={d}>e</b>;\n  }\n}\n", "def f(a):\n    '''x\n    '''\n    if a:\n        b()\n", "def a?\n  <<~T\n  T\n  x if y\nend\n",
		"fun List<Int>.f() = map { it }\n", "impl<'a> A for B<'a> {\n  fn f() { r#\"\"# }\n}\n", "<?php function f() { # x\n }\n?>\n", "local f = function()\n  --[==[ ]==]\nend\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		const most = 4096
		text = text[:min(len(text), most)]
		for _, s := range syntaxes {
			if file, err := Parse(s, text); err == nil {
				fits(t, text, file)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	text := strings.Repeat("func (t *T) f(a int) error {\n\tif err := g(a); err != nil {\n\t\treturn fmt.Errorf(\"x: %w\", err)\n\t}\n\treturn nil\n}\n\n", 1000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Parse(syntaxes["Go"], text); err != nil {
			b.Fatal(err)
		}
	}
}
