// Package lua checks Lua 5.1 with goto.
package lua

import (
	"errors"
	"fmt"
	"strings"

	gopher "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"
)

// Check reports why a file is not valid Lua 5.1 with goto, the language of LuaJIT: it parses and compiles it, so that a break
// outside of a loop or a goto without its label is refused too. What only Lua 5.3 or LuaJIT know is named as such.
func Check(text string) error {
	chunk, err := parseText(text)
	if err != nil {
		return err
	}
	return compile(chunk)
}

// CheckFragment reports why a piece of a file is not valid: it is parsed only, since a break may belong to a loop around it.
func CheckFragment(text string) error {
	_, err := parseText(text)
	return err
}

func parseText(text string) ([]ast.Stmt, error) {
	text = blankFirst(text)
	if err := checkBounds(text); err != nil {
		return nil, err
	}
	chunk, err := parse.Parse(strings.NewReader(text), "code")
	var syntax *parse.Error
	if errors.As(err, &syntax) {
		line := max(syntax.Pos.Line, 1)
		return nil, fmt.Errorf("line %d: %s near %q%s", line, syntax.Message, syntax.Token, dialect(text, line))
	}
	return chunk, err
}

// compile compiles a chunk. The compiler reports what it refuses by an error; a panic would be a mistake of its own.
func compile(chunk []ast.Stmt) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the compiler failed on it: %v", r)
		}
	}()
	_, err = gopher.Compile(chunk, "code")
	var refused *gopher.CompileError
	if errors.As(err, &refused) {
		return fmt.Errorf("line %d: %s", max(refused.Line, 1), refused.Message)
	}
	return err
}

// blankFirst makes the line for the shell blank, and the byte order mark.
func blankFirst(text string) string {
	text = strings.TrimPrefix(text, "\ufeff")
	if !strings.HasPrefix(text, "#") {
		return text
	}
	line, _, _ := strings.Cut(text, "\n")
	return strings.Repeat(" ", len(line)) + text[len(line):]
}

const (
	mostLevels    = 200  // of brackets and blocks, as in Lua itself (LUAI_MAXCCALLS)
	mostOperators = 1000 // in one expression: the compiler's time grows with their square
)

// checkBounds refuses what would take the parser or compiler beyond all measure: depth and length of expressions. It also refuses
// two separators in a row in a table, which the parser takes.
func checkBounds(text string) error {
	b := counter{levels: []level{{}}}
	for s := (scanner{text: text, line: 1}); s.next(); {
		if what := b.take(s.token); what != "" {
			return fmt.Errorf("line %d: %s", s.line, what)
		}
	}
	return nil
}

// A level is a bracket or block that is open.
type level struct {
	opener    string
	operators int // of the expression that is read
}

// A counter measures a text.
type counter struct {
	levels       []level
	before       token
	alternatives int // elseif in a row: the blocks of an elseif lie in each other
}

// take takes in a token. It returns what is wrong, "" if nothing is.
func (b *counter) take(t token) string {
	before, top := b.before, &b.levels[len(b.levels)-1]
	b.before = t
	switch t.kind {
	case opener:
		top.operators++
		b.levels = append(b.levels, level{opener: t.text})
	case closer:
		b.levels = b.levels[:max(1, len(b.levels)-1)]
	case operator, str:
		top.operators++
	case breaker:
		top.operators = 0
		if separates(t.text) && separates(before.text) && (t.text+before.text != ";;" || top.opener == "{") {
			return fmt.Sprintf("%q is followed by %q", before.text, t.text)
		}
	case operand:
		if before.kind == operand || before.kind == str || before.kind == closer {
			top.operators = 0 // a new statement
		}
	}
	switch t.text {
	case "if":
		b.alternatives = 0
	case "elseif":
		b.alternatives++
	}
	return b.excess()
}

// excess says which measure is exceeded.
func (b *counter) excess() string {
	switch {
	case b.alternatives > mostOperators:
		return fmt.Sprintf("more than %d elseif follow each other; divide them", mostOperators)
	case len(b.levels) > mostLevels:
		return fmt.Sprintf("brackets and blocks are nested deeper than %d, which Lua refuses", mostLevels)
	case b.levels[len(b.levels)-1].operators > mostOperators:
		return fmt.Sprintf("an expression has more than %d operators; divide it", mostOperators)
	}
	return ""
}

func separates(mark string) bool { return mark == "," || mark == ";" }

// A kind is what a token does to the size of an expression.
type kind byte

const (
	operand kind = iota + 1
	operator
	str
	opener
	closer
	breaker // it ends an expression
)

// A token is a token of Lua.
type token struct {
	kind kind
	text string
}

// A scanner cuts a text into tokens, valid or not.
type scanner struct {
	text  string
	at    int
	line  int
	token token
}

// next goes to the next token. It reports whether there is one.
func (s *scanner) next() bool {
	for s.at < len(s.text) {
		start := s.at
		switch c := s.text[s.at]; {
		case c <= ' ':
			s.at++
		case strings.HasPrefix(s.text[s.at:], "--"):
			s.comment()
		default:
			s.scan(c)
			s.token.text = s.text[start:s.at]
			return true
		}
		s.line += strings.Count(s.text[start:s.at], "\n")
	}
	return false
}

func (s *scanner) comment() {
	s.at += 2
	if n := longBracket(s.text[s.at:]); n > 0 {
		s.at += n
	} else if i := strings.IndexByte(s.text[s.at:], '\n'); i >= 0 {
		s.at += i
	} else {
		s.at = len(s.text)
	}
}

// longBracket returns the length of the long bracket [==[ … ]==] that s begins with, 0 if none does.
func longBracket(s string) int {
	if s == "" || s[0] != '[' {
		return 0
	}
	level := len(s[1:]) - len(strings.TrimLeft(s[1:], "="))
	body := level + 2
	if body > len(s) || s[body-1] != '[' {
		return 0
	}
	if i := strings.Index(s[body:], "]"+strings.Repeat("=", level)+"]"); i >= 0 {
		return body + i + level + 2
	}
	return len(s)
}

// scan goes past the token that begins with c.
func (s *scanner) scan(c byte) {
	switch n := longBracket(s.text[s.at:]); {
	case n > 0:
		s.token.kind = str
		s.at += n
	case c == '"' || c == '\'':
		s.token.kind = str
		s.quoted(c)
	case isWord(c):
		start := s.at
		for s.at < len(s.text) && isWord(s.text[s.at]) {
			s.at++
		}
		s.token.kind = wordKind(s.text[start:s.at])
	default:
		s.token.kind = markKind(c)
		s.at++
		for s.token.kind == operator && s.at < len(s.text) && (s.text[s.at] == c || s.text[s.at] == '=') {
			s.at++
		}
	}
}

func (s *scanner) quoted(quote byte) {
	for s.at++; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '\\':
			s.at++
		case '\n':
			return
		case quote:
			s.at++
			return
		}
	}
	s.at = min(s.at, len(s.text))
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}

func markKind(c byte) kind {
	switch c {
	case '(', '[', '{':
		return opener
	case ')', ']', '}':
		return closer
	case ',', ';', '=':
		return breaker
	}
	return operator
}

func wordKind(word string) kind {
	switch word {
	case "and", "or", "not":
		return operator
	case "do", "function", "if", "repeat":
		return opener
	case "end", "until":
		return closer
	case "break", "else", "elseif", "for", "goto", "in", "local", "return", "then", "while":
		return breaker
	}
	return operand
}

// newer are tokens that Lua 5.1 does not have, and who has them.
var newer = []struct{ token, who string }{
	{"//", "the operator // is of Lua 5.3"},
	{"<<", "the operator << is of Lua 5.3"},
	{">>", "the operator >> is of Lua 5.3"},
	{"&", "the operator & is of Lua 5.3"},
	{"|", "the operator | is of Lua 5.3"},
	{"~", "the operator ~ is of Lua 5.3"},
	{"const", "attributes such as <const> are of Lua 5.4"},
	{"close", "attributes such as <close> are of Lua 5.4"},
	{"+=", "compound assignment is of Luau and other dialects"},
	{"!=", "the operator != is of other dialects; Lua writes ~="},
	{"continue", "the statement continue is of Luau and other dialects"},
}

// dialect says which other Lua the line of an error may be written in, "" if nothing points to one.
func dialect(text string, line int) string {
	for s := (scanner{text: text, line: 1}); s.next() && s.line <= line; {
		if s.line < line {
			continue
		}
		for _, n := range newer {
			if s.token.text == n.token {
				return " (" + n.who + "; this gate knows Lua 5.1 with goto)"
			}
		}
		if number := s.token.text; number[0] >= '0' && number[0] <= '9' && strings.HasSuffix(strings.ToUpper(number), "LL") {
			return " (numbers with the ending LL are of LuaJIT; this gate knows Lua 5.1 with goto)"
		}
	}
	return ""
}
