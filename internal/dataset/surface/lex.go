package surface

import "strings"

// A kind is what a token is.
type kind byte

const (
	identifier kind = iota
	number
	text // a string, or a node path of GDScript
	mark // punctuation
)

// A token is a piece of a text.
type token struct {
	kind      kind
	text      string
	start     int
	directive bool // it stands in a line of the preprocessor
	first     bool // the first one on its line
}

// A comment is a comment of a C header.
type comment struct{ start, end int }

// A lexer cuts text of any of the languages into tokens. There is no text it refuses.
type lexer struct {
	language  string
	text      string
	at        int
	tokens    []token
	comments  []comment
	directive bool
	fresh     bool
	unclosed  map[string]bool // delimiters that end nothing any more
}

func lex(language, s string) *lexer {
	l := &lexer{language: language, text: s, fresh: true, unclosed: map[string]bool{}}
	for l.at < len(s) {
		switch c := s[l.at]; {
		case c == '\n':
			l.fresh = true
			l.directive = l.directive && strings.HasSuffix(strings.TrimRight(s[:l.at], "\r"), `\`)
			l.at++
		case c <= ' ':
			l.at++
		case l.comment():
		case c == '#' && l.fresh && l.isC():
			l.directive, l.fresh = true, false
			l.at++
		default:
			l.token(c)
		}
	}
	return l
}

func (l *lexer) isC() bool { return l.language == C || l.language == CPlusPlus }

// comment skips a comment if one begins here.
func (l *lexer) comment() bool {
	rest, start := l.text[l.at:], l.at
	switch {
	case l.language == Lua && strings.HasPrefix(rest, "--"):
		if n := longBracket(rest[2:]); n > 0 {
			l.at += 2 + n
			return true
		}
	case l.language == Godot && rest[0] == '#', l.isC() && strings.HasPrefix(rest, "//"):
	case l.isC() && strings.HasPrefix(rest, "/*"):
		l.at = after(l.text, l.at+2, "*/")
		l.comments = append(l.comments, comment{start, l.at})
		return true
	default:
		return false
	}
	l.at = lineEnd(l.text, l.at)
	l.comments = append(l.comments, comment{start, l.at})
	return true
}

// after returns the offset after the next end, or the length of s.
func after(s string, at int, end string) int {
	if i := strings.Index(s[at:], end); i >= 0 {
		return at + i + len(end)
	}
	return len(s)
}

func lineEnd(s string, at int) int {
	if i := strings.IndexByte(s[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(s)
}

// longBracket returns the length of the long bracket [==[ … ]==] that s begins with, 0 if none does.
func longBracket(s string) int {
	if s == "" || s[0] != '[' {
		return 0
	}
	level := len(s[1:]) - len(strings.TrimLeft(s[1:], "="))
	if body := level + 2; body <= len(s) && s[body-1] == '[' {
		return after(s, body, "]"+strings.Repeat("=", level)+"]")
	}
	return 0
}

// token takes in the token that begins with c.
func (l *lexer) token(c byte) {
	t := token{kind: mark, start: l.at, directive: l.directive, first: l.fresh}
	l.fresh = false
	switch {
	case isLetter(c):
		t.kind = identifier
		l.word()
		if next := l.peek(); (next == '"' || next == '\'') && l.prefixed(l.text[t.start:l.at]) {
			t.kind = text
			l.quoted(next, strings.HasSuffix(l.text[t.start:l.at], "R"))
		}
	case isDigit(c):
		t.kind = number
		l.number()
	case c == '"' || c == '\'':
		t.kind = text
		l.quoted(c, false)
	case l.language == Lua && longBracket(l.text[l.at:]) > 0:
		t.kind = text
		l.at += longBracket(l.text[l.at:])
	case l.language == Godot && l.nodePath(c, t.first):
		t.kind = text
	default:
		l.at += markLength(l.text[l.at:])
	}
	t.text = l.text[t.start:l.at]
	l.tokens = append(l.tokens, t)
}

// number skips a number. A dot that no digit follows is not part of it.
func (l *lexer) number() {
	for l.at++; l.at < len(l.text); l.at++ {
		c := l.text[l.at]
		if dot := c == '.' && (l.at+1 == len(l.text) || isDigit(l.text[l.at+1])); !dot && !isLetter(c) && !isDigit(c) {
			return
		}
	}
}

// prefixed reports whether a word may stand right before a quote.
func (l *lexer) prefixed(word string) bool {
	switch word {
	case "r":
		return l.language == Godot
	case "L", "u", "U", "u8", "R", "LR", "uR", "UR", "u8R":
		return l.isC()
	}
	return false
}

// nodePath skips $Node/Path and %Unique, which name nodes of a scene.
func (l *lexer) nodePath(c byte, fresh bool) bool {
	at := l.at + 1
	if c != '$' && (c != '%' || !fresh && l.operand()) || at == len(l.text) || !isLetter(l.text[at]) && l.text[at] != '"' && l.text[at] != '%' {
		return false
	}
	if l.at = at; l.text[at] == '"' {
		l.quoted('"', false)
		return true
	}
	for l.at < len(l.text) && (isLetter(l.text[l.at]) || isDigit(l.text[l.at]) || l.text[l.at] == '/' || l.text[l.at] == '%') {
		l.at++
	}
	return true
}

// operand reports whether the last token ends a value, so that % is the remainder.
func (l *lexer) operand() bool {
	if len(l.tokens) == 0 {
		return false
	}
	switch t := l.tokens[len(l.tokens)-1]; t.kind {
	case mark:
		return t.text == ")" || t.text == "]" || t.text == "}"
	case identifier:
		return !keyword(Godot, t.text)
	}
	return true
}

func (l *lexer) peek() byte {
	if l.at < len(l.text) {
		return l.text[l.at]
	}
	return 0
}

func (l *lexer) word() {
	for l.at < len(l.text) && (isLetter(l.text[l.at]) || isDigit(l.text[l.at])) {
		l.at++
	}
}

// quoted skips a string from its quote on. One that is not closed ends with its line; in GDScript it is only its quote.
func (l *lexer) quoted(quote byte, raw bool) {
	start := l.at
	if raw {
		if name, _, ok := strings.Cut(l.text[start+1:min(len(l.text), start+18)], "("); ok {
			l.at = after(l.text, start+1, ")"+name+`"`)
			return
		}
	}
	end := string(quote)
	if three := strings.Repeat(end, 3); l.language == Godot && strings.HasPrefix(l.text[start:], three) {
		end = three
	}
	for l.at += len(end); l.at < len(l.text) && !l.unclosed[end]; l.at++ {
		switch c := l.text[l.at]; {
		case c == '\\':
			l.at++
		case c == '\n' && l.language != Godot:
			return
		case c == quote && strings.HasPrefix(l.text[l.at:], end):
			l.at += len(end)
			return
		}
	}
	l.unclosed[end] = true
	l.at = start + 1
}

// markLength returns the length of the punctuation that s begins with, as far as it matters.
func markLength(s string) int {
	for _, m := range []string{"...", "::", "->", ":=", "==", "~=", "!=", "<=", ">=", "..", "+=", "-=", "*=", "/="} {
		if strings.HasPrefix(s, m) {
			return len(m)
		}
	}
	return 1
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }
