package chat

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"graft/internal/jinja"
)

// golden is the first line of a golden file of ref/chat_golden.py.
type golden struct {
	Now      string
	Tokens   map[string]string
	Options  []json.RawMessage
	Specials []string
	Merges   [][2]string
}

// readGolden reads the first line of a golden file and hands every other line to each.
func readGolden(t *testing.T, name string, each func(line []byte)) golden {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "golden", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	lines.Scan()
	var g golden
	if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		each(slices.Clone(lines.Bytes()))
	}
	return g
}

func (g *golden) clock(t *testing.T) func() time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04:05.999999", g.Now)
	if err != nil {
		t.Fatal(err)
	}
	return func() time.Time { return at }
}

func readTemplate(t *testing.T, name string, tokens map[string]string) *Template {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("testdata", "templates", name+".jinja"))
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := NewTemplate(string(src), tokens)
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

// pythonOptions reads the keyword arguments of apply_chat_template.
func pythonOptions(t *testing.T, raw json.RawMessage) Options {
	t.Helper()
	var o struct {
		Tools     []Object `json:"tools"`
		Documents []Object `json:"documents"`
		Prompt    bool     `json:"add_generation_prompt"`
		Continue  bool     `json:"continue_final_message"`
	}
	var extra Object
	if err := errors.Join(json.Unmarshal(raw, &o), json.Unmarshal(raw, &extra)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tools", "documents", "add_generation_prompt", "continue_final_message"} {
		extra.fields.Delete(name)
	}
	return Options{Tools: o.Tools, Documents: o.Documents, AddGenerationPrompt: o.Prompt, ContinueFinal: o.Continue, Extra: extra}
}

// An outcome is a text, or the class, message and line of an exception.
type outcome struct {
	text, class, msg string
	line             int
}

func (o *outcome) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &o.text) == nil {
		return nil
	}
	return json.Unmarshal(data, &[]any{&o.class, &o.msg, &o.line})
}

// outcomeOf is what a rendering gave, comparable with a golden that does not tell every line.
func outcomeOf(t *testing.T, text string, err error, want outcome) outcome {
	t.Helper()
	if err == nil {
		return outcome{text: text}
	}
	e := new(jinja.Error)
	if !errors.As(err, &e) {
		t.Fatalf("error %v is no *jinja.Error", err)
	}
	got := outcome{class: e.Class, msg: e.Msg, line: e.Line}
	if want.line == 0 {
		got.line = 0
	}
	if got.class == "RecursionError" { // its words depend on where Python's stack ends
		got.msg = want.msg
	}
	return got
}

func TestRenderGolden(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "conversations.json"))
	if err != nil {
		t.Fatal(err)
	}
	var conversations [][]Message
	if err := json.Unmarshal(data, &conversations); err != nil {
		t.Fatal(err)
	}
	var lines [][]byte
	g := readGolden(t, "render.jsonl", func(line []byte) { lines = append(lines, line) })
	if len(lines) < 900 {
		t.Fatalf("only %d renderings", len(lines))
	}
	templates := map[string]*Template{}
	for _, line := range lines {
		var name string
		var c, o int
		var want outcome
		if err := json.Unmarshal(line, &[]any{&name, &c, &o, &want}); err != nil {
			t.Fatal(err)
		}
		if templates[name] == nil {
			templates[name] = readTemplate(t, name, g.Tokens)
		}
		opt := pythonOptions(t, g.Options[o])
		opt.Now = g.clock(t)
		text, err := templates[name].Render(conversations[c], opt)
		if got := outcomeOf(t, text, err, want); got != want {
			t.Errorf("%s, conversation %d, options %d:\n got %+v\nwant %+v", name, c, o, got, want)
		}
	}
}

// A toyEncoder is the byte-level BPE of ref/chat_golden.py: ids below 256 are bytes, merges and special tokens follow.
type toyEncoder struct {
	merges   [][2]string
	specials []string
}

func (e *toyEncoder) Encode(text string) []int32 {
	var ids []int32
	for text != "" {
		at, which := len(text), -1
		for i, s := range e.specials {
			if j := strings.Index(text, s); j >= 0 && j < at {
				at, which = j, i
			}
		}
		ids = append(ids, e.pieces(text[:at])...)
		if which < 0 {
			break
		}
		ids = append(ids, int32(256+len(e.merges)+which))
		text = text[at+len(e.specials[which]):]
	}
	return ids
}

// pieces applies the merges in order of their rank.
func (e *toyEncoder) pieces(text string) []int32 {
	var parts []string
	for i := range len(text) {
		parts = append(parts, text[i:i+1])
	}
	for rank := 0; rank < len(e.merges); rank++ {
		pair := e.merges[rank]
		for i := 0; i+1 < len(parts); i++ {
			if parts[i] == pair[0] && parts[i+1] == pair[1] {
				parts = slices.Replace(parts, i, i+2, pair[0]+pair[1])
			}
		}
	}
	ids := make([]int32, len(parts))
	for i, p := range parts {
		ids[i] = int32(p[0])
		if len(p) > 1 {
			ids[i] = int32(256 + slices.IndexFunc(e.merges, func(m [2]string) bool { return m[0]+m[1] == p }))
		}
	}
	return ids
}

// decode writes the text of the ids that keep selects.
func (e *toyEncoder) decode(ids []int32, keep []bool) string {
	var b strings.Builder
	for i, id := range ids {
		switch n := int(id) - 256; {
		case !keep[i]:
		case n < 0:
			b.WriteByte(byte(id))
		case n < len(e.merges):
			b.WriteString(e.merges[n][0] + e.merges[n][1])
		default:
			b.WriteString(e.specials[n-len(e.merges)])
		}
	}
	return b.String()
}

// A maskCase is a record and what TRL makes of it.
type maskCase struct {
	template string
	record   struct {
		Prompt, Completion json.RawMessage
		Text               *string
		Messages           []Message
	}
	completionOnly, assistantOnly bool
	want                          struct {
		IDs     []int32
		Trained string
	}
	class, msg string
}

func (c *maskCase) UnmarshalJSON(data []byte) error {
	var want json.RawMessage
	if err := json.Unmarshal(data, &[]any{&c.template, &c.record, &c.completionOnly, &c.assistantOnly, &want}); err != nil {
		return err
	}
	if json.Unmarshal(want, &c.want) == nil {
		return nil
	}
	return json.Unmarshal(want, &[]any{&c.class, &c.msg})
}

// sample masks the record as TRL does for its kind.
func (c *maskCase) sample(m *Masker, opt Options) (Sample, error) {
	r := c.record
	if r.Text != nil {
		return m.Text(*r.Text)
	}
	if r.Messages != nil {
		m.All = !c.assistantOnly
		return m.Messages(r.Messages, opt)
	}
	var prompt, completion string
	if json.Unmarshal(r.Prompt, &prompt) == nil && json.Unmarshal(r.Completion, &completion) == nil {
		return m.Plain(prompt, completion)
	}
	var before, after []Message
	if err := errors.Join(json.Unmarshal(r.Prompt, &before), json.Unmarshal(r.Completion, &after)); err != nil {
		return Sample{}, err
	}
	return m.Completion(before, after, opt)
}

func TestMaskGolden(t *testing.T) {
	var cases []maskCase
	g := readGolden(t, "masks.jsonl", func(line []byte) {
		var c maskCase
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	})
	if len(cases) < 60 {
		t.Fatalf("only %d masks", len(cases))
	}
	encoder := &toyEncoder{g.Merges, g.Specials}
	dropped := 0
	for i, c := range cases {
		tmpl := readTemplate(t, c.template, g.Tokens)
		s, err := c.sample(&Masker{Template: tmpl, Encoder: encoder}, Options{Now: g.clock(t)})
		if c.class == "RuntimeError" || c.class == "" && !strings.Contains(c.want.Trained, "1") { // TRL's ways to train nothing
			if !errors.Is(err, ErrNothingTrained) {
				t.Errorf("case %d (%s): error %v, want %v", i, c.template, err, ErrNothingTrained)
			}
			continue
		}
		if c.class != "" {
			if got, want := outcomeOf(t, "", err, outcome{}), (outcome{class: c.class, msg: c.msg}); got != want {
				t.Errorf("case %d (%s): got %+v, want %+v", i, c.template, got, want)
			}
			continue
		}
		if err != nil {
			t.Errorf("case %d (%s): %v", i, c.template, err)
			continue
		}
		trained := ""
		for _, b := range s.Trained {
			trained += map[bool]string{true: "1", false: "0"}[b]
		}
		if !slices.Equal(s.IDs, c.want.IDs) || trained != c.want.Trained {
			t.Errorf("case %d (%s):\n got %v %s\nwant %v %s", i, c.template, s.IDs, trained, c.want.IDs, c.want.Trained)
		}
		dropped += s.Dropped
	}
	if dropped == 0 {
		t.Error("no golden has tokens that merge across the boundary")
	}
}
