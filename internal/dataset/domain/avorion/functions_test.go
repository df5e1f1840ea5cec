package avorion

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"graft/internal/dataset"
	"graft/internal/dataset/domaintest"
)

// TestFunctions compares what is found with "name | signature | comment | statements".
func TestFunctions(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{
			"statements", "--- Says hello.\n-- @param who\nfunction Ship.greet(who)\n    -- Loudly.\n    print(who)\n    if who then\n        return\n    end\nend\n",
			[]string{"Ship.greet | function Ship.greet(who) | Says hello.\n@param who | -- Loudly.; if who then; return"},
		},
		{"local", "#!/usr/bin/lua\nlocal function f(a, b) return a end", []string{"f | local function f(a, b) |  | "}},
		{"remark in the signature", "function f(a, -- first\n  b)\nend", []string{"f | function f(a, b) |  | "}},
		{"assignments", "local f = function() end\nA[1].g = function(x)\nend\na, b = 1, function() end\n", []string{
			"f | local f = function() |  | ", "A[1].g | A[1].g = function(x) |  | ",
		}},
		{"fields", "t = {\n    f = function() end,\n    [\"g\"] = function() end,\n}", []string{"f | f = function() |  | ", "g | [\"g\"] = function() |  | "}},
		{"long brackets", "--[[ A\nblock. ]]\nfunction f()\n    s = [[\nend]]\nend", []string{"f | function f() | A\nblock. | s = [["}},
		{"callbacks", "each(function() return 1 end)", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			found, err := Domain().Functions(&dataset.File{Path: "a.lua", Text: c.text})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, fn := range found {
				got = append(got, fmt.Sprintf("%s | %s | %s | %s", fn.Name, fn.Signature, fn.Comment, domaintest.Statements(c.text, fn)))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestSetting(t *testing.T) {
	for path, want := range map[string]string{
		"Mod/data/scripts/entity/a.lua":    "an Avorion entity script in Lua",
		"Mod/data/scripts/entity/ai/a.lua": "an Avorion AI script in Lua",
		"Mod/a.lua":                        "an Avorion mod script in Lua",
	} {
		if got := setting(path, ""); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if got := setting("lib/a.lua", "-- namespace Foo\n"); got != "an Avorion script library in Lua (namespace `Foo`)" {
		t.Errorf("with a namespace: %q", got)
	}
}

func TestCheck(t *testing.T) {
	if err := Domain().Check("if x then"); err == nil || !strings.HasPrefix(err.Error(), "line 1: ") {
		t.Errorf("got %v", err)
	}
	if err := Domain().Check("goto done\n::done::"); err != nil {
		t.Error(err)
	}
}
