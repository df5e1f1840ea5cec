package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// chatML is an encoder with the special tokens of ChatML and pairs of newlines.
var chatML = &toyEncoder{merges: [][2]string{{"\n", "\n"}}, specials: []string{"<|im_start|>", "<|im_end|>"}}

// imEnd is the id of <|im_end|> in chatML.
const imEnd = 258

func masker(t *testing.T, template string) *Masker {
	t.Helper()
	tmpl := readTemplate(t, template, map[string]string{"eos_token": "<|im_end|>"})
	return &Masker{Template: tmpl, Encoder: chatML, EndIDs: []int32{imEnd}}
}

// conversation reads messages written as JSON.
func conversation(t *testing.T, text string) []Message {
	t.Helper()
	var messages []Message
	if err := json.Unmarshal([]byte(text), &messages); err != nil {
		t.Fatal(err)
	}
	return messages
}

// trainedRuns lists the trained parts of a sample as text.
func trainedRuns(s Sample) string {
	var runs []string
	for i := 0; i < len(s.IDs); i++ {
		start := i
		for i < len(s.IDs) && s.Trained[i] {
			i++
		}
		if i > start {
			runs = append(runs, chatML.decode(s.IDs[start:i], s.Trained[start:i]))
		}
	}
	return fmt.Sprintf("%q", runs)
}

func TestMessages(t *testing.T) {
	tools := `{"role":"assistant","content":"","tool_calls":[{"name":"f","arguments":{"a":1}}]},{"role":"tool","content":"r"}`
	for _, c := range []struct{ name, template, messages, want string }{
		{
			"two turns", "chatml",
			`[{"role":"system","content":"s"},{"role":"user","content":"a"},{"role":"assistant","content":"b\n"},
			  {"role":"user","content":"c"},{"role":"assistant","content":"d"}]`,
			`["b\n<|im_end|>\n" "d<|im_end|>\n"]`,
		},
		{
			"a question at the end", "chatml",
			`[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]`,
			`["b<|im_end|>\n"]`,
		},
		{
			"two turns in a row", "chatml",
			`[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"assistant","content":"c"}]`,
			`["b<|im_end|>\n" "c<|im_end|>\n"]`,
		},
		{
			"tool calls", "xmltools", `[{"role":"user","content":"a"},` + tools + `,{"role":"assistant","content":"d"}]`,
			`["<tool_call>\n<function=f>\n<parameter=a>\n1\n</parameter>\n</function>\n</tool_call><|im_end|>\n" "d<|im_end|>\n"]`,
		},
		{
			"the template writes reasoning in the last turn only", "reasoning",
			`[{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_content":"t"}]`,
			`["<think>\nt\n</think>\n\nb<|im_end|>\n"]`,
		},
		{
			"reasoning before and after a tool call stays", "reasoning",
			`[{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_content":"t"},{"role":"tool","content":"r"},
			  {"role":"assistant","content":"c","reasoning_content":"u"}]`,
			`["<think>\nt\n</think>\n\nb<|im_end|>\n" "<think>\nu\n</think>\n\nc<|im_end|>\n"]`,
		},
		{
			"marked turns", "generation",
			`[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"},
			  {"role":"assistant","content":"é日本","reasoning_content":"t"}]`,
			`["b<|im_end|>" "<think>t</think>é日本<|im_end|>"]`,
		},
	} {
		s, err := masker(t, c.template).Messages(conversation(t, c.messages), Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := trainedRuns(s); got != c.want {
			t.Errorf("%s: trained %s, want %s", c.name, got, c.want)
		}
	}
}

// TestRefusedMessages holds the conversations in which the turns to train cannot be found: the error names the turn and what to do.
func TestRefusedMessages(t *testing.T) {
	for _, c := range []struct{ name, template, messages, want string }{
		{
			"earlier turns lose their empty reasoning", "reasoning",
			`[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"},{"role":"assistant","content":"d"}]`,
			"chat: message 2 (assistant): the template writes this part of the conversation differently once more messages follow",
		},
		{
			"earlier turns lose their reasoning", "reasoning",
			`[{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_content":"t"},{"role":"user","content":"c"}]`,
			"message 2 (assistant): the template writes this part",
		},
		{"no prompt", "chatml", `[{"role":"assistant","content":"b"},{"role":"user","content":"c"}]`, "message 1 (assistant): nothing prompts it"},
		{"nothing to train", "chatml", `[{"role":"user","content":"c"}]`, "no token of the record is trained"},
		{"nothing marked", "generation", `[{"role":"user","content":"c"}]`, "no token of the record is trained"},
		{"no messages", "chatml", `[]`, "Provide at least one message"},
		{"a failing template", "inst", `[{"role":"user","content":"a"},{"role":"user","content":"b"}]`, "roles must alternate"},
		{
			"the last turn is left open", "turns",
			`[{"role":"user","content":"a"},{"role":"user","content":"b"},{"role":"assistant","content":"c"}]`, "",
		},
	} {
		_, err := masker(t, c.template).Messages(conversation(t, c.messages), Options{})
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
	for why, fail := range map[string]string{
		"the conversation before it cannot be rendered":  "messages|length == 1",
		"the conversation up to it cannot be rendered":   "messages|length == 2",
		"its prompt cannot be rendered":                  "add_generation_prompt",
		"split the record at its assistant turns":        "messages|length == 2",
		"{% generation %} blocks, or train all tokens":   "messages|length == 2",
		"chat: jinja: line 2: TemplateError: not so few": "messages|length == 2",
	} {
		tmpl, err := NewTemplate("\n{% if "+fail+" %}{{ raise_exception('not so few') }}{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}", nil)
		if err != nil {
			t.Fatal(err)
		}
		m := &Masker{Template: tmpl, Encoder: chatML}
		_, err = m.Messages([]Message{Text("user", "a"), Text("assistant", "b"), Text("user", "c")}, Options{})
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("error %v, want %q", err, why)
		}
	}
}

// TestRewrittenHistory checks that a changed beginning is noticed even where the turn itself reads the same.
func TestRewrittenHistory(t *testing.T) {
	tmpl, err := NewTemplate("{{ messages|length > 2 }}{% for m in messages %}<{{ m.content }}>{% endfor %}", nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &Masker{Template: tmpl, Encoder: chatML}
	messages := []Message{Text("user", "a"), Text("assistant", "b"), Text("user", "c")}
	if _, err := m.Messages(messages, Options{}); err == nil || !strings.Contains(err.Error(), "message 2 (assistant)") {
		t.Errorf("error %v, want one that names message 2", err)
	}
}

func TestMisplacedGeneration(t *testing.T) {
	tmpl, err := NewTemplate("{% macro turn(m) %}\n{% generation %}{{ m.content }}{% endgeneration %}{% endmacro %}"+
		"{% for m in messages %}{{ turn(m) }}{% endfor %}", nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &Masker{Template: tmpl, Encoder: chatML}
	_, err = m.Messages([]Message{Text("user", "a"), Text("assistant", "b")}, Options{})
	if err == nil || !strings.Contains(err.Error(), "template: line 2: a {% generation %} block inside a macro") {
		t.Errorf("error %v, want one that names line 2 of the template", err)
	}
}

func TestTrainAll(t *testing.T) {
	m := masker(t, "reasoning")
	m.All = true
	for name, make := range map[string]func() (Sample, error){
		"messages": func() (Sample, error) {
			return m.Messages([]Message{Text("user", "a"), Text("assistant", "b")}, Options{})
		},
		"completion": func() (Sample, error) { return m.Instruction("s", "a", "b") },
		"plain":      func() (Sample, error) { return m.Plain("a", "b") },
		"text":       func() (Sample, error) { return m.Text("a") },
	} {
		s, err := make()
		if err != nil {
			t.Fatal(err)
		}
		for i, trained := range s.Trained {
			if !trained {
				t.Errorf("%s: token %d of %d is not trained", name, i, len(s.IDs))
			}
		}
	}
}

func TestInstruction(t *testing.T) {
	m := masker(t, "chatml")
	s, err := m.Instruction("Be brief.", "hi", "yo")
	if err != nil {
		t.Fatal(err)
	}
	all := make([]bool, len(s.IDs))
	for i := range all {
		all[i] = true
	}
	want := "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\nyo<|im_end|>\n"
	if got := chatML.decode(s.IDs, all); got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	if got := trainedRuns(s); got != `["yo<|im_end|>\n"]` || s.Dropped != 0 {
		t.Errorf("trained %s, dropped %d", got, s.Dropped)
	}
	if s, err = m.Instruction("", "hi", "\nyo"); err != nil {
		t.Fatal(err)
	}
	if got := trainedRuns(s); got != `["\n\nyo<|im_end|>\n"]` || s.Dropped != 1 {
		t.Errorf("where newlines merge: trained %s, dropped %d, want 1", got, s.Dropped)
	}
}

// specialEncoder puts a token before every text of its own.
type specialEncoder struct{ *toyEncoder }

func (e specialEncoder) EncodeSpecial(text string) []int32 {
	return append([]int32{999}, e.Encode(text)...)
}

func TestPlain(t *testing.T) {
	m := masker(t, "chatml")
	m.Encoder = specialEncoder{chatML}
	s, err := m.Plain("ab", "c")
	if got, want := fmt.Sprint(s.IDs, s.Trained), fmt.Sprint([]int32{999, 'a', 'b', 'c', imEnd}, []bool{false, false, false, true, true}); err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	s, err = m.Text("a<|im_end|>")
	if got, want := fmt.Sprint(s.IDs), fmt.Sprint([]int32{999, 'a', imEnd}); err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	s, err = m.Completion([]Message{Text("user", "a")}, []Message{Text("assistant", "b")}, Options{})
	if err != nil || s.IDs[0] == 999 {
		t.Errorf("a rendered conversation begins with %v, %v", s.IDs, err)
	}
	m.Template = readTemplate(t, "chatml", nil)
	for _, try := range []func() (Sample, error){
		func() (Sample, error) { return m.Plain("a", "b") },
		func() (Sample, error) { return m.Text("a") },
	} {
		if _, err := try(); err == nil || !strings.Contains(err.Error(), "the tokenizer has no eos_token") {
			t.Errorf("error %v, want one about eos_token", err)
		}
	}
}

func TestCompletionErrors(t *testing.T) {
	m := masker(t, "inst")
	user, assistant := Text("user", "a"), Text("assistant", "b")
	for want, try := range map[string]func() (Sample, error){
		"prompt: chat: jinja:": func() (Sample, error) {
			return m.Completion([]Message{assistant}, []Message{assistant}, Options{})
		},
		"chat: jinja: line": func() (Sample, error) { return m.Completion([]Message{user}, []Message{user}, Options{}) },
		"Provide at least":  func() (Sample, error) { return m.Completion(nil, []Message{assistant}, Options{}) },
	} {
		if _, err := try(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	m = masker(t, "open")
	_, err := m.Completion([]Message{user}, []Message{Text("assistant", "")}, Options{})
	if !errors.Is(err, ErrNothingTrained) {
		t.Errorf("error %v, want %v", err, ErrNothingTrained)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct{ template, want string }{
		{"chatml", ""},
		{"reasoning", ""},
		{"generation", ""},
		{"xmltools", ""},
		{"open", "trains none of the tokens that end the model's turn (ids [258]) of a prompt and its completion"},
		{"late", "trains none of the tokens that end the model's turn (ids [258]) of a conversation"},
		{"turns", "of a prompt and its completion"},
	} {
		err := masker(t, c.template).Check()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v, want %q", c.template, err, c.want)
		}
	}
	m := masker(t, "open")
	m.All = true
	if err := m.Check(); err == nil {
		t.Error("a template that leaves the last turn open passes when all tokens are trained")
	}
	m = masker(t, "chatml")
	m.EndIDs = nil
	if err := m.Check(); err == nil {
		t.Error("a model without an end of turn passes")
	}
	for src, want := range map[string]string{
		"{{ raise_exception('no') }}": "cannot render a user and an assistant turn",
		"{% if messages|length > 2 %}{{ raise_exception('no') }}{% endif %}{% for m in messages %}{{ m.content }}<|im_end|>{% endfor %}{% generation %}{% endgeneration %}": "cannot mask a conversation",
	} {
		tmpl, err := NewTemplate(src, nil)
		if err != nil {
			t.Fatal(err)
		}
		m := &Masker{Template: tmpl, Encoder: chatML, EndIDs: []int32{imEnd}}
		if err := m.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", src, err, want)
		}
	}
}

func TestTurns(t *testing.T) {
	user, assistant := Text("user", "a"), Text("assistant", "b")
	turns := Turns([]Message{assistant, user, assistant, user, assistant, user})
	var got []string
	for _, turn := range turns {
		got = append(got, fmt.Sprintf("%d+%d", len(turn.Prompt), len(turn.Completion)))
	}
	if fmt.Sprint(got) != "[2+1 4+1]" {
		t.Errorf("turns %v, want [2+1 4+1]", got)
	}
	// Each is masked where the conversation as a whole is refused.
	m := masker(t, "reasoning")
	talk := []Message{user, assistant, user, assistant}
	if _, err := m.Messages(talk, Options{}); err == nil {
		t.Error("the whole conversation is not refused")
	}
	for _, turn := range Turns(talk) {
		s, err := m.Completion(turn.Prompt, turn.Completion, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := trainedRuns(s), `["<think>\n\n</think>\n\nb<|im_end|>\n"]`; got != want {
			t.Errorf("trained %s, want %s", got, want)
		}
	}
}

// TestBuiltinTemplate checks the template that the built-in model ships with.
func TestBuiltinTemplate(t *testing.T) {
	tmpl, err := LoadTemplate(filepath.Join("..", "model", "builtin", "tiny-coder"))
	if err != nil {
		t.Fatal(err)
	}
	m := &Masker{Template: tmpl, Encoder: chatML, EndIDs: []int32{imEnd}}
	if err := m.Check(); err != nil {
		t.Error(err)
	}
}

// TestMergedMark checks that a token across the border of a {% generation %} block is trained.
func TestMergedMark(t *testing.T) {
	tmpl, err := NewTemplate("{% for m in messages %}{{ m.role }}\n{% generation %}{{ m.content }}{% endgeneration %}{{ '\n.' }}{% endfor %}", nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &Masker{Template: tmpl, Encoder: chatML}
	for content, want := range map[string]string{
		"a":     `["a"]`,
		"a\n":   `["a\n\n"]`,
		"\na":   `["\n\na"]`,
		"\na\n": `["\n\na\n\n"]`,
	} {
		s, err := m.Messages([]Message{Text("assistant", content)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := trainedRuns(s); got != want {
			t.Errorf("%q: trained %s, want %s", content, got, want)
		}
	}
}

// TestNoTemplate checks that plain records need no template, and that all others say so.
func TestNoTemplate(t *testing.T) {
	dir := write(t, map[string]string{"tokenizer_config.json": `{"eos_token": "<|im_end|>"}`})
	tmpl, err := LoadTemplate(dir)
	if err != nil {
		t.Fatal(err)
	}
	m := &Masker{Template: tmpl, Encoder: chatML, EndIDs: []int32{imEnd}}
	s, err := m.Text("ab")
	if got, want := fmt.Sprint(s.IDs), fmt.Sprint([]int32{'a', 'b', imEnd}); err != nil || got != want {
		t.Errorf("text: got %s, %v, want %s", got, err, want)
	}
	s, err = m.Plain("a", "b")
	if got := trainedRuns(s); err != nil || got != `["b<|im_end|>"]` {
		t.Errorf("prompt and completion: got %s, %v", got, err)
	}
	user, assistant := []Message{Text("user", "a")}, []Message{Text("assistant", "b")}
	for name, err := range map[string]error{
		"check":       m.Check(),
		"messages":    second(m.Messages(slices.Concat(user, assistant), Options{})),
		"completion":  second(m.Completion(user, assistant, Options{})),
		"instruction": second(m.Instruction("", "a", "b")),
		"render":      second(tmpl.Render(user, Options{Tools: []Object{}})),
	} {
		if !errors.Is(err, ErrNoTemplate) || !strings.Contains(err.Error(), dir+": no chat template: looked for chat_template.jinja") {
			t.Errorf("%s: error %v, want %v and where it was looked for", name, err, ErrNoTemplate)
		}
	}
}

// second is the error of a pair.
func second[T any](_ T, err error) error { return err }
