package jinja

import (
	"slices"
	"strings"
)

// targetOptions say what an assignment target may be.
type targetOptions struct {
	ctx       nameCtx
	namespace bool // ns.attr is allowed
}

func (p *parser) assignTarget(o targetOptions) expr {
	target := p.tuple(tupleOptions{simple: true, namespace: o.namespace})
	if p.err == nil && !assignable(target, o.ctx) {
		p.failAt(target.line(), "can't assign to %s", reprString(target.kind()))
	}
	return target
}

// targetName reads a single name that gets a value.
func (p *parser) targetName(ctx nameCtx) *nameExpr {
	t := p.expect(tokName)
	if slices.Contains([]string{"true", "false", "none", "True", "False", "None"}, t.text) {
		p.failAt(t.line, "can't assign to 'name'")
	}
	return &nameExpr{at: at(t.line), name: t.text, ctx: ctx}
}

// assignable marks the names of e as targets and reports whether e can be one.
func assignable(e expr, ctx nameCtx) bool {
	switch e := e.(type) {
	case *nameExpr:
		e.ctx = ctx
		return true
	case *nsRefExpr:
		return true
	case *tupleExpr:
		return !slices.ContainsFunc(e.items, func(x expr) bool { return !assignable(x, ctx) })
	}
	return false
}

// tupleOptions vary the rule for expressions separated by commas.
type tupleOptions struct {
	cond      bool // items may be conditional expressions
	simple    bool // items are names and literals only
	namespace bool // items may be ns.attr
	parens    bool // inside parentheses, where nothing is the empty tuple
}

// tuple reads expressions separated by commas: a single one without a comma is itself.
func (p *parser) tuple(o tupleOptions) expr {
	line := p.cur.line
	var items []expr
	for p.err == nil {
		if len(items) > 0 {
			p.expect("comma")
		}
		if slices.Contains([]string{tokVariableEnd, tokBlockEnd, "rparen"}, p.cur.kind) {
			break
		}
		switch {
		case o.simple:
			items = append(items, p.primary(o.namespace))
		case o.cond || o.parens:
			items = append(items, p.expression())
		default:
			items = append(items, p.or())
		}
		if p.cur.kind != "comma" {
			if len(items) == 1 {
				return items[0]
			}
			break
		}
		line = p.cur.line
	}
	if len(items) == 0 && !o.parens {
		p.fail("Expected an expression, got %s", reprString(p.cur.describe()))
	}
	return &tupleExpr{at: at(line), items: items}
}

func (p *parser) expression() expr {
	if !p.enter() {
		return &constExpr{val: None{}}
	}
	defer p.leave()
	line := p.cur.line
	e := p.or()
	for n := 0; p.skipName("if"); n++ {
		p.bound(n, maxChain)
		c := &condExpr{at: at(line), test: p.or(), then: e}
		if p.skipName("else") {
			c.other = p.expression()
		}
		e = c
		line = p.cur.line
	}
	return e
}

func (p *parser) or() expr {
	line := p.cur.line
	left := p.and()
	for n := 0; p.skipName("or"); n++ {
		p.bound(n, maxChain)
		left = &binExpr{at: at(line), op: "or", left: left, right: p.and()}
		line = p.cur.line
	}
	return left
}

func (p *parser) and() expr {
	line := p.cur.line
	left := p.not()
	for n := 0; p.skipName("and"); n++ {
		p.bound(n, maxChain)
		left = &binExpr{at: at(line), op: "and", left: left, right: p.not()}
		line = p.cur.line
	}
	return left
}

func (p *parser) not() expr {
	if !p.cur.is("not") {
		return p.compare()
	}
	if !p.enter() {
		return &constExpr{val: None{}}
	}
	defer p.leave()
	line := p.advance().line
	return &unaryExpr{at: at(line), op: "not", arg: p.not()}
}

func (p *parser) compare() expr {
	line := p.cur.line
	c := &compareExpr{first: p.math1()}
	for {
		op := p.cur.kind
		switch {
		case slices.Contains([]string{"eq", "ne", "lt", "lteq", "gt", "gteq"}, op):
			p.advance()
		case p.skipName("in"):
			op = "in"
		case p.cur.is("not") && p.look().is("in"):
			p.advance()
			p.advance()
			op = "notin"
		default:
			if len(c.ops) == 0 {
				return c.first
			}
			c.at = at(line)
			return c
		}
		c.ops = append(c.ops, op)
		c.args = append(c.args, p.math1())
		line = p.cur.line
	}
}

// binary reads a chain of left-associative operators.
func (p *parser) binary(operand func() expr, ops ...string) expr {
	line := p.cur.line
	left := operand()
	for n := 0; slices.Contains(ops, p.cur.kind); n++ {
		p.bound(n, maxChain)
		op := p.advance().kind
		left = &binExpr{at: at(line), op: op, left: left, right: operand()}
		line = p.cur.line
	}
	return left
}

func (p *parser) math1() expr { return p.binary(p.concat, "add", "sub") }

func (p *parser) concat() expr {
	line := p.cur.line
	items := []expr{p.math2()}
	for p.skipIf("tilde") {
		items = append(items, p.math2())
	}
	if len(items) == 1 {
		return items[0]
	}
	return &concatExpr{at: at(line), items: items}
}

func (p *parser) math2() expr { return p.binary(p.pow, "mul", "div", "floordiv", "mod") }

func (p *parser) pow() expr { return p.binary(func() expr { return p.unary(true) }, "pow") }

func (p *parser) unary(filters bool) expr {
	if !p.enter() {
		return &constExpr{val: None{}}
	}
	defer p.leave()
	var e expr
	switch line := p.cur.line; p.cur.kind {
	case "sub":
		p.advance()
		e = &unaryExpr{at: at(line), op: "neg", arg: p.unary(false)}
	case "add":
		p.advance()
		e = &unaryExpr{at: at(line), op: "pos", arg: p.unary(false)}
	default:
		e = p.primary(false)
	}
	e = p.postfix(e)
	if filters {
		e = p.filterExprs(e)
	}
	return e
}

func (p *parser) primary(namespace bool) expr {
	t := p.cur
	switch t.kind {
	case tokName:
		p.advance()
		return p.name(t, namespace)
	case tokString:
		var parts []string
		for p.cur.kind == tokString {
			parts = append(parts, p.advance().text)
		}
		return &constExpr{at(t.line), strings.Join(parts, "")}
	case tokInteger, tokFloat:
		p.advance()
		return &constExpr{at(t.line), t.num}
	case "lparen":
		p.advance()
		e := p.tuple(tupleOptions{parens: true})
		p.expect("rparen")
		return e
	case "lbracket":
		p.advance()
		return &listExpr{at(t.line), p.items("rbracket", p.expression)}
	case "lbrace":
		return p.dict()
	}
	p.failAt(t.line, "unexpected %s", reprString(t.describe()))
	return &constExpr{at(t.line), None{}}
}

func (p *parser) name(t token, namespace bool) expr {
	switch t.text {
	case "true", "True":
		return &constExpr{at(t.line), true}
	case "false", "False":
		return &constExpr{at(t.line), false}
	case "none", "None":
		return &constExpr{at(t.line), None{}}
	}
	if namespace && p.skipIf("dot") {
		return &nsRefExpr{at: at(t.line), name: t.text, attr: p.expect(tokName).text}
	}
	return &nameExpr{at: at(t.line), name: t.text}
}

// items reads a list that may end with a comma, and its closing bracket.
func (p *parser) items(end string, item func() expr) []expr {
	var list []expr
	for p.more(end) {
		if len(list) > 0 {
			p.expect("comma")
		}
		if p.cur.kind == end {
			break
		}
		list = append(list, item())
	}
	p.expect(end)
	return list
}

func (p *parser) dict() expr {
	d := &dictExpr{at: at(p.advance().line)}
	d.vals = p.items("rbrace", func() expr {
		d.keys = append(d.keys, p.expression())
		p.expect("colon")
		return p.expression()
	})
	return d
}

func (p *parser) postfix(e expr) expr {
	for n := 0; ; n++ {
		p.bound(n, maxChain)
		switch p.cur.kind {
		case "dot", "lbracket":
			e = p.subscript(e)
		case "lparen":
			e = p.call(e)
		default:
			return e
		}
	}
}

func (p *parser) filterExprs(e expr) expr {
	for n := 0; ; n++ {
		p.bound(n, maxChain)
		switch {
		case p.cur.kind == "pipe":
			e = p.filters(e)
		case p.cur.is("is"):
			e = p.test(e)
		case p.cur.kind == "lparen":
			e = p.call(e)
		default:
			return e
		}
	}
}

func (p *parser) subscript(e expr) expr {
	t := p.advance()
	if t.kind == "dot" {
		attr := p.advance()
		switch attr.kind {
		case tokName:
			return &attrExpr{at(t.line), e, attr.text}
		case tokInteger:
			return &itemExpr{at(t.line), e, &constExpr{at(attr.line), attr.num}}
		}
		p.failAt(attr.line, "expected name or number")
		return e
	}
	var keys []expr
	for p.more("rbracket") {
		if len(keys) > 0 {
			p.expect("comma")
		}
		keys = append(keys, p.subscribed())
	}
	p.expect("rbracket")
	if len(keys) == 1 {
		return &itemExpr{at(t.line), e, keys[0]}
	}
	return &itemExpr{at(t.line), e, &tupleExpr{at(t.line), keys}}
}

// subscribed reads what stands between brackets: an expression or a slice.
func (p *parser) subscribed() expr {
	s := &sliceExpr{at: at(p.cur.line)}
	if p.cur.kind != "colon" {
		e := p.expression()
		if p.cur.kind != "colon" {
			return e
		}
		s.start = e
	}
	p.advance()
	absent := func() bool { return p.cur.kind == "rbracket" || p.cur.kind == "comma" }
	if p.cur.kind != "colon" && !absent() {
		s.stop = p.expression()
	}
	if p.skipIf("colon") && !absent() {
		s.step = p.expression()
	}
	return s
}

func (p *parser) call(fn expr) expr {
	line := p.cur.line
	return &callExpr{at(line), fn, p.callArgs()}
}

func (p *parser) callArgs() callArgs {
	line := p.expect("lparen").line
	var a callArgs
	ensure := func(ok bool) {
		if !ok {
			p.failAt(line, "invalid syntax for function call expression")
		}
	}
	for first := true; p.more("rparen"); first = false {
		if !first {
			p.expect("comma")
			if p.cur.kind == "rparen" {
				break
			}
		}
		switch {
		case p.cur.kind == "mul":
			ensure(a.star == nil && a.starStar == nil)
			p.advance()
			a.star = p.expression()
		case p.cur.kind == "pow":
			ensure(a.starStar == nil)
			p.advance()
			a.starStar = p.expression()
		case p.cur.kind == tokName && p.look().kind == "assign":
			ensure(a.starStar == nil)
			a.names = append(a.names, p.advance().text)
			p.advance()
			a.vals = append(a.vals, p.expression())
		default:
			ensure(a.star == nil && a.starStar == nil && len(a.names) == 0)
			a.pos = append(a.pos, p.expression())
		}
	}
	p.expect("rparen")
	return a
}

// filters reads a chain of filters on e; nil stands for the body of a block.
func (p *parser) filters(e expr) expr {
	for n := 0; p.skipIf("pipe"); n++ {
		p.bound(n, maxChain)
		e = p.filter(e)
	}
	return e
}

func (p *parser) filter(e expr) expr {
	t := p.expect(tokName)
	f := &filterExpr{at: at(t.line), arg: e, name: p.dotted(t.text)}
	if p.cur.kind == "lparen" {
		f.args = p.callArgs()
	}
	return f
}

func (p *parser) dotted(name string) string {
	for p.skipIf("dot") {
		name += "." + p.expect(tokName).text
	}
	return name
}

// testArgStarts are the kinds of tokens that begin the single argument a test may have without parentheses.
var testArgStarts = []string{tokName, tokString, tokInteger, tokFloat, "lparen", "lbracket", "lbrace"}

func (p *parser) test(e expr) expr {
	line := p.advance().line
	negated := p.skipName("not")
	f := &filterExpr{at: at(line), arg: e, test: true}
	f.name = p.dotted(p.expect(tokName).text)
	switch {
	case p.cur.kind == "lparen":
		f.args = p.callArgs()
	case slices.Contains(testArgStarts, p.cur.kind) && !p.cur.is("else") && !p.cur.is("or") && !p.cur.is("and"):
		if p.cur.is("is") {
			p.fail("You cannot chain multiple tests with is")
		}
		f.args.pos = []expr{p.postfix(p.primary(false))}
	}
	if negated {
		return &unaryExpr{at: at(line), op: "not", arg: f}
	}
	return f
}
