package gdscript

import (
	"graft/internal/dataset"
	"graft/internal/lang/gdscript"
	"graft/internal/lang/mutate"
)

// mostAround bounds the file that is parsed again for each of its functions.
const mostAround = 64 << 10

// node finds a function in its file, or in its code alone where the file indents it or is large. at is where code begins in the text
// parsed.
func node(f *dataset.File, fn *dataset.Function, code string) (s *gdscript.Source, n *gdscript.Node, at int) {
	at, text := fn.Start, f.Text
	if len(text) > mostAround || at+len(code) > len(text) || text[at:at+len(code)] != code {
		at, text = 0, code
	}
	s, err := gdscript.Parse(text)
	if err != nil {
		return nil, nil, 0
	}
	_, found := s.Outline()
	for _, d := range found {
		if d.Start == at {
			return s, d.Node, at
		}
	}
	return nil, nil, 0
}

// Before writes a function as Godot 3 had it.
func (domain) Before(f *dataset.File, fn *dataset.Function, code string) *dataset.Conversion {
	s, n, _ := node(f, fn, code)
	if n == nil {
		return nil
	}
	r, ok := s.Godot3(n)
	if !ok {
		return nil
	}
	return &dataset.Conversion{Code: r.Text, From: "Godot 3", To: "Godot 4", Rules: r.Changes}
}

// kinds are the kinds of faults as the planner knows them.
var kinds = map[string]mutate.Kind{
	gdscript.FlippedComparison: mutate.Comparison, gdscript.WrongBoundary: mutate.Comparison, gdscript.OffByOne: mutate.OffByOne,
	gdscript.WrongOperator: mutate.Operator, gdscript.NegatedCondition: mutate.Condition, gdscript.SwappedArguments: mutate.Arguments,
	gdscript.DroppedAwait: mutate.Await, gdscript.WrongVariable: mutate.Variable, gdscript.MissingReturn: mutate.Statement,
	gdscript.RemovedStatement: mutate.Statement,
}

// Mutations lists the faults that can be put into a function.
func (domain) Mutations(f *dataset.File, fn *dataset.Function, code string, from int) []mutate.Edit {
	s, n, at := node(f, fn, code)
	if n == nil {
		return nil
	}
	var edits []mutate.Edit
	for _, m := range s.Mutations(n) {
		if k := kinds[m.Kind]; k != "" && m.Start-at >= from && m.End-at <= len(code) {
			edits = append(edits, mutate.Edit{Kind: k, Start: m.Start - at, End: m.End - at, Text: m.Text})
		}
	}
	return edits
}
