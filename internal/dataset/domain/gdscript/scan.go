package gdscript

import (
	"fmt"
	"strings"
)

// tabWidth is how many columns a tab counts for; the engine's own default. Scripts that mix tabs and spaces are not valid.
const tabWidth = 4

// A line is a logical line, or a comment that has a line of its own.
type line struct {
	start, end int // without the white space around it
	next       int // where the line after it begins
	indent     int // columns before start
	comment    bool
	opens      bool // ends with a colon, so that an indented block follows
}

// A script is a text cut into logical lines.
type script struct {
	text   string
	lines  []line
	inside []int // starts of lines that begin inside a string
}

// A scanner walks over a text.
type scanner struct {
	*script
	at    int
	open  []int // offsets of brackets that are not closed yet
	colon bool  // the last token was a colon
}

// scan cuts a text into logical lines. The error names the line of what is not closed.
func scan(text string) (*script, error) {
	s := &scanner{script: &script{text: text}}
	s.at = len(text) - len(strings.TrimPrefix(text, "\ufeff"))
	for s.at < len(text) {
		indent := s.indentation()
		switch {
		case s.at == len(text):
		case text[s.at] == '\n':
			s.at++
		case text[s.at] == '#':
			start := s.at
			s.comment()
			s.add(line{start: start, indent: indent, comment: true})
		default:
			start := s.at
			if err := s.logicalLine(); err != nil {
				return nil, err
			}
			s.add(line{start: start, indent: indent, opens: s.colon})
		}
	}
	return s.script, nil
}

// add takes in a line that ends where the scanner is, before the end of line.
func (s *scanner) add(l line) {
	l.end = l.start + len(strings.TrimRight(s.text[l.start:s.at], " \t\r\f"))
	if s.at < len(s.text) {
		s.at++
	}
	l.next = s.at
	s.lines = append(s.lines, l)
}

// indentation skips white space and returns the column it ends in.
func (s *scanner) indentation() int {
	indent := 0
	for ; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case ' ':
			indent++
		case '\t':
			indent += tabWidth
		case '\r', '\f':
		default:
			return indent
		}
	}
	return indent
}

// comment skips to the end of the line.
func (s *scanner) comment() {
	if i := strings.IndexByte(s.text[s.at:], '\n'); i >= 0 {
		s.at += i
	} else {
		s.at = len(s.text)
	}
}

// logicalLine skips to the end of line that ends the statement header.
func (s *scanner) logicalLine() error {
	s.colon = false
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch c {
		case ' ', '\t', '\r', '\f':
			s.at++
			continue
		case '#':
			s.comment()
			continue
		case '\n':
			if len(s.open) == 0 {
				return nil
			}
			s.at++
			continue
		case '\\':
			s.at = s.afterBackslash()
			continue
		}
		s.colon = c == ':' && len(s.open) == 0
		if err := s.token(c); err != nil {
			return err
		}
	}
	if len(s.open) > 0 {
		at := s.open[len(s.open)-1]
		return fmt.Errorf("line %d: %q is not closed", s.lineOf(at), s.text[at])
	}
	return nil
}

// token skips a token that begins with c: a string, a bracket or one byte of anything else.
func (s *scanner) token(c byte) error {
	switch c {
	case '"', '\'':
		return s.quoted(c)
	case '(', '[', '{':
		s.open = append(s.open, s.at)
	case ')', ']', '}':
		if len(s.open) == 0 || closing[s.text[s.open[len(s.open)-1]]] != c {
			return fmt.Errorf("line %d: %q closes nothing", s.lineOf(s.at), c)
		}
		s.open = s.open[:len(s.open)-1]
	}
	s.at++
	return nil
}

var closing = map[byte]byte{'(': ')', '[': ']', '{': '}'}

// afterBackslash returns the offset after a backslash that continues a line.
func (s *scanner) afterBackslash() int {
	rest := strings.TrimLeft(s.text[s.at+1:], " \t\r")
	if strings.HasPrefix(rest, "\n") {
		return len(s.text) - len(rest) + 1
	}
	return s.at + 1
}

// quoted skips a string. In all kinds of string, raw ones too, a backslash keeps a quote from ending it, and all may go over
// several lines.
func (s *scanner) quoted(quote byte) error {
	start := s.at
	delimiter := string(quote)
	if triple := strings.Repeat(delimiter, 3); strings.HasPrefix(s.text[s.at:], triple) {
		delimiter = triple
	}
	for s.at += len(delimiter); s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '\n':
			s.inside = append(s.inside, s.at+1)
		case c == '\\':
			if s.at++; s.at < len(s.text) && s.text[s.at] == '\n' {
				s.inside = append(s.inside, s.at+1)
			}
		case c == quote && strings.HasPrefix(s.text[s.at:], delimiter):
			s.at += len(delimiter)
			return nil
		}
	}
	return fmt.Errorf("line %d: the string is not closed", s.lineOf(start))
}

func (s *script) lineOf(at int) int { return 1 + strings.Count(s.text[:at], "\n") }

// checkIndentation reports a block without its indentation, an indentation without its block, and a line that ends no block.
func (s *script) checkIndentation() error {
	levels := []int{}
	opens := false
	for _, l := range s.lines {
		if l.comment {
			continue
		}
		if len(levels) == 0 {
			levels = append(levels, l.indent)
		}
		top := levels[len(levels)-1]
		switch {
		case opens && l.indent <= top:
			return fmt.Errorf("line %d: expected an indented block after the colon", s.lineOf(l.start))
		case !opens && l.indent > top:
			return fmt.Errorf("line %d: unexpected indentation", s.lineOf(l.start))
		case opens:
			levels = append(levels, l.indent)
		}
		for len(levels) > 0 && levels[len(levels)-1] > l.indent {
			levels = levels[:len(levels)-1]
		}
		if len(levels) == 0 || levels[len(levels)-1] != l.indent {
			return fmt.Errorf("line %d: the indentation fits no block above", s.lineOf(l.start))
		}
		opens = l.opens
	}
	if opens {
		return fmt.Errorf("line %d: expected an indented block after the colon", s.lineOf(len(s.text)))
	}
	return nil
}
