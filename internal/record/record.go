package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"graft/internal/chat"
)

// A Format is the shape of the records of a file.
type Format string

// The formats. Auto stands for the one that the first record of a file has.
const (
	Auto             Format = "auto"
	Instruction      Format = "instruction"
	Messages         Format = "messages"
	PromptCompletion Format = "prompt-completion"
	Text             Format = "text"
)

// keys are the keys that a record of a format must have.
var keys = map[Format][]string{
	Instruction:      {"instruction", "output"},
	Messages:         {"messages"},
	PromptCompletion: {"prompt", "completion"},
	Text:             {"text"},
}

// formats lists the formats in the order in which messages name them.
var formats = []Format{Instruction, Messages, PromptCompletion, Text}

const (
	toolsKey     = "tools"
	variablesKey = "chat_template_kwargs"
	inputKey     = "input"
)

// A Record is one training example.
type Record struct {
	Line   int    // in a .jsonl or .json file where it begins, in a .parquet file its row; from 1
	Format Format // never Auto

	Prompt     string // instruction, or prompt as text
	Completion string // output, or completion as text
	Text       string

	Conversation []chat.Message // messages
	Before       []chat.Message // prompt as messages; then Prompt and Completion are empty
	After        []chat.Message // completion as messages

	Tools     []chat.Object // nil if the record has none
	Variables chat.Object   // chat_template_kwargs
}

// Conversational reports whether a chat template renders the record.
func (r *Record) Conversational() bool {
	return r.Format == Instruction || r.Format == Messages || r.Before != nil
}

// detect finds the one format whose keys o has.
func detect(o *object) (Format, error) {
	var found []string
	var format Format
	for _, f := range formats {
		if !slices.ContainsFunc(keys[f], func(key string) bool { return !o.has(key) }) {
			found, format = append(found, string(f)), f
		}
	}
	switch len(found) {
	case 1:
		return format, nil
	case 0:
		return "", fmt.Errorf("is of no known format: its keys are %s; expected instruction and output, messages, "+
			"prompt and completion, or text%s", o.names(), o.misspelt(allKeys()))
	}
	return "", fmt.Errorf("has the keys of the formats %s; name the one that is meant as data.format", strings.Join(found, " and "))
}

// allKeys lists the keys that tell formats apart.
func allKeys() []string {
	var all []string
	for _, f := range formats {
		all = append(all, keys[f]...)
	}
	return all
}

// reads reports whether the value of a key matters in a record of any format.
func reads(key string) bool {
	return slices.Contains(allKeys(), key) || slices.Contains([]string{toolsKey, variablesKey, inputKey}, key)
}

// decode makes a record of a format from a JSON object.
func decode(o *object, format Format) (Record, error) {
	r := Record{Format: format}
	if err := o.complete(format); err != nil {
		return r, err
	}
	var errs []error
	text := func(key string, dst *string) { errs = append(errs, o.text(key, dst)) }
	switch format {
	case Instruction:
		text("instruction", &r.Prompt)
		text("output", &r.Completion)
		errs = append(errs, o.noInput(), notEmpty("output", r.Completion))
	case Text:
		text("text", &r.Text)
		errs = append(errs, notEmpty("text", r.Text))
	case Messages:
		errs = append(errs, o.messages("messages", &r.Conversation))
	case PromptCompletion:
		errs = append(errs, o.promptCompletion(&r))
	}
	errs = append(errs, o.template(&r))
	return r, first(errs)
}

// first returns the first error: the others are often its consequences.
func first(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func notEmpty(key, text string) error {
	if text == "" {
		return fmt.Errorf("%q is empty, so there is nothing to learn; fill it or remove the record", key)
	}
	return nil
}

// complete reports keys that are missing and keys that look like a misspelt one.
func (o *object) complete(format Format) error {
	known := slices.Concat(keys[format], []string{toolsKey, variablesKey, inputKey})
	for _, key := range keys[format] {
		if _, null := o.values[key]; null && !o.has(key) {
			return fmt.Errorf("%q is null, expected a value", key)
		}
		if !o.has(key) {
			return fmt.Errorf("has no %q, which a record of the format %s needs; its keys are %s%s", key, format, o.names(), o.misspelt(known))
		}
	}
	if hint := o.misspelt(known); hint != "" {
		return errors.New("has a key that graft would not read" + hint)
	}
	return nil
}

// noInput refuses the third key of Alpaca's records when it is not empty.
func (o *object) noInput() error {
	var input string
	if err := o.text(inputKey, &input); o.has(inputKey) && (err != nil || input != "") {
		return errors.New(`has an "input", which the format instruction does not know and which would be lost; append it to "instruction"`)
	}
	return nil
}

func (o *object) promptCompletion(r *Record) error {
	prompt, completion := o.isList("prompt"), o.isList("completion")
	switch {
	case prompt && completion:
		return first([]error{o.messages("prompt", &r.Before), o.messages("completion", &r.After)})
	case prompt || completion:
		return errors.New(`"prompt" and "completion" must both be strings or both be lists of messages`)
	}
	return first([]error{o.text("prompt", &r.Prompt), o.text("completion", &r.Completion), notEmpty("completion", r.Completion)})
}

// template reads what a chat template gets beside the messages. Records of other shapes must not have it.
func (o *object) template(r *Record) error {
	for _, key := range []string{toolsKey, variablesKey} {
		if o.has(key) && (r.Format == Instruction || !r.Conversational()) {
			return fmt.Errorf("has %q, which only records with messages can have", key)
		}
	}
	return first([]error{o.tools(&r.Tools), o.variables(&r.Variables)})
}

func (o *object) tools(dst *[]chat.Object) error {
	raw := o.value(toolsKey)
	if raw == nil {
		return nil
	}
	if raw[0] == '"' { // TRL takes the list as a string of JSON too: Parquet has no columns of free shape
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return fmt.Errorf("%q: %w", toolsKey, err)
		}
		raw = []byte(strings.TrimSpace(text))
	}
	var tools []chat.Object
	if err := json.Unmarshal(raw, &tools); err != nil {
		return fmt.Errorf("%q is not a list of objects: %w", toolsKey, err)
	}
	if len(tools) > 0 {
		*dst = tools
	}
	return nil
}

func (o *object) variables(dst *chat.Object) error {
	raw := o.value(variablesKey)
	if raw == nil {
		return nil
	}
	if err := json.Unmarshal(raw, dst); err != nil {
		return fmt.Errorf("%q is not an object: %w", variablesKey, err)
	}
	return nil
}
