package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"graft/internal/jinja"
)

// maxFile bounds the files read here; tokenizer configurations with thousands of added tokens take a few megabytes.
const maxFile = 64 << 20

// specialTokens are the names of the tokens that transformers passes to templates.
var specialTokens = []string{"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"}

// LoadTemplate reads the chat template and the special tokens of the model in dir, where transformers looks for them:
// chat_template.jinja and additional_chat_templates/, else chat_template in tokenizer_config.json, else chat_template.json. Of
// several named templates tool_use serves conversations with tools, default the others. Where there is none the Template knows the
// special tokens, which records of plain text need, and renders nothing: see ErrNoTemplate. Special tokens that only a tokenizer's
// Python class would add by default are not known here.
func LoadTemplate(dir string) (*Template, error) {
	config, err := readConfig(filepath.Join(dir, "tokenizer_config.json"))
	if err != nil {
		return nil, err
	}
	named, err := templateFiles(dir)
	if err == nil && len(named) == 0 {
		named, err = configTemplates(config["chat_template"], filepath.Join(dir, "tokenizer_config.json"))
	}
	if err == nil && len(named) == 0 {
		var legacy map[string]json.RawMessage
		path := filepath.Join(dir, "chat_template.json")
		if legacy, err = readConfig(path); err == nil {
			named, err = configTemplates(legacy["chat_template"], path)
		}
	}
	if err != nil {
		return nil, err
	}
	t, err := pick(named, dir)
	if err != nil {
		return nil, err
	}
	if t.tokens, err = readTokens(dir, config); err != nil {
		return nil, err
	}
	return t, nil
}

// pick parses the templates that are used.
func pick(named map[string]source, dir string) (*Template, error) {
	t := &Template{dir: dir}
	if len(named) == 0 {
		return t, nil
	}
	for _, use := range []struct {
		name string
		to   **variant
	}{{"default", &t.plain}, {"tool_use", &t.tools}} {
		s, ok := named[use.name]
		if !ok {
			continue
		}
		v, err := jinja.Parse(s.text)
		if err != nil {
			return nil, fmt.Errorf("chat: %s: %w", s.path, err)
		}
		*use.to = &variant{s.text, v}
	}
	if t.plain == nil {
		return nil, fmt.Errorf("chat: %s has the chat templates %s and none named default; rename one or add chat_template.jinja",
			dir, strings.Join(slices.Sorted(maps.Keys(named)), ", "))
	}
	if t.tools == nil {
		t.tools = t.plain
	}
	return t, nil
}

// A source is the text of a template and the file it came from.
type source struct{ text, path string }

// templateFiles reads the templates that are files of their own.
func templateFiles(dir string) (map[string]source, error) {
	named := map[string]source{}
	names, err := fs.Glob(os.DirFS(dir), "additional_chat_templates/*.jinja") // the folder's own name is no pattern
	if err != nil {
		return nil, fmt.Errorf("chat: %w", err)
	}
	for _, name := range append(names, "chat_template.jinja") {
		p := filepath.Join(dir, filepath.FromSlash(name))
		data, err := readFile(p)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		key := strings.TrimSuffix(path.Base(name), ".jinja")
		if name == path.Base(name) {
			key = "default"
		}
		named[key] = source{string(data), p}
	}
	return named, nil
}

// configTemplates reads the value of chat_template: one template, or a list of named ones.
func configTemplates(raw json.RawMessage, path string) (map[string]source, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return map[string]source{"default": {text, path}}, nil
	}
	var list []struct{ Name, Template string }
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("chat: %s: chat_template is neither a string nor a list of {name, template}: %w", path, err)
	}
	named := map[string]source{}
	for _, t := range list {
		named[t.Name] = source{t.Template, path}
	}
	return named, nil
}

// readTokens collects the special tokens. special_tokens_map.json counts only beside configurations of the old style, which do
// not list the added tokens themselves.
func readTokens(dir string, config map[string]json.RawMessage) (*jinja.Dict, error) {
	path := filepath.Join(dir, "tokenizer_config.json")
	if _, listed := config["added_tokens_decoder"]; !listed {
		legacy, err := readConfig(filepath.Join(dir, "special_tokens_map.json"))
		if err != nil {
			return nil, err
		}
		config = maps.Clone(config)
		if config == nil {
			config = legacy
		} else {
			maps.Copy(config, legacy)
		}
	}
	tokens := jinja.NewDict()
	for _, name := range specialTokens {
		text, ok, err := tokenText(config[name])
		if err != nil {
			return nil, fmt.Errorf("chat: %s: %s: %w", path, name, err)
		}
		if ok {
			tokens.Set(name, text)
		}
	}
	return tokens, nil
}

// tokenText reads a token: a string, or an object with its content.
func tokenText(raw json.RawMessage) (string, bool, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", false, nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text, true, nil
	}
	var token struct{ Content *string }
	if err := json.Unmarshal(raw, &token); err != nil {
		return "", false, err
	}
	if token.Content == nil {
		return "", false, errors.New("a token is a string or an object with content")
	}
	return *token.Content, true, nil
}

// readConfig reads a JSON object; a file that does not exist is an empty one.
func readConfig(path string) (map[string]json.RawMessage, error) {
	data, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("chat: %s: %w", path, err)
	}
	return m, nil
}

func readFile(path string) (_ []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("chat: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("chat: %w", err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("chat: %s is larger than %d bytes", path, maxFile)
	}
	return data, nil
}
