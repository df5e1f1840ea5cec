package jinja

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kinds of tokens. Operators use Jinja's names because its messages do.
const (
	tokEOF           = "eof"
	tokData          = "data"
	tokName          = "name"
	tokString        = "string"
	tokInteger       = "integer"
	tokFloat         = "float"
	tokBlockBegin    = "block_begin"
	tokBlockEnd      = "block_end"
	tokVariableBegin = "variable_begin"
	tokVariableEnd   = "variable_end"
	tokCommentBegin  = "comment_begin"
	tokRawBegin      = "raw_begin"
)

// operators maps the text of an operator to its kind.
var operators = map[string]string{
	"+": "add", "-": "sub", "/": "div", "//": "floordiv", "*": "mul", "%": "mod", "**": "pow", "~": "tilde",
	"[": "lbracket", "]": "rbracket", "(": "lparen", ")": "rparen", "{": "lbrace", "}": "rbrace",
	"==": "eq", "!=": "ne", ">": "gt", ">=": "gteq", "<": "lt", "<=": "lteq", "=": "assign",
	".": "dot", ":": "colon", "|": "pipe", ",": "comma", ";": "semicolon",
}

// tokenWords are the descriptions of kinds in messages; an operator is described by its text, any other kind by its name.
var tokenWords = map[string]string{
	tokBlockBegin: "begin of statement block", tokBlockEnd: "end of statement block",
	tokVariableBegin: "begin of print statement", tokVariableEnd: "end of print statement",
	tokData: "template data / text", tokEOF: "end of template",
}

func describeKind(kind string) string {
	for text, k := range operators {
		if k == kind {
			return text
		}
	}
	if w, ok := tokenWords[kind]; ok {
		return w
	}
	return kind
}

// A token is one unit of the source. text is the name, the unescaped string or the template data; num the value of a number.
type token struct {
	line int
	kind string
	text string
	num  Value
}

func (t token) describe() string {
	if t.kind == tokName {
		return t.text
	}
	return describeKind(t.kind)
}

// is reports whether the token is the name word.
func (t token) is(word string) bool { return t.kind == tokName && t.text == word }

// A lexer cuts a template into tokens on demand, so that an error comes when the parser reaches it, as in Jinja.
type lexer struct {
	src       string
	pos       int
	line      int
	state     string // "" between tags, else the kind of the tag it is in
	balance   []byte // closing brackets the expression still owes
	lineStart bool   // the last match ended with a newline
	queue     []token
}

func newLexer(src string) *lexer {
	src = normalizeNewlines(src)
	return &lexer{src: strings.TrimSuffix(src, "\n"), line: 1, lineStart: true}
}

func normalizeNewlines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// next gives the next token, and tokEOF for ever after the last.
func (l *lexer) next() (token, *Error) {
	for len(l.queue) == 0 {
		if l.pos >= len(l.src) {
			return token{line: l.line, kind: tokEOF}, nil
		}
		if err := l.step(); err != nil {
			err.Line = l.line
			return token{line: l.line, kind: tokEOF}, err
		}
	}
	t := l.queue[0]
	l.queue = l.queue[1:]
	return t, nil
}

func (l *lexer) step() *Error {
	switch l.state {
	case "":
		l.root()
		return nil
	case tokCommentBegin:
		return l.comment()
	case tokRawBegin:
		return l.raw()
	default:
		return l.expression()
	}
}

// take emits a token for the next n bytes and moves past them.
func (l *lexer) take(n int, t token) {
	t.line = l.line
	l.queue = append(l.queue, t)
	l.skip(n)
}

func (l *lexer) skip(n int) {
	if n == 0 {
		return
	}
	s := l.src[l.pos : l.pos+n]
	l.line += strings.Count(s, "\n")
	l.lineStart = strings.HasSuffix(s, "\n")
	l.pos += n
}

// root reads template data up to the next tag, and the opening of that tag.
func (l *lexer) root() {
	rest := l.src[l.pos:]
	for i := 0; ; i++ {
		j := strings.IndexByte(rest[i:], '{')
		if j < 0 {
			l.take(len(rest), token{kind: tokData, text: rest})
			return
		}
		i += j
		kind, sign, n := opening(rest[i:])
		if kind == "" {
			continue
		}
		l.data(rest[:i], sign, kind == tokVariableBegin)
		if kind == tokBlockBegin || kind == tokVariableBegin {
			l.take(n, token{kind: kind})
		} else {
			l.skip(n)
		}
		l.state = kind
		return
	}
}

// opening matches the start of a tag: its kind, the whitespace sign ('-', '+' or 0) and its length.
func opening(s string) (kind string, sign byte, n int) {
	if len(s) < 2 {
		return "", 0, 0
	}
	switch s[1] {
	case '%':
		kind = tokBlockBegin
	case '{':
		kind = tokVariableBegin
	case '#':
		kind = tokCommentBegin
	default:
		return "", 0, 0
	}
	n = 2
	if len(s) > 2 && (s[2] == '-' || s[2] == '+') {
		sign, n = s[2], 3
	}
	if kind == tokBlockBegin {
		if m := matchRaw(s[n:]); m > 0 {
			return tokRawBegin, sign, n + m
		}
	}
	return kind, sign, n
}

// matchRaw matches what follows the opening of a raw tag: the word, and its end with the space a '-' strips.
func matchRaw(s string) int {
	rest, ok := strings.CutPrefix(trimLeft(s), "raw")
	if !ok {
		return 0
	}
	rest = trimLeft(rest)
	if t, ok := strings.CutPrefix(rest, "-%}"); ok {
		return len(s) - len(trimLeft(t))
	}
	if t, ok := strings.CutPrefix(rest, "%}"); ok {
		return len(s) - len(t)
	}
	return 0
}

// data emits template text before a tag, stripped as the tag's sign says, and moves past all of it.
func (l *lexer) data(text string, sign byte, variable bool) {
	kept := text
	switch {
	case sign == '-':
		kept = trimRight(text)
	case sign == 0 && !variable:
		start := strings.LastIndexByte(text, '\n') + 1
		if (start > 0 || l.lineStart) && start < len(text) && trimLeft(text[start:]) == "" {
			kept = text[:start]
		}
	}
	if kept != "" {
		l.queue = append(l.queue, token{line: l.line, kind: tokData, text: kept})
	}
	l.skip(len(text))
}

func (l *lexer) comment() *Error {
	rest := l.src[l.pos:]
	end := strings.Index(rest, "#}")
	if end < 0 {
		return errorf(classSyntax, "Missing end of comment tag")
	}
	l.skip(end)
	if end > 0 {
		l.skip(closingTail(rest[end:], rest[end-1], "#}"))
	} else {
		l.skip(closingTail(rest[end:], 0, "#}"))
	}
	l.state = ""
	return nil
}

// closingTail is the length of a closing tag with the space it eats: all of it after '-', none after '+', else one newline.
func closingTail(s string, sign byte, tag string) int {
	after := s[len(tag):]
	switch {
	case sign == '-':
		return len(s) - len(trimLeft(after))
	case sign != '+' && strings.HasPrefix(after, "\n"):
		return len(tag) + 1
	}
	return len(tag)
}

func (l *lexer) raw() *Error {
	rest := l.src[l.pos:]
	for i := 0; ; i++ {
		j := strings.Index(rest[i:], "{%")
		if j < 0 {
			return errorf(classSyntax, "Missing end of raw directive")
		}
		i += j
		sign, n := matchEndRaw(rest[i:])
		if n == 0 {
			continue
		}
		l.data(rest[:i], sign, false)
		l.skip(n)
		l.state = ""
		return nil
	}
}

// matchEndRaw matches a whole endraw tag: its opening sign and its length, 0 if there is none.
func matchEndRaw(s string) (sign byte, n int) {
	rest := s[2:]
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		sign, rest = rest[0], rest[1:]
	}
	rest, ok := strings.CutPrefix(trimLeft(rest), "endraw")
	if !ok {
		return 0, 0
	}
	rest = trimLeft(rest)
	var end byte
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		end, rest = rest[0], rest[1:]
	}
	if !strings.HasPrefix(rest, "%}") {
		return 0, 0
	}
	return sign, len(s) - len(rest) + closingTail(rest, end, "%}")
}

// expression reads one token inside a statement or print tag.
func (l *lexer) expression() *Error {
	rest := l.src[l.pos:]
	if len(l.balance) == 0 {
		if n := l.closing(rest); n > 0 {
			kind := tokBlockEnd
			if l.state == tokVariableBegin {
				kind = tokVariableEnd
			}
			l.take(n, token{kind: kind})
			l.state = ""
			return nil
		}
	}
	if n := len(rest) - len(trimLeft(rest)); n > 0 {
		l.skip(n)
		return nil
	}
	if n := scanFloat(l.src, l.pos); n > 0 {
		f, err := strconv.ParseFloat(strings.ReplaceAll(rest[:n], "_", ""), 64)
		if err != nil && !math.IsInf(f, 0) {
			return errorf(classSyntax, "%v", err)
		}
		l.take(n, token{kind: tokFloat, num: f})
		return nil
	}
	if n := scanInt(rest); n > 0 {
		i, ok := new(big.Int).SetString(strings.ReplaceAll(rest[:n], "_", ""), 0)
		if !ok {
			return errorf(classSyntax, "bad integer %q", rest[:n])
		}
		l.take(n, token{kind: tokInteger, num: normInt(i)})
		return nil
	}
	return l.word(rest)
}

// closing matches the end of the current tag with the space it eats.
func (l *lexer) closing(rest string) int {
	tag := "%}"
	if l.state == tokVariableBegin {
		tag = "}}"
		if strings.HasPrefix(rest, tag) {
			return len(tag)
		}
	}
	if strings.HasPrefix(rest, tag) {
		return closingTail(rest, 0, tag)
	}
	if rest[0] == '-' || rest[0] == '+' && tag == "%}" {
		if strings.HasPrefix(rest[1:], tag) {
			return 1 + closingTail(rest[1:], rest[0], tag)
		}
	}
	return 0
}

// word reads a name, a string or an operator.
func (l *lexer) word(rest string) *Error {
	if n := strings.IndexFunc(rest, func(r rune) bool { return !isWord(r) }); n != 0 {
		if n < 0 {
			n = len(rest)
		}
		if !isIdentifier(rest[:n]) {
			return errorf(classSyntax, "Invalid character in identifier")
		}
		l.take(n, token{kind: tokName, text: rest[:n]})
		return nil
	}
	if n := scanString(rest); n > 0 {
		s, err := unescape(rest[1 : n-1])
		if err != nil {
			return err
		}
		l.take(n, token{kind: tokString, text: s})
		return nil
	}
	for n := min(2, len(rest)); n > 0; n-- {
		if kind, ok := operators[rest[:n]]; ok {
			if err := l.bracket(rest[0]); err != nil {
				return err
			}
			l.take(n, token{kind: kind})
			return nil
		}
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return errorf(classSyntax, "unexpected char %s at %d", reprString(string(r)), utf8.RuneCountInString(l.src[:l.pos]))
}

// bracket keeps the balance of brackets.
func (l *lexer) bracket(c byte) *Error {
	if i := strings.IndexByte("{([", c); i >= 0 {
		l.balance = append(l.balance, "})]"[i])
		return nil
	}
	if !strings.ContainsRune("})]", rune(c)) {
		return nil
	}
	if len(l.balance) == 0 {
		return errorf(classSyntax, "unexpected '%c'", c)
	}
	want := l.balance[len(l.balance)-1]
	l.balance = l.balance[:len(l.balance)-1]
	if want != c {
		return errorf(classSyntax, "unexpected '%c', expected '%c'", c, want)
	}
	return nil
}

// scanDigits is the length of digits with single underscores between them.
func scanDigits(s, digits string) int {
	n := 0
	for n < len(s) {
		switch {
		case strings.IndexByte(digits, s[n]) >= 0:
			n++
		case s[n] == '_' && n > 0 && n+1 < len(s) && strings.IndexByte(digits, s[n+1]) >= 0:
			n += 2
		default:
			return n
		}
	}
	return n
}

const decimal = "0123456789"

// scanFloat matches a number with a fraction or an exponent at src[pos:].
func scanFloat(src string, pos int) int {
	s := src[pos:]
	n := scanDigits(s, decimal)
	if n == 0 || pos > 0 && src[pos-1] == '.' {
		return 0
	}
	found := 0
	if n < len(s) && s[n] == '.' {
		if m := scanDigits(s[n+1:], decimal); m > 0 {
			n += 1 + m
			found = n
		}
	}
	if n < len(s) && (s[n] == 'e' || s[n] == 'E') {
		e := n + 1
		if e < len(s) && (s[e] == '+' || s[e] == '-') {
			e++
		}
		if m := scanDigits(s[e:], decimal); m > 0 {
			found = e + m
		}
	}
	return found
}

func scanInt(s string) int {
	if s[0] != '0' {
		return scanDigits(s, decimal)
	}
	if len(s) > 1 {
		digits := map[byte]string{'b': "01", 'o': "01234567", 'x': "0123456789abcdefABCDEF"}[s[1]|0x20]
		start := 2
		if start < len(s) && s[start] == '_' {
			start++
		}
		if digits != "" && start < len(s) {
			if n := scanDigits(s[start:], digits); n > 0 {
				return start + n
			}
		}
	}
	return scanDigits(s, "0")
}

func scanString(s string) int {
	if s[0] != '"' && s[0] != '\'' {
		return 0
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return i + 1
		}
	}
	return 0
}

// simpleEscapes are the escapes of one letter.
var simpleEscapes = map[byte]string{
	'\n': "", '\\': "\\", '\'': "'", '"': "\"", 'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v",
}

// unescape resolves the escapes of a string literal as Python's unicode-escape codec does. Jinja first writes characters beyond
// ASCII as escapes, so that a backslash before one becomes a backslash and the text of its escape; this is kept.
func unescape(s string) (string, *Error) {
	if strings.IndexByte(s, '\\') < 0 {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			i++
			continue
		}
		c, size := utf8.DecodeRuneInString(s[i+1:])
		if text, ok := simpleEscapes[s[i+1]]; ok {
			b.WriteString(text)
			i += 2
			continue
		}
		if size > 1 {
			b.WriteString(`\` + asciiEscape(c)[1:])
			i += 1 + size
			continue
		}
		n, err := unescapeNumber(&b, s[i+1:])
		if err != nil {
			return "", err
		}
		i += 1 + n
	}
	return b.String(), nil
}

// unescapeNumber writes the character of a numeric escape, s being what follows the backslash, and gives the length it read.
func unescapeNumber(b *strings.Builder, s string) (int, *Error) {
	width, base, start := 0, 16, 1
	shape := ""
	switch s[0] {
	case 'x':
		width, shape = 2, `\xXX`
	case 'u':
		width, shape = 4, `\uXXXX`
	case 'U':
		width, shape = 8, `\UXXXXXXXX`
	case 'N':
		return 0, unsupportedf(`the escape \N{...} in a string`)
	case '0', '1', '2', '3', '4', '5', '6', '7':
		base, start = 8, 0
		digits := s[:min(3, len(s))]
		width = len(digits) - len(strings.TrimLeft(digits, "01234567"))
	default:
		b.WriteString(`\` + s[:1])
		return 1, nil
	}
	end := start + width
	if end > len(s) {
		return 0, errorf(classSyntax, "truncated %s escape", shape)
	}
	v, err := strconv.ParseUint(s[start:end], base, 32)
	switch {
	case err != nil:
		return 0, errorf(classSyntax, "truncated %s escape", shape)
	case v > unicode.MaxRune:
		return 0, errorf(classSyntax, "illegal Unicode character")
	case !utf8.ValidRune(rune(v)):
		return 0, unsupportedf("the lone surrogate %s in a string", fmt.Sprintf(`\u%04x`, v))
	}
	b.WriteRune(rune(v))
	return end, nil
}
