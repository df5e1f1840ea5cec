package gdscript

func (p *parser) matchStatement() *Node {
	start, mark := p.cur.start, p.mark()
	p.advance()
	p.keep(p.value("after \"match\""))
	p.expect(tColon, "after the value of \"match\"")
	if !p.expect(tNewline, "after the value of \"match\"") || !p.expect(tIndent, "after the value of \"match\"") {
		return p.node(Match, start, mark)
	}
	first := p.first
	p.first = -1
	from := p.mark()
	for !p.check(tDedent) && !p.atEnd() {
		p.matchLine()
		if p.panic {
			p.recover()
		}
	}
	p.unused(from)
	p.first = first
	n := p.node(Match, start, mark)
	p.expect(tDedent, "after the branches of \"match\"")
	return n
}

// matchLine reads a branch, an annotation or pass.
func (p *parser) matchLine() {
	switch p.cur.kind {
	case tPass:
		p.advance()
		p.keep(p.leaf(Pass))
		p.expect(tNewline, "after \"pass\"")
	case tAnnotation:
		p.annotation(onStatement)
	default:
		mark, start := p.begin(p.cur.start)
		p.keep(p.branch(start, mark))
	}
}

// branch reads patterns and their block.
func (p *parser) branch(start, mark int) *Node {
	scope := p.scope()
	defer p.leaveScope(scope)
	count, bound := 0, false
	for {
		from := p.scope()
		n := p.pattern()
		if n == nil {
			break
		}
		bound = bound || p.scope() > from
		if count++; count > 1 && bound {
			p.note(n.Start, "a branch of several patterns binds no variable")
		}
		if n.Kind == Rest {
			p.note(n.Start, "\"..\" outside of the pattern of an array or dictionary")
		}
		p.keep(n)
		if !p.match(tComma) {
			break
		}
	}
	if p.check(tWhen) {
		from, at := p.cur.start, p.mark()
		p.advance()
		p.keep(p.value("after \"when\""))
		p.keep(p.node(Guard, from, at))
	}
	if !p.expect(tColon, "after the patterns") {
		for !p.check(tNewline) && !p.atEnd() {
			p.advance()
		}
		p.advance()
		return p.node(Branch, start, mark)
	}
	p.keep(p.block("after the patterns", false))
	return p.node(Branch, start, mark)
}

// pattern reads one; what it binds is declared.
func (p *parser) pattern() *Node {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	start, mark := p.cur.start, p.mark()
	switch p.cur.kind {
	case tVar:
		p.advance()
		name := p.identifier("the name to bind", "after \"var\"")
		if name == nil {
			return nil
		}
		p.keep(name)
		p.declareOnce(name)
		return p.node(Bind, start, mark)
	case tUnderscore:
		p.advance()
		return p.leaf(Wildcard)
	case tPeriodPeriod:
		p.advance()
		return p.leaf(Rest)
	case tBracketOpen:
		return p.patterns(ArrayPattern, tBracketClose, p.pattern)
	case tBraceOpen:
		return p.patterns(DictionaryPattern, tBraceClose, p.patternEntry)
	}
	return p.value("as a pattern")
}

// patterns reads those in brackets.
func (p *parser) patterns(k Kind, end kind, one func() *Node) *Node {
	start, mark := p.cur.start, p.mark()
	p.push(true)
	p.advance()
	rest := false
	for !p.check(end) && !p.atEnd() {
		n := one()
		if n == nil {
			break
		}
		if rest {
			p.note(n.Start, "a pattern after \"..\"")
		}
		rest = rest || n.Kind == Rest
		p.keep(n)
		if !p.match(tComma) {
			break
		}
	}
	p.expect(end, "after the patterns in brackets")
	p.pop()
	return p.node(k, start, mark)
}

func (p *parser) patternEntry() *Node {
	if p.match(tPeriodPeriod) {
		return p.leaf(Rest)
	}
	start, mark := p.cur.start, p.mark()
	key := p.value("as the key of a pattern")
	if key == nil {
		return nil
	}
	p.keep(key)
	if p.match(tColon) {
		value := p.pattern()
		if value != nil && value.Kind == Rest {
			p.note(value.Start, "\"..\" as the value of a pattern")
		}
		p.keep(value)
	}
	return p.node(PatternEntry, start, mark)
}
