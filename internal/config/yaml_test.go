package config

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestBytes feeds texts that are no proper YAML, or not what a person writes.
func TestBytes(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"not UTF-8", "lora:\n  r: \xff8\n", "x.yaml:2:6: YAML syntax: byte 0xff is not UTF-8"},
		{"UTF-16", "\xff\xfel\x00", "x.yaml:1:1: YAML syntax: byte 0xff is not UTF-8"},
		{"NUL", "lora: {r: 8}\x00", "x.yaml:1:13: YAML syntax: control character U+0000"},
		{"byte order mark", "\ufefflora: {r: 8}", ""},
		{"CRLF", "lora:\r\n  r: 8 # eight\r\n", ""},
		{"large", "#" + strings.Repeat("x", 1<<20), "x.yaml: is larger than 1 MiB, more than any configuration"},
		{"largest", "lora: {r: 8}\n#" + strings.Repeat("x", 1<<20-15), ""},
		{"deep", "lora: " + strings.Repeat("[", 20000), "x.yaml:1:10007: YAML syntax: exceeded max depth of 10000 while increasing flow level"},
		{"deep under a key", "lora: {r: " + strings.Repeat("[", 500) + strings.Repeat("]", 500) + "}", "x.yaml:1:11: lora.r: is a list, expected an integer"},
		{"alias bomb", "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "x.yaml:1:1: a: unknown key"},
		{"alias of itself", "lora: &a {r: *a}\n", "x.yaml:1:7: YAML anchor &a is not supported"},
		{"second document broken", "lora: {r: 8}\n---\n[", "x.yaml:4:1: YAML syntax: did not find expected node content"},
		{"directive", "%YAML 9.9\n---\nlora: {r: 8}\n", "x.yaml:1:1: YAML syntax: found incompatible YAML document"},
		{"null", "null\n", "x.yaml: holds no settings; write {} for an empty configuration"},
		{"nothing", "", "x.yaml: holds no settings; write {} for an empty configuration"},
		{"JSON", `{"lora": {"r": 8}}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile("x.yaml", []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			got, err := Load(Source{File: "x.yaml"})
			first, _, _ := strings.Cut(errorText(err), "\n")
			switch {
			case c.want == "" && (err != nil || got.Lora.R != 8):
				t.Errorf("got %v, want r 8", err)
			case !strings.HasPrefix(first, c.want):
				t.Errorf("got  %s\nwant %s", first, c.want)
			}
		})
	}
}

// TestManyProblems proves that a file of another kind does not fill the screen.
func TestManyProblems(t *testing.T) {
	var b strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&b, "key%d: &a%d *b\n", i, i)
	}
	for _, text := range []string{b.String(), strings.ReplaceAll(b.String(), " *b", "")} {
		t.Chdir(t.TempDir())
		if err := os.WriteFile("x.yaml", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Load(Source{File: "x.yaml"})
		var problems Problems
		if !errors.As(err, &problems) || len(problems) > maxProblems {
			t.Errorf("%d problems, want at most %d", len(problems), maxProblems)
		}
	}
}

// FuzzFile checks that no file can crash the program, and that what is accepted survives being shown and loaded again.
func FuzzFile(f *testing.F) {
	for _, text := range []string{
		BaseFile(), "extends: [a, b]\ndomain: d\nlora: {r: 8, rank_pattern: {\"a: b\": 3, c: null}}\n", "a: &a [*a]", "- x", "{", "lora: {r: 1_0}",
		"data:\n  system_prompt: |\n    a {{b}}\n    c\n", "dataset: {tasks: {write: 0.45, review: null}, include: [\"{domain}\", '~']}", "\t", "a: !!float 3",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		l := newLayer(table, Origin{File: "x.yaml"})
		root, problem := parseYAML(l.origin, text)
		if problem != nil {
			if problem.Message == "" {
				t.Fatalf("a problem without words: %+v", problem)
			}
			return
		}
		l.file(root)
		m := newMerger(table)
		m.add(l)
		c, err := m.finish(nil)
		if err != nil {
			return
		}
		checkRoundTrip(t, c)
	})
}

// FuzzSet does the same for the command line.
func FuzzSet(f *testing.F) {
	for _, text := range []string{"lora.r=8", "lora={r: 8}", "data.system_prompt=\"a\"", "dataset.tasks.write=0.4", "=", "lora.rank_pattern.=1", "extends=x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := Load(Source{Sets: []string{text}}); err == nil {
			checkRoundTrip(t, c)
		}
	})
}

// FuzzPlaceholder checks that protect and expand are inverse.
func FuzzPlaceholder(f *testing.F) {
	for _, s := range []string{"", "{domain}", "{{domain}}", "{{{a}}}", "a{b}c{d", "{{a}", "{a}}", "{}{{}}", "{a{b}c}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := expand(protect(s), "d"); got != s {
			t.Errorf("%q became %q and then %q", s, protect(s), got)
		}
		if p := protect(s); needsDomain(p) || unknownPlaceholder(p) != "" {
			t.Errorf("%q still holds a placeholder: %q", s, p)
		}
	})
}
