package gdscript

// block reads the statements after a colon: indented ones in the lines below or some on the same line. names are declared in it.
func (p *parser) block(after string, lambda bool) *Node {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	scope, first := p.scope(), p.first
	p.first = -1
	multiline := p.match(tNewline)
	if multiline && !p.check(tIndent) {
		p.expected("an indented block", after)
		return nil
	}
	if multiline {
		p.advance()
	}
	start, mark, errors := p.cur.start, p.mark(), len(p.found)
	p.statements(multiline)
	p.linger()
	p.first = first
	n := p.node(Block, start, mark)
	if len(n.Children) == 0 && len(p.found) == errors && !p.inLambda {
		p.expected("a statement", after)
	}
	p.endBlock(multiline)
	p.lambdaEnded = p.lambdaEnded || lambda
	p.leaveScope(scope)
	return n
}

// statements reads those of a block.
func (p *parser) statements(multiline bool) {
	for !p.atEnd() && (multiline || p.prev.kind != tSemicolon || !p.check(tNewline)) {
		p.keep(p.statement())
		if !multiline && p.prev.kind != tSemicolon || p.check(tDedent) || p.lambdaEnded {
			return
		}
	}
}

// endBlock steps over what ends a block.
func (p *parser) endBlock(multiline bool) {
	switch {
	case multiline && p.lambdaEnded:
		p.match(tDedent) // if not, the lambda ended in the middle of a line, and the statement around it is to know
	case multiline:
		p.expect(tDedent, "after the block")
	case p.prev.kind == tSemicolon:
		p.expect(tNewline, "after \";\"")
	}
}

// statement reads one; nil for what is none.
func (p *parser) statement() *Node {
	if p.check(tAnnotation) {
		p.annotation(onStatement | standalone)
		p.settle()
		return nil
	}
	if p.check(tIndent) {
		p.strayIndent(func() { p.keep(p.statement()) })
		return nil
	}
	mark, start := p.begin(p.cur.start)
	notes := p.mark()
	n := p.bareStatement()
	if n != nil && notes > mark {
		n = p.annotated(n, mark, start)
	}
	p.settle()
	return n
}

func (p *parser) bareStatement() *Node {
	switch p.cur.kind {
	case tVar:
		n := p.variable(false)
		p.declareLocal(n)
		return n
	case tConst:
		n := p.constant()
		p.declareLocal(n)
		return n
	case tIf:
		return p.ifStatement()
	case tFor:
		return p.forStatement()
	case tWhile:
		return p.whileStatement()
	case tMatch:
		return p.matchStatement()
	case tReturn:
		return p.returnStatement()
	case tAssert:
		return p.assertStatement()
	case tPass:
		return p.word(Pass)
	case tBreakpoint:
		return p.word(Breakpoint)
	case tBreak:
		return p.jump(Break)
	case tContinue:
		return p.jump(Continue)
	}
	return p.expressionStatement()
}

func (p *parser) declareLocal(n *Node) {
	if n != nil {
		p.declareOnce(n.Child(Identifier))
	}
}

// word reads a statement of one word.
func (p *parser) word(k Kind) *Node {
	p.advance()
	n := p.leaf(k)
	p.endStatement("the statement")
	return n
}

// jump reads break and continue.
func (p *parser) jump(k Kind) *Node {
	if !p.inLoop {
		p.note(p.cur.start, "%s outside of a loop", p.cur.kind.spelling())
	}
	return p.word(k)
}

// expressionStatement reads a call, an assignment or another expression.
func (p *parser) expressionStatement() *Node {
	start, mark := p.cur.start, p.mark()
	e := p.expression(true)
	if e == nil {
		if p.inLambda {
			p.lambdaEnded = true // what follows goes on with the expression around the lambda
			return nil
		}
		p.expected("a statement", "here")
		p.advance()
		return nil
	}
	if e.Bare().Kind == Lambda {
		p.note(e.Start, "a lambda that nothing takes")
	}
	n := e
	if e.Kind != Assignment {
		p.keep(e)
		n = p.node(ExpressionStatement, start, mark)
	}
	p.endStatement("the expression")
	return n
}

func (p *parser) returnStatement() *Node {
	start, mark := p.cur.start, p.mark()
	p.advance()
	if !p.endsStatement() && !p.lambdaEnded {
		value := p.expression(false)
		p.checkReturned(value)
		p.keep(value)
	}
	n := p.node(Return, start, mark)
	p.endStatement("\"return\"")
	return n
}

// checkReturned reports a value where none is returned. What looks like one may be the call of a function that returns none.
func (p *parser) checkReturned(value *Node) {
	switch {
	case value == nil || p.function == nil:
	case p.function.constructor && !p.inLambda:
		p.note(value.Start, "a constructor returns no value")
	case p.function.void && value.Bare().Kind != Call:
		p.note(value.Start, "a function that returns void returns no value")
	}
}

func (p *parser) assertStatement() *Node {
	start, mark := p.cur.start, p.mark()
	p.advance()
	p.push(true)
	p.expect(tParenOpen, "after \"assert\"")
	p.keep(p.value("to assert"))
	if p.match(tComma) && !p.check(tParenClose) {
		p.keep(p.value("after \",\""))
		p.match(tComma)
	}
	p.pop()
	p.expect(tParenClose, "after what is asserted")
	n := p.node(Assert, start, mark)
	p.endStatement("\"assert\"")
	return n
}

func (p *parser) ifStatement() *Node {
	start, mark := p.cur.start, p.mark()
	p.condition("after \"if\"", "after the condition of \"if\"")
	for p.check(tElif) {
		from, at := p.cur.start, p.mark()
		p.condition("after \"elif\"", "after the condition of \"elif\"")
		p.keep(p.node(Elif, from, at))
	}
	if p.check(tElse) {
		from, at := p.cur.start, p.mark()
		p.advance()
		p.expect(tColon, "after \"else\"")
		p.keep(p.block("after \"else:\"", false))
		p.keep(p.node(Else, from, at))
	}
	return p.node(If, start, mark)
}

// condition reads a condition and its block, from the word before on.
func (p *parser) condition(afterWord, after string) {
	p.advance()
	p.keep(p.value(afterWord))
	p.expect(tColon, after)
	p.keep(p.block(after, false))
}

func (p *parser) whileStatement() *Node {
	start, mark := p.cur.start, p.mark()
	p.advance()
	p.keep(p.value("after \"while\""))
	p.expect(tColon, "after the condition of \"while\"")
	p.loop("after the condition of \"while\"")
	return p.node(While, start, mark)
}

// loop reads the block of a loop.
func (p *parser) loop(after string) {
	outer := p.inLoop
	p.inLoop = true
	p.keep(p.block(after, false))
	p.inLoop = outer
}

func (p *parser) forStatement() *Node {
	start, mark := p.cur.start, p.mark()
	p.advance()
	name := p.identifier("the name of the variable", "after \"for\"")
	p.keep(name)
	if p.match(tColon) {
		p.keep(p.typeAfter("after \":\""))
	}
	p.expect(tIn, "after the variable of \"for\"")
	p.keep(p.value("after \"in\""))
	p.expect(tColon, "after the values of \"for\"")
	scope := p.scope()
	p.declareOnce(name)
	p.loop("after the values of \"for\"")
	p.leaveScope(scope)
	return p.node(For, start, mark)
}

// value reads an expression that must be there.
func (p *parser) value(where string) *Node {
	n := p.expression(false)
	if n == nil {
		p.expected("an expression", where)
	}
	return n
}
