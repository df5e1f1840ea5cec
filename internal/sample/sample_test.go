package sample

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"graft/internal/chat"
	"graft/internal/parallel"
	"graft/internal/record"
	"graft/internal/tokenizer"
)

const tinyCoder = "../model/builtin/tiny-coder"

// masker is that of the built-in model.
func masker(t *testing.T) *chat.Masker {
	t.Helper()
	tok, err := tokenizer.Load(tinyCoder)
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := chat.LoadTemplate(tinyCoder)
	if err != nil {
		t.Fatal(err)
	}
	end, ok := tok.TokenID("<|im_end|>")
	if !ok {
		t.Fatal("no <|im_end|>")
	}
	return &chat.Masker{Template: tmpl, Encoder: tok, EndIDs: []int32{end}}
}

func instruction(line int, prompt, output string) record.Record {
	return record.Record{Line: line, Format: record.Instruction, Prompt: prompt, Completion: output}
}

// text decodes the tokens of a sample for which keep holds.
func text(m *chat.Masker, s Sample, keep func(i int) bool) string {
	var ids []int32
	for i, id := range s.IDs {
		if keep(i) {
			ids = append(ids, id)
		}
	}
	return m.Encoder.(*tokenizer.Tokenizer).Decode(ids, false)
}

func all(int) bool { return true }

func TestTokenizeFormats(t *testing.T) {
	m := masker(t)
	user, assistant, system := chat.Text("user", "hi"), chat.Text("assistant", "yo"), chat.Text("system", "be brief")
	for _, c := range []struct {
		name, system   string
		r              record.Record
		whole, trained string
	}{
		{
			"instruction", "", instruction(1, "hi", "yo"),
			"<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\nyo<|im_end|>\n", "yo<|im_end|>\n",
		},
		{
			"instruction with system prompt", "be brief", instruction(1, "hi", "yo"),
			"<|im_start|>system\nbe brief<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\nyo<|im_end|>\n", "yo<|im_end|>\n",
		},
		{
			"messages", "",
			record.Record{Format: record.Messages, Conversation: []chat.Message{user, assistant, user, assistant}},
			strings.Repeat("<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\nyo<|im_end|>\n", 2), "yo<|im_end|>\nyo<|im_end|>\n",
		},
		{
			"messages with their own system turn", "",
			record.Record{Format: record.Messages, Conversation: []chat.Message{system, user, assistant}},
			"<|im_start|>system\nbe brief<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\nyo<|im_end|>\n", "yo<|im_end|>\n",
		},
		{
			"prompt and completion as messages", "be brief",
			record.Record{Format: record.PromptCompletion, Before: []chat.Message{user}, After: []chat.Message{assistant}},
			"<|im_start|>system\nbe brief<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\nyo<|im_end|>\n", "yo<|im_end|>\n",
		},
		{"prompt and completion as text", "", record.Record{Format: record.PromptCompletion, Prompt: "x =", Completion: " (1)"}, "x = (1)<|im_end|>", " (1)<|im_end|>"},
		{"text", "", record.Record{Format: record.Text, Text: "x = 1"}, "x = 1<|im_end|>", "x = 1<|im_end|>"},
	} {
		set, err := Tokenize([]record.Record{c.r}, m, Options{System: c.system})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		s := set.Samples[0]
		if got := text(m, s, all); got != c.whole {
			t.Errorf("%s: whole is %q, want %q", c.name, got, c.whole)
		}
		if got := text(m, s, func(i int) bool { return s.Trained[i] }); got != c.trained {
			t.Errorf("%s: trained is %q, want %q", c.name, got, c.trained)
		}
	}
}

func TestTokenizeTruncates(t *testing.T) {
	m := masker(t)
	records := []record.Record{
		instruction(1, "hi", "yo"),
		instruction(2, "hi", strings.Repeat("local x = 1\n", 50)),
		instruction(4, strings.Repeat("why ", 50), "yo"),
		instruction(5, "hi", "you"),
	}
	set, err := Tokenize(records, m, Options{MaxLength: 20})
	if err != nil {
		t.Fatal(err)
	}
	st := set.Stats
	if !slices.Equal(st.Truncated, []int{2, 4}) || !slices.Equal(st.Dropped, []int{4}) {
		t.Errorf("truncated %v, dropped %v", st.Truncated, st.Dropped)
	}
	if st.Records != 4 || st.Samples != 3 || len(set.Samples) != 3 || st.Longest < 100 || len(st.Shifted) != 0 {
		t.Errorf("stats %+v", st)
	}
	tokens, trained := 0, 0
	lines := []int{}
	for _, s := range set.Samples {
		lines = append(lines, s.Line)
		tokens += len(s.IDs)
		for _, x := range s.Trained {
			if x {
				trained++
			}
		}
	}
	if st.Tokens != tokens || st.Trained != trained || !slices.Equal(lines, []int{1, 2, 5}) || len(set.Samples[1].IDs) != 20 {
		t.Errorf("%d tokens, %d trained, lines %v, stats %+v", tokens, trained, lines, st)
	}
	packed, err := Tokenize(records, m, Options{MaxLength: 20, Packing: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(packed.Samples) != 4 || len(packed.Stats.Dropped) != 0 {
		t.Errorf("packing keeps %d samples, dropped %v", len(packed.Samples), packed.Stats.Dropped)
	}
	if _, err := Tokenize(records[2:3], m, Options{MaxLength: 20, Path: "a.jsonl"}); err == nil || !strings.Contains(err.Error(), "raise training.max_seq_length") {
		t.Errorf("nothing left: %v", err)
	}
}

func TestTokenizeAll(t *testing.T) {
	m := masker(t)
	m.All = true
	set, err := Tokenize([]record.Record{instruction(1, "hi", "yo")}, m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(set.Samples[0].Trained, false) {
		t.Error("loss_on all leaves tokens out")
	}
}

func TestTokenizeShifted(t *testing.T) {
	m := masker(t)
	// "lo" and "cal" merge across the border, so the prompt alone has another last token.
	set, err := Tokenize([]record.Record{{Line: 3, Format: record.PromptCompletion, Prompt: "lo", Completion: "cal x"}}, m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(set.Stats.Shifted, []int{3}) {
		t.Errorf("shifted %v", set.Stats.Shifted)
	}
}

func TestTokenizeErrors(t *testing.T) {
	m := masker(t)
	user, system := chat.Text("user", "hi"), chat.Text("system", "x")
	for _, c := range []struct {
		r            record.Record
		system, want string
	}{
		{record.Record{Line: 7, Format: record.Messages, Conversation: []chat.Message{user}}, "", "sample: a.jsonl:7: chat: no token of the record is trained"},
		{record.Record{Line: 7, Format: record.Text, Text: "x"}, "be brief", "sample: a.jsonl:7: is plain text"},
		{record.Record{Line: 7, Format: record.PromptCompletion, Prompt: "x", Completion: "y"}, "be brief", "sample: a.jsonl:7: is plain text"},
		{record.Record{Line: 7, Format: record.Messages, Conversation: []chat.Message{system, user}}, "y", "begins with a system message of its own"},
		{record.Record{Line: 7, Format: record.PromptCompletion, Before: []chat.Message{system, user}, After: []chat.Message{user}}, "y", "begins with a system message"},
	} {
		_, err := Tokenize([]record.Record{c.r}, m, Options{System: c.system, Path: "a.jsonl"})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want %q", c.r, err, c.want)
		}
	}
	many := slices.Repeat([]record.Record{{Line: 1, Format: record.Messages, Conversation: []chat.Message{user}}}, 50)
	_, err := Tokenize(many, m, Options{Path: "a.jsonl"})
	if !errors.Is(err, chat.ErrNothingTrained) || !strings.Contains(err.Error(), "30 more problems") || strings.Count(err.Error(), "\n") != 20 {
		t.Errorf("many problems: %v", err)
	}
	m.EndIDs = []int32{3999}
	if _, err := Tokenize([]record.Record{instruction(1, "a", "b")}, m, Options{}); err == nil || !strings.Contains(err.Error(), "never learn to stop") {
		t.Errorf("endless template: %v", err)
	}
}

// TestTokenizeWorkers proves that samples do not depend on the number of workers.
func TestTokenizeWorkers(t *testing.T) {
	m := masker(t)
	var records []record.Record
	for i := range 200 {
		records = append(records, instruction(i+1, strings.Repeat("a ", i%17), strings.Repeat("b\n", i%23)+"c"))
	}
	one, err := Tokenize(records, m, Options{MaxLength: 30})
	if err != nil {
		t.Fatal(err)
	}
	pool := parallel.New(4)
	defer pool.Close()
	four, err := Tokenize(records, m, Options{MaxLength: 30, Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(one, four) {
		t.Error("four workers make other samples than one")
	}
}
