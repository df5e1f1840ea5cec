package mutate

import "strings"

// kind is what a token is.
type kind int

const (
	word   kind = iota
	number      // a literal that begins with a digit
	text        // a string or character literal
	mark        // an operator or bracket
)

type token struct {
	kind       kind
	start, end int
}

// Tokens returns where the tokens of code begin and end: words, literals, operators and brackets. The comment sign is that of Edits.
func Tokens(code, comment string) [][2]int {
	var places [][2]int
	for _, t := range lex(code, comment) {
		places = append(places, [2]int{t.start, t.end})
	}
	return places
}

// marks are operators of several characters, longer ones first.
var marks = []string{
	"<<=", ">>=", "...", "::", "->", "==", "~=", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "&&", "||", "++", "--", "..", "<<", ">>", ":=",
}

// lexer cuts code into tokens; comments are left out.
type lexer struct {
	code    string
	comment string // what begins a comment to the end of the line: "--" means Lua, "//" C and C++, "#" GDScript
	at      int
}

func lex(code, comment string) []token {
	l := lexer{code: code, comment: comment}
	var tokens []token
	for l.at < len(code) {
		start := l.at
		switch c := code[l.at]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v':
			l.at++
		case l.skipComment():
		case letter(c):
			l.while(func(c byte) bool { return letter(c) || digit(c) })
			tokens = append(tokens, token{word, start, l.at})
		case digit(c):
			l.number()
			for strings.HasSuffix(code[start:l.at], "..") { // 1..x of Lua
				l.at--
			}
			tokens = append(tokens, token{number, start, l.at})
		case l.skipString():
			tokens = append(tokens, token{text, start, l.at})
		default:
			l.at += len(markAt(code[l.at:]))
			tokens = append(tokens, token{mark, start, l.at})
		}
	}
	return tokens
}

func letter(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func markAt(rest string) string {
	for _, m := range marks {
		if strings.HasPrefix(rest, m) {
			return m
		}
	}
	return rest[:1]
}

func (l *lexer) while(ok func(c byte) bool) {
	for l.at < len(l.code) && ok(l.code[l.at]) {
		l.at++
	}
}

// number moves behind a number. In C++ single quotes may separate its digits.
func (l *lexer) number() {
	for l.at < len(l.code) {
		c := l.code[l.at]
		separator := c == '\'' && l.comment == "//" && l.at+1 < len(l.code) && digit(l.code[l.at+1])
		if !letter(c) && !digit(c) && c != '.' && !separator {
			return
		}
		l.at++
	}
}

// to moves behind the next end, or to the end of the code.
func (l *lexer) to(end string, from int) {
	if i := strings.Index(l.code[min(from, len(l.code)):], end); i >= 0 {
		l.at = from + i + len(end)
	} else {
		l.at = len(l.code)
	}
}

// skipComment moves behind a comment or a preprocessor line that begins here.
func (l *lexer) skipComment() bool {
	rest := l.code[l.at:]
	switch {
	case strings.HasPrefix(rest, l.comment):
		if level, ok := longBracket(rest[len(l.comment):]); ok && l.comment == "--" {
			l.to("]"+level+"]", l.at)
		} else {
			l.to("\n", l.at)
		}
	case l.comment == "//" && strings.HasPrefix(rest, "/*"):
		l.to("*/", l.at+2)
	case l.comment == "//" && rest[0] == '#':
		for l.to("\n", l.at); strings.HasSuffix(l.code[:l.at], "\\\n"); l.to("\n", l.at) {
			if l.at == len(l.code) {
				break
			}
		}
	default:
		return false
	}
	return true
}

// longBracket reports whether a text begins with [[, [=[ and so on, and returns the signs between the brackets.
func longBracket(s string) (level string, ok bool) {
	if !strings.HasPrefix(s, "[") {
		return "", false
	}
	rest := strings.TrimLeft(s[1:], "=")
	return s[1 : len(s)-len(rest)], strings.HasPrefix(rest, "[")
}

// skipString moves behind a string that begins here.
func (l *lexer) skipString() bool {
	rest := l.code[l.at:]
	if level, ok := longBracket(rest); ok && l.comment == "--" {
		l.to("]"+level+"]", l.at)
		return true
	}
	quote := rest[:1]
	if quote != `"` && quote != "'" {
		return false
	}
	if l.comment == "#" && strings.HasPrefix(rest, strings.Repeat(quote, 3)) {
		l.to(strings.Repeat(quote, 3), l.at+3)
		return true
	}
	for l.at++; l.at < len(l.code); l.at++ {
		switch l.code[l.at] {
		case '\\':
			l.at++
		case quote[0]:
			l.at++
			return true
		case '\n':
			return true
		}
	}
	l.at = min(l.at, len(l.code))
	return true
}

// Outside returns the code with f applied to the pieces between strings, comments and preprocessor lines, which stay as they are.
func Outside(code, comment string, f func(piece string) string) string {
	var b strings.Builder
	l := lexer{code: code, comment: comment}
	from := 0
	for l.at < len(code) {
		start := l.at
		if l.skipComment() || !letter(code[l.at]) && l.skipString() {
			b.WriteString(f(code[from:start]))
			b.WriteString(code[start:l.at])
			from = l.at
			continue
		}
		if letter(code[l.at]) {
			l.while(func(c byte) bool { return letter(c) || digit(c) })
		} else {
			l.at++
		}
	}
	b.WriteString(f(code[from:]))
	return b.String()
}
