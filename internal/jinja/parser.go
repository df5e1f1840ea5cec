package jinja

import (
	"slices"
	"strings"
)

// maxNesting bounds how deep expressions and tags may be nested, maxChain how many operators, calls, filters or attributes may
// follow each other in one expression. Python's recursion limit is met well before either.
const (
	maxNesting = 200
	maxChain   = 1000
)

// A parser builds the tree. Its first error sticks: from then on every token is the end of the template.
type parser struct {
	lex    *lexer
	cur    token
	ahead  []token
	err    *Error
	depth  int
	tags   []string   // open tags, innermost last
	ending [][]string // what each open body is looking for
	last   int        // line of the last token read
}

func parse(src string) ([]node, *Error) {
	p := &parser{lex: newLexer(src), last: 1}
	p.advance()
	body := p.subparse(nil)
	return body, p.err
}

// advance moves to the next token and returns the one it leaves.
func (p *parser) advance() token {
	old := p.cur
	if len(p.ahead) > 0 {
		p.cur, p.ahead = p.ahead[0], p.ahead[1:]
	} else {
		p.cur = p.read()
	}
	return old
}

func (p *parser) read() token {
	if p.err != nil {
		return token{kind: tokEOF}
	}
	t, err := p.lex.next()
	switch {
	case err != nil:
		p.stop(err)
	case t.kind == tokEOF:
		t.line = p.last
	default:
		p.last = t.line
	}
	return t
}

// look gives the token after the current one.
func (p *parser) look() token {
	if len(p.ahead) == 0 {
		p.ahead = append(p.ahead, p.read())
	}
	return p.ahead[0]
}

func (p *parser) stop(err *Error) {
	if p.err == nil {
		p.err = err
	}
	p.cur, p.ahead = token{kind: tokEOF, line: p.cur.line}, nil
}

func (p *parser) failAt(line int, format string, args ...any) {
	err := errorf(classSyntax, format, args...)
	err.Line = line
	p.stop(err)
}

func (p *parser) fail(format string, args ...any) { p.failAt(p.cur.line, format, args...) }

// more reports whether a list that ends with the token kind goes on.
func (p *parser) more(end string) bool { return p.err == nil && p.cur.kind != end }

// expect moves past a token of the kind.
func (p *parser) expect(kind string) token {
	if p.cur.kind == kind {
		return p.advance()
	}
	p.unexpected(describeKind(kind))
	return token{}
}

// expectName moves past the name word.
func (p *parser) expectName(word string) token {
	if p.cur.is(word) {
		return p.advance()
	}
	p.unexpected(word)
	return token{}
}

func (p *parser) unexpected(want string) {
	if p.cur.kind == tokEOF {
		p.fail("unexpected end of template, expected %s.", reprString(want))
		return
	}
	p.fail("expected token %s, got %s", reprString(want), reprString(p.cur.describe()))
}

func (p *parser) skipIf(kind string) bool {
	if p.cur.kind == kind {
		p.advance()
		return true
	}
	return false
}

func (p *parser) skipName(word string) bool {
	if p.cur.is(word) {
		p.advance()
		return true
	}
	return false
}

// enter guards a recursive rule; it reports false, and fails, when the template is nested too deep.
func (p *parser) enter() bool {
	p.depth++
	p.bound(p.depth, maxNesting)
	return p.err == nil
}

func (p *parser) bound(n, limit int) {
	if n > limit {
		err := errorf(classRecursion, "maximum recursion depth exceeded")
		err.Line = p.cur.line
		p.stop(err)
	}
}

func (p *parser) leave() { p.depth-- }

// subparse reads nodes up to a tag named in end, and stops on that name; with no end, up to the end of the template.
func (p *parser) subparse(end []string) []node {
	var body []node
	var out *outputStmt
	write := func(e expr, line int) {
		if out == nil {
			out = &outputStmt{line: line}
			body = append(body, out)
		}
		out.items = append(out.items, e)
	}
	if end != nil {
		p.ending = append(p.ending, end)
		defer func() { p.ending = p.ending[:len(p.ending)-1] }()
	}
	for p.err == nil && p.cur.kind != tokEOF {
		t := p.advance()
		switch t.kind {
		case tokData:
			write(&constExpr{at: at(t.line), val: t.text}, t.line)
		case tokVariableBegin:
			e := p.tuple(tupleOptions{cond: true})
			p.expect(tokVariableEnd)
			if p.err == nil {
				write(e, e.line())
			}
		case tokBlockBegin:
			out = nil
			if p.cur.kind == tokName && slices.Contains(end, p.cur.text) {
				return body
			}
			if n := p.statement(); n != nil {
				body = append(body, n)
			}
			p.expect(tokBlockEnd)
		}
	}
	return body
}

// statements reads the rest of a tag and the body up to one of the end tags, on whose name it stops.
func (p *parser) statements(end ...string) []node {
	p.skipIf("colon")
	p.expect(tokBlockEnd)
	if !p.enter() {
		return nil
	}
	defer p.leave()
	body := p.subparse(end)
	if p.err == nil && p.cur.kind == tokEOF {
		p.unknownTag("", p.cur.line, append(slices.Clone(p.ending), end))
	}
	return body
}

// closed is statements for a single end tag, whose name it moves past.
func (p *parser) closed(end string) []node {
	body := p.statements(end)
	p.advance()
	return body
}

// unknownTag fails with Jinja's explanation; an empty name stands for the end of the template.
func (p *parser) unknownTag(name string, line int, ending [][]string) {
	msg := "Unexpected end of template."
	if name != "" {
		msg = "Encountered unknown tag " + reprString(name) + "."
	}
	if len(ending) > 0 {
		var words []string
		for _, w := range ending[len(ending)-1] {
			words = append(words, reprString(w))
		}
		looking := strings.Join(words, " or ")
		nested := name != "" && slices.ContainsFunc(ending, func(e []string) bool { return slices.Contains(e, name) })
		if nested {
			msg += " You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for " + looking + "."
		} else {
			msg += " Jinja was looking for the following tags: " + looking + "."
		}
	}
	if len(p.tags) > 0 {
		msg += " The innermost block that needs to be closed is " + reprString(p.tags[len(p.tags)-1]) + "."
	}
	p.failAt(line, "%s", msg)
}

// refusedTags are Jinja's tags without a meaning for a single template that escapes nothing.
var refusedTags = []string{"extends", "include", "import", "from", "block", "autoescape"}

// tagParser gives the rule that reads a tag, nil if there is none.
func tagParser(tag string) func(*parser) node {
	switch tag {
	case "for":
		return (*parser).forTag
	case "if":
		return (*parser).ifTag
	case "set":
		return (*parser).setTag
	case "with":
		return (*parser).withTag
	case "macro":
		return (*parser).macroTag
	case "call":
		return (*parser).callTag
	case "filter":
		return (*parser).filterTag
	case "print":
		return (*parser).printTag
	case "generation":
		return (*parser).generationTag
	case "break":
		return func(p *parser) node { return &breakStmt{p.advance().line} }
	case "continue":
		return func(p *parser) node { return &continueStmt{p.advance().line} }
	}
	return nil
}

func (p *parser) statement() node {
	t := p.cur
	if t.kind != tokName {
		p.failAt(t.line, "tag name expected")
		return nil
	}
	rule := tagParser(t.text)
	if rule == nil {
		if slices.Contains(refusedTags, t.text) {
			err := unsupportedf("the tag {%% %s %%}", t.text)
			err.Line = t.line
			p.stop(err)
			return nil
		}
		p.unknownTag(t.text, t.line, p.ending)
		return nil
	}
	p.tags = append(p.tags, t.text)
	n := rule(p)
	p.tags = p.tags[:len(p.tags)-1]
	return n
}

func (p *parser) forTag() node {
	n := &forStmt{line: p.advance().line}
	n.target = p.assignTarget(targetOptions{ctx: ctxStore})
	p.expectName("in")
	n.iter = p.tuple(tupleOptions{})
	if p.skipName("if") {
		n.test = p.expression()
	}
	n.recursive = p.skipName("recursive")
	n.body = p.statements("endfor", "else")
	if p.advance().text == "else" {
		n.els = p.closed("endfor")
	}
	return n
}

func (p *parser) ifTag() node {
	first := &ifStmt{line: p.advance().line}
	n := first
	for {
		n.test = p.tuple(tupleOptions{})
		n.body = p.statements("elif", "else", "endif")
		switch p.advance().text {
		case "elif":
			n = &ifStmt{line: p.cur.line}
			first.elifs = append(first.elifs, n)
			continue
		case "else":
			first.els = p.closed("endif")
		}
		return first
	}
}

func (p *parser) setTag() node {
	line := p.advance().line
	target := p.assignTarget(targetOptions{ctx: ctxStore, namespace: true})
	if p.skipIf("assign") {
		return &assignStmt{line: line, target: target, val: p.tuple(tupleOptions{cond: true})}
	}
	filter := p.filters(nil)
	n := &assignBlockStmt{line: line, target: target, body: p.closed("endset")}
	n.filter, _ = filter.(*filterExpr)
	return n
}

func (p *parser) withTag() node {
	n := &withStmt{line: p.advance().line}
	for p.more(tokBlockEnd) {
		if len(n.targets) > 0 {
			p.expect("comma")
		}
		n.targets = append(n.targets, p.assignTarget(targetOptions{ctx: ctxParam}))
		p.expect("assign")
		n.vals = append(n.vals, p.expression())
	}
	n.body = p.closed("endwith")
	return n
}

func (p *parser) macroTag() node {
	line := p.advance().line
	name := p.targetName(ctxStore)
	def := p.signature(line)
	def.name = name.name
	def.body = p.closed("endmacro")
	return &macroStmt{line: line, name: name.name, def: def}
}

// signature reads the parameters of a macro or a call block.
func (p *parser) signature(line int) *macroDef {
	def := &macroDef{line: line}
	p.expect("lparen")
	for p.more("rparen") {
		if len(def.params) > 0 {
			p.expect("comma")
		}
		def.params = append(def.params, p.targetName(ctxParam))
		if p.skipIf("assign") {
			def.defaults = append(def.defaults, p.expression())
		} else if len(def.defaults) > 0 {
			p.fail("non-default argument follows default argument")
		}
	}
	p.expect("rparen")
	return def
}

func (p *parser) callTag() node {
	line := p.advance().line
	def := &macroDef{line: line}
	if p.cur.kind == "lparen" {
		def = p.signature(line)
	}
	call, ok := p.expression().(*callExpr)
	if !ok {
		p.failAt(line, "expected call")
	}
	def.body = p.closed("endcall")
	return &callStmt{line: line, call: call, def: def}
}

func (p *parser) generationTag() node {
	line := p.advance().line
	return &callStmt{line: line, def: &macroDef{line: line, body: p.closed("endgeneration")}}
}

func (p *parser) filterTag() node {
	line := p.advance().line
	filter, _ := p.filter(nil).(*filterExpr)
	filter, _ = p.filters(filter).(*filterExpr)
	return &filterStmt{line: line, filter: filter, body: p.closed("endfilter")}
}

func (p *parser) printTag() node {
	n := &outputStmt{line: p.advance().line}
	for p.more(tokBlockEnd) {
		if len(n.items) > 0 {
			p.expect("comma")
		}
		n.items = append(n.items, p.expression())
	}
	return n
}
