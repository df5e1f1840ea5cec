package chat

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"graft/internal/jinja"
)

// ErrNoTemplate is the error of every conversation for a model without a chat template.
var ErrNoTemplate = errors.New("no chat template")

// A Template is a model's chat template with its special tokens. It may be used by several goroutines at once.
type Template struct {
	plain, tools *variant // tools is used when there are tools; it may be the same; both are nil where the model has none
	tokens       *jinja.Dict
	dir          string // where it was looked for
}

// A variant is one of the named templates of a model.
type variant struct {
	source string
	*jinja.Template
}

// Options are the arguments of apply_chat_template.
type Options struct {
	Tools               []Object // nil is None, which differs from an empty list
	Documents           []Object
	AddGenerationPrompt bool
	// ContinueFinal leaves the last message open, so that the model goes on with it.
	ContinueFinal bool
	// Extra are further variables of the template, such as enable_thinking. They hide special tokens of their names.
	Extra Object
	// Now is the clock of strftime_now, by default the local time.
	Now func() time.Time
}

// NewTemplate parses a template. tokens are the texts of the special tokens by name, such as eos_token.
func NewTemplate(source string, tokens map[string]string) (*Template, error) {
	v, err := parse(source)
	if err != nil {
		return nil, err
	}
	t := &Template{plain: v, tools: v, tokens: jinja.NewDict()}
	for name, text := range tokens {
		t.tokens.Set(name, text)
	}
	return t, nil
}

func parse(source string) (*variant, error) {
	t, err := jinja.Parse(source)
	if err != nil {
		return nil, fmt.Errorf("chat: template: %w", err)
	}
	return &variant{source, t}, nil
}

// Token is the text of a special token such as "eos_token", "" if the model has none.
func (t *Template) Token(name string) string {
	v, _ := t.tokens.Get(name)
	s, _ := v.(string)
	return s
}

var generationTag = regexp.MustCompile(`\{%-?\s*generation\s*-?%\}`)

// marksTurns reports whether the template that opt selects marks the assistant's turns itself.
func (t *Template) marksTurns(opt Options) bool {
	return generationTag.MatchString(t.variant(opt).source)
}

func (t *Template) variant(opt Options) *variant {
	if opt.Tools != nil {
		return t.tools
	}
	return t.plain
}

// missing is the error of a model without a chat template.
func (t *Template) missing() error {
	if t.plain != nil {
		return nil
	}
	return fmt.Errorf("chat: %s: %w: looked for chat_template.jinja, additional_chat_templates/, chat_template in "+
		"tokenizer_config.json and chat_template.json; add one, or train on text or plain prompt/completion records", t.dir, ErrNoTemplate)
}

// Render writes a conversation as text. Errors of the template are *jinja.Error, with Python's class and message.
func (t *Template) Render(messages []Message, opt Options) (string, error) {
	r, err := t.render(messages, opt)
	return r.Text, err
}

func (t *Template) render(messages []Message, opt Options) (jinja.Result, error) {
	if err := t.missing(); err != nil {
		return jinja.Result{}, err
	}
	if len(messages) == 0 {
		return jinja.Result{}, valueError("Cannot apply chat template to an empty conversation. Provide at least one message.")
	}
	if opt.ContinueFinal && opt.AddGenerationPrompt {
		return jinja.Result{}, valueError("continue_final_message and add_generation_prompt are not compatible. " +
			"Use continue_final_message when you want the model to continue the final message, and add_generation_prompt when you " +
			"want to add a header that will prompt it to start a new assistant message instead.")
	}
	chat := make([]*jinja.Dict, len(messages))
	for i, m := range messages {
		chat[i] = normal(m)
	}
	final, err := t.openFinal(chat, opt)
	if err != nil {
		return jinja.Result{}, err
	}
	vars, err := t.variables(chat, opt)
	if err != nil {
		return jinja.Result{}, err
	}
	r, err := t.variant(opt).Render(vars, opt.Now)
	if err != nil {
		return jinja.Result{}, fmt.Errorf("chat: %w", err)
	}
	if opt.ContinueFinal {
		r.Text, err = cutFinal(r.Text, final)
	}
	return r, err
}

// valueError is what Python raises before a template runs.
func valueError(msg string) error { return &jinja.Error{Class: "ValueError", Msg: msg} }

func (t *Template) variables(chat []*jinja.Dict, opt Options) (*jinja.Dict, error) {
	vars := t.tokens.Clone()
	for key, v := range opt.Extra.dict().All() {
		name, _ := key.(string)
		if slices.Contains([]string{"messages", "tools", "documents", "add_generation_prompt"}, name) {
			return nil, fmt.Errorf("chat: template variable %s is set by the conversation itself; use its own option", name)
		}
		vars.Set(name, v)
	}
	items := make([]jinja.Value, len(chat))
	for i, m := range chat {
		items[i] = m
	}
	vars.Set("messages", jinja.NewList(items...))
	vars.Set("tools", list(opt.Tools))
	vars.Set("documents", list(opt.Documents))
	vars.Set("add_generation_prompt", opt.AddGenerationPrompt)
	return vars, nil
}

// continueTag is put behind the final message to find its end in the output.
const continueTag = "CONTINUE_FINAL_MESSAGE_TAG "

// openFinal marks the end of the final message if it is to be continued, and gives its text.
func (t *Template) openFinal(chat []*jinja.Dict, opt Options) (string, error) {
	if !opt.ContinueFinal {
		return "", nil
	}
	last := chat[len(chat)-1]
	content, ok := last.Get("content")
	if !ok {
		return "", valueError(`continue_final_message is set but the final message has no "content" to continue!`)
	}
	if !strings.Contains(t.variant(opt).source, "content") {
		return "", valueError(`continue_final_message is set to "content" but this is not an accepted field in the chat_template`)
	}
	switch c := content.(type) {
	case string:
		last.Set("content", c+continueTag)
		return c, nil
	case *jinja.List:
		parts := slices.Clone(c.Items())
		for i, part := range slices.Backward(parts) {
			d, ok := part.(*jinja.Dict)
			if !ok {
				continue
			}
			if text, ok := textOf(d); ok {
				d = d.Clone()
				d.Set("text", text+continueTag)
				parts[i] = d
				last.Set("content", jinja.NewList(parts...))
				return text, nil
			}
		}
	}
	return "", valueError("continue_final_message is set but we could not find any text to continue in the final message!")
}

func textOf(part *jinja.Dict) (string, bool) {
	v, _ := part.Get("text")
	s, ok := v.(string)
	return s, ok
}

// cutFinal ends the output where the final message ends.
func cutFinal(text, final string) (string, error) {
	tag := strings.TrimSpace(continueTag)
	at := strings.LastIndex(text, tag)
	if at < 0 || !strings.Contains(text, strings.TrimSpace(final)) {
		return "", valueError("continue_final_message is set but the final message does not appear in the chat after applying the " +
			"chat template! This can happen if the chat template deletes portions of the final message. Please verify the chat " +
			"template and final message in your chat to ensure they are compatible." +
			"Final message to continue: " + strings.TrimSpace(final) + "\nRendered chat:\n" + text)
	}
	if strings.HasPrefix(text[at:], continueTag) {
		return text[:at], nil
	}
	return strings.TrimRightFunc(text[:at], unicode.IsSpace), nil
}
