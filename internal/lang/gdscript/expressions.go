package gdscript

// A precedence is how tightly an operator binds.
type precedence uint8

const (
	none precedence = iota
	assigning
	casting
	ternary
	logicOr
	logicAnd
	logicNot
	containing
	comparing
	bitOr
	bitXor
	bitAnd
	shifting
	adding
	multiplying
	signing
	bitNot
	powering
	typeTesting
	awaiting
	calling
	attributing
	subscribing
)

// infix are the precedences of tokens between or after operands.
var infix = func() (t [kinds]precedence) {
	for p, tokens := range map[precedence][]kind{
		assigning: {
			tEqual, tPlusEqual, tMinusEqual, tStarEqual, tStarStarEqual, tSlashEqual, tPercentEqual, tLessLessEqual,
			tGreaterGreaterEqual, tAmpEqual, tPipeEqual, tCaretEqual,
		},
		casting: {tAs, tQuestion}, ternary: {tIf}, logicOr: {tOr, tPipePipe}, logicAnd: {tAnd, tAmpAmp}, containing: {tIn, tNot},
		comparing: {tLess, tLessEqual, tGreater, tGreaterEqual, tEqualEqual, tBangEqual}, bitOr: {tPipe}, bitXor: {tCaret},
		bitAnd: {tAmp}, shifting: {tLessLess, tGreaterGreater}, adding: {tPlus, tMinus}, multiplying: {tStar, tSlash, tPercent},
		powering: {tStarStar}, typeTesting: {tIs}, calling: {tParenOpen}, attributing: {tPeriod}, subscribing: {tBracketOpen},
	} {
		for _, k := range tokens {
			t[k] = p
		}
	}
	return t
}()

// expression reads one; nil if there is none, which the caller reports. assign allows an assignment.
func (p *parser) expression(assign bool) *Node { return p.operand(assigning, assign, false) }

// operand reads an expression of operators that bind at least so tightly. key stops at "=", for dictionaries in the style of Lua.
func (p *parser) operand(least precedence, assign, key bool) *Node {
	if !p.enter() {
		return nil
	}
	n := p.prefix()
	for n != nil {
		k := p.cur.kind
		if infix[k] < least || infix[k] == none || key && k == tEqual || p.lambdaEnded {
			break
		}
		if k == tParenOpen || k == tBracketOpen {
			p.push(true)
		}
		n = p.after(n, assign)
	}
	p.leave()
	return n
}

// prefix reads an operand without what follows it, and operators before operands.
func (p *parser) prefix() *Node {
	k := p.cur.kind
	switch {
	case k >= tNumber && k <= tNull:
		p.advance()
		return p.leaf(Literal)
	case k.isIdentifier():
		p.advance()
		return p.leaf(Identifier)
	}
	switch k {
	case tSelf:
		if p.function != nil && p.function.static {
			p.note(p.cur.start, "\"self\" in a static function")
		}
		p.advance()
		return p.leaf(Self)
	case tMinus, tPlus:
		return p.unary(signing)
	case tTilde:
		return p.unary(bitNot)
	case tNot, tBang:
		return p.unary(logicNot)
	case tAwait:
		return p.await()
	case tPercent, tDollar:
		return p.getNode()
	case tFunc:
		return p.lambda()
	case tPreload:
		return p.preload()
	case tSuper:
		return p.super()
	case tYield:
		p.add(p.cur.start, "\"yield\" is of Godot 3: write \"await\"")
		p.advance()
		return nil
	}
	return p.bracketed()
}

// bracketed reads what stands in brackets.
func (p *parser) bracketed() *Node {
	start, mark := p.cur.start, p.mark()
	switch p.cur.kind {
	case tParenOpen:
		p.push(true)
		p.advance()
		n := p.value("in the parentheses")
		p.keep(n)
		p.pop()
		p.expect(tParenClose, "after the expression in parentheses")
		return p.node(Paren, start, mark)
	case tBracketOpen:
		p.push(true)
		p.advance()
		p.list(tBracketClose, "in the array")
		p.pop()
		p.expect(tBracketClose, "after the elements of the array")
		return p.node(Array, start, mark)
	case tBraceOpen:
		p.push(true)
		p.advance()
		p.entries()
		p.pop()
		p.expect(tBraceClose, "after the entries of the dictionary")
		return p.node(Dictionary, start, mark)
	}
	return nil
}

// list reads expressions with commas between them up to a closing bracket, with or without a comma before it.
func (p *parser) list(end kind, where string) {
	for !p.check(end) {
		n := p.value(where)
		p.keep(n)
		if n == nil || !p.match(tComma) {
			return
		}
	}
}

// entries reads those of a dictionary, which are all of one style.
func (p *parser) entries() {
	style := tEOF
	for !p.check(tBraceClose) && !p.atEnd() {
		start, mark := p.cur.start, p.mark()
		key := p.operand(assigning, false, true)
		if key == nil {
			p.expected("a key", "in the dictionary")
			return
		}
		p.keep(key)
		if style == tEOF {
			style = p.style()
		}
		if style == tEqual && !p.luaKey(key.Bare()) {
			p.note(key.Start, "a key before \"=\" is a name or a string")
		}
		if !p.expect(style, "after the key, as after the others of the dictionary") {
			return
		}
		p.keep(p.value("as the value of the key"))
		n := p.node(Entry, start, mark)
		n.Op = style
		p.keep(n)
		if !p.match(tComma) {
			return
		}
	}
}

// style returns what separates keys and values.
func (p *parser) style() kind {
	if p.check(tEqual) {
		return tEqual
	}
	return tColon
}

func (p *parser) luaKey(key *Node) bool { return key.Kind == Identifier || p.isString(key) }

// isString reports whether a node is a string literal, not a name or path of one.
func (p *parser) isString(n *Node) bool {
	n = n.Bare()
	if n.Kind != Literal {
		return false
	}
	c := p.text[n.Start]
	return c == '"' || c == '\'' || c == 'r'
}

func (p *parser) unary(least precedence) *Node {
	start, mark, op := p.cur.start, p.mark(), p.cur.kind
	p.advance()
	n := p.operand(least, false, false)
	if n == nil {
		p.expected("an expression", "after "+op.spelling())
	}
	p.keep(n)
	n = p.node(Unary, start, mark)
	n.Op = op
	return n
}

func (p *parser) await() *Node {
	start, mark := p.cur.start, p.mark()
	p.advance()
	n := p.operand(awaiting, false, false)
	if n == nil {
		p.expected("a signal or a call", "after \"await\"")
	}
	p.keep(n)
	return p.node(Await, start, mark)
}

func (p *parser) preload() *Node {
	start, mark := p.cur.start, p.mark()
	p.advance()
	p.push(true)
	p.expect(tParenOpen, "after \"preload\"")
	p.keep(p.value("as the path to preload"))
	p.match(tComma)
	p.pop()
	p.expect(tParenClose, "after the path to preload")
	return p.node(Preload, start, mark)
}

// after reads one operator that follows an operand.
func (p *parser) after(left *Node, assign bool) *Node {
	op, mark := p.cur, p.mark()
	p.keep(left)
	p.advance()
	switch op.kind {
	case tParenOpen:
		return p.call(left.Start, mark, op.start)
	case tBracketOpen:
		p.keep(p.value("in the brackets"))
		p.pop()
		p.expect(tBracketClose, "after the index")
		return p.node(Subscript, left.Start, mark)
	case tPeriod:
		return p.attribute(left.Start, mark, op.start)
	case tIf:
		return p.ternary(left.Start, mark, op.start)
	case tAs:
		p.keep(p.typeAfter("after \"as\""))
		return p.node(Cast, left.Start, mark)
	case tIs:
		return p.typeTest(left.Start, mark)
	case tQuestion:
		p.add(op.start, "\"?\" is no operator: write \"value if condition else other\"")
		return p.node(Paren, left.Start, mark)
	}
	if infix[op.kind] == assigning {
		return p.assignment(left, mark, op, assign)
	}
	return p.binary(left.Start, mark, op)
}

func (p *parser) binary(start, mark int, op token) *Node {
	negated := op.kind == tNot
	k := op.kind
	if negated {
		p.expect(tIn, "after \"not\"")
		k = tIn
	}
	right := p.operand(infix[k]+1, false, false)
	if right == nil {
		p.expected("an expression", "after "+k.spelling())
	}
	p.keep(right)
	n := p.node(Binary, start, mark)
	n.Op, n.At, n.Negated = k, op.start, negated
	return n
}

func (p *parser) ternary(start, mark, at int) *Node {
	p.keep(p.branchOf("after \"if\""))
	p.expect(tElse, "after the condition of \"if\"")
	p.keep(p.branchOf("after \"else\""))
	n := p.node(Ternary, start, mark)
	n.At = at
	return n
}

func (p *parser) branchOf(where string) *Node {
	n := p.operand(ternary, false, false)
	if n == nil {
		p.expected("an expression", where)
	}
	return n
}

func (p *parser) typeTest(start, mark int) *Node {
	negated := p.match(tNot)
	p.keep(p.typeAfter("after \"is\""))
	n := p.node(TypeTest, start, mark)
	n.Negated = negated
	return n
}

func (p *parser) assignment(left *Node, mark int, op token, assign bool) *Node {
	if !assign {
		p.add(op.start, "an assignment inside an expression")
	}
	switch left.Bare().Kind {
	case Identifier, Attribute, Subscript:
	default:
		p.add(op.start, "the left side of %s is no variable, attribute or element", op.kind.spelling())
	}
	p.keep(p.value("after the sign of the assignment"))
	n := p.node(Assignment, left.Start, mark)
	n.Op, n.At = op.kind, op.start
	return n
}

func (p *parser) attribute(start, mark, at int) *Node {
	if !p.cur.kind.isNodeName() {
		p.expected("a name", "after \".\"")
		return p.node(Attribute, start, mark)
	}
	p.advance()
	p.keep(p.leaf(Identifier))
	n := p.node(Attribute, start, mark)
	n.At = at
	return n
}

// call reads the arguments of a call, behind the bracket.
func (p *parser) call(start, mark, open int) *Node {
	switch p.stack[mark].Bare().Kind {
	case Identifier, Attribute:
	default:
		p.add(open, "what is called is no name: a callable is called with .call()")
	}
	p.arguments(open)
	return p.node(Call, start, mark)
}

func (p *parser) arguments(open int) {
	mark := p.mark()
	p.list(tParenClose, "as an argument")
	p.pop()
	p.expect(tParenClose, "after the arguments")
	p.keep(p.node(Arguments, open, mark))
}

// super reads super(…) or super.name(…).
func (p *parser) super() *Node {
	start, mark := p.cur.start, p.mark()
	p.advance()
	p.push(true)
	if p.check(tParenOpen) && (p.function == nil || p.function.lambda) {
		p.note(start, "\"super(\" outside of a function with a name")
	}
	if !p.check(tParenOpen) {
		if !p.expect(tPeriod, "or \"(\" after \"super\"") {
			p.pop()
			return p.node(Super, start, mark)
		}
		p.keep(p.identifier("the name of a function", "after \".\""))
	}
	p.keep(p.node(Super, start, mark))
	open := p.cur.start
	if !p.expect(tParenOpen, "after the function of \"super\"") {
		p.pop()
		return p.node(Call, start, mark)
	}
	p.arguments(open)
	return p.node(Call, start, mark)
}

// getNode reads a path of nodes after $ or %.
func (p *parser) getNode() *Node {
	start, mark := p.cur.start, p.mark()
	p.advance()
	// A path is names with slashes between them, perhaps one before, with a percent sign before a name that is unique.
	if p.prev.kind == tDollar {
		p.match(tSlash)
	}
	last := tDollar // what the path ends with so far
	for {
		last = p.pathSign(last)
		switch {
		case p.check(tString) || p.cur.kind.isNodeName():
			p.advance()
			last = tIdentifier
		case !p.check(tSlash) && !p.check(tPercent):
			p.expected("a name or a string", "in the path of a node")
			return p.node(GetNode, start, mark)
		}
		if !p.match(tSlash) && !p.match(tPercent) {
			return p.node(GetNode, start, mark)
		}
	}
}

// pathSign checks a slash or percent sign of a path that was just read, behind what the path ended with before; it returns what
// the path ends with now.
func (p *parser) pathSign(last kind) kind {
	k := p.prev.kind
	if k != tPercent && k != tSlash {
		return last
	}
	if fits := last == tDollar || k == tPercent && last == tSlash || k == tSlash && last == tIdentifier; !fits {
		p.add(p.prev.start, "%s inside the path of a node", k.spelling())
	}
	return k
}

// lambda reads a function without a name in an expression. In brackets, its body has lines and indentation again.
func (p *parser) lambda() *Node {
	start, mark := p.cur.start, p.mark()
	p.advance()
	var name *Node
	if p.cur.kind.isIdentifier() {
		p.advance()
		name = p.leaf(Identifier)
		p.keep(name)
	}
	bracketed := p.multilines[len(p.multilines)-1]
	p.push(false)
	if bracketed {
		p.lex.saved = append(p.lex.saved, append([]int(nil), p.lex.indents...))
	}
	p.push(true)
	outer, scope, inLambda, inLoop, first := p.function, p.scope(), p.inLambda, p.inLoop, p.first
	p.function = &function{static: outer != nil && outer.static, lambda: true}
	p.signature("lambda", name)
	p.inLambda, p.inLoop, p.first = true, false, -1
	p.keep(p.block("after the head of the lambda", true))
	n := p.node(Lambda, start, mark)
	p.pop()
	if bracketed {
		p.skipLayout()
		last := len(p.lex.saved) - 1
		p.lex.indents = p.lex.saved[last]
		p.lex.saved = p.lex.saved[:last]
	}
	p.leaveScope(scope)
	p.function, p.inLambda, p.inLoop, p.first = outer, inLambda, inLoop, first
	return n
}
