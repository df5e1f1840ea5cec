package cli

import (
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/engine"
	"graft/internal/engine/all"
	"graft/internal/engine/enginetest"
)

// TestNoEngineIsNamed proves that the command line takes engines from the registry alone.
func TestNoEngineIsNamed(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			if path := strings.Trim(i.Path.Value, `"`); strings.HasPrefix(path, "graft/internal/engine/") && path != "graft/internal/engine/all" {
				t.Errorf("%s imports %s", name, path)
			}
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range all.Engines() {
			if strings.Contains(string(text), `"`+m.Name+`"`) || strings.Contains(string(text), "config.Native") {
				t.Errorf("%s names the engine %s", name, m.Name)
			}
		}
	}
}

// TestSecondEngine drives plan and train with an engine that is no part of the program, and asks it for what it cannot do.
func TestSecondEngine(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "t.jsonl")
	if err := os.WriteFile(data, []byte(`{"text": "x"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	app := func(args ...string) int {
		out.Reset()
		errs.Reset()
		a := &App{Stdout: &out, Stderr: &errs, LookupEnv: os.LookupEnv, Engines: []engine.Maker{enginetest.Fake("torch")}}
		sets := []string{
			"--set", "engine=torch", "--set", "model.name=builtin:tiny-coder", "--set", "data.train=" + data, "--set", "training.output_dir=" + filepath.Join(dir, "out"),
		}
		return a.Run(t.Context(), append(append(args[:1:1], sets...), args[1:]...))
	}
	if code := app("plan"); code != ExitDone || !strings.Contains(out.String(), "nothing, on") {
		t.Errorf("plan: %d, %s%s", code, out.String(), errs.String())
	}
	if code := app("train", "--json"); code != ExitDone || !strings.Contains(out.String(), `"steps": 1`) {
		t.Errorf("train: %d, %s%s", code, out.String(), errs.String())
	}
	if code := app("train"); code != ExitDone || !strings.Contains(out.String(), "already finished") {
		t.Errorf("train again: %d, %s%s", code, out.String(), errs.String())
	}
	if code := app("chat", "--base", "-p", "x"); code == ExitDone || !strings.Contains(errs.String(), "no engine of this version can run a model") {
		t.Errorf("chat: %d, %s%s", code, out.String(), errs.String())
	}
	if code := app("train", "--set", "engine=native"); code != ExitUsage || !strings.Contains(errs.String(), "native is not built into this version of graft, which trains with torch") {
		t.Errorf("another engine: %d, %s%s", code, out.String(), errs.String())
	}
}
