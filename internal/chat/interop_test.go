//go:build interop

package chat

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"graft/internal/jinja"
	"graft/internal/tokenizer"
)

// failure is an error as ref/chat_golden.py writes one: class, message and line.
func failure(err error) [3]any {
	e := new(jinja.Error)
	if !errors.As(err, &e) {
		return [3]any{"", err.Error(), 0}
	}
	return [3]any{e.Class, e.Msg, e.Line}
}

// interopFile opens a file in the directory of ref/chat_interop.py.
func interopFile(t *testing.T, name string) *os.File {
	t.Helper()
	dir := os.Getenv("GRAFT_INTEROP")
	if dir == "" {
		t.Fatal("GRAFT_INTEROP is not set: run ref/chat_interop.py")
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// TestInteropRender renders every conversation with every template and all options: cases.json says what, render.jsonl has a line
// for each, in that order.
func TestInteropRender(t *testing.T) {
	var cases struct {
		golden
		Directories   []string
		Conversations [][]Message
	}
	if err := json.NewDecoder(interopFile(t, "cases.json")).Decode(&cases); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewWriter(interopFile(t, "render.jsonl"))
	lines := json.NewEncoder(out)
	for _, dir := range cases.Directories {
		tmpl, loadErr := LoadTemplate(dir)
		for _, messages := range cases.Conversations {
			for _, raw := range cases.Options {
				text, err := "", loadErr
				if err == nil {
					opt := pythonOptions(t, raw)
					opt.Now = cases.clock(t)
					text, err = tmpl.Render(messages, opt)
				}
				var line any = text
				if err != nil {
					line = failure(err)
				}
				if err := lines.Encode(line); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
}

// TestInteropMasks makes samples of the records in masks.jsonl with the tokenizer and the template of their directories, and
// leaves them in samples.jsonl.
func TestInteropMasks(t *testing.T) {
	lines := bufio.NewScanner(interopFile(t, "masks.jsonl"))
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(interopFile(t, "samples.jsonl"))
	for lines.Scan() {
		var c maskCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		tok, err1 := tokenizer.Load(c.template)
		tmpl, err2 := LoadTemplate(c.template)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		s, err := c.sample(&Masker{Template: tmpl, Encoder: tok}, Options{})
		var line any = map[string]any{"ids": s.IDs, "trained": s.Trained}
		if err != nil {
			line = failure(err)
		}
		if err := out.Encode(line); err != nil {
			t.Fatal(err)
		}
	}
}
