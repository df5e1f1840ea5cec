package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in the configuration.
type Problem struct {
	File    string `json:"file,omitempty"`   // as it was named; "--set" or "--domain" for the command line; "" for a default
	Line    int    `json:"line,omitempty"`   // 1-based, 0 when there is none
	Column  int    `json:"column,omitempty"` // 1-based, 0 when there is none
	Key     string `json:"key,omitempty"`    // dotted key, "" when the file as a whole is meant
	Message string `json:"message"`          // the value, what was expected and the way out
}

// Error returns "file:line:column: key: message" without the parts that are unknown.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	switch {
	case p.File == "":
	case p.Key != "" && isFlag(p.File):
		b.WriteString(" ")
	default:
		b.WriteString(": ")
	}
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// Problems are all mistakes found in one pass, ordered by file and line. errors.As finds each [Problem].
type Problems []Problem

// Error returns one line per problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.Is and errors.As look at each problem.
func (ps Problems) Unwrap() []error {
	errs := make([]error, len(ps))
	for i, p := range ps {
		errs[i] = p
	}
	return errs
}

// sorted orders by file, line, column and key; what concerns the command line comes after the files.
func (ps Problems) sorted() Problems {
	group := func(p Problem) int {
		if isFlag(p.File) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(group(a), group(b)),
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Key, b.Key),
		)
	})
	return slices.Compact(ps)
}

// Origin is the place that an effective value came from. The zero Origin is the built-in default.
type Origin struct {
	File   string `json:"file,omitempty"`   // as it was named; "--set" or "--domain" for the command line; "" for the default
	Line   int    `json:"line,omitempty"`   // 1-based, 0 outside files
	Column int    `json:"column,omitempty"` // 1-based, 0 outside files
}

// IsDefault reports whether no file and no flag set the value.
func (o Origin) IsDefault() bool { return o.File == "" }

func (o Origin) isFlag() bool { return isFlag(o.File) }

// isFlag tells the name of a flag from that of a file.
func isFlag(file string) bool { return strings.HasPrefix(file, "--") }

// String returns "file:line", "--set", "--domain" or "default".
func (o Origin) String() string {
	switch {
	case o.IsDefault():
		return "default"
	case o.Line > 0:
		return fmt.Sprintf("%s:%d", o.File, o.Line)
	}
	return o.File
}

func (o Origin) problem(key, format string, args ...any) Problem {
	return Problem{File: o.File, Line: o.Line, Column: o.Column, Key: key, Message: fmt.Sprintf(format, args...)}
}
