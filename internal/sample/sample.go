package sample

import (
	"errors"
	"fmt"
	"slices"

	"graft/internal/chat"
	"graft/internal/parallel"
	"graft/internal/record"
)

// maxProblems bounds how many records are named when many are wrong.
const maxProblems = 20

// A Sample is one training sequence.
type Sample struct {
	IDs     []int32
	Trained []bool // Trained[i]: token i is a target of training
	Line    int    // of its record
}

// Options are what Tokenize needs to know beside records and template.
type Options struct {
	Path      string // of the records, for messages
	System    string // system turn put before each conversation; "": none
	MaxLength int    // tokens kept of a sample, from its beginning; 0: all
	// Packing keeps samples that truncation left without a trained token, as TRL does when it packs: they share a row with
	// others, and leaving them out would change which.
	Packing bool
	Pool    *parallel.Pool // nil: one worker
}

// Stats say what became of the records.
type Stats struct {
	Records   int
	Samples   int
	Tokens    int // of all samples, after truncation
	Trained   int // of those, targets
	Longest   int // tokens of the longest record, before truncation
	Truncated []int
	Dropped   []int // truncated to nothing that is trained, and left out; lines
	// Shifted are the lines of records whose prompt alone has other last tokens than at the beginning of prompt and completion:
	// the model is trained on another context than it meets in use. TRL trains such records too and warns.
	Shifted []int
}

// A Set is all samples of a file, in its order.
type Set struct {
	Samples []Sample
	Stats   Stats
}

// Tokenize makes samples of records. The samples do not depend on the number of workers. A record of which nothing would be
// trained even at full length is an error, as is a template that cannot render one or that never trains the end of a turn.
func Tokenize(records []record.Record, m *chat.Masker, o Options) (Set, error) {
	if slices.ContainsFunc(records, func(r record.Record) bool { return r.Conversational() }) {
		if err := m.Check(); err != nil {
			return Set{}, fmt.Errorf("sample: %w", err)
		}
	}
	whole := make([]chat.Sample, len(records))
	errs := make([]error, len(records))
	o.Pool.Run(len(records), func(_, i int) {
		whole[i], errs[i] = render(&records[i], m, o.System)
	})
	if err := o.problems(records, errs); err != nil {
		return Set{}, err
	}
	set := Set{Stats: Stats{Records: len(records)}}
	for i, s := range whole {
		set.add(s, records[i].Line, o)
	}
	if len(set.Samples) == 0 {
		return set, fmt.Errorf("sample: %s: no record is left: of all %d the first %d tokens hold nothing that is trained; "+
			"raise training.max_seq_length", o.Path, len(records), o.MaxLength)
	}
	return set, nil
}

// render makes the whole sample of a record.
func render(r *record.Record, m *chat.Masker, system string) (chat.Sample, error) {
	opt := chat.Options{Tools: r.Tools, Extra: r.Variables}
	switch r.Format {
	case record.Instruction:
		return m.Instruction(system, r.Prompt, r.Completion)
	case record.Messages:
		messages, err := withSystem(system, r.Conversation)
		if err != nil {
			return chat.Sample{}, err
		}
		return m.Messages(messages, opt)
	case record.PromptCompletion:
		if r.Before != nil {
			before, err := withSystem(system, r.Before)
			if err != nil {
				return chat.Sample{}, err
			}
			return m.Completion(before, r.After, opt)
		}
	}
	if system != "" {
		return chat.Sample{}, errors.New("is plain text, which has no turns to put data.system_prompt before; remove the system prompt")
	}
	if r.Format == record.Text {
		return m.Text(r.Text)
	}
	return m.Plain(r.Prompt, r.Completion)
}

// withSystem puts a system turn before a conversation that has none.
func withSystem(system string, messages []chat.Message) ([]chat.Message, error) {
	if system == "" {
		return messages, nil
	}
	if messages[0].Role() == "system" {
		return nil, errors.New("begins with a system message of its own, and data.system_prompt is set; remove one of them")
	}
	return slices.Concat([]chat.Message{chat.Text("system", system)}, messages), nil
}

// problems joins the errors of records, each with its line.
func (o Options) problems(records []record.Record, errs []error) error {
	var all []error
	more := 0
	for i, err := range errs {
		switch {
		case err == nil:
			continue
		case len(all) == maxProblems:
			more++
			continue
		case errors.Is(err, chat.ErrNothingTrained):
			err = fmt.Errorf("%w; a conversation needs a turn of the assistant after one of the user", err)
		}
		all = append(all, fmt.Errorf("sample: %s:%d: %w", o.Path, records[i].Line, err))
	}
	if more > 0 {
		all = append(all, fmt.Errorf("sample: %s: %d more problems", o.Path, more))
	}
	return errors.Join(all...)
}

// add truncates a sample and takes it in, unless nothing that is trained is left of it.
func (set *Set) add(s chat.Sample, line int, o Options) {
	stats := &set.Stats
	stats.Longest = max(stats.Longest, len(s.IDs))
	if s.Dropped > 0 {
		stats.Shifted = append(stats.Shifted, line)
	}
	if o.MaxLength > 0 && len(s.IDs) > o.MaxLength {
		stats.Truncated = append(stats.Truncated, line)
		s.IDs, s.Trained = s.IDs[:o.MaxLength], s.Trained[:o.MaxLength]
		if !o.Packing && !slices.Contains(s.Trained, true) {
			stats.Dropped = append(stats.Dropped, line)
			return
		}
	}
	stats.Samples++
	stats.Tokens += len(s.IDs)
	for _, trained := range s.Trained {
		if trained {
			stats.Trained++
		}
	}
	set.Samples = append(set.Samples, Sample{IDs: s.IDs, Trained: s.Trained, Line: line})
}
