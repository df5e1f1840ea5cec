package block

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a token is.
type kind int

const (
	word kind = iota
	sign
	quoted
)

// A token is a word, a number, a sign or a string. Comments and spaces are none.
type token struct {
	Span
	kind  kind
	text  string
	first bool // on its line
}

// signs of two characters that are one token, so that = alone is an assignment.
var pairs = []string{"=>", "->", "::", "==", "!=", "<=", ">=", "&&", "||", "?.", "++", "--", "+=", "-=", "*=", "/=", "|=", "&=", "<<", "=~"}

// lex cuts the text into tokens, comments and strings, and fits brackets together.
func (p *parser) lex() error {
	first := true
	for i := p.beginning(); i < len(p.text); {
		c := p.text[i]
		switch {
		case c == '\n':
			first = true
			i++
			continue
		case c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\\' && strings.HasPrefix(p.text[i+1:], "\n"):
			i++
			if c == '\\' {
				i++ // the line goes on
			}
			continue
		}
		if end := p.skipped(i, first); end > i {
			i = end
			continue
		}
		t := p.next(i)
		t.first, first = first, false
		p.tokens = append(p.tokens, t)
		i = t.End
	}
	return p.fit()
}

// beginning is where code begins: in PHP behind the first <?php.
func (p *parser) beginning() int {
	if p.opening == "" {
		return 0
	}
	if i := strings.Index(p.text, p.opening); i >= 0 {
		return i + len(p.opening)
	}
	return len(p.text)
}

// skipped is the end of a comment, of a line for a preprocessor, or of text between programs, that begins at i; i if none does.
func (p *parser) skipped(i int, first bool) int {
	rest := p.text[i:]
	for _, b := range p.blockComments {
		if strings.HasPrefix(rest, b.open) && (first || !b.first) {
			end := p.commentEnd(i, b)
			p.Comments = append(p.Comments, Span{i, end})
			return end
		}
	}
	for _, l := range p.lineComments {
		if strings.HasPrefix(rest, l) && (l != "#" || !p.hashAttributes || !strings.HasPrefix(rest, "#[")) {
			end := p.lineEnd(i)
			p.Comments = append(p.Comments, Span{i, end})
			return end
		}
	}
	if first && p.directives && rest[0] == '#' {
		return p.lineEnd(i)
	}
	if p.closing != "" && strings.HasPrefix(rest, p.closing) {
		if j := strings.Index(rest, p.opening); j >= 0 {
			return i + j + len(p.opening)
		}
		return len(p.text)
	}
	return i
}

// lineEnd is the end of the line at i, without its break.
func (p *parser) lineEnd(i int) int {
	if j := strings.IndexByte(p.text[i:], '\n'); j >= 0 {
		return i + len(strings.TrimRight(p.text[i:i+j], "\r"))
	}
	return len(p.text)
}

func (p *parser) commentEnd(i int, b blockComment) int {
	if b.levels { // Lua: --[==[ ends with ]==]
		if end, ok := longBracket(p.text, i+2); ok {
			return end
		}
		return p.lineEnd(i)
	}
	depth, at := 1, i+len(b.open)
	for depth > 0 {
		j := strings.Index(p.text[at:], b.close)
		if j < 0 {
			p.Broken = true
			return len(p.text)
		}
		if k := strings.Index(p.text[at:at+j], b.open); b.nested && k >= 0 {
			depth++
			at += k + len(b.open)
			continue
		}
		depth--
		at += j + len(b.close)
	}
	return at
}

// next is the token that begins at i.
func (p *parser) next(i int) token {
	if end := p.stringEnd(i); end > i {
		p.Strings = append(p.Strings, Span{i, end})
		return token{Span: Span{i, end}, kind: quoted}
	}
	if end := p.wordEnd(i); end > i {
		return token{Span: Span{i, end}, kind: word, text: p.text[i:end]}
	}
	for _, pair := range pairs {
		if strings.HasPrefix(p.text[i:], pair) {
			return token{Span: Span{i, i + 2}, kind: sign, text: pair}
		}
	}
	_, n := utf8.DecodeRuneInString(p.text[i:])
	return token{Span: Span{i, i + n}, kind: sign, text: p.text[i : i+n]}
}

// wordEnd is the end of the word or number that begins at i, or i.
func (p *parser) wordEnd(i int) int {
	if p.expressions && p.text[i] == '`' { // a name of several words
		if j := strings.IndexAny(p.text[i+1:], "`\n"); j > 0 && p.text[i+1+j] == '`' {
			return i + j + 2
		}
	}
	end := i
	for end < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[end:])
		if !letter(r) && !unicode.IsDigit(r) {
			break
		}
		end += n
	}
	if p.queries && end > i && end < len(p.text) && (p.text[end] == '?' || p.text[end] == '!') && !strings.HasPrefix(p.text[end+1:], "=") {
		end++ // empty? and save! are names in Ruby
	}
	return end
}

func letter(r rune) bool { return r == '_' || r == '$' || unicode.IsLetter(r) }

// fit finds the other one of every bracket. One that does not fit has none, and the file is broken.
func (p *parser) fit() error {
	p.match = make([]int, len(p.tokens))
	closes := map[string]string{")": "(", "]": "[", "}": "{"}
	var open []int
	for i, t := range p.tokens {
		p.match[i] = -1
		if t.kind != sign {
			continue
		}
		switch t.text {
		case "(", "[", "{":
			open = append(open, i)
			if len(open) > MaxDepth {
				return fmt.Errorf("block: more than %d brackets are open at once", MaxDepth)
			}
		case ")", "]", "}":
			n := len(open) - 1
			for ; n >= 0 && p.tokens[open[n]].text != closes[t.text]; n-- {
				p.Broken = true
			}
			if n < 0 {
				p.Broken = true
				continue
			}
			p.match[i], p.match[open[n]] = open[n], i
			open = open[:n]
		}
	}
	p.Broken = p.Broken || len(open) > 0
	return nil
}
