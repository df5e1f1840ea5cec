package block

import (
	"errors"
	"fmt"
	"slices"
)

const (
	// MaxText is the size of the largest text that is parsed, in bytes.
	MaxText = 1 << 18
	// MaxDepth is how many blocks and brackets may be open at once.
	MaxDepth = 400
)

// A Span is a range of bytes.
type Span struct{ Start, End int }

// A Function is a definition with a body.
type Function struct {
	Span             // the definition, with attributes, decorators and what it is assigned to
	Head    Span     // what its signature is written in, up to the body
	Body    Span     // what stands in the body, without braces
	Name    string   // as it is written
	Class   []string // the names of the classes around it, the outermost first
	Keyword string   // of the innermost class, such as struct
}

// A File is what was found in a text, each list in the order of the text.
type File struct {
	Functions  []Function
	Statements []Span // of bodies and of blocks in them, each with what it holds
	Comments   []Span
	Strings    []Span
	Broken     bool // something did not fit together
}

// Parse finds the functions of a text.
func Parse(s *Syntax, text string) (*File, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("block: it has %d bytes, expected up to %d", len(text), MaxText)
	}
	p := &parser{Syntax: s, text: text, File: &File{}}
	if err := p.lex(); err != nil {
		return nil, err
	}
	switch s.form {
	case braces:
		p.statements(0, len(p.tokens), scope{kind: declarations})
	case indentation:
		p.indented()
	case ends:
		p.closedByEnd()
	}
	if p.deep {
		return nil, fmt.Errorf("block: more than %d blocks are open at once", MaxDepth)
	}
	byStart := func(a, b Span) int { return a.Start - b.Start }
	slices.SortStableFunc(p.Functions, func(a, b Function) int { return byStart(a.Span, b.Span) })
	slices.SortStableFunc(p.Statements, byStart)
	if len(p.Functions) == 0 && p.Broken {
		return nil, errors.New("block: it holds no function that could be understood")
	}
	return p.File, nil
}

// parser is a text at work.
type parser struct {
	*Syntax
	*File
	text   string
	tokens []token
	match  []int // of each bracket the other one, -1 if there is none
	deep   bool
}

// is tells whether token i is one of some words or signs.
func (p *parser) is(i int, texts ...string) bool {
	return i >= 0 && i < len(p.tokens) && p.tokens[i].kind != quoted && slices.Contains(texts, p.tokens[i].text)
}

// word is the text of token i if it is a word, else "".
func (p *parser) word(i int) string {
	if i < 0 || i >= len(p.tokens) || p.tokens[i].kind != word {
		return ""
	}
	return p.tokens[i].text
}

// after is the token behind a bracket's other one, or behind token i if it is none or stands alone.
func (p *parser) after(i int) int {
	if m := p.match[i]; m > i {
		return m + 1
	}
	return i + 1
}

// flat calls f with every token from lo to hi that stands in no brackets which open there, until f returns false.
func (p *parser) flat(lo, hi int, f func(i int) bool) {
	for i := lo; i < hi; i = p.after(i) {
		if !f(i) {
			return
		}
	}
}
