package trainset

import (
	"fmt"
	"strings"

	"graft/internal/chat"
	"graft/internal/engine"
	"graft/internal/fault"
	"graft/internal/record"
)

// checkLeak refuses held-out records that are trained on too: every number measured on them would flatter the adapter. Records are the same
// if they are written as the same text, whatever their format. All files to evaluate on are compared with all files to train on.
func checkLeak(trained, held []file, template *chat.Template) error {
	seen := map[string]string{}
	for _, f := range trained {
		for i := range f.records {
			text, err := written(&f.records[i], template)
			if err != nil {
				return fmt.Errorf("trainset: %s:%d: %w", f.Path, f.records[i].Line, err)
			}
			seen[text] = fmt.Sprintf("%s:%d", f.Path, f.records[i].Line)
		}
	}
	var leaks []string
	records := 0
	for _, f := range held {
		records += len(f.records)
		for i := range f.records {
			text, err := written(&f.records[i], template)
			if err != nil {
				return fmt.Errorf("trainset: %s:%d: %w", f.Path, f.records[i].Line, err)
			}
			if place, ok := seen[text]; ok {
				leaks = append(leaks, fmt.Sprintf("  %s:%d is %s", f.Path, f.records[i].Line, place))
			}
		}
	}
	return leakError(sources(held), sources(trained), leaks, records)
}

func sources(files []file) []engine.Source {
	var all []engine.Source
	for _, f := range files {
		all = append(all, f.Source)
	}
	return all
}

// leakError names the first leaks.
func leakError(held, trained []engine.Source, leaks []string, records int) error {
	const most = 10
	n := len(leaks)
	if n == 0 {
		return nil
	}
	if n > most {
		leaks = append(leaks[:most:most], fmt.Sprintf("  and %d more", n-most))
	}
	return fault.Gate(fmt.Errorf("trainset: the held-out data leaks: %d of the %d records of %s are in %s too; remove them from one of the two, "+
		"or set data.eval to \"\":\n%s", n, records, paths(held), paths(trained), strings.Join(leaks, "\n")))
}

// written is the whole text of a record.
func written(r *record.Record, template *chat.Template) (string, error) {
	messages := r.Conversation
	switch {
	case !r.Conversational():
		return r.Prompt + r.Completion + r.Text, nil
	case r.Format == record.Instruction:
		messages = []chat.Message{chat.Text("user", r.Prompt), chat.Text("assistant", r.Completion)}
	case r.Format == record.PromptCompletion:
		messages = append(append(messages, r.Before...), r.After...)
	}
	return template.Render(messages, chat.Options{Tools: r.Tools, Extra: r.Variables})
}
