package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// A unit is a function on its way through a build.
type unit struct {
	*Function
	file     *File
	language *Language
	line     int    // of the file, from 1
	code     string // the definition, with the indentation of its first line taken off all lines
	sum      string // SHA-256 of code, in hexadecimal
	tokens   int    // of code
	heldOut  bool

	component   int      // the first of the units that near duplicates connect with this one
	described   string   // the comment as paragraphs, "" if it does not describe the function
	undescribed string   // why described is empty
	context     []string // declarations of the file that the function uses
	declared    []string // names that are declared around the function and that it uses

	gap    *gap            // what "complete" leaves out, nil if nothing suits
	around string          // what "extend" shows, "" if nothing suits
	bug    *bug            // what "fix" asks to mend, nil if nothing suits
	old    *Conversion     // what "convert" begins with, nil if there is nothing
	unfit  map[Task]string // why the function is not fit for a task; the others it is fit for
	task   Task
	split  Split

	wording             // of the teacher's part
	request      string // what the teacher asks for, "" where the wording is mechanical
	answer       string // what the teacher has written for "explain" and "review"
	model        string // that wrote either
	insufficient bool   // the teacher judges its own request not to be enough
	instruction  string
	output       string
	outputTokens int
	fim          bool // the instruction is one with fill-in-the-middle tokens
}

// place names a unit in messages.
func (u *unit) place() string { return fmt.Sprintf("%s:%d", u.file.Path, u.line) }

func (u *unit) reject(filter, reason string) Rejection {
	return Rejection{Filter: filter, Path: u.file.Path, Line: u.line, Function: u.Name, Reason: reason}
}

// newUnits makes a unit of each function of a file.
func newUnits(f *File, l *Language, functions []Function) []*unit {
	units := make([]*unit, len(functions))
	line, at := 1, 0
	for i := range functions {
		fn := &functions[i]
		line += strings.Count(f.Text[at:fn.Start], "\n")
		at = fn.Start
		u := &unit{Function: fn, file: f, language: l, line: line}
		u.code = u.dedent(fn.Start, fn.End)
		sum := sha256.Sum256([]byte(u.code))
		u.sum = hex.EncodeToString(sum[:])
		units[i] = u
	}
	return units
}

var afterBreak = strings.NewReplacer("( ", "(", " )", ")", ", )", ")", ",)", ")")

// tidy takes out the gaps that a signature of several lines has once it is on one.
func tidy(signature string) string { return afterBreak.Replace(signature) }

// lineStart returns where the line of an offset begins.
func lineStart(text string, at int) int { return strings.LastIndexByte(text[:at], '\n') + 1 }

// dedent returns the text from one offset to another without the indentation of the function's first line. Lines that begin
// inside a string are left alone.
func (u *unit) dedent(from, to int) string {
	text := u.file.Text
	indent := text[lineStart(text, u.Start):u.Start]
	if indent == "" || strings.TrimSpace(indent) != "" {
		return text[from:to]
	}
	var b strings.Builder
	for at := from; at < to; {
		end := to
		if i := strings.IndexByte(text[at:to], '\n'); i >= 0 {
			end = at + i + 1
		}
		line := text[at:end]
		if _, inside := slices.BinarySearch(u.Inside, at); !inside && at == lineStart(text, at) {
			line = strings.TrimPrefix(line, indent)
		}
		b.WriteString(line)
		at = end
	}
	return b.String()
}

// nested returns the units that lie inside another one of the same file.
func nested(units []*unit) map[*unit]*unit {
	inside := map[*unit]*unit{}
	var outer *unit
	for _, u := range units {
		if outer != nil && outer.file == u.file && u.End <= outer.End {
			inside[u] = outer
		} else {
			outer = u
		}
	}
	return inside
}

// trivial reports whether the body of a function holds nothing to learn, and why.
func (u *unit) trivial() string {
	switch {
	case len(u.Starts) == 0:
		return "the body has no statement on a line of its own"
	case len(u.Starts) == 1 && constantBody.MatchString(strings.TrimSpace(u.file.Text[u.Starts[0]:u.Stop])):
		return "the body is nothing but a constant"
	}
	return ""
}
