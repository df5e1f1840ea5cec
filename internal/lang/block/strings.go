package block

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A stringForm finds the end of a string that begins at i; ok is false if none does. A string without an end goes to the end of its line, or of the
// text where it may have several.
type stringForm func(p *parser, i int) (end int, ok bool)

// stringEnd is the end of the string, or pattern, or markup that begins at i, or i.
func (p *parser) stringEnd(i int) int {
	for _, form := range p.strings {
		if end, ok := form(p, i); ok {
			return end
		}
	}
	if p.regexps && p.text[i] == '/' && p.valueBegins() {
		if end, ok := pattern(p.text, i); ok {
			return end
		}
	}
	if p.markup && p.text[i] == '<' && p.valueBegins() {
		if end, ok := p.element(i, 0); ok {
			return end
		}
	}
	return i
}

// valueBegins tells whether a value may begin behind the tokens so far, rather than an operator.
func (p *parser) valueBegins() bool {
	last := len(p.tokens) - 1
	switch {
	case last < 0:
		return true
	case p.tokens[last].kind == quoted:
		return false
	case p.tokens[last].kind == word:
		return slices.Contains([]string{
			"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "do", "else", "yield", "await", "default",
			"if", "unless", "when", "then", "and", "or", "not", "while", "until",
		}, p.tokens[last].text)
	}
	return !p.is(last, ")", "]", "}", "++", "--")
}

// delimited is a string between two equal marks; a backslash quotes what follows it where escapes is set.
func delimited(prefixes []string, mark string, escapes, lines bool) stringForm {
	return func(p *parser, i int) (int, bool) {
		for _, prefix := range prefixes {
			if strings.HasPrefix(p.text[i:], prefix+mark) {
				return p.close(i+len(prefix)+len(mark), mark, escapes, lines), true
			}
		}
		return i, false
	}
}

// close is the end of a string whose content begins at i.
func (p *parser) close(i int, mark string, escapes, lines bool) int {
	for i < len(p.text) {
		switch {
		case escapes && p.text[i] == '\\':
			i += 2
			continue
		case !lines && p.text[i] == '\n':
			p.Broken = true
			return i
		case strings.HasPrefix(p.text[i:], mark):
			return i + len(mark)
		}
		i++
	}
	p.Broken = true
	return len(p.text)
}

var (
	none            = []string{""}
	double          = delimited(none, `"`, true, false)
	single          = delimited(none, `'`, true, false)
	multiDouble     = delimited([]string{"", "b", "c"}, `"`, true, true)
	multiSingle     = delimited(none, `'`, true, true)
	backquoted      = delimited(none, "`", false, true)
	multiBackquoted = delimited(none, "`", true, true)
	tripleDouble    = delimited(none, `"""`, true, true)
	rawQuotes       = delimited([]string{"", "$", "$$"}, `"""`, false, true)
)

// verbatim is @"…" of C#, in which "" stands for a quote.
func verbatim(p *parser, i int) (int, bool) {
	for _, open := range []string{`@"`, `$@"`, `@$"`} {
		if !strings.HasPrefix(p.text[i:], open) {
			continue
		}
		for i += len(open); i < len(p.text); i++ {
			if p.text[i] != '"' {
				continue
			}
			if !strings.HasPrefix(p.text[i:], `""`) {
				return i + 1, true
			}
			i++
		}
		p.Broken = true
		return len(p.text), true
	}
	return i, false
}

// lifetime is 'x' or 'name of Rust.
func lifetime(p *parser, i int) (int, bool) {
	open := i
	if strings.HasPrefix(p.text[i:], "b'") {
		open++
	}
	if p.text[open] != '\'' {
		return i, false
	}
	rest := p.text[open+1:]
	if strings.HasPrefix(rest, `\`) {
		return p.close(open+1, "'", true, false), true
	}
	if _, n := utf8.DecodeRuneInString(rest); n > 0 && strings.HasPrefix(rest[n:], "'") {
		return open + 1 + n + 1, true
	}
	end := open + 1
	for end < len(p.text) && (letter(rune(p.text[end])) || p.text[end] >= '0' && p.text[end] <= '9') {
		end++
	}
	return end, true
}

// hashed is a string between quotes with as many # around them, without escapes.
func hashed(prefixes ...string) stringForm {
	return func(p *parser, i int) (int, bool) {
		for _, prefix := range prefixes {
			rest, ok := strings.CutPrefix(p.text[i:], prefix)
			if !ok {
				continue
			}
			n := len(rest) - len(strings.TrimLeft(rest, "#"))
			if n+len(prefix) == 0 || !strings.HasPrefix(rest[n:], `"`) {
				continue
			}
			return p.close(i+len(prefix)+n+1, `"`+strings.Repeat("#", n), false, true), true
		}
		return i, false
	}
}

var (
	rawRust  = hashed("r", "br", "cr")
	rawSwift = hashed("")
)

// interpolated is "…" with code between open and close, which may hold strings.
func interpolated(open, end string) stringForm {
	return func(p *parser, i int) (int, bool) {
		if p.text[i] != '"' {
			return i, false
		}
		return p.withCode(i+1, code{mark: `"`, open: open, close: end, lines: true}, 0), true
	}
}

// dollar is $"…{code}…" of C#.
func dollar(p *parser, i int) (int, bool) {
	if !strings.HasPrefix(p.text[i:], `$"`) {
		return i, false
	}
	return p.withCode(i+2, code{mark: `"`, open: "{", close: "}"}, 0), true
}

// template is `…${code}…` of JavaScript.
func template(p *parser, i int) (int, bool) {
	if p.text[i] != '`' {
		return i, false
	}
	return p.withCode(i+1, code{mark: "`", open: "${", close: "}", lines: true}, 0), true
}

// code is a string that code may stand in.
type code struct {
	mark, open, close string
	lines             bool
}

// withCode is the end of such a string whose content begins at i.
func (p *parser) withCode(i int, s code, depth int) int {
	for i < len(p.text) {
		rest := p.text[i:]
		switch {
		case strings.HasPrefix(rest, s.open):
			i = p.codeEnd(i+len(s.open), s.close, depth+1)
		case rest[0] == '\\':
			i += 2
		case strings.HasPrefix(rest, s.mark):
			return i + len(s.mark)
		case rest[0] == '\n' && !s.lines:
			p.Broken = true
			return i
		default:
			i++
		}
	}
	p.Broken = true
	return len(p.text)
}

// codeEnd is the end of code within a string that a bracket closes.
func (p *parser) codeEnd(i int, bracket string, depth int) int {
	const deepest = 20
	if depth > deepest {
		p.Broken = true
		return len(p.text)
	}
	open := map[string]string{"}": "{", ")": "("}[bracket]
	for n := 1; i < len(p.text); {
		rest := p.text[i:]
		switch {
		case rest[0] == '"' || rest[0] == '\'' || rest[0] == '`':
			i = p.inner(i, depth)
			continue
		case strings.HasPrefix(rest, open):
			n++
		case strings.HasPrefix(rest, bracket):
			if n--; n == 0 {
				return i + 1
			}
		}
		i++
	}
	p.Broken = true
	return len(p.text)
}

// inner is the end of a string within code within a string.
func (p *parser) inner(i, depth int) int {
	if p.text[i] == '`' {
		return p.withCode(i+1, code{mark: "`", open: "${", close: "}", lines: true}, depth)
	}
	return p.close(i+1, p.text[i:i+1], true, false)
}

// pattern is a regular expression between slashes, on one line.
func pattern(text string, i int) (int, bool) {
	class := false
	for j := i + 1; j < len(text); j++ {
		switch text[j] {
		case '\\':
			j++
		case '\n':
			return i, false
		case '[':
			class = true
		case ']':
			class = false
		case '/':
			if class {
				continue
			}
			if j == i+1 {
				return i, false
			}
			return j + 1, true
		}
	}
	return i, false
}

// python is a string with a prefix of letters, between one or three quotes.
func python(p *parser, i int) (int, bool) {
	at := i
	for at < len(p.text) && at < i+2 && strings.IndexByte("rRbBfFuUtT", p.text[at]) >= 0 {
		at++
	}
	if at >= len(p.text) || p.text[at] != '"' && p.text[at] != '\'' {
		return i, false
	}
	mark := p.text[at : at+1]
	if triple := strings.Repeat(mark, 3); strings.HasPrefix(p.text[at:], triple) {
		return p.close(at+3, triple, true, true), true
	}
	return p.close(at+1, mark, true, false), true
}

// long is [[…]] or [=[…]=] of Lua.
func long(p *parser, i int) (int, bool) {
	end, ok := longBracket(p.text, i)
	return end, ok
}

// longBracket is the end of a long bracket of Lua that begins at i.
func longBracket(text string, i int) (int, bool) {
	if i >= len(text) || text[i] != '[' {
		return i, false
	}
	n := len(text[i+1:]) - len(strings.TrimLeft(text[i+1:], "="))
	if !strings.HasPrefix(text[i+1+n:], "[") {
		return i, false
	}
	if j := strings.Index(text[i+2+n:], "]"+strings.Repeat("=", n)+"]"); j >= 0 {
		return i + 2 + n + j + 2 + n, true
	}
	return len(text), true
}

// heredocPHP is <<<NAME … NAME.
func heredocPHP(p *parser, i int) (int, bool) {
	rest, ok := strings.CutPrefix(p.text[i:], "<<<")
	if !ok {
		return i, false
	}
	return p.heredoc(i, strings.Trim(strings.TrimSpace(rest[:len(rest)-len(afterLine(rest))]), `"'`))
}

// heredocRuby is <<~NAME … NAME. What else stands on its first line is taken for a part of it.
func heredocRuby(p *parser, i int) (int, bool) {
	rest, ok := strings.CutPrefix(p.text[i:], "<<")
	if !ok || rest == "" || strings.IndexByte("~-", rest[0]) < 0 {
		return i, false
	}
	rest = strings.TrimLeft(rest[1:], `"'`+"`")
	end := strings.IndexFunc(rest, func(r rune) bool { return !letter(r) && (r < '0' || r > '9') })
	if end <= 0 {
		return i, false
	}
	return p.heredoc(i, rest[:end])
}

// heredoc is the end of a text that a line with nothing but a name ends, or begins with it.
func (p *parser) heredoc(i int, name string) (int, bool) {
	if name == "" || !letter(rune(name[0])) {
		return i, false
	}
	at := len(p.text) - len(afterLine(p.text[i:]))
	for at < len(p.text) {
		line := p.text[at:p.lineEnd(at)]
		trimmed := strings.TrimLeft(line, " \t")
		if tail, ok := strings.CutPrefix(trimmed, name); ok && (tail == "" || !letter(rune(tail[0]))) {
			return at + len(line) - len(tail), true
		}
		at = len(p.text) - len(afterLine(p.text[at:]))
	}
	p.Broken = true
	return len(p.text), true
}

// afterLine is what follows the first line.
func afterLine(s string) string {
	if j := strings.IndexByte(s, '\n'); j >= 0 {
		return s[j+1:]
	}
	return ""
}

// percent is %w[…], %q(…) and their like in Ruby.
func percent(p *parser, i int) (int, bool) {
	if p.text[i] != '%' || !p.valueBegins() {
		return i, false
	}
	at := i + 1
	if at < len(p.text) && strings.IndexByte("wWqQiIrsx", p.text[at]) >= 0 {
		at++
	}
	if at >= len(p.text) {
		return i, false
	}
	end, ok := map[byte]string{'(': ")", '[': "]", '{': "}", '<': ">", '|': "|", '!': "!", '/': "/"}[p.text[at]]
	if !ok {
		return i, false
	}
	return p.close(at+1, end, true, true), true
}

// mark is ?x of Ruby, a string of one character.
func mark(p *parser, i int) (int, bool) {
	if p.text[i] != '?' || !p.valueBegins() || i+1 >= len(p.text) {
		return i, false
	}
	_, n := utf8.DecodeRuneInString(p.text[i+1:])
	end := i + 1 + n
	if p.text[i+1] == '\\' && end < len(p.text) {
		end++
	}
	if strings.IndexByte(" \t\n\r", p.text[i+1]) >= 0 || end < len(p.text) && letter(rune(p.text[end])) {
		return i, false
	}
	return end, true
}
