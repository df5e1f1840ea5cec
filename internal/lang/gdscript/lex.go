package gdscript

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tabWidth is how many columns a tab of the indentation counts for: the engine's default.
const tabWidth = 4

// A lexer cuts a text into tokens. What a line break means depends on the parser: inside brackets nothing, unless the body of
// a lambda is there.
type lexer struct {
	*problems
	text      string
	at        int
	lineStart int  // where the line of at begins
	multiline bool // line breaks and indentation mean nothing
	continued bool // after a backslash, until the next token
	pending   int  // indentations to give if positive, ends of blocks if negative
	newline   bool // an end of line to give
	lineEnd   int  // where it is
	last      kind // the token before

	indents  []int   // of the blocks around, in columns
	saved    [][]int // indents outside of the lambdas around
	indented byte    // what the text indents with, 0 if unknown
	open     []int   // brackets, offsets
	comments []Comment
	inside   []int // starts of lines inside strings
}

// scan returns the next token.
func (l *lexer) scan() token {
	for {
		l.skip()
		if t, ok := l.layout(); ok {
			l.last = t.kind
			return t
		}
		if l.text[l.at] == '\\' {
			l.backslash()
			continue
		}
		l.continued = false
		start := l.at
		k, ok := l.token(l.text[start])
		if !ok {
			continue
		}
		l.last = k
		return token{k, start, l.at}
	}
}

// layout returns the token of a line break, of an indentation or of the end of the text, if one is due.
func (l *lexer) layout() (token, bool) {
	if l.newline {
		l.newline = false
		if !l.multiline {
			return token{tNewline, l.lineEnd, l.lineEnd}, true
		}
	}
	switch {
	case l.pending > 0:
		l.pending--
		return token{tIndent, l.at, l.at}, true
	case l.pending < 0:
		l.pending++
		return token{tDedent, l.at, l.at}, true
	case l.at >= len(l.text):
		return token{tEOF, l.at, l.at}, true
	}
	return token{}, false
}

// backslash joins the next line to this one.
func (l *lexer) backslash() {
	start := l.at
	l.at++
	if strings.HasPrefix(l.text[l.at:], "\r\n") {
		l.at++
	}
	if l.at >= len(l.text) || l.text[l.at] != '\n' {
		l.add(start, "expected the end of the line after a backslash")
		return
	}
	l.at++
	l.lineStart = l.at
	l.continued = true
}

// breakLine steps over a line break, which ends a statement if it may.
func (l *lexer) breakLine(ends bool) {
	if ends && !l.newline && !l.continued {
		l.newline, l.lineEnd = true, l.at
	}
	l.at++
	l.lineStart = l.at
}

// finish ends the last line and all blocks.
func (l *lexer) finish() {
	if !l.newline && !l.continued && l.last != tNewline && l.last != tDedent && l.last != tEOF {
		l.newline, l.lineEnd = true, l.at
	}
	l.endBlocks()
}

func (l *lexer) endBlocks() {
	l.pending -= len(l.indents)
	l.indents = l.indents[:0]
}

// skip steps over white space, comments and line breaks and takes note of indentation.
func (l *lexer) skip() {
	if l.pending != 0 {
		return
	}
	if l.at == l.lineStart {
		l.indentation()
		return
	}
	for l.at < len(l.text) {
		switch l.text[l.at] {
		case ' ', '\t':
			l.at++
		case '\r':
			l.carriageReturn()
		case '#':
			l.comment(false)
		case '\n':
			l.breakLine(true)
			l.indentation()
		default:
			return
		}
	}
	l.finish()
}

// carriageReturn steps over a carriage return, which stands before a line feed.
func (l *lexer) carriageReturn() {
	l.at++
	if l.at >= len(l.text) || l.text[l.at] != '\n' {
		l.note(l.at-1, "a carriage return without a line feed")
	}
}

// comment steps over a comment, not over the line break after it.
func (l *lexer) comment(own bool) {
	start := l.at
	if i := strings.IndexByte(l.text[start:], '\n'); i >= 0 {
		l.at += i
	} else {
		l.at = len(l.text)
	}
	end := l.at
	if l.text[end-1] == '\r' {
		end--
	}
	l.comments = append(l.comments, Comment{Start: start, End: end, Own: own})
}

// indentation reads the white space at the start of a line, over lines that hold nothing but white space or a comment, and
// notes the blocks that begin or end with it.
func (l *lexer) indentation() {
	for l.at < len(l.text) {
		start, columns := l.at, 0
		for l.at < len(l.text) {
			c := l.text[l.at]
			if c != '\t' && c != ' ' {
				break
			}
			if columns++; c == '\t' {
				columns += tabWidth - 1
			}
			l.at++
		}
		if l.blank() {
			continue
		}
		if l.at < len(l.text) && !l.continued && !l.multiline {
			l.block(start, columns)
		}
		if l.at < len(l.text) {
			return
		}
	}
	l.finish()
}

// blank steps over the rest of a line with nothing in it but a comment, and reports whether it was one.
func (l *lexer) blank() bool {
	if l.at < len(l.text) && l.text[l.at] == '\r' {
		l.carriageReturn()
	}
	if l.at < len(l.text) && l.text[l.at] == '#' {
		l.comment(true)
	}
	if l.at >= len(l.text) || l.text[l.at] != '\n' {
		return false
	}
	l.breakLine(false)
	return true
}

// block notes what the indentation from start, of so many columns, means for blocks.
func (l *lexer) block(start, columns int) {
	if columns == 0 {
		l.endBlocks()
		return
	}
	l.checkIndented(l.text[start:l.at], start)
	top := l.level()
	if columns > top {
		l.indents = append(l.indents, columns)
		l.pending++
	}
	for l.level() > columns {
		l.indents = l.indents[:len(l.indents)-1]
		l.pending--
	}
	// Behind the body of a lambda any indentation will do.
	if columns < top && len(l.saved) == 0 && l.level() != columns {
		l.note(l.at, "the indentation fits no block above")
		l.indents = append(l.indents, columns)
	}
}

// level returns the indentation of the innermost block.
func (l *lexer) level() int {
	if len(l.indents) == 0 {
		return 0
	}
	return l.indents[len(l.indents)-1]
}

// checkIndented reports an indentation of tabs and spaces, or of what the lines above are not indented with.
func (l *lexer) checkIndented(white string, start int) {
	first := white[0]
	if strings.Count(white, string(first)) != len(white) {
		l.note(start, "tabs and spaces are mixed in one indentation")
	}
	if l.indented == 0 {
		l.indented = first
	}
	if first != l.indented {
		names := map[byte]string{' ': "spaces", '\t': "tabs"}
		l.note(start, "indented with %s, where the lines above are with %s", names[first], names[l.indented])
	}
}

// identifierStart and identifierPart tell the bytes of identifiers; bytes above 127 are looked at as characters.
var (
	identifierStart = identifierBytes(false)
	identifierPart  = identifierBytes(true)
)

func identifierBytes(digits bool) (t [256]bool) {
	for c := range t {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' && c < 0x80
		t[c] = letter || c == '_' || digits && c >= '0' && c <= '9'
	}
	return t
}

// token steps over a token that begins with c. It reports false for what is none.
func (l *lexer) token(c byte) (kind, bool) {
	switch {
	case c == 'r' && l.at+1 < len(l.text) && (l.text[l.at+1] == '"' || l.text[l.at+1] == '\''):
		l.at++
		return l.quoted(tString, true)
	case identifierStart[c] || c >= utf8.RuneSelf:
		return l.word()
	case c >= '0' && c <= '9':
		l.number()
		return tNumber, true
	case c == '"' || c == '\'':
		return l.quoted(tString, false)
	case c == '@':
		return l.annotation()
	}
	return l.punctuation(c)
}

// word steps over an identifier or keyword.
func (l *lexer) word() (kind, bool) {
	start := l.at
	if c := l.text[start]; c >= utf8.RuneSelf {
		r, size := utf8.DecodeRuneInString(l.text[start:])
		if !isStart(r) {
			l.at += size
			l.add(start, "the character %q (U+%04X) begins nothing", r, r)
			return 0, false
		}
	}
	ascii := l.identifierEnd()
	if w := l.text[start:l.at]; ascii && len(w) <= longestKeyword && keywordStart[w[0]] {
		if k, ok := keywords[w]; ok {
			return k, true
		}
	}
	return tIdentifier, true
}

// identifierEnd steps to the end of an identifier and reports whether it is of ASCII only.
func (l *lexer) identifierEnd() (ascii bool) {
	ascii = true
	for l.at < len(l.text) {
		c := l.text[l.at]
		if identifierPart[c] {
			l.at++
			continue
		}
		if c < utf8.RuneSelf {
			break
		}
		r, size := utf8.DecodeRuneInString(l.text[l.at:])
		if !isPart(r) {
			break
		}
		l.at += size
		ascii = false
	}
	return ascii
}

// isStart reports whether a character beyond ASCII can begin an identifier (XID_Start of Unicode).
func isStart(r rune) bool {
	return unicode.IsLetter(r) || unicode.In(r, unicode.Nl, unicode.Other_ID_Start)
}

// isPart reports whether a character beyond ASCII can stand in an identifier (XID_Continue).
func isPart(r rune) bool {
	return isStart(r) || unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue)
}

// annotation steps over @name.
func (l *lexer) annotation() (kind, bool) {
	start := l.at
	l.at++
	l.identifierEnd()
	if l.at == start+1 {
		l.add(start, "expected the name of an annotation after \"@\"")
		return 0, false
	}
	return tAnnotation, true
}

// punctuation steps over an operator, a bracket, or a literal that begins with such a sign.
func (l *lexer) punctuation(c byte) (kind, bool) {
	next := byte(0)
	if l.at+1 < len(l.text) {
		next = l.text[l.at+1]
	}
	switch {
	case c == '.' && isDigit(next), (c == '+' || c == '-') && isDigit(next) && !l.last.endsOperand():
		l.number()
		return tNumber, true
	case c == '&' && (next == '"' || next == '\''):
		l.at++
		return l.quoted(tStringName, false)
	case c == '^' && (next == '"' || next == '\''):
		l.at++
		return l.quoted(tNodePath, false)
	}
	if c < utf8.RuneSelf {
		for _, op := range operators[c] {
			if strings.HasPrefix(l.text[l.at:], op.text) {
				return l.operator(op)
			}
		}
	}
	l.add(l.at, "the character %q (U+%04X) begins nothing", c, c)
	l.at++
	return 0, false
}

// operator steps over an operator or bracket.
func (l *lexer) operator(op operator) (kind, bool) {
	start := l.at
	switch op.kind {
	case tEqualEqual, tLessLess, tGreaterGreater:
		if n := run(l.text[start:], op.text[0]); n >= 7 {
			l.at += n
			return tConflict, true
		}
	case tParenOpen, tBracketOpen, tBraceOpen:
		l.open = append(l.open, start)
	case tParenClose, tBracketClose, tBraceClose:
		if !l.close(op) {
			return 0, false
		}
	}
	l.at += len(op.text)
	return op.kind, true
}

// close takes a closing bracket. One that fits nothing is skipped.
func (l *lexer) close(op operator) bool {
	if len(l.open) == 0 {
		l.add(l.at, "%q closes nothing", op.text)
		l.at++
		return false
	}
	at := l.open[len(l.open)-1]
	l.open = l.open[:len(l.open)-1]
	if closing[l.text[at]] != op.text[0] {
		l.add(l.at, "%q does not close the %q of line %d", op.text, l.text[at:at+1], 1+strings.Count(l.text[:at], "\n"))
		l.at++
		return false
	}
	return true
}

var closing = map[byte]byte{'(': ')', '[': ']', '{': '}'}

// run returns how often a byte stands at the start of a text.
func run(text string, c byte) int {
	n := 0
	for n < len(text) && text[n] == c {
		n++
	}
	return n
}
