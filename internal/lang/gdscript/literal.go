package gdscript

import (
	"strings"
	"unicode/utf8"
)

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isBinary(c byte) bool { return c == '0' || c == '1' }

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// peek returns the byte some places on, 0 behind the end.
func (l *lexer) peek(n int) byte {
	if l.at+n < len(l.text) {
		return l.text[l.at+n]
	}
	return 0
}

// number steps over a number, its sign included.
func (l *lexer) number() {
	if c := l.text[l.at]; c == '+' || c == '-' {
		l.at++
	}
	if l.peek(0) == '0' {
		switch l.peek(1) | 0x20 {
		case 'x':
			l.based("hexadecimal", isHex)
			return
		case 'b':
			l.based("binary", isBinary)
			return
		}
	}
	l.digits(isDigit)
	if l.peek(0) == '.' && l.peek(1) != '.' {
		l.at++
		if l.peek(0) == '_' {
			l.add(l.at, "an underscore after the point of a number")
		}
		l.digits(isDigit)
	}
	if l.peek(0)|0x20 == 'e' {
		l.at++
		if c := l.peek(0); c == '+' || c == '-' {
			l.at++
		}
		if !isDigit(l.peek(0)) {
			l.add(l.at, "expected digits in the exponent of a number")
		}
		l.digits(isDigit)
	}
	l.endNumber()
}

// based steps over a number with 0x or 0b in front.
func (l *lexer) based(name string, digit func(byte) bool) {
	l.at += 2
	if l.peek(0) == '_' {
		l.add(l.at, "an underscore before the first %s digit", name)
	}
	if !l.digits(digit) {
		l.add(l.at, "expected a %s digit", name)
	}
	l.endNumber()
}

// digits steps over digits and underscores, and reports whether there was a digit.
func (l *lexer) digits(digit func(byte) bool) bool {
	found := false
	for ; l.at < len(l.text); l.at++ {
		c := l.text[l.at]
		if c == '_' && l.peek(1) == '_' {
			l.add(l.at, "two underscores in a row in a number")
		}
		if c != '_' && !digit(c) {
			break
		}
		found = found || c != '_'
	}
	return found
}

// endNumber reports what may not stand right after a number.
func (l *lexer) endNumber() {
	c := l.peek(0)
	if c == '.' && l.peek(1) != '.' {
		l.add(l.at, "a second point in a number")
		return
	}
	bad := identifierPart[c]
	if c >= utf8.RuneSelf {
		r, _ := utf8.DecodeRuneInString(l.text[l.at:])
		bad = isPart(r)
	}
	if bad {
		l.add(l.at, "a letter right after a number")
		l.identifierEnd()
	}
}

// quoted steps over a string, from its first quote on.
func (l *lexer) quoted(k kind, raw bool) (kind, bool) {
	start, quote := l.at, l.text[l.at]
	delimiter := l.text[start : start+1]
	if strings.HasPrefix(l.text[start+1:], string([]byte{quote, quote})) {
		delimiter = l.text[start : start+3]
	}
	l.at += len(delimiter)
	lead := -1 // where the first half of a character of two escapes is
	for l.at < len(l.text) {
		c := l.text[l.at]
		if lead >= 0 && c != '\\' {
			l.note(lead, "an escape of half a character")
			lead = -1
		}
		switch {
		case c == quote && strings.HasPrefix(l.text[l.at:], delimiter):
			l.at += len(delimiter)
			return k, true
		case c == '\\':
			lead = l.escape(raw, quote, lead)
		case c == '\n':
			l.at++
			l.insideLine()
		case c >= utf8.RuneSelf:
			l.beyondASCII()
		default:
			l.at++
		}
	}
	l.add(start, "the string is not closed")
	return 0, false
}

// insideLine notes that a line begins inside a string.
func (l *lexer) insideLine() {
	l.lineStart = l.at
	l.inside = append(l.inside, l.at)
}

// beyondASCII steps over a character of a string. Those that turn the direction of text around must be escaped.
func (l *lexer) beyondASCII() {
	r, size := utf8.DecodeRuneInString(l.text[l.at:])
	if r == 0x200E || r == 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
		l.note(l.at, "the invisible character U+%04X turns the direction of text around: write it as \\u%04x", r, r)
	}
	l.at += size
}

// escape steps over a backslash and what it escapes. It takes and returns where an open first half of a character is, or -1.
func (l *lexer) escape(raw bool, quote byte, lead int) int {
	start := l.at
	l.at++
	c := l.peek(0)
	if l.at >= len(l.text) {
		return -1
	}
	if raw {
		if c == quote || c == '\\' {
			l.at++
		}
		return -1
	}
	if c == '\r' && l.peek(1) == '\n' {
		l.at++
		c = '\n'
	}
	l.at++
	switch c {
	case 'a', 'b', 'f', 'n', 'r', 't', 'v', '\'', '"', '\\', '\r':
	case '\n':
		l.insideLine()
		return lead
	case 'u':
		return l.unicode(start, 4, lead)
	case 'U':
		return l.unicode(start, 6, lead)
	default:
		l.note(start, "\\%s is no escape of strings", l.text[start+1:l.at])
	}
	if lead >= 0 {
		l.note(lead, "an escape of half a character")
	}
	return -1
}

// unicode steps over the digits of an escape.
func (l *lexer) unicode(start, digits, lead int) int {
	value := rune(0)
	for range digits {
		c := l.peek(0)
		if !isHex(c) {
			l.note(l.at, "expected %d hexadecimal digits after \\%c", digits, l.text[start+1])
			return -1
		}
		d := rune(c&0x0F) + rune(c>>6)*9
		value = value<<4 | d
		l.at++
	}
	first, second := value&^0x3FF == 0xD800, value&^0x3FF == 0xDC00
	switch {
	case first && lead < 0:
		return start
	case second == (lead >= 0):
		return -1
	}
	l.note(start, "an escape of half a character")
	return -1
}
