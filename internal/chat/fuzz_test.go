package chat

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// FuzzLoadTemplate reads any bytes as a model's files.
func FuzzLoadTemplate(f *testing.F) {
	f.Add([]byte(`{"chat_template": "{{ messages }}{{ eos_token }}", "eos_token": {"content": "</s>"}}`), []byte(`{"pad_token": "<pad>"}`))
	f.Add([]byte(`{"chat_template": [{"name": "default", "template": "a"}]}`), []byte(`{}`))
	f.Add([]byte(`{"chat_template": 1}`), []byte(`[]`))
	f.Add([]byte(`{`), []byte(``))
	f.Fuzz(func(t *testing.T, config, tokens []byte) {
		dir := write(t, map[string]string{"tokenizer_config.json": string(config), "special_tokens_map.json": string(tokens)})
		tmpl, err := LoadTemplate(dir)
		if (tmpl == nil) == (err == nil) {
			t.Fatalf("template %v with error %v", tmpl, err)
		}
		if err != nil {
			return
		}
		_, err = tmpl.Render([]Message{Text("user", "a")}, Options{})
		if errors.Is(err, ErrNoTemplate) != (tmpl.plain == nil) {
			t.Errorf("error %v of a model with template %v", err, tmpl.plain)
		}
	})
}

// FuzzMessages masks any conversation with every template: it fails, or some token is trained.
func FuzzMessages(f *testing.F) {
	data, err := os.ReadFile(filepath.Join("testdata", "conversations.json"))
	if err != nil {
		f.Fatal(err)
	}
	var conversations []json.RawMessage
	if err := json.Unmarshal(data, &conversations); err != nil {
		f.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join("testdata", "templates", "*.jinja"))
	if err != nil || len(names) == 0 {
		f.Fatal(names, err)
	}
	var templates []*Template
	for i, path := range names {
		source, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		tmpl, err := NewTemplate(string(source), map[string]string{"eos_token": "<|im_end|>", "bos_token": "<s>"})
		if err != nil {
			f.Fatal(err)
		}
		templates = append(templates, tmpl)
		for _, c := range conversations {
			f.Add([]byte(c), i)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, which int) {
		var messages []Message
		if json.Unmarshal(data, &messages) != nil || len(messages) > 6 {
			return
		}
		m := &Masker{Template: templates[uint(which)%uint(len(templates))], Encoder: chatML}
		s, err := m.Messages(messages, Options{})
		if err != nil {
			return
		}
		trained := 0
		for _, b := range s.Trained {
			if b {
				trained++
			}
		}
		if trained == 0 || len(s.Trained) != len(s.IDs) {
			t.Fatalf("%d of %d tokens are trained, %d are told", trained, len(s.IDs), len(s.Trained))
		}
	})
}
