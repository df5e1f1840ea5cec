package chat

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"graft/internal/jinja"
)

// An Encoder turns text into token ids, special tokens in the text included, and adds nothing.
type Encoder interface {
	Encode(text string) []int32
}

// A SpecialEncoder also knows the special tokens that belong around a text of its own, such as one for its beginning. Records
// without a template are encoded with them; in a template they are written out.
type SpecialEncoder interface {
	EncodeSpecial(text string) []int32
}

// A Sample is one training sequence.
type Sample struct {
	IDs     []int32
	Trained []bool // for each id whether it counts in the loss
	// Dropped is how many tokens the prompt alone has past the point where it and the whole sequence part: the model is trained on
	// another context than it meets when it is used. 0 for most templates.
	Dropped int
}

// ErrNothingTrained is the error of a record none of whose tokens would be trained.
var ErrNothingTrained = errors.New("no token of the record is trained")

// A Masker makes samples from records.
type Masker struct {
	Template *Template
	Encoder  Encoder
	// EndIDs are the tokens that end the model's turn, from eos_token_id of the model's configuration.
	EndIDs []int32
	// All trains every token, not only completions.
	All bool
}

// Text makes a sample of plain text; the end-of-sequence token is added where the text does not end with it.
func (m *Masker) Text(text string) (Sample, error) {
	text, err := m.ended(text)
	if err != nil {
		return Sample{}, err
	}
	ids := m.encodePlain(text)
	return m.sample(ids, []span{{0, len(ids)}})
}

// Plain makes a sample of a prompt and its completion that are plain text, without a template.
func (m *Masker) Plain(prompt, completion string) (Sample, error) {
	completion, err := m.ended(completion)
	if err != nil {
		return Sample{}, err
	}
	return m.completion(m.encodePlain(prompt), m.encodePlain(prompt+completion))
}

func (m *Masker) encodePlain(text string) []int32 {
	if e, ok := m.Encoder.(SpecialEncoder); ok {
		return e.EncodeSpecial(text)
	}
	return m.Encoder.Encode(text)
}

func (m *Masker) ended(text string) (string, error) {
	eos := m.Template.Token("eos_token")
	if eos == "" {
		return "", errors.New("chat: the tokenizer has no eos_token, so nothing would teach the model to stop; " +
			"name one in tokenizer_config.json")
	}
	if strings.HasSuffix(text, eos) {
		return text, nil
	}
	return text + eos, nil
}

// Completion makes a sample of a prompt and its completion that are messages.
func (m *Masker) Completion(prompt, completion []Message, opt Options) (Sample, error) {
	opt.AddGenerationPrompt = true
	before, err := m.Template.Render(prompt, opt)
	if err != nil {
		return Sample{}, fmt.Errorf("prompt: %w", err)
	}
	opt.AddGenerationPrompt = false
	whole, err := m.Template.Render(slices.Concat(prompt, completion), opt)
	if err != nil {
		return Sample{}, err
	}
	return m.completion(m.Encoder.Encode(before), m.Encoder.Encode(whole))
}

// Instruction makes a sample of an instruction and its output. A system prompt that is not empty comes first.
func (m *Masker) Instruction(system, instruction, output string) (Sample, error) {
	var prompt []Message
	if system != "" {
		prompt = append(prompt, Text("system", system))
	}
	prompt = append(prompt, Text("user", instruction))
	return m.Completion(prompt, []Message{Text("assistant", output)}, Options{})
}

// completion trains what follows the longest common prefix of the prompt and the whole.
func (m *Masker) completion(prompt, whole []int32) (Sample, error) {
	start := commonPrefix(prompt, whole)
	s, err := m.sample(whole, []span{{start, len(whole)}})
	if err == nil {
		s.Dropped = len(prompt) - start
	}
	return s, err
}

// A span is a range of token positions.
type span struct{ start, end int }

func (m *Masker) sample(ids []int32, trained []span) (Sample, error) {
	s := Sample{IDs: ids, Trained: make([]bool, len(ids))}
	if m.All {
		trained = []span{{0, len(ids)}}
	}
	some := false
	for _, t := range trained {
		for i := t.start; i < t.end; i++ {
			s.Trained[i], some = true, true
		}
	}
	if !some {
		return Sample{}, fmt.Errorf("chat: %w", ErrNothingTrained)
	}
	return s, nil
}

func commonPrefix(a, b []int32) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func commonSuffix(a, b []int32) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// Messages makes a sample of a conversation. Every turn of the assistant is trained.
func (m *Masker) Messages(messages []Message, opt Options) (Sample, error) {
	opt.AddGenerationPrompt = false
	r, err := m.Template.render(messages, opt)
	if err != nil {
		return Sample{}, err
	}
	ids := m.Encoder.Encode(r.Text)
	switch {
	case m.All:
		return m.sample(ids, nil)
	case m.Template.marksTurns(opt):
		return m.marked(r, ids)
	}
	var trained []span
	for i, msg := range messages {
		if msg.Role() != "assistant" {
			continue
		}
		turn, err := m.turn(messages, i, ids, opt)
		if err != nil {
			return Sample{}, err
		}
		trained = append(trained, turn)
	}
	return m.sample(ids, trained)
}

// marked trains what the template's {% generation %} blocks wrote.
func (m *Masker) marked(r jinja.Result, ids []int32) (Sample, error) {
	if r.Misplaced > 0 {
		return Sample{}, fmt.Errorf("chat: template: line %d: a {%% generation %%} block inside a macro or a block that collects "+
			"text has no known place in the output; move it out", r.Misplaced)
	}
	var trained []span
	for _, s := range r.Spans {
		if s.Start < s.End {
			trained = append(trained, m.align(r.Text, s, ids))
		}
	}
	return m.sample(ids, trained)
}

// align finds the tokens of a part of the text: all that hold any of it. (Where a part ends with a character of several tokens,
// transformers trains only the first of them.)
func (m *Masker) align(text string, s jinja.Span, ids []int32) span {
	upto := m.Encoder.Encode(text[:s.End])
	end := commonPrefix(upto, ids)
	if end < len(upto) {
		end = len(ids) - commonSuffix(m.Encoder.Encode(text[s.End:]), ids)
	}
	return span{commonPrefix(m.Encoder.Encode(text[:s.Start]), ids), end}
}

// turn finds the tokens of message i in the whole conversation: what the conversation up to it has past the conversation before
// it. Both must be prefixes of the whole, but for the generation prompt, which a template may write differently.
func (m *Masker) turn(messages []Message, i int, whole []int32, opt Options) (span, error) {
	fail := func(why string) (span, error) {
		return span{}, fmt.Errorf("chat: message %d (assistant): %s; split the record at its assistant turns into prompt and "+
			"completion, use a template with {%% generation %%} blocks, or train all tokens", i+1, why)
	}
	if i == 0 {
		return fail("nothing prompts it")
	}
	history, err := m.encode(messages[:i], opt)
	if err != nil {
		return fail("the conversation before it cannot be rendered: " + err.Error())
	}
	upto, err := m.encode(messages[:i+1], opt)
	if err != nil {
		return fail("the conversation up to it cannot be rendered: " + err.Error())
	}
	opt.AddGenerationPrompt = true
	prompt, err := m.encode(messages[:i], opt)
	if err != nil {
		return fail("its prompt cannot be rendered: " + err.Error())
	}
	turn := span{commonPrefix(prompt, whole), commonPrefix(upto, whole)}
	if turn.end < len(upto) || turn.start < len(history) {
		return fail("the template writes this part of the conversation differently once more messages follow, so its tokens " +
			"cannot be found")
	}
	return turn, nil
}

func (m *Masker) encode(messages []Message, opt Options) ([]int32, error) {
	text, err := m.Template.Render(messages, opt)
	if err != nil {
		return nil, err
	}
	return m.Encoder.Encode(text), nil
}

// A Turn is one turn of the assistant and what precedes it.
type Turn struct {
	Prompt     []Message
	Completion []Message
}

// Turns splits a conversation at the turns of the assistant. Each is a record of its own that any template can mask, and shows
// the model what it will see when it writes that turn. Messages after the last turn are left out, as is a turn nothing precedes.
func Turns(messages []Message) []Turn {
	var turns []Turn
	for i, msg := range messages {
		if i > 0 && msg.Role() == "assistant" {
			turns = append(turns, Turn{messages[:i:i], messages[i : i+1 : i+1]})
		}
	}
	return turns
}

// Check refuses a model without a template, and a template with which the model would never learn to end its turn: of a short
// conversation, no token that is trained for the assistant's turn is among EndIDs.
func (m *Masker) Check() error {
	if err := m.Template.missing(); err != nil {
		return err
	}
	user, assistant := Text("user", "dummy"), Text("assistant", "dummy")
	c := *m
	c.All = false
	s, err := c.Completion([]Message{user}, []Message{assistant}, Options{})
	if err != nil {
		return fmt.Errorf("chat: the template cannot render a user and an assistant turn: %w", err)
	}
	if !m.ends(s) {
		return m.endless("of a prompt and its completion")
	}
	if !m.Template.marksTurns(Options{}) {
		return nil
	}
	// Some templates leave the last turn open, or give its end to the message that follows.
	s, err = c.Messages([]Message{user, assistant, user}, Options{})
	if err != nil {
		return fmt.Errorf("chat: the template cannot mask a conversation: %w", err)
	}
	if !m.ends(s) {
		return m.endless("of a conversation")
	}
	return nil
}

// ends reports whether a trained token ends a turn.
func (m *Masker) ends(s Sample) bool {
	for i, id := range s.IDs {
		if s.Trained[i] && slices.Contains(m.EndIDs, id) {
			return true
		}
	}
	return false
}

func (m *Masker) endless(what string) error {
	return fmt.Errorf("chat: the template trains none of the tokens that end the model's turn (ids %v) %s, so the model would never "+
		"learn to stop; put the end of turn inside the assistant's part of the template, or correct eos_token_id", m.EndIDs, what)
}
