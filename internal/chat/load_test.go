package chat

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// write makes a directory with files.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoadTemplate(t *testing.T) {
	const named = `{"chat_template": [{"name": "default", "template": "plain"}, {"name": "tool_use", "template": "tools"}, {"name": "rag", "template": "{%"}]}`
	for _, c := range []struct {
		name         string
		files        map[string]string
		plain, tools string
	}{
		{"configuration", map[string]string{"tokenizer_config.json": `{"chat_template": "c{{ eos_token }}", "eos_token": "</s>"}`}, "c</s>", "c</s>"},
		{"named templates", map[string]string{"tokenizer_config.json": named}, "plain", "tools"},
		{"processor", map[string]string{"tokenizer_config.json": `{"chat_template": null}`, "chat_template.json": `{"chat_template": "p"}`}, "p", "p"},
		{"file before configuration", map[string]string{"tokenizer_config.json": `{"chat_template": "c"}`, "chat_template.jinja": "f"}, "f", "f"},
		{
			"more files",
			map[string]string{"chat_template.jinja": "f", "additional_chat_templates/tool_use.jinja": "t", "additional_chat_templates/a.txt": "{%"},
			"f", "t",
		},
	} {
		tmpl, err := LoadTemplate(write(t, c.files))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		plain, err1 := tmpl.Render([]Message{Text("user", "a")}, Options{})
		tools, err2 := tmpl.Render([]Message{Text("user", "a")}, Options{Tools: []Object{}})
		if plain != c.plain || tools != c.tools || err1 != nil || err2 != nil {
			t.Errorf("%s: %q and %q, errors %v and %v, want %q and %q", c.name, plain, tools, err1, err2, c.plain, c.tools)
		}
	}
}

func TestLoadTokens(t *testing.T) {
	for _, c := range []struct {
		name     string
		files    map[string]string
		eos, pad string
	}{
		{"strings", map[string]string{"tokenizer_config.json": `{"eos_token": "</s>", "pad_token": "<pad>", "bos_token": null}`}, "</s>", "<pad>"},
		{"objects", map[string]string{"tokenizer_config.json": `{"eos_token": {"content": "</s>", "lstrip": false}}`}, "</s>", ""},
		{
			"old style", map[string]string{
				"tokenizer_config.json":   `{"eos_token": "old", "pad_token": "<pad>"}`,
				"special_tokens_map.json": `{"eos_token": {"content": "</s>"}}`,
			}, "</s>", "<pad>",
		},
		{"only the map", map[string]string{"special_tokens_map.json": `{"eos_token": "</s>"}`}, "</s>", ""},
		{
			"the map is out of use", map[string]string{
				"tokenizer_config.json":   `{"eos_token": "</s>", "added_tokens_decoder": {}}`,
				"special_tokens_map.json": `{"eos_token": "old", "pad_token": "old"}`,
			}, "</s>", "",
		},
		{"nothing", nil, "", ""},
	} {
		tmpl, err := LoadTemplate(write(t, c.files))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if eos, pad, bos := tmpl.Token("eos_token"), tmpl.Token("pad_token"), tmpl.Token("bos_token"); eos != c.eos || pad != c.pad || bos != "" {
			t.Errorf("%s: eos %q, pad %q, bos %q, want %q, %q and no bos", c.name, eos, pad, bos, c.eos, c.pad)
		}
	}
}

func TestCorruptedFiles(t *testing.T) {
	for want, files := range map[string]map[string]string{
		"tokenizer_config.json: unexpected end of JSON input":                         {"tokenizer_config.json": "{"},
		"tokenizer_config.json: json: cannot unmarshal array":                         {"tokenizer_config.json": "[]"},
		"chat_template is neither a string nor a list of {name, template}":            {"tokenizer_config.json": `{"chat_template": 1}`},
		"tokenizer_config.json: jinja: line 2: TemplateSyntaxError":                   {"tokenizer_config.json": `{"chat_template": "\n{%"}`},
		"has the chat templates a, b and none named default":                          {"tokenizer_config.json": `{"chat_template": [{"name": "b"}, {"name": "a"}]}`},
		"none named default; rename one or add chat_template.jinja":                   {"additional_chat_templates/b.jinja": ""},
		"eos_token: a token is a string or an object with content":                    {"tokenizer_config.json": `{"eos_token": {}}`},
		"tokenizer_config.json: eos_token: json: cannot unmarshal number":             {"tokenizer_config.json": `{"eos_token": 1}`},
		"special_tokens_map.json: invalid character":                                  {"special_tokens_map.json": "x"},
		"chat_template.json: invalid character":                                       {"chat_template.json": "x"},
		"chat_template.jinja: jinja: line 1: TemplateSyntaxError":                     {"chat_template.jinja": "{{"},
		"additional_chat_templates" + string(filepath.Separator) + "tool_use.jinja: ": {"chat_template.jinja": "", "additional_chat_templates/tool_use.jinja": "{{"},
		"chat_template.jinja: ":                                                       {"chat_template.jinja/a": ""}, // a directory
		"additional_chat_templates" + string(filepath.Separator) + "a.jinja: ":        {"additional_chat_templates/a.jinja/a": ""},
	} {
		_, err := LoadTemplate(write(t, files))
		if err == nil || !strings.HasPrefix(err.Error(), "chat: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", files, err, want)
		}
	}
	dir := write(t, map[string]string{"tokenizer_config.json": "{}"})
	if err := os.Truncate(filepath.Join(dir, "tokenizer_config.json"), maxFile+1); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadTemplate(dir); err == nil || !strings.Contains(err.Error(), "is larger than 67108864 bytes") {
		t.Errorf("error %v, want one about the size", err)
	}
}

// TestGlobEscape checks that a directory's name is not read as a pattern.
func TestGlobEscape(t *testing.T) {
	name := "[x]*?"
	if runtime.GOOS == "windows" {
		name = "[x]" // no name there holds the others
	}
	dir := write(t, map[string]string{name + "/additional_chat_templates/tool_use.jinja": "t", name + "/chat_template.jinja": "f"})
	tmpl, err := LoadTemplate(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := tmpl.Render([]Message{Text("user", "a")}, Options{Tools: []Object{}}); err != nil || got != "t" {
		t.Errorf("got %q, %v, want the template for tools", got, err)
	}
}
