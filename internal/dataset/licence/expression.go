package licence

import (
	"fmt"
	"regexp"
	"strings"
)

// An expression is a node of a parsed expression: an id if op is "", else the combination of two.
type expression struct {
	op, id      string // op is AND or OR; id may end in "WITH exception"
	left, right *expression
}

func (e *expression) String() string {
	if e.op == "" {
		return e.id
	}
	side := func(s *expression) string {
		if e.op == "AND" && s.op == "OR" {
			return "(" + s.String() + ")"
		}
		return s.String()
	}
	return side(e.left) + " " + e.op + " " + side(e.right)
}

// holds evaluates an expression: all sides of AND must be allowed, one of OR suffices.
func (e *expression) holds(allowed func(id string) bool) bool {
	switch e.op {
	case "AND":
		return e.left.holds(allowed) && e.right.holds(allowed)
	case "OR":
		return e.left.holds(allowed) || e.right.holds(allowed)
	}
	return allowed(e.id)
}

var (
	idForm = regexp.MustCompile(`^(?:DocumentRef-[A-Za-z0-9.-]+:)?[A-Za-z0-9][A-Za-z0-9.-]*\+?$`)
	words  = regexp.MustCompile(`[()]|[^()\s]+`)
)

// most bounds the words of an expression, and with it the depth of its brackets.
const most = 100

// parse reads an expression. OR binds weakest, then AND, then WITH.
func parse(text string) (*expression, error) {
	p := expressionParser{words: words.FindAllString(text, most+1)}
	if len(p.words) > most {
		return nil, fmt.Errorf("licence: an expression of more than %d words", most)
	}
	e, err := p.or()
	if err == nil && len(p.words) > 0 {
		err = fmt.Errorf("licence: %q stands after the end of the expression %q", p.words[0], text)
	}
	return e, err
}

type expressionParser struct{ words []string }

// take removes the next word if it is the one given, in upper or lower case.
func (p *expressionParser) take(word string) bool {
	if len(p.words) == 0 || !strings.EqualFold(p.words[0], word) {
		return false
	}
	p.words = p.words[1:]
	return true
}

func (p *expressionParser) or() (*expression, error) { return p.chain("OR", p.and) }

func (p *expressionParser) and() (*expression, error) { return p.chain("AND", p.simple) }

func (p *expressionParser) chain(op string, next func() (*expression, error)) (*expression, error) {
	e, err := next()
	for err == nil && p.take(op) {
		var right *expression
		right, err = next()
		e = &expression{op: op, left: e, right: right}
	}
	return e, err
}

func (p *expressionParser) simple() (*expression, error) {
	if p.take("(") {
		e, err := p.or()
		if err == nil && !p.take(")") {
			err = fmt.Errorf("licence: a bracket is not closed")
		}
		return e, err
	}
	id, err := p.name()
	if err == nil && p.take("WITH") {
		var exception string
		exception, err = p.name()
		id += " WITH " + exception
	}
	return &expression{id: id}, err
}

func (p *expressionParser) name() (string, error) {
	if len(p.words) == 0 || !idForm.MatchString(p.words[0]) {
		return "", fmt.Errorf("licence: %q is not an SPDX id", strings.Join(p.words[:min(1, len(p.words))], ""))
	}
	id := p.words[0]
	p.words = p.words[1:]
	return id, nil
}
