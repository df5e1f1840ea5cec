package avorion

import (
	"strings"
)

// A kind is what a token is, as far as it matters here.
type kind byte

const (
	name    kind = iota // an identifier
	word                // a keyword
	literal             // a number or a string
	mark                // punctuation
)

// A token is a piece of Lua.
type token struct {
	kind       kind
	start, end int
	text       string
	first      bool // the first one on its line
}

// A comment is one comment. Whole ones have their lines for themselves.
type comment struct {
	start, end int
	whole      bool
}

var keywords = map[string]bool{
	"and": true, "break": true, "do": true, "else": true, "elseif": true, "end": true, "false": true, "for": true, "function": true,
	"goto": true, "if": true, "in": true, "local": true, "nil": true, "not": true, "or": true, "repeat": true, "return": true,
	"then": true, "true": true, "until": true, "while": true,
}

// A scanner cuts valid Lua into tokens.
type scanner struct {
	text     string
	at       int
	fresh    bool // nothing but white space and comments so far on this line
	tokens   []token
	comments []comment
	inside   []int // starts of lines that begin inside a string
}

func scan(text string) *scanner {
	s := &scanner{text: text, fresh: true}
	for s.at < len(text) {
		switch c := text[s.at]; {
		case c == '\n':
			s.fresh = true
			s.at++
		case c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f':
			s.at++
		case strings.HasPrefix(text[s.at:], "--"):
			s.comment()
		default:
			s.token(c)
		}
	}
	return s
}

// comment skips a comment.
func (s *scanner) comment() {
	start, whole := s.at, s.fresh
	s.at += 2
	if end := longBracket(s.text, s.at); end > 0 {
		s.at = end
		rest, _, _ := strings.Cut(s.text[end:], "\n")
		whole = whole && strings.TrimSpace(rest) == ""
	} else if i := strings.IndexByte(s.text[s.at:], '\n'); i >= 0 {
		s.at += i
	} else {
		s.at = len(s.text)
	}
	s.comments = append(s.comments, comment{start, s.at, whole})
}

// longBracket returns the offset after the long bracket [==[ … ]==] that begins at at, 0 if none does.
func longBracket(text string, at int) int {
	if at >= len(text) || text[at] != '[' {
		return 0
	}
	level := len(text[at+1:]) - len(strings.TrimLeft(text[at+1:], "="))
	body := at + level + 2
	if body > len(text) || text[body-1] != '[' {
		return 0
	}
	closing := "]" + strings.Repeat("=", level) + "]"
	if i := strings.Index(text[body:], closing); i >= 0 {
		return body + i + len(closing)
	}
	return len(text)
}

// token takes in the token that begins with c.
func (s *scanner) token(c byte) {
	t := token{start: s.at, first: s.fresh, kind: mark}
	s.fresh = false
	switch end := longBracket(s.text, s.at); {
	case end > 0:
		t.kind, s.at = literal, end
	case c == '"' || c == '\'':
		t.kind = literal
		s.quoted(c)
	case isDigit(c) || c == '.' && s.at+1 < len(s.text) && isDigit(s.text[s.at+1]):
		t.kind = literal
		s.number()
	case isLetter(c):
		t.kind = name
		for s.at < len(s.text) && (isLetter(s.text[s.at]) || isDigit(s.text[s.at])) {
			s.at++
		}
	default:
		s.at += markLength(s.text[s.at:])
	}
	t.end, t.text = s.at, s.text[t.start:s.at]
	if t.kind == name && keywords[t.text] {
		t.kind = word
	}
	if t.kind == literal {
		s.linesInside(t)
	}
	s.tokens = append(s.tokens, t)
}

// linesInside notes the lines that begin inside a literal.
func (s *scanner) linesInside(t token) {
	for i := t.start; ; i++ {
		next := strings.IndexByte(s.text[i:t.end], '\n')
		if next < 0 {
			return
		}
		i += next
		s.inside = append(s.inside, i+1)
	}
}

// markLength returns how many bytes the punctuation at the beginning of text has.
func markLength(text string) int {
	for _, m := range []string{"...", "..", "==", "~=", "<=", ">=", "::"} {
		if strings.HasPrefix(text, m) {
			return len(m)
		}
	}
	return 1
}

func (s *scanner) quoted(quote byte) {
	for s.at++; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '\\':
			s.at++
		case quote:
			s.at++
			return
		}
	}
	s.at = len(s.text)
}

func (s *scanner) number() {
	hex := strings.HasPrefix(s.text[s.at:], "0x") || strings.HasPrefix(s.text[s.at:], "0X")
	for s.at < len(s.text) {
		c := s.text[s.at]
		exponent := !hex && (c == 'e' || c == 'E') || hex && (c == 'p' || c == 'P')
		switch {
		case exponent && s.at+1 < len(s.text) && (s.text[s.at+1] == '-' || s.text[s.at+1] == '+'):
			s.at += 2
		case c == '.' || isDigit(c) || isLetter(c):
			s.at++
		default:
			return
		}
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}
