package gdscript

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxErrors is how many errors are kept; parsing stops after that.
const maxErrors = 100

// An Error is one problem of a text.
type Error struct {
	Offset       int // in bytes
	Line, Column int // from 1, the column in characters
	Message      string
}

// Error returns "line 3, column 7: message".
func (e *Error) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// Errors are the problems of a text, in the order of their places.
type Errors []*Error

// Error returns one line for each.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// problems collects errors. In panic, errors are not noted: they would follow from the one before.
type problems struct {
	text  string
	panic bool
	over  bool // nothing more is noted
	found Errors
}

// add notes a problem and begins a panic.
func (p *problems) add(offset int, format string, args ...any) {
	if !p.panic {
		p.note(offset, format, args...)
	}
	p.panic = true
}

// note notes a problem that leaves the parser where it is.
func (p *problems) note(offset int, format string, args ...any) {
	if len(p.found) < maxErrors && !p.over {
		p.found = append(p.found, &Error{Offset: offset, Message: fmt.Sprintf(format, args...)})
	}
}

// sorted returns the errors with their lines and columns.
func (p *problems) sorted() Errors {
	slices.SortStableFunc(p.found, func(a, b *Error) int { return a.Offset - b.Offset })
	line, start, at := 1, 0, 0
	for _, e := range p.found {
		for {
			i := strings.IndexByte(p.text[at:e.Offset], '\n')
			if i < 0 {
				break
			}
			at += i + 1
			line, start = line+1, at
		}
		e.Line, e.Column = line, 1+utf8.RuneCountInString(p.text[start:e.Offset])
	}
	return p.found
}
