package lua

import (
	"strings"
	"testing"
)

// TestCheck holds what is valid in Lua 5.1 with goto, and what is not with the reason.
func TestCheck(t *testing.T) {
	for _, good := range []string{
		"", "return 1", "#!/usr/bin/lua\nreturn 1", "\ufefflocal a", "for i = 1, 3 do if i == 2 then goto next end ::next:: end",
		"while true do break end", "local t = {1, 2; x = 3, ['y'] = [==[ ]] ]==]} -- [[", "f'x' {1} :g()", "x = a and b or not c .. d ^ -e",
		"--[[ never closed is a comment too ]] return", "s = '\\\n'", "x = 1;; y = {1; 2,}; (f or g)();;", strings.Repeat("f(1)\n", 5000), "x = 1" + strings.Repeat(" + 1", 900),
		strings.Repeat("do ", 150) + strings.Repeat("end ", 150), strings.Repeat("a.b.c = d\n", 3000),
	} {
		if err := Check(good); err != nil {
			t.Errorf("%.60q: %v", good, err)
		}
	}
	for bad, want := range map[string]string{
		"x = = 1":                            "line 1: syntax error near \"=\"",
		"\nif x then\n":                      "syntax error",
		"break":                              "line 1: ",
		"goto nowhere":                       "no visible label",
		"x = 1 // 2":                         "the operator // is of Lua 5.3; this gate knows Lua 5.1 with goto",
		"x = 1 & 2":                          "the operator & is of Lua 5.3",
		"x = 1 << 2":                         "the operator << is of Lua 5.3",
		"local x <const> = 1":                "attributes such as <const> are of Lua 5.4",
		"x += 1":                             "compound assignment is of Luau",
		"if a != b then end":                 "Lua writes ~=",
		"x = 10ULL":                          "the ending LL are of LuaJIT",
		"x = {1, , 2}":                       `"," is followed by ","`,
		"x = {1;; 2}":                        `";" is followed by ";"`,
		"x = 'never closed":                  "line 1: ",
		"x = [[never closed":                 "line 1: ",
		"\x00":                               "line 1: ",
		strings.Repeat("(", 100_000):         "nested deeper than 200",
		strings.Repeat("{", 300):             "nested deeper than 200",
		strings.Repeat("function f() ", 300): "nested deeper than 200",
		"x = 'a'" + strings.Repeat(" .. 'a'", 100_000):                   "more than 1000 operators",
		"x = " + strings.Repeat("- ", 100_000) + "1":                     "more than 1000 operators",
		"f" + strings.Repeat("()", 100_000):                              "more than 1000 operators",
		"if a then " + strings.Repeat("elseif b then ", 100_000) + "end": "more than 1000 elseif",
	} {
		if err := Check(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: got %v, want %q", bad, err, want)
		}
	}
}

func TestCheckFragment(t *testing.T) {
	if err := CheckFragment("if x then break end"); err != nil {
		t.Errorf("a break whose loop lies around the piece is refused: %v", err)
	}
	if CheckFragment("if x then") == nil {
		t.Error("a piece without its end is taken")
	}
}

// FuzzCheck proves that no text breaks the gate.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{"", "x = [[", "goto a ::a::", "return function(...) return ... end", "\xff", "--[==[", "local a <close> = 1", "if elseif"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := Check(text); err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
	})
}
