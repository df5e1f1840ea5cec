package gdscript

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"graft/internal/dataset"
	"graft/internal/dataset/domaintest"
)

// TestFunctions compares what is found with "name | signature | setting | comment | statements".
func TestFunctions(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{
			"script", "@tool\nextends Node2D\n\n## Says [b]hello[/b] to [param who].\nfunc greet(who: String) -> void:\n\t# Loudly.\n\tprint(who)\n\tif who:\n\t\treturn\n\telse:\n\t\tpass\n",
			[]string{"greet | func greet(who: String) -> void | a Godot 4 `@tool` script that extends `Node2D` | Says hello to `who`. | # Loudly.; if who:; return; pass"},
		},
		{
			"classes", "class_name A extends B\nclass C:\n\textends D\n\tfunc f():\n\t\tpass\nfunc g(): return 1\n",
			[]string{"C.f", "A.g"},
		},
		{
			"annotations", "@rpc(\"any_peer\")\n@warning_ignore(\"unused\")\nfunc f(\n\ta: int, # first\n\tb := [1, 2],\n) -> void:\n\tpass\n",
			[]string{"f | @rpc(\"any_peer\") @warning_ignore(\"unused\") func f( a: int, b := [1, 2], ) -> void | a Godot 4 script |  | pass"},
		},
		{"none", "var x: int:\n\tget:\n\t\treturn 1\n@abstract func f()\nvar g = func(): return 2\n", nil},
		{"regions", "#region A\n# Of f.\nfunc f():\n\tpass\n#endregion\n", []string{"f | func f() | a Godot 4 script | Of f. | pass"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			found, err := Domain().Functions(&dataset.File{Path: "a.gd", Text: c.text})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, fn := range found {
				got = append(got, fmt.Sprintf("%s | %s | %s | %s | %s", fn.Name, fn.Signature, fn.Setting, fn.Comment, domaintest.Statements(c.text, fn)))
			}
			if c.name == "classes" {
				for i := range got {
					got[i], _, _ = strings.Cut(got[i], " |")
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestContext: what a function uses of the classes around it is found by scope: a variable of its own, or a member of something else, with
// the name of a member is no use of it.
func TestContext(t *testing.T) {
	text := "extends Node\n@export_range(0, 9) var x := 1\nvar size = 4\nenum { IDLE, RUN }\nenum Kind { A, B }\nsignal hit(by: Node)\nvar t := [\n\t1,\n\t2,\n]\n" +
		"func f(size: int) -> void:\n\tvar hit := other.t\n\tx = size\n\tif RUN and Kind.A:\n\t\tg(\n\t\t\tx)\n" +
		"func g(\n\ta: int,\n) -> int:\n\treturn t[size]\nclass C:\n\tvar mine := 2\n\tfunc h():\n\t\tmine += 1\n\t\treturn Kind.B\n"
	found, err := Domain().Functions(&dataset.File{Path: "a.gd", Text: text})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"f: @export_range(0, 9) var x := 1 (x); enum { IDLE, RUN } (RUN); enum Kind { A, B } (Kind); func g( a: int, ) -> int (g)",
		"g: var size = 4 (size); var t := [ 1, 2, ] (t)",
		"C.h: enum Kind { A, B } (Kind); var mine := 2 (mine)",
	}
	for i, fn := range found {
		var uses []string
		for _, d := range fn.Context {
			uses = append(uses, fmt.Sprintf("%s (%s)", d.Line, strings.Join(d.Names, ", ")))
		}
		if got := fn.Name + ": " + strings.Join(uses, "; "); got != want[i] {
			t.Errorf("got\n%s\nwant\n%s", got, want[i])
		}
	}
}

func TestCheck(t *testing.T) {
	for bad, want := range map[string]string{
		"func f(:\n\tpass":  `line 1, column 8: expected the name of a parameter in the brackets, found ":"`,
		"x = \"a":           "line 1, column 5: the string is not closed",
		"]":                 `line 1, column 1: "]" closes nothing`,
		"if a:\nb":          `line 2, column 1: expected an indented block after the condition of "if", found a name`,
		"a\n\tb":            "line 2, column 2: an indentation that begins no block",
		"if a:":             `line 1, column 6: expected an indented block after the condition of "if", found the end of the file`,
		"if a:\n\t\tb\n\tc": "line 3, column 2: the indentation fits no block above",
		"var a = 1 +":       `line 1, column 12: expected an expression after "+", found the end of the line`,
		"1, 2:\n\tpass\n3":  `line 3, column 2: expected ":" after the patterns, found the end of the line`,
	} {
		if err := Domain().Check(bad); err == nil || err.Error() != want {
			t.Errorf("Check(%q) = %v, want %s", bad, err, want)
		}
	}
}
