package gate

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// checker installs a program in place of a checker and puts it on the PATH. script is a shell script.
func checker(t *testing.T, name, script string) *External {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	e, err := NewExternal(name, []string{"/headers"})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestExternal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Fatal("the checkers of this test are shell scripts")
	}
	t.Setenv("GRAFT_SECRET_KEY", "hunter2")
	for _, c := range []struct {
		name, script, language string
		want                   Verdict
		reason                 string
	}{
		{"luac", `exit 0`, "lua", Valid, ""},
		{"luac", `echo "luac: $2:3: bad" >&2; exit 1`, "lua", Refused, "luac: code.lua:3: bad"},
		{"gcc", `for last; do :; done; echo "$last:1:2: error: expected ';'" >&2; exit 1`, "c", Refused, "code.c:1:2: error: expected ';'"},
		{"gcc", `echo "x.c:1:10: fatal error: flecs.h: No such file or directory" >&2; exit 1`, "cpp", Unjudged, "x.c:1:10: fatal error: flecs.h: No such file or directory"},
		{"gcc", `echo "$*" | grep -q -- "-fsyntax-only.*-I /headers -I /project .*/code.cpp" && exit 0; echo "error: $*"; exit 1`, "cpp", Valid, ""},
		{"gcc", `echo "/headers/flecs.h:9:1: error: unknown type name" >&2; exit 1`, "c", Unjudged, "not in this file: /headers/flecs.h:9:1: error: unknown type name"},
		{"clang", `echo "clang: error: unknown argument: -x" >&2; exit 1`, "c", Unjudged, "not in this file: clang: error: unknown argument: -x"},
		{"clang", `test -z "$GRAFT_SECRET_KEY" || { echo "error: the environment is passed on"; exit 1; }`, "c", Valid, ""},
		{"godot", `echo "SCRIPT ERROR: Parse Error: no such name"; exit 0`, "gdscript", Refused, "SCRIPT ERROR: Parse Error: no such name"},
		{"luajit", `yes error; exit 1`, "lua", Unjudged, "luajit took longer than 500ms"},
		{"luac", `head -c 1000000 /dev/zero | tr '\0' ' '; exit 1`, "lua", Refused, ""},
	} {
		t.Run(c.name+" "+c.reason[:min(20, len(c.reason))], func(t *testing.T) {
			e := checker(t, c.name, c.script)
			if c.want == Unjudged && c.name == "luajit" {
				e.timeout = 500 * time.Millisecond
			}
			v, reason, err := e.Check(t.Context(), File{Path: "/project/a.c", Language: c.language, Text: "x"})
			if v != c.want || reason != c.reason || err != nil {
				t.Errorf("got %d %.80q %v, want %d %.80q", v, reason, err, c.want, c.reason)
			}
		})
	}
}

// standIns take the place of checkers that may not be installed: they refuse what has the word broken in it.
var standIns = map[string]string{
	"luac": `grep -q broken "$2" && { echo "luac: $2:2: broken" >&2; exit 1; }; exit 0`, "luajit": `grep -q broken "$2" && { echo "luajit: $2:2: broken" >&2; exit 1; }; exit 0`,
	"gcc": compilerStandIn, "clang": compilerStandIn,
}

const compilerStandIn = `for last; do :; done
grep -q nowhere "$last" && { echo "$last:1:10: fatal error: nowhere.h: No such file or directory" >&2; exit 1; }
grep -q broken "$last" && { echo "$last:2:1: error: broken" >&2; exit 1; }; exit 0`

// TestExternalReal asks the checkers that this machine has and a stand-in for each, and says which program it was. What it asks of
// them is what they are for: headers beside a file whose path is relative, both languages, the dialect, a missing header.
func TestExternalReal(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("beside.h", []byte("#define LIMIT 3\nstruct thing { int x; };\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	samples := []struct {
		language, text string
		want           Verdict
	}{
		{"lua", "\ufefffor i = 1, 3 do\n  print(i)\nend\n", Valid},
		{"lua", "#!/usr/bin/lua\nreturn function(...) return ... end\n", Valid},
		{"lua", "local x = 1\nx = = broken\n", Refused},
		{"c", "#include \"beside.h\"\nint f(struct thing *class) { return class->x < LIMIT; }\n", Valid},
		{"c", "#include \"beside.h\"\nint f(int broken { return LIMIT; }\n", Refused},
		{"c", "#include \"nowhere.h\"\nint f(void) { return 1; }\n", Unjudged},
		{"cpp", "#include \"beside.h\"\ntemplate <class T> auto f(T t) { if constexpr (LIMIT > 2) return t; else return 1; }\n", Valid},
		{"cpp", "struct A {\n\tint broken\n};\n", Refused},
		{"cpp", "#include \"nowhere.h\"\nint x;\n", Unjudged},
	}
	ask := func(t *testing.T, e *External) {
		t.Logf("%s: %s", e.Name, e.program)
		for _, s := range samples {
			if !e.Judges(s.language) {
				continue
			}
			v, reason, err := e.Check(t.Context(), File{Path: "a." + s.language, Language: s.language, Text: s.text})
			if v != s.want || err != nil || (v == Valid) != (reason == "") {
				t.Errorf("%s: %q: got %d %q %v, want %d", e.program, s.text, v, reason, err, s.want)
			}
		}
	}
	for name, script := range standIns {
		t.Run(name, func(t *testing.T) {
			if e, err := NewExternal(name, nil); err == nil {
				ask(t, e)
			} else {
				t.Logf("this machine has none: %v", err)
			}
			ask(t, checker(t, name, script))
		})
	}
}

// TestExternalGoto proves that a luac of Lua 5.1 does not refuse what LuaJIT runs.
func TestExternalGoto(t *testing.T) {
	e := checker(t, "luac", `echo "luac: $2:2: '=' expected near 'next'" >&2; exit 1`)
	for text, want := range map[string]Verdict{"for i = 1, 3 do\n\tgoto next\n\t::next::\nend": Unjudged, "x = 1\nlocal function next": Refused} {
		if v, reason, err := e.Check(t.Context(), File{Language: "lua", Text: text}); v != want || err != nil {
			t.Errorf("%q: got %d %q %v, want %d", text, v, reason, err, want)
		}
	}
}

func TestExternalCancelled(t *testing.T) {
	e := checker(t, "luac", "exit 0")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, _, err := e.Check(ctx, File{Language: "lua"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestNewExternal(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := NewExternal("luac", nil); err == nil || !strings.Contains(err.Error(), "luac was asked for and is not installed") {
		t.Errorf("got %v", err)
	}
	if _, err := NewExternal("rm", nil); err == nil || err.Error() != `gate: there is no gate "rm"; there are clang, gcc, godot, luac, luajit` {
		t.Errorf("got %v", err)
	}
	e := External{Languages: []string{"lua"}}
	if !e.Judges("lua") || e.Judges("c") || !slices.IsSorted(Externals()) {
		t.Error("a gate judges other languages than its own, or the names are not in order")
	}
}
