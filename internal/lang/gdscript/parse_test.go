package gdscript

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the trees and errors below testdata anew")

const samples = "../../../data/gdscript/raw"

// scripts reads the scripts below a folder.
func scripts(t testing.TB, folder string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".gd" {
			return err
		}
		text, err := os.ReadFile(path)
		texts[path] = string(text)
		return err
	})
	if err != nil || len(texts) == 0 {
		t.Fatalf("%s: %d scripts, %v", folder, len(texts), err)
	}
	return texts
}

// cases reads testdata/invalid.txt: "### error" and the text it is in, the error being the first.
func cases(t testing.TB) (errors, texts []string) {
	t.Helper()
	all, err := os.ReadFile("testdata/invalid.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range strings.Split("\n"+string(all), "\n### ")[1:] {
		e, text, _ := strings.Cut(c, "\n")
		errors, texts = append(errors, e), append(texts, text)
	}
	return errors, texts
}

func TestValid(t *testing.T) {
	texts := scripts(t, samples)
	for path, text := range scripts(t, "testdata/valid") {
		texts[path] = text
	}
	for path, text := range texts {
		s, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		checkTree(t, path, s)
	}
}

func TestInvalid(t *testing.T) {
	errors, texts := cases(t)
	var b strings.Builder
	for i, text := range texts {
		s, err := Parse(text)
		if err == nil {
			t.Errorf("accepted, expected %s:\n%s", errors[i], text)
			continue
		}
		if got := s.Errors[0].Error(); got != errors[i] && !*update {
			t.Errorf("got %s, want %s:\n%s", got, errors[i], text)
		}
		checkTree(t, text, s)
		fmt.Fprintf(&b, "### %s\n%s\n", s.Errors[0], text)
	}
	if *update {
		write(t, "testdata/invalid.txt", strings.TrimSuffix(b.String(), "\n"))
	}
	if len(texts) < 200 {
		t.Errorf("%d cases, expected 200 at least", len(texts))
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestTrees compares the trees of testdata/valid with the files beside them.
func TestTrees(t *testing.T) {
	for path, text := range scripts(t, "testdata/valid") {
		s, _ := Parse(text)
		var b strings.Builder
		dump(&b, s, s.Root, 0)
		golden := strings.TrimSuffix(path, ".gd") + ".tree"
		if *update {
			write(t, golden, b.String())
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("%s: the tree differs from %s; -update writes it anew", path, golden)
		}
	}
}

// dump writes a tree: a node's kind, its marks, and its text if it has no children.
func dump(b *strings.Builder, s *Source, n *Node, indent int) {
	fmt.Fprintf(b, "%s%s", strings.Repeat("  ", indent), n.Kind)
	for _, mark := range []struct {
		on   bool
		name string
	}{{n.Static, "static"}, {n.Abstract, "abstract"}, {n.Inferred, "inferred"}, {n.Variadic, "variadic"}, {n.Negated, "negated"}} {
		if mark.on {
			fmt.Fprintf(b, " %s", mark.name)
		}
	}
	if op := n.Operator(); op != "" {
		fmt.Fprintf(b, " %s", op)
	}
	if len(n.Children) == 0 {
		fmt.Fprintf(b, " %q", s.Of(n))
	}
	b.WriteByte('\n')
	for _, c := range n.Children {
		dump(b, s, c, indent+1)
	}
}

// checkTree proves that nodes lie in their parents, one after the other, and that tokens, comments and white space make up the text.
func checkTree(t testing.TB, name string, s *Source) {
	t.Helper()
	if s.Root.Start != 0 || s.Root.End != len(s.Text) {
		t.Errorf("%s: the root is [%d, %d) of %d bytes", name, s.Root.Start, s.Root.End, len(s.Text))
	}
	s.Root.Walk(func(n *Node) bool {
		at := n.Start
		for _, c := range n.Children {
			if c.Start < at || c.End < c.Start || c.End > n.End {
				t.Errorf("%s: %s [%d, %d) in %s [%d, %d) after %d", name, c.Kind, c.Start, c.End, n.Kind, n.Start, n.End, at)
				return false
			}
			at = c.End
		}
		return true
	})
	if !slices.IsSortedFunc(s.Comments, func(a, b Comment) int { return a.Start - b.Start }) || !slices.IsSorted(s.Inside) {
		t.Errorf("%s: comments or lines inside strings are not in order", name)
	}
	for _, e := range s.Errors {
		if e.Offset < 0 || e.Offset > len(s.Text) || e.Line < 1 || e.Column < 1 || e.Message == "" {
			t.Errorf("%s: error %+v of %d bytes", name, e, len(s.Text))
		}
	}
}

// TestTokens proves that what lies between tokens and comments is white space and backslashes at ends of lines.
func TestTokens(t *testing.T) {
	texts := scripts(t, samples)
	for path, text := range scripts(t, "testdata/valid") {
		texts[path] = text
	}
	for path, text := range texts {
		p := &problems{text: text}
		l := &lexer{problems: p, text: text}
		at, comment := 0, 0
		for {
			tok := l.scan()
			for ; comment < len(l.comments) && l.comments[comment].Start < max(tok.start, at+1); comment++ {
				between(t, path, text[at:l.comments[comment].Start])
				at = l.comments[comment].End
			}
			if tok.kind == tEOF {
				between(t, path, text[at:])
				break
			}
			if tok.end > tok.start {
				between(t, path, text[at:tok.start])
				at = tok.end
			}
		}
	}
}

func between(t *testing.T, path, text string) {
	t.Helper()
	if strings.Trim(text, " \t\r\n\\") != "" {
		t.Errorf("%s: %q is in no token", path, text)
	}
}

// TestDamaged proves that copies of scripts with random damage break nothing.
func TestDamaged(t *testing.T) {
	texts := scripts(t, samples)
	names := make([]string, 0, len(texts))
	for name := range texts {
		names = append(names, name)
	}
	slices.Sort(names)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 250 {
		text := texts[names[i%len(names)]]
		for range 1 + r.IntN(3) {
			at := r.IntN(len(text) + 1)
			end := min(len(text), at+r.IntN(30))
			junk := []string{"", "(", ")", "[", "}", "\"", "\n", "\n\t\t", "\t", "func", ":", "\\", "\x00", "é", "\xff", "@", "match x:\n", "#", "\r", ";", "func(): ", "$", "..."}
			text = text[:at] + junk[r.IntN(len(junk))] + text[end:]
		}
		checkAll(t, text)
	}
}

// TestCorners are texts at the bounds of what is read.
func TestCorners(t *testing.T) {
	line := "var a = [" + strings.Repeat("1, ", 350_000) + "]\n"
	for name, c := range map[string]struct{ text, want string }{
		"nul":             {"var a\x00", "line 1, column 6: a NUL byte: the file is no text"},
		"utf8":            {"var é\n\t\xff", "line 2, column 2: the byte 0xff is no UTF-8"},
		"mark":            {"\uFEFFextends Node\n", ""},
		"brackets":        {"var a = " + strings.Repeat("(", 10_000), "line 1, column 1009: more than 1000 levels of nesting"},
		"arrays":          {"var a = " + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), "line 1, column 1009: more than 1000 levels of nesting"},
		"signs":           {"var a = " + strings.Repeat("-", 10_000) + "b", "line 1, column 1009: more than 1000 levels of nesting"},
		"deep enough":     {"var a = " + strings.Repeat("(", 900) + "1" + strings.Repeat(")", 900), ""},
		"blocks":          {blocks(2000), "line 1001, column 1004: more than 1000 levels of nesting"},
		"lambdas":         {"var a = " + strings.Repeat("func(): return ", 3000), "line 1, column 7509: more than 1000 levels of nesting"},
		"types":           {"var a: " + strings.Repeat("A[", 5000), "line 1, column 2010: more than 1000 levels of nesting"},
		"patterns":        {"func f():\n\tmatch 1:\n\t\t" + strings.Repeat("[", 5000), "line 3, column 1002: more than 1000 levels of nesting"},
		"classes":         {classes(3000), "line 1001, column 1001: more than 1000 levels of nesting"},
		"operators":       {"var a = 1" + strings.Repeat(" + 1", 6000), ""},
		"many operators":  {"var a = 1" + strings.Repeat(" + 1", 40_000), "line 1, column 9: an expression of more than 10000 operators in a row"},
		"many attributes": {"var a = b" + strings.Repeat(".b", 40_000), "line 1, column 9: an expression of more than 10000 operators in a row"},
		"megabyte line":   {line, ""},
		"megabyte word":   {"var " + strings.Repeat("a", 1<<20), ""},
		"megabyte string": {"var a = \"" + strings.Repeat("\\n", 1<<19) + "\"", ""},
		"many calls":      {"func f():\n\ta" + strings.Repeat(".connect()", 3000) + "\n", ""},
		"nested calls":    {"func f():\n\t" + strings.Repeat("a.connect(b.", 400) + "c" + strings.Repeat(")", 400) + "\n", ""},
		"many additions":  {"func f():\n\ta = 1" + strings.Repeat(" + a", 4000) + "\n", ""},
		"many variables":  {"func f():\n" + strings.Repeat("\tb = a\n", 5000), ""},
		"many statements": {"func f(): " + strings.Repeat("a();", 30_000) + "\n", ""},
		"many comments":   {strings.Repeat("#\n", 100_000) + "func f(): pass\n", ""},
		"many lambdas":    {"func f(): a([" + strings.Repeat("func(): b,", 20_000) + "])\n", ""},
		"many branches":   {"func f():\n\tif a: pass\n" + strings.Repeat("\telif a: pass\n", 20_000), ""},
		"many errors":     {strings.Repeat("1\n", 10_000), "line 1, column 1: expected a declaration in the class, found a number"},
		"many indents":    {strings.Repeat("if\n\tb\n", 10_000), "line 1, column 1: expected a declaration in the class, found \"if\""},
	} {
		start := time.Now()
		s, err := Parse(c.text)
		got := ""
		if err != nil {
			got = s.Errors[0].Error()
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		checkAll(t, c.text)
		if len(s.Errors) > maxErrors {
			t.Errorf("%s: %d errors", name, len(s.Errors))
		}
		t.Logf("%s: %v", name, time.Since(start))
	}
}

func blocks(n int) string {
	var b strings.Builder
	b.WriteString("func f():\n")
	for i := range n {
		fmt.Fprintf(&b, "%sif a:\n", strings.Repeat("\t", i+1))
	}
	return b.String() + strings.Repeat("\t", n+1) + "pass\n"
}

func classes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%sclass A:\n", strings.Repeat("\t", i))
	}
	return b.String() + strings.Repeat("\t", n) + "pass\n"
}

// TestRecovery proves that the parser goes on with the next statement after an error.
func TestRecovery(t *testing.T) {
	_, err := Parse("var a = \nfunc f():\n\tx = = 2\n\tfor in x:\n\t\tpass\n\treturn )\n\nvar b = [1, 2\n\nfunc g(:\n\tpass\nvar c\n")
	want := `line 1, column 8: expected an expression after "=", found the end of the line
line 3, column 6: expected an expression after the sign of the assignment, found "="
line 4, column 6: expected the name of the variable after "for", found "in"
line 6, column 9: ")" closes nothing
line 10, column 1: expected "]" after the elements of the array for the "[" of line 8, found "func"
line 10, column 8: expected the name of a parameter in the brackets, found ":"`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func FuzzParse(f *testing.F) {
	_, texts := cases(f)
	for _, text := range texts {
		f.Add(text)
	}
	for _, text := range scripts(f, "testdata/valid") {
		f.Add(text)
	}
	f.Fuzz(checkAll)
}

// checkAll proves that nothing of the package breaks on a text.
func checkAll(t *testing.T, text string) {
	s, err := Parse(text)
	checkTree(t, "text", s)
	_, found := s.Outline()
	s.Names()
	for _, d := range found {
		if d.Start < 0 || d.Start >= d.End || d.End > len(text) || !slices.IsSorted(d.Starts) || strings.Contains(d.Head, "\n") {
			t.Errorf("%q: the definition %+v", text, d)
		}
		if all := s.Mutations(d.Node); len(all) > 0 {
			all[0].Apply(text)
			all[len(all)-1].Apply(text)
		}
		s.Callees(d.Node)
		s.Godot3(d.Node)
	}
	s.Godot3(s.Root)
	if piece := CheckPiece(text); err == nil && piece != nil {
		t.Errorf("%q is a script but no piece: %v", text, piece)
	}
}

func BenchmarkParse(b *testing.B) {
	var all []string
	size := 0
	for _, text := range scripts(b, samples) {
		all = append(all, text)
		size += len(text)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, text := range all {
			if _, err := Parse(text); err != nil {
				b.Fatal(err)
			}
		}
	}
}
