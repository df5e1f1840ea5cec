package dataset

import (
	"strconv"
	"strings"
)

// A gap divides the code of a function into what is shown and what is asked for.
type gap struct {
	before string // up to the end of a line
	indent string // of the first missing line
	text   string // the missing lines
	after  string // from the end of a line on
	tokens int    // of text
}

// A bodyLine is one line of a function's body.
type bodyLine struct {
	start, end int
	column     int  // of the first character that is no white space
	blank      bool // nothing, or text inside a string
	begins     bool // a statement
}

const tabWidth = 4

// body cuts the body of a function into lines.
func (u *unit) body() []bodyLine {
	if len(u.Starts) == 0 {
		return nil
	}
	starts, inside := map[int]bool{}, map[int]bool{}
	for _, s := range u.Starts {
		starts[lineStart(u.file.Text, s)] = true
	}
	for _, s := range u.Inside {
		inside[s] = true
	}
	var lines []bodyLine
	for at := lineStart(u.file.Text, u.Starts[0]); at < u.Stop; {
		end := len(u.file.Text)
		if i := strings.IndexByte(u.file.Text[at:], '\n'); i >= 0 {
			end = at + i
		}
		l := bodyLine{start: at, end: end, begins: starts[at]}
		text := u.file.Text[at:end]
		l.blank = inside[at] || strings.TrimSpace(text) == ""
		for _, c := range text[:len(text)-len(strings.TrimLeft(text, " \t"))] {
			if l.column++; c == '\t' {
				l.column += tabWidth - 1
			}
		}
		lines = append(lines, l)
		at = end + 1
	}
	return lines
}

// A span is some lines of a body, from first up to and without end.
type span struct{ first, end int }

// spans lists the runs of whole statements of one block that leave others of the function.
func spans(lines []bodyLine) []span {
	var found []span
	for first, l := range lines {
		if !l.begins {
			continue
		}
		last := first + 1 // after the last line that is not blank
		for i := first + 1; i <= len(lines); i++ {
			switch {
			case i < len(lines) && lines[i].blank:
				continue
			case i == len(lines) || lines[i].column < l.column || lines[i].begins && lines[i].column == l.column:
				if leavesSome(lines, first, last) {
					found = append(found, span{first, last})
				}
			}
			if i == len(lines) || lines[i].column < l.column {
				break
			}
			last = i + 1
		}
	}
	return found
}

// leavesSome reports whether a statement begins outside of the lines.
func leavesSome(lines []bodyLine, first, end int) bool {
	for i, l := range lines {
		if l.begins && (i < first || i >= end) {
			return true
		}
	}
	return false
}

// mostTries bounds the work on a function of which nothing suits.
const mostTries = 24

// chooseGap leaves out one run of statements: valid by itself, of a length that is allowed, at most two thirds of the function,
// and nowhere else in it. If there is none it returns the reason.
func (u *unit) chooseGap(d Domain, o *Options) (*gap, string) {
	if strings.Contains(u.code, u.marker()) {
		return nil, "the code contains the marker"
	}
	lines := u.body()
	left := spans(lines)
	if len(left) == 0 {
		return nil, "there is no statement that could be left out beside another"
	}
	for try := range min(mostTries, len(left)) {
		n := seed(o.Seed).number(u.sum, u.file.Path, "gap", strconv.Itoa(try)) % uint64(len(left))
		s := left[n]
		left[n] = left[len(left)-1]
		left = left[:len(left)-1]
		if g := u.cut(lines[s.first].start, lines[s.end-1].end); u.suits(d, g, o) {
			return g, ""
		}
	}
	return nil, "no run of statements has a length that is allowed and can be left out"
}

// cut takes the lines between two offsets out of the code.
func (u *unit) cut(from, to int) *gap {
	to = min(to, u.End)
	g := &gap{before: u.dedent(u.Start, from), text: u.dedent(from, to), after: u.dedent(to, u.End)}
	g.indent = g.text[:len(g.text)-len(strings.TrimLeft(g.text, " \t"))]
	return g
}

func (u *unit) suits(d Domain, g *gap, o *Options) bool {
	text := strings.TrimSpace(g.text)
	if strings.Contains(g.before, text) || strings.Contains(g.after, text) || g.after != "" && g.after[0] != '\n' {
		return false
	}
	g.tokens = o.CountTokens(g.text)
	return g.tokens >= o.MinTokens && g.tokens <= o.MaxTokens && 3*g.tokens <= 2*u.tokens && d.Check(flushLeft(g.text, g.indent)) == nil
}

// flushLeft takes an indentation off all lines that have it.
func flushLeft(text, indent string) string {
	return strings.ReplaceAll(strings.TrimPrefix(text, indent), "\n"+indent, "\n")
}
