package cpp

import (
	"fmt"
	"regexp"
	"strings"
)

// A kind is what a token is.
type kind byte

const (
	identifier kind = iota
	number
	text        // a string or a character
	punctuation // one character, or one of twofold
	branch      // a preprocessor conditional, or an include amid a statement
)

// A token is a piece of a file.
type token struct {
	kind       kind
	start, end int
	text       string // of a conditional: if, else or endif; of an include: include
	first      bool   // the first one on its line
}

// A comment is a comment. Whole ones have their lines for themselves.
type comment struct {
	start, end int
	whole      bool
}

// A file is a text cut into tokens.
type file struct {
	text     string
	tokens   []token
	comments []comment
	inside   []int           // starts of lines that begin inside a string
	problem  error           // the first that no bracket is to blame for
	defined  map[string]bool // macros that the file defines: whether they are numbers
	match    []int           // of an opening bracket, the token that closes it; else -1
	opener   []int           // of a closing bracket, the token that opens it; else -1
}

// A lexer walks over a text.
type lexer struct {
	*file
	at    int
	fresh bool // nothing but white space and comments so far on this line
	depth int  // of preprocessor conditionals
}

// lex cuts a text into tokens. There is no text it refuses.
func lex(s string) *file {
	l := &lexer{file: &file{text: s}, fresh: true}
	l.at = len(s) - len(strings.TrimPrefix(s, "\ufeff"))
	for l.at < len(s) {
		switch c := s[l.at]; {
		case c == '\n':
			l.fresh = true
			l.at++
		case c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f' || c == '\\':
			l.at++
		case strings.HasPrefix(s[l.at:], "//"), strings.HasPrefix(s[l.at:], "/*"):
			l.comment()
		case c == '#' && l.fresh:
			l.directive()
		default:
			l.token(c)
		}
	}
	if l.depth > 0 {
		l.fail(len(s), "%d conditionals have no #endif", l.depth)
	}
	return l.file
}

// fail notes the first problem.
func (l *lexer) fail(at int, format string, args ...any) {
	if l.problem == nil {
		l.problem = fmt.Errorf("line %d: %s", l.lineOf(min(at, len(l.text))), fmt.Sprintf(format, args...))
	}
}

// comment skips a comment.
func (l *lexer) comment() {
	start, whole := l.at, l.fresh
	if l.text[l.at+1] == '/' {
		l.at = l.lineEnd(l.at)
	} else if i := strings.Index(l.text[l.at+2:], "*/"); i >= 0 {
		l.at += i + 4
		rest := l.text[l.at:l.physicalEnd(l.at)]
		whole = whole && strings.TrimSpace(rest) == ""
	} else {
		l.fail(start, "the comment is not closed")
		l.at = len(l.text)
	}
	l.comments = append(l.comments, comment{start, l.at, whole})
}

// physicalEnd returns the next end of line.
func (l *lexer) physicalEnd(at int) int {
	if i := strings.IndexByte(l.text[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(l.text)
}

// lineEnd returns the next end of line that no backslash continues.
func (l *lexer) lineEnd(at int) int {
	for {
		end := l.physicalEnd(at)
		if end == len(l.text) || !strings.HasSuffix(strings.TrimRight(l.text[at:end], "\r"), `\`) {
			return end
		}
		at = end + 1
	}
}

// directive takes in a preprocessor line. Only conditionals leave a token.
func (l *lexer) directive() {
	start, name := l.at, directiveName(l.text[l.at+1:])
	l.at = l.directiveEnd(start)
	after := l.text[start+1 : l.at]
	if what := checkDirective(name, after[strings.Index(after, name)+len(name):]); what != "" {
		l.fail(start, "%s", what)
	}
	switch name {
	case "define":
		l.define(after[strings.Index(after, name)+len(name):])
	case "include":
		if n := len(l.tokens); n > 0 && !l.tokens[n-1].ends() { // what is included goes on with it
			l.branch("include", start)
		}
	case "if", "ifdef", "ifndef":
		l.branch("if", start)
		l.depth++
		if condition, _, _ := strings.Cut(after[strings.Index(after, name)+len(name):], "/"); other.MatchString(name + " " + strings.TrimSpace(condition)) {
			l.skipBranch()
		}
	case "else", "elif", "elifdef", "elifndef":
		l.branch("else", start)
		if l.depth == 0 {
			l.fail(start, "#%s belongs to no #if", name)
		}
	case "endif":
		l.branch("endif", start)
		if l.depth--; l.depth < 0 {
			l.depth = 0
			l.fail(start, "#endif belongs to no #if")
		}
	}
}

// other are conditionals whose first branch is no C or C++.
var other = regexp.MustCompile(`^(?:if 0|if(?:def)? \(?(?:defined *\(? *)?(?:__OBJC__|__ASSEMBLER__|__ASSEMBLY__)[ )]*)$`)

// directiveEnd returns the end of a directive's line; a block comment in it may go over several.
func (l *lexer) directiveEnd(at int) int {
	end := l.lineEnd(at)
	for {
		open := strings.Index(l.text[at:end], "/*")
		if line := strings.Index(l.text[at:end], "//"); open < 0 || line >= 0 && line < open {
			return end
		}
		closed := strings.Index(l.text[at+open+2:], "*/")
		if closed < 0 {
			return len(l.text)
		}
		at += open + 2 + closed + 2
		end = max(end, l.lineEnd(at))
	}
}

// ends reports whether a token ends a declaration or statement.
func (t token) ends() bool {
	return t.kind == branch || t.kind == punctuation && (t.text == ";" || t.text == "}")
}

func (l *lexer) branch(name string, start int) {
	l.tokens = append(l.tokens, token{kind: branch, start: start, end: l.at, text: name, first: true})
}

func directiveName(s string) string {
	s = strings.TrimLeft(s, " \t")
	n := 0
	for n < len(s) && s[n] >= 'a' && s[n] <= 'z' {
		n++
	}
	return s[:n]
}

// skipBranch skips lines to the directive that ends the branch.
func (l *lexer) skipBranch() {
	for depth := 0; l.at < len(l.text); l.at = l.physicalEnd(l.at) {
		l.at++ // the end of the line before
		line := strings.TrimLeft(l.text[l.at:l.physicalEnd(l.at)], " \t")
		if !strings.HasPrefix(line, "#") {
			continue
		}
		switch name := directiveName(line[1:]); {
		case strings.HasPrefix(name, "if"):
			depth++
		case name == "endif" && depth > 0:
			depth--
		case depth == 0 && (name == "endif" || strings.HasPrefix(name, "el")):
			l.fresh = true
			return
		}
	}
	l.at = min(l.at, len(l.text))
}

// token takes in the token that begins with c.
func (l *lexer) token(c byte) {
	t := token{kind: punctuation, start: l.at, first: l.fresh}
	l.fresh = false
	switch {
	case isLetter(c):
		t.kind = identifier
		l.word()
		if next := l.peek(); next == '"' || next == '\'' {
			if prefix := l.text[t.start:l.at]; stringPrefix[strings.TrimSuffix(prefix, "R")] || prefix == "R" {
				t.kind = text
				l.literal(next, strings.HasSuffix(prefix, "R"))
			}
		}
	case isDigit(c) || c == '.' && l.at+1 < len(l.text) && isDigit(l.text[l.at+1]):
		t.kind = number
		l.number()
	case c == '"' || c == '\'':
		t.kind = text
		l.literal(c, false)
	case len(l.text) > l.at+1 && twofold[l.text[l.at:l.at+2]]:
		l.at += 2
	default:
		l.at++
	}
	t.end, t.text = l.at, l.text[t.start:l.at]
	l.tokens = append(l.tokens, t)
}

// twofold are the tokens of two characters that matter here.
var twofold = map[string]bool{"::": true, "->": true, "++": true, "--": true}

var stringPrefix = map[string]bool{"": true, "L": true, "u": true, "U": true, "u8": true}

// peek returns the next byte, 0 at the end.
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

// number skips a number, with the quotes that separate its digits.
func (l *lexer) number() {
	for l.at++; l.at < len(l.text); l.at++ {
		c := l.text[l.at]
		last := l.text[l.at-1]
		sign := (c == '+' || c == '-') && (last == 'e' || last == 'E' || last == 'p' || last == 'P')
		quote := c == '\'' && l.at+1 < len(l.text) && (isLetter(l.text[l.at+1]) || isDigit(l.text[l.at+1]))
		if !isLetter(c) && !isDigit(c) && c != '.' && !sign && !quote {
			return
		}
	}
}

// literal skips a string or character from its quote on. One that is not closed on its line is only its quote.
func (l *lexer) literal(quote byte, raw bool) {
	start := l.at
	if raw && quote == '"' {
		l.raw()
	} else {
		for l.at++; l.peek() != quote; l.at++ {
			switch l.peek() {
			case 0, '\n':
				l.fail(start, "the string or character is not closed")
				l.at = start + 1
				return
			case '\\':
				if l.at++; l.peek() == '\r' {
					l.at++
				}
				if l.at >= len(l.text) {
					l.fail(start, "the string or character is not closed")
					l.at = start + 1
					return
				}
			}
		}
		l.at++
	}
	for i := start; i < l.at; i++ {
		next := strings.IndexByte(l.text[i:l.at], '\n')
		if next < 0 {
			break
		}
		i += next
		l.inside = append(l.inside, i+1)
	}
}

// raw skips a raw string from its quote on.
func (l *lexer) raw() {
	body := l.text[l.at+1:]
	delimiter, _, found := strings.Cut(body[:min(len(body), 18)], "(")
	if !found || strings.ContainsAny(delimiter, " )\\\n\t\"") {
		l.at++
		return
	}
	closing := ")" + delimiter + `"`
	if i := strings.Index(body, closing); i >= 0 {
		l.at += 1 + i + len(closing)
	} else {
		l.fail(l.at, "the raw string is not closed")
		l.at = len(l.text)
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$' || c == '@' || c >= 0x80
}
