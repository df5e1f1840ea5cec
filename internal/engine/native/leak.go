package native

import (
	"fmt"
	"strings"

	"graft/internal/chat"
	"graft/internal/dataset/record"
	"graft/internal/engine"
)

// checkLeak refuses held-out records that are trained on too: every number measured on them would flatter the adapter. Records are the same
// if they are written as the same text, whatever their format.
func checkLeak(d engine.Data, train, eval []record.Record, template *chat.Template) error {
	seen := make(map[string]int, len(train))
	for i := range train {
		text, err := written(&train[i], template)
		if err != nil {
			return fmt.Errorf("native: %s:%d: %w", d.Train, train[i].Line, err)
		}
		seen[text] = train[i].Line
	}
	var leaks []string
	for i := range eval {
		text, err := written(&eval[i], template)
		if err != nil {
			return fmt.Errorf("native: %s:%d: %w", d.Eval, eval[i].Line, err)
		}
		if line, ok := seen[text]; ok {
			leaks = append(leaks, fmt.Sprintf("  %s:%d is %s:%d", d.Eval, eval[i].Line, d.Train, line))
		}
	}
	return leakError(d, leaks, len(eval))
}

// leakError names the first leaks.
func leakError(d engine.Data, leaks []string, records int) error {
	const most = 10
	n := len(leaks)
	if n == 0 {
		return nil
	}
	if n > most {
		leaks = append(leaks[:most:most], fmt.Sprintf("  and %d more", n-most))
	}
	return engine.Gate(fmt.Errorf("native: the held-out data leaks: %d of the %d records of %s are in %s too; remove them from one of the two, "+
		"or set data.eval to \"\":\n%s", n, records, d.Eval, d.Train, strings.Join(leaks, "\n")))
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
