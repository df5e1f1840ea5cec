package jinja

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// isSpace is Python's str.isspace for one character.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

func trimLeft(s string) string  { return strings.TrimLeftFunc(s, isSpace) }
func trimRight(s string) string { return strings.TrimRightFunc(s, isSpace) }

// isWord is \w of Python's regular expressions, with the marks that Jinja allows in names.
func isWord(r rune) bool {
	return r == '_' || unicode.In(r, unicode.Letter, unicode.Number, unicode.Mn, unicode.Mc, unicode.Pc)
}

func isIdentifier(s string) bool {
	for i, r := range s {
		if r == '_' || unicode.IsLetter(r) || unicode.Is(unicode.Nl, r) {
			continue
		}
		if i == 0 || !unicode.In(r, unicode.Nd, unicode.Mn, unicode.Mc, unicode.Pc) {
			return false
		}
	}
	return s != ""
}

// isASCII reports whether s has no character beyond ASCII.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func toLower(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return cases.Lower(language.Und, cases.HandleFinalSigma(true)).String(s)
}

func toUpper(s string) string {
	if isASCII(s) {
		return strings.ToUpper(s)
	}
	return cases.Upper(language.Und).String(s)
}

func casefold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return cases.Fold().String(s)
}

// toTitle is the title case of a single character, which may become several.
func toTitle(r rune) string {
	if r < utf8.RuneSelf {
		return string(unicode.ToUpper(r))
	}
	return cases.Title(language.Und, cases.NoLower).String(string(r))
}

func capitalize(s string) string {
	if s == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(s)
	lower := toLower(s)
	return toTitle(r) + lower[len(toLower(s[:n])):]
}

// eachLower calls fn for every character with its lower case in the context of the whole string.
func eachLower(s string, fn func(r rune, lower string)) {
	rest := toLower(s)
	for _, r := range s {
		n := len(toLower(string(r)))
		fn(r, rest[:n])
		rest = rest[n:]
	}
}

// titleCase is Python's str.title: letters after letters are lower case, others title case.
func titleCase(s string) string {
	var b strings.Builder
	inWord := false
	eachLower(s, func(r rune, lower string) {
		if inWord {
			b.WriteString(lower)
		} else {
			b.WriteString(toTitle(r))
		}
		inWord = isCased(r)
	})
	return b.String()
}

func swapCase(s string) string {
	var b strings.Builder
	eachLower(s, func(r rune, lower string) {
		switch {
		case isUpperRune(r):
			b.WriteString(lower)
		case isLowerRune(r):
			b.WriteString(toUpper(string(r)))
		default:
			b.WriteRune(r)
		}
	})
	return b.String()
}

func isLowerRune(r rune) bool { return unicode.IsLower(r) || unicode.Is(unicode.Other_Lowercase, r) }

func isUpperRune(r rune) bool { return unicode.IsUpper(r) || unicode.Is(unicode.Other_Uppercase, r) }
func isCased(r rune) bool     { return isLowerRune(r) || isUpperRune(r) || unicode.IsTitle(r) }

// hasCase reports whether s has cased characters and all of them satisfy is.
func hasCase(s string, is func(rune) bool) bool {
	found := false
	for _, r := range s {
		if isCased(r) {
			if !is(r) {
				return false
			}
			found = true
		}
	}
	return found
}

func isTitleText(s string) bool {
	found, inWord := false, false
	for _, r := range s {
		upper := isUpperRune(r) || unicode.IsTitle(r)
		if upper && inWord || isLowerRune(r) && !inWord {
			return false
		}
		inWord = isCased(r)
		found = found || inWord
	}
	return found
}

// digitLike are the characters beyond decimal digits that Python's isdigit accepts.
var digitLike = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0xb2, 0xb3, 1},
		{0xb9, 0xb9, 1},
		{0x1369, 0x1371, 1},
		{0x19da, 0x19da, 1},
		{0x2070, 0x2070, 1},
		{0x2074, 0x2079, 1},
		{0x2080, 0x2089, 1},
		{0x2460, 0x2468, 1},
		{0x2474, 0x247c, 1},
		{0x2488, 0x2490, 1},
		{0x24ea, 0x24ea, 1},
		{0x24f5, 0x24fd, 1},
		{0x24ff, 0x24ff, 1},
		{0x2776, 0x277e, 1},
		{0x2780, 0x2788, 1},
		{0x278a, 0x2792, 1},
	},
	LatinOffset: 2,
}

func isDigitRune(r rune) bool { return unicode.Is(unicode.Nd, r) || unicode.Is(digitLike, r) }

// isPrintable is Python's str.isprintable for one character.
func isPrintable(r rune) bool { return unicode.IsPrint(r) }

// every reports whether s is not empty and all its characters satisfy is.
func every(s string, is func(rune) bool) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !is(r) }) < 0
}

// isLineBreak reports whether Python's splitlines breaks at the character.
func isLineBreak(r rune) bool {
	return r >= '\n' && r <= '\r' || r >= 0x1c && r <= 0x1e || r == 0x85 || r == 0x2028 || r == 0x2029
}

func splitLines(s string, keepEnds bool) []string {
	var lines []string
	for s != "" {
		i := strings.IndexFunc(s, isLineBreak)
		if i < 0 {
			return append(lines, s)
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		if strings.HasPrefix(s[i:], "\r\n") {
			n = 2
		}
		if keepEnds {
			lines = append(lines, s[:i+n])
		} else {
			lines = append(lines, s[:i])
		}
		s = s[i+n:]
	}
	return lines
}

// asciiEscape writes a character beyond ASCII, or one that cannot be printed, as Python's backslashreplace does.
func asciiEscape(r rune) string {
	switch {
	case r < 0x100:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// reprString is Python's repr of a string.
func reprString(s string) string {
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	var b strings.Builder
	b.WriteByte(quote)
	for _, r := range s {
		switch {
		case r == '\\' || r == rune(quote):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case isPrintable(r):
			b.WriteRune(r)
		default:
			b.WriteString(asciiEscape(r))
		}
	}
	b.WriteByte(quote)
	return b.String()
}

// reprASCII is Python's ascii() of a string whose repr is s.
func reprASCII(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
		} else {
			b.WriteString(asciiEscape(r))
		}
	}
	return b.String()
}

var htmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&#39;", `"`, "&#34;")

func escapeHTML(s string) string { return htmlEscaper.Replace(s) }
