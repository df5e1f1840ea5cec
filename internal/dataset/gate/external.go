package gate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"graft/internal/lang/lua"
)

// A Verdict is what a gate says of a file.
type Verdict byte

// Verdicts.
const (
	Valid Verdict = iota
	Refused
	Unjudged // the gate could not tell: a header was missing, the time was up
)

// A File is what an external gate judges.
type File struct {
	Path     string // where it lies, for headers beside it; may be ""
	Language string // lua, c, cpp or gdscript
	Text     string
}

// An External gate is a checker that the user has installed.
type External struct {
	Name      string
	Languages []string

	program string        // full path
	include []string      // folders of headers, for compilers
	timeout time.Duration // for one file
}

// kinds are the external gates that are known.
var kinds = map[string][]string{
	"luac": {"lua"}, "luajit": {"lua"}, "clang": {"c", "cpp"}, "gcc": {"c", "cpp"}, "godot": {"gdscript"},
}

// Externals lists the names of the external gates that are known.
func Externals() []string {
	var names []string
	for n := range kinds {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

const (
	externalTimeout = 20 * time.Second
	mostOutput      = 64 << 10 // bytes of what a checker prints
)

// NewExternal finds the checker of a name on the user's PATH. include are folders of headers for the compilers.
func NewExternal(name string, include []string) (*External, error) {
	languages, known := kinds[name]
	if !known {
		return nil, fmt.Errorf("gate: there is no gate %q; there are %s", name, strings.Join(Externals(), ", "))
	}
	program, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("gate: %s was asked for and is not installed: %w", name, err)
	}
	if program, err = filepath.Abs(program); err != nil {
		return nil, fmt.Errorf("gate: %s: %w", name, err)
	}
	return &External{Name: name, Languages: languages, program: program, include: include, timeout: externalTimeout}, nil
}

// Judges reports whether the gate knows a language.
func (e *External) Judges(language string) bool { return slices.Contains(e.Languages, language) }

// extensions are what the checkers tell languages by.
var extensions = map[string]string{"lua": ".lua", "c": ".c", "cpp": ".cpp", "gdscript": ".gd"}

// Check judges a copy of a file in a folder of its own. The code is not executed. The error is about the checker itself, not
// about the code; reason is the first thing that the checker complains about.
func (e *External) Check(ctx context.Context, f File) (v Verdict, reason string, err error) {
	dir, err := os.MkdirTemp("", "graft-gate-*")
	if err != nil {
		return Unjudged, "", fmt.Errorf("gate: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	copied := filepath.Join(dir, "code"+extensions[f.Language])
	text := strings.TrimPrefix(f.Text, "\ufeff") // which Lua 5.1 refuses
	if err := os.WriteFile(copied, []byte(text), 0o600); err != nil {
		return Unjudged, "", fmt.Errorf("gate: %w", err)
	}
	ctx, stop := context.WithTimeout(ctx, e.timeout)
	defer stop()
	out := &bounded{most: mostOutput}
	cmd := exec.CommandContext(ctx, e.program, e.arguments(f, dir, copied)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = dir, out, out, time.Second
	cmd.Env = environment(dir)
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return Unjudged, fmt.Sprintf("%s took longer than %s", e.Name, e.timeout), nil
	case ctx.Err() != nil:
		return Unjudged, "", ctx.Err()
	case err != nil && !errors.As(err, &exit):
		return Unjudged, "", fmt.Errorf("gate: %s: %w", e.program, err)
	}
	said := strings.ReplaceAll(out.String(), copied, filepath.Base(copied))
	v, reason = e.judge(err != nil, said, filepath.Base(copied))
	if v == Refused && e.Name == "luac" && gotoOnly(f.Text, reason) {
		return Unjudged, reason + " (this luac is of Lua 5.1, which has no goto; luajit and later ones have)", nil
	}
	return v, reason, nil
}

// arguments are those of a check that executes nothing.
func (e *External) arguments(f File, dir, copied string) []string {
	switch e.Name {
	case "luac":
		return []string{"-p", copied}
	case "luajit":
		return []string{"-bl", copied, filepath.Join(dir, "list")}
	case "godot":
		return []string{"--headless", "--check-only", "--path", dir, "--script", copied}
	}
	args := []string{"-fsyntax-only", "-w", "-fno-diagnostics-color", "-x", "c", "-std=gnu17"}
	if f.Language == "cpp" {
		args = []string{"-fsyntax-only", "-w", "-fno-diagnostics-color", "-x", "c++", "-std=gnu++17"}
	}
	for _, folder := range e.include {
		args = append(args, "-I", folder)
	}
	if full, err := filepath.Abs(f.Path); err == nil && f.Path != "" { // the compiler works in another folder
		args = append(args, "-I", filepath.Dir(full))
	}
	return append(args, copied)
}

var (
	luacLine = regexp.MustCompile(`:(\d+): `)
	luaGoto  = regexp.MustCompile(`\bgoto\b|::`)
)

// gotoOnly reports whether luac complains about a line with a goto or a label in a text that is valid but for them.
func gotoOnly(text, reason string) bool {
	m := luacLine.FindStringSubmatch(reason)
	if m == nil || lua.Check(text) != nil {
		return false
	}
	n, err := strconv.Atoi(m[1])
	lines := strings.Split(text, "\n")
	return err == nil && n >= 1 && n <= len(lines) && luaGoto.MatchString(lines[n-1])
}

// environment leaves out what is not needed: a checker is no place for keys.
func environment(dir string) []string {
	env := []string{"HOME=" + dir, "TMPDIR=" + dir, "LC_ALL=C"}
	if runtime.GOOS == "windows" {
		env = append(env, "USERPROFILE="+dir, "TEMP="+dir, "TMP="+dir, "APPDATA="+dir, "LOCALAPPDATA="+dir)
	}
	for _, name := range []string{"PATH", "SystemRoot", "PATHEXT"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

var (
	noHeader = regexp.MustCompile(`fatal error:.*(?:No such file|file not found)`)
	// complaints are what the checkers' lines about mistakes hold.
	complaints = map[string]*regexp.Regexp{
		"gcc": regexp.MustCompile(`error:`), "clang": regexp.MustCompile(`error:`), "godot": regexp.MustCompile(`error|ERROR`),
		"luac": regexp.MustCompile(`.`), "luajit": regexp.MustCompile(`.`),
	}
)

// judge reads what a checker has printed about the file name. What a compiler finds wrong elsewhere, in a header or with its
// options, says nothing about the file.
func (e *External) judge(failed bool, text, name string) (Verdict, string) {
	compiler := e.Name == "gcc" || e.Name == "clang"
	first := ""
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if noHeader.MatchString(line) {
			return Unjudged, line
		}
		if first == "" && complaints[e.Name].MatchString(line) {
			first = line
		}
	}
	switch {
	case failed && compiler && first != "" && !strings.HasPrefix(first, name+":"):
		return Unjudged, "not in this file: " + first
	// Some versions of godot end with 0 in spite of an error.
	case failed, e.Name == "godot" && strings.Contains(text, "SCRIPT ERROR: Parse Error"):
		return Refused, first
	}
	return Valid, ""
}

// bounded keeps the beginning of what is written to it.
type bounded struct {
	bytes.Buffer
	most int
}

// Write keeps what there is room for and drops the rest.
func (b *bounded) Write(p []byte) (int, error) {
	if room := b.most - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
