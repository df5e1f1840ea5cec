package block

import "strings"

// element is the end of markup that begins with < at i, as in <a b={c}>text {d}</a>; ok is false if it is none.
func (p *parser) element(i, depth int) (end int, ok bool) {
	at, closed, ok := p.tag(i)
	if !ok || closed || depth > MaxDepth {
		return at, ok && depth <= MaxDepth
	}
	for at < len(p.text) {
		switch {
		case strings.HasPrefix(p.text[at:], "</"):
			j := strings.IndexByte(p.text[at:], '>')
			if j < 0 {
				return i, false
			}
			return at + j + 1, true
		case p.text[at] == '<':
			if at, ok = p.element(at, depth+1); !ok {
				return i, false
			}
		case p.text[at] == '{':
			at = p.codeEnd(at+1, "}", 0)
		default:
			at++
		}
	}
	return i, false
}

// tag is the end of an opening tag at i, and whether it closes itself.
func (p *parser) tag(i int) (end int, closed, ok bool) {
	at := i + 1
	for at < len(p.text) && inTag(p.text[at], ".-:") {
		at++
	}
	if at == i+1 && !strings.HasPrefix(p.text[at:], ">") {
		return i, false, false
	}
	for at < len(p.text) {
		switch c := p.text[at]; {
		case c == '>':
			return at + 1, false, true
		case strings.HasPrefix(p.text[at:], "/>"):
			return at + 2, true, true
		case c == '{':
			at = p.codeEnd(at+1, "}", 0)
		case c == '"' || c == '\'':
			at = p.close(at+1, p.text[at:at+1], false, true)
		case inTag(c, " \n\t\r=-:."):
			at++
		default: // a type parameter, a comparison
			return i, false, false
		}
	}
	return i, false, false
}

// inTag tells whether c is a letter, a digit or one of some signs.
func inTag(c byte, signs string) bool {
	return letter(rune(c)) || '0' <= c && c <= '9' || strings.IndexByte(signs, c) >= 0
}
