package chat

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"graft/internal/jinja"
)

func TestNewTemplate(t *testing.T) {
	if _, err := NewTemplate("\n{% for %}", nil); err == nil || !strings.HasPrefix(err.Error(), "chat: template: jinja: line 2: TemplateSyntaxError") {
		t.Errorf("error %v, want one of the template's second line", err)
	}
}

func TestExtra(t *testing.T) {
	tmpl, err := NewTemplate("{{ eos_token }}{{ deep is defined }}", map[string]string{"eos_token": "</s>"})
	if err != nil {
		t.Fatal(err)
	}
	user := []Message{Text("user", "a")}
	for extra, want := range map[string]string{`{}`: "</s>False", `{"deep": null}`: "</s>True", `{"eos_token": "!"}`: "!False"} {
		var o Object
		if err := json.Unmarshal([]byte(extra), &o); err != nil {
			t.Fatal(err)
		}
		if got, err := tmpl.Render(user, Options{Extra: o}); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", extra, got, err, want)
		}
	}
	for _, name := range []string{"messages", "tools", "documents", "add_generation_prompt"} {
		_, err := tmpl.Render(user, Options{Extra: Text(name, "").rename("role", name)})
		if err == nil || !strings.Contains(err.Error(), "template variable "+name+" is set by the conversation itself") {
			t.Errorf("error %v, want one that names %s", err, name)
		}
	}
}

// rename gives the object with another name for a key.
func (o Object) rename(from, to string) Object {
	d := jinja.NewDict()
	for k, v := range o.dict().All() {
		if k == jinja.Value(from) {
			k = to
		}
		d.Set(k.(string), v)
	}
	return Object{d}
}

func TestContinueFinal(t *testing.T) {
	const joined = "{% for m in messages %}[{% if m.content is string %}{{ m.content }}{% else %}{% for p in m.content %}{{ p.text }}{% endfor %}{% endif %}]{% endfor %}"
	for _, c := range []struct{ name, template, message, text, err string }{
		{"text", joined, `{"content": "a b "}`, "[a b ", ""},
		{"the last part with a text", joined, `{"content": [{"text": "a"}, {"text": "b"}, {"type": "image"}, 1]}`, "[ab", ""},
		{"the template trims", "[{{ messages[0].content|trim }}]", `{"content": " a "}`, "[a", ""},
		{"no text", joined, `{"content": [{"type": "image"}]}`, "", "could not find any text"},
		{"no content", joined, `{"role": "user"}`, "", `has no "content" to continue`},
		{"content is not used", "{{ messages }}", `{"content": "a"}`, "", "not an accepted field"},
		{"content is lost", "{# content #}a", `{"content": "a"}`, "", "does not appear in the chat"},
	} {
		tmpl, err := NewTemplate(c.template, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := tmpl.Render(conversation(t, "["+c.message+"]"), Options{ContinueFinal: true})
		switch {
		case c.err == "" && (err != nil || text != c.text):
			t.Errorf("%s: %q, %v, want %q", c.name, text, err, c.text)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%s: error %v, want %q", c.name, err, c.err)
		}
	}
	tmpl, err := NewTemplate(joined, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = tmpl.Render([]Message{Text("user", "a")}, Options{ContinueFinal: true, AddGenerationPrompt: true})
	if e := new(jinja.Error); !errors.As(err, &e) || e.Class != "ValueError" {
		t.Errorf("error %v, want a ValueError", err)
	}
}

func TestObject(t *testing.T) {
	for _, text := range []string{"[]", "1", "null", `{"a": 1`, `{"a": 1} x`} {
		var o Object
		if err := o.UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%s is read as an object", text)
		}
	}
	if role := (Object{}).Role(); role != "" {
		t.Errorf("an empty message has the role %q", role)
	}
	var o Object
	if err := json.Unmarshal([]byte(`{"role": 1, "b": 2, "a": 3}`), &o); err != nil {
		t.Fatal(err)
	}
	if v, ok := o.Get("a"); !ok || o.Role() != "" {
		t.Errorf("a is %v, role %q", v, o.Role())
	}
}
