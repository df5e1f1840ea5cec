package dataset

import (
	"strconv"
	"strings"

	"graft/internal/lang/mutate"
)

// A bug is a function that was broken in one place.
type bug struct {
	code string // broken
	edit mutate.Edit
	was  string // what stood in the place
}

// bodyOffset is where the body begins in the code of the unit, its end where it has no statement on a line of its own.
func (u *unit) bodyOffset() int {
	if len(u.Starts) == 0 {
		return len(u.code)
	}
	return len(u.dedent(u.Start, lineStart(u.file.Text, u.Starts[0])))
}

// chooseBug breaks the function in one place, so that it still passes for code. If there is no such place it returns the reason. Without a
// teacher to describe the fault, only mistakes that the code itself shows are made.
func (u *unit) chooseBug(d Domain, o *Options) (*bug, string) {
	if most := 3 * o.MaxTokens / 4; u.tokens > most {
		return nil, "it is too long to be shown and asked for"
	}
	edits := u.edits(d, o.Teacher != nil)
	byKind := map[mutate.Kind][]mutate.Edit{}
	var kinds []string
	for _, e := range edits {
		if byKind[e.Kind] == nil {
			kinds = append(kinds, string(e.Kind))
		}
		byKind[e.Kind] = append(byKind[e.Kind], e)
	}
	for try := range min(mostTries, len(edits)) {
		key := "bug" + strconv.Itoa(try)
		some := byKind[mutate.Kind(seed(o.Seed).pick(kinds, u.sum, u.file.Path, key))]
		e := some[seed(o.Seed).number(u.sum, u.file.Path, key, "place")%uint64(len(some))]
		if code := e.Apply(u.code); d.Check(code) == nil {
			return &bug{code: code, edit: e, was: u.code[e.Start:e.End]}, ""
		}
	}
	return nil, "nothing in it can be broken so that it still passes for code"
}

// edits lists the ways of breaking the function.
func (u *unit) edits(d Domain, teacher bool) []mutate.Edit {
	var edits []mutate.Edit
	if m, ok := d.(Mutator); ok {
		edits = m.Mutations(u.file, u.Function, u.code, u.bodyOffset())
	}
	if len(edits) == 0 {
		edits = mutate.Edits(u.code, u.language.Comment, u.bodyOffset())
	}
	if teacher {
		return append(edits, u.droppable()...)
	}
	var plain []mutate.Edit
	for _, e := range edits {
		if e.Kind != mutate.Statement {
			plain = append(plain, e)
		}
	}
	return plain
}

// droppable lists the statements of one line that can be missing.
func (u *unit) droppable() []mutate.Edit {
	var edits []mutate.Edit
	lines := u.body()
	for i, l := range lines {
		if !l.begins || i+1 < len(lines) && !lines[i+1].begins && !lines[i+1].blank {
			continue
		}
		start, end := len(u.dedent(u.Start, l.start)), len(u.dedent(u.Start, min(l.end, u.End)))
		statement := strings.TrimSpace(u.code[start:end])
		first, _, _ := strings.Cut(statement, " ")
		if !strings.Contains(statement, "(") && !strings.Contains(statement, "=") || declares[first] || strings.HasSuffix(statement, ":") ||
			strings.HasSuffix(statement, "{") || strings.HasPrefix(statement, u.language.Comment) || end >= len(u.code) {
			continue
		}
		edits = append(edits, mutate.Edit{Kind: mutate.Statement, Start: start, End: end + 1, What: statement})
	}
	return edits
}

// declares are words that begin statements without which the rest makes no sense.
var declares = map[string]bool{
	"local": true, "var": true, "const": true, "auto": true, "int": true, "float": true, "return": true, "if": true, "for": true, "while": true, "elif": true,
	"elseif": true, "else": true, "match": true, "case": true, "switch": true, "function": true, "func": true, "static": true, "super": true,
}

// hint names the kind of mistake that was made, but not the place.
func (b *bug) hint() string {
	switch b.edit.Kind {
	case mutate.Comparison:
		return "A comparison is wrong."
	case mutate.NilCheck:
		return "A value that may be missing is not handled right."
	case mutate.OffByOne:
		return "Something is off by one."
	case mutate.Arguments:
		if b.edit.What == "" {
			return "Two arguments of a call are in the wrong order."
		}
		return "The arguments of a call to `" + b.edit.What + "` are in the wrong order."
	case mutate.Operator:
		return "A calculation gives the wrong result."
	case mutate.Condition:
		return "A condition is wrong."
	case mutate.Flag:
		return "A true or false is the wrong way round."
	case mutate.Await:
		return "Something is not waited for."
	case mutate.Variable:
		return "In one place the wrong variable is used."
	case mutate.Function:
		return "A call to `" + b.edit.Text + "` is wrong."
	}
	return "Something is missing."
}
