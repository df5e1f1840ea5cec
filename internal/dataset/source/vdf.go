package source

import (
	"fmt"
	"strings"
)

const (
	maxVDF      = 1 << 20 // bytes of a file
	deepestVDF  = 16      // sections inside sections
	longestPath = 4096    // bytes of a path
)

// A node is a section of Valve's text format (KeyValues): names with a text or a section of their own, in the order of the file.
type node struct {
	name, text string
	section    []node
}

// parseVDF reads the format: strings in quotes with \ escapes or bare words, sections in braces, comments from // to the end of the line.
func parseVDF(text string) ([]node, error) {
	if len(text) > maxVDF {
		return nil, fmt.Errorf("source: a file of more than %d bytes, expected a list of Steam's libraries", maxVDF)
	}
	p := vdfParser{text: strings.TrimPrefix(text, "\ufeff")}
	nodes, err := p.section(0)
	if err != nil {
		return nil, fmt.Errorf("source: line %d: %w", 1+strings.Count(p.text[:p.at], "\n"), err)
	}
	return nodes, nil
}

type vdfParser struct {
	text string
	at   int
}

// section reads names and what belongs to them up to a closing brace, or the end of the file at depth 0.
func (p *vdfParser) section(depth int) ([]node, error) {
	if depth > deepestVDF {
		return nil, fmt.Errorf("more than %d sections inside each other", deepestVDF)
	}
	var nodes []node
	for {
		p.skip()
		if p.at == len(p.text) {
			if depth > 0 {
				return nil, fmt.Errorf("the file ends inside a section")
			}
			return nodes, nil
		}
		if p.text[p.at] == '}' {
			if depth == 0 {
				return nil, fmt.Errorf("a brace closes nothing")
			}
			p.at++
			return nodes, nil
		}
		name, err := p.word()
		if err != nil {
			return nil, err
		}
		n := node{name: name}
		p.skip()
		if p.at < len(p.text) && p.text[p.at] == '{' {
			p.at++
			n.section, err = p.section(depth + 1)
		} else {
			n.text, err = p.word()
		}
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
}

// skip passes over white space and comments.
func (p *vdfParser) skip() {
	for p.at < len(p.text) {
		switch {
		case strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0:
			p.at++
		case strings.HasPrefix(p.text[p.at:], "//"):
			if i := strings.IndexByte(p.text[p.at:], '\n'); i >= 0 {
				p.at += i
			} else {
				p.at = len(p.text)
			}
		default:
			return
		}
	}
}

// word reads a string in quotes or a bare word.
func (p *vdfParser) word() (string, error) {
	if p.at == len(p.text) || p.text[p.at] == '{' || p.text[p.at] == '}' {
		return "", fmt.Errorf("a name has neither a text nor a section")
	}
	start := p.at
	if p.text[p.at] != '"' {
		for p.at < len(p.text) && strings.IndexByte(" \t\r\n\"{}", p.text[p.at]) < 0 {
			p.at++
		}
		return p.text[start:p.at], nil
	}
	var b strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			return b.String(), nil
		case c == '\\' && p.at+1 < len(p.text):
			p.at++
			b.WriteByte(escaped(p.text[p.at]))
		default:
			b.WriteByte(c)
		}
	}
	p.at = start
	return "", fmt.Errorf("a string is not closed")
}

func escaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	}
	return c
}

// libraryPaths returns the folders that a libraryfolders.vdf lists. Since 2021 each is a section with a "path"; before that the number
// of a library was the name of its path.
func libraryPaths(text string) ([]string, error) {
	nodes, err := parseVDF(text)
	if err != nil {
		return nil, err
	}
	var paths []string
	take := func(s string) {
		if s != "" && len(s) <= longestPath && !strings.ContainsAny(s, "\x00\n") {
			paths = append(paths, s)
		}
	}
	for _, top := range nodes {
		if !strings.EqualFold(top.name, "libraryfolders") {
			continue
		}
		for _, n := range top.section {
			if n.section == nil && n.name != "" && strings.Trim(n.name, "0123456789") == "" {
				take(n.text)
			}
			for _, entry := range n.section {
				if strings.EqualFold(entry.name, "path") {
					take(entry.text)
				}
			}
		}
	}
	return paths, nil
}
