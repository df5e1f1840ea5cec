package gdscript

// head reads what may stand only at the top of a script: its annotations, class_name and extends.
func (p *parser) head() {
	for !p.atEnd() {
		switch p.cur.kind {
		case tAnnotation:
			if name := p.annotation(onScript | onClassLevel | standalone); isGroup(name) {
				return
			}
		case tString:
			p.stringComment()
		default:
			for p.headLine() {
				p.settle()
			}
			return
		}
		p.settle()
		if p.first >= 0 && p.pastHead() {
			return
		}
	}
	p.first = -1
}

// pastHead reports whether an annotation waits that can apply to no script, so that class_name may not follow.
func (p *parser) pastHead() bool {
	for _, n := range p.stack[p.first:] {
		if n.Kind == Annotation && annotations[p.annotationName(n)].on&(onScript|onClass) == 0 {
			return true
		}
	}
	return false
}

// settle ends a panic at the next declaration.
func (p *parser) settle() {
	if p.panic {
		p.recover()
	}
}

// headLine reads class_name, extends or a string.
func (p *parser) headLine() bool {
	switch p.cur.kind {
	case tClassName:
		p.className()
	case tExtends:
		p.first = -1
		if p.class.extends {
			p.add(p.cur.start, "a second \"extends\"")
		}
		p.keep(p.extends())
		p.endStatement("the class that is extended")
	case tString:
		p.stringComment()
	default:
		return false
	}
	return true
}

// className reads class_name and what belongs to it.
func (p *parser) className() {
	p.first = -1
	start, mark := p.cur.start, p.mark()
	if p.class.named {
		p.add(start, "a second \"class_name\"")
	}
	p.class.named = true
	p.advance()
	p.keep(p.identifier("the name of the class", "after \"class_name\""))
	if p.check(tExtends) {
		if p.class.extends {
			p.add(p.cur.start, "a second \"extends\"")
		}
		p.keep(p.extends())
	}
	p.keep(p.node(ClassName, start, mark))
	p.endStatement("the name of the class")
}

// extends reads extends with a path, a name or both.
func (p *parser) extends() *Node {
	start, mark := p.cur.start, p.mark()
	p.class.extends = true
	p.advance()
	if p.match(tString) {
		p.keep(p.leaf(Literal))
		if !p.match(tPeriod) {
			return p.node(Extends, start, mark)
		}
	}
	for {
		n := p.identifier("the name or path of a class", "after \"extends\"")
		p.keep(n)
		if n == nil || !p.match(tPeriod) {
			return p.node(Extends, start, mark)
		}
	}
}

// stringComment reads a string that stands in a class for a comment.
func (p *parser) stringComment() {
	start, mark := p.cur.start, p.mark()
	p.advance()
	p.keep(p.leaf(Literal))
	p.keep(p.node(ExpressionStatement, start, mark))
	if !p.match(tNewline) {
		p.expected("the end of the line", "after a string in a class")
	}
}

// members reads what a class holds.
func (p *parser) members(multiline bool) {
	for !p.atEnd() && !p.check(tDedent) {
		p.member()
		p.settle()
		if !multiline {
			return
		}
	}
}

func (p *parser) member() {
	start := p.cur.start
	switch p.cur.kind {
	case tVar:
		p.declaration(start, onVariable, "variable", func() *Node { return p.variable(true) })
	case tConst:
		p.declaration(start, onConstant, "constant", p.constant)
	case tSignal:
		p.declaration(start, onSignal, "signal", p.signal)
	case tFunc:
		p.declaration(start, onFunction, "function", func() *Node { return p.functionDeclaration(false) })
	case tClass:
		p.declaration(start, onClass, "class", p.innerClass)
	case tEnum:
		p.declaration(start, 0, "enumeration", p.enum)
	case tStatic:
		p.static(start)
	case tAnnotation:
		p.annotation(onClassLevel | standalone)
	case tPass:
		p.advance()
		p.keep(p.leaf(Pass))
		p.endStatement("\"pass\"")
	case tString:
		p.stringComment()
	case tIndent:
		p.strayIndent(p.member)
	default:
		p.unexpected()
	}
}

// strayIndent reports an indented block where none may be, and reads it all the same.
func (p *parser) strayIndent(one func()) {
	if !p.enter() {
		return
	}
	defer p.leave()
	p.add(p.cur.start, "an indentation that begins no block")
	p.panic = false
	p.advance()
	for !p.check(tDedent) && !p.atEnd() && !p.lambdaEnded {
		one()
		p.settle()
	}
	if !p.lambdaEnded {
		p.match(tDedent)
	}
}

// static reads a declaration after static.
func (p *parser) static(start int) {
	p.advance()
	switch p.cur.kind {
	case tFunc:
		p.declaration(start, onFunction, "function", func() *Node { return p.functionDeclaration(true) })
	case tVar:
		p.declaration(start, onVariable, "variable", func() *Node {
			n := p.variable(true)
			if n != nil {
				n.Static = true
			}
			return n
		})
	default:
		p.expected("\"func\" or \"var\"", "after \"static\"")
	}
}

// godot3 are words that began declarations in Godot 3.
var godot3 = map[string]string{
	"export": "@export", "tool": "@tool", "onready": "@onready", "remote": "@rpc(\"any_peer\")", "puppet": "@rpc",
	"remotesync": "@rpc(\"any_peer\", \"call_local\")", "puppetsync": "@rpc(\"call_local\")", "master": "@rpc(\"any_peer\")",
	"mastersync": "@rpc(\"any_peer\", \"call_local\")",
}

// unexpected reports a token that begins no declaration.
func (p *parser) unexpected() {
	word := p.text[p.cur.start:p.cur.end]
	if now := godot3[word]; now != "" && p.cur.kind == tIdentifier {
		p.add(p.cur.start, "%q is of Godot 3: write %s", word, now)
	} else {
		p.expected("a declaration", "in the class")
	}
	p.advance()
}

// declaration reads a member. parse begins at the keyword, and returns the node without the start and the annotations that
// belong to it.
func (p *parser) declaration(start int, on target, what string, parse func() *Node) {
	mark, start := p.begin(start)
	for i := len(p.stack) - 1; i >= mark; i-- {
		n := p.stack[i]
		if n.Kind == Annotation && annotations[p.annotationName(n)].on&(on|standalone) == 0 {
			p.add(n.Start, "%s does not apply to a %s", p.annotationName(n), what)
		}
	}
	notes := len(p.stack)
	n := parse()
	if n == nil {
		return
	}
	if notes > mark {
		n = p.annotated(n, mark, start)
	}
	n.Start = start
	p.checkAnnotations(n)
	p.declareMember(n, what)
	p.keep(n)
}

// annotated puts the annotations from a mark on before a node's children.
func (p *parser) annotated(n *Node, mark, start int) *Node {
	p.stack = append(p.stack, n.Children...)
	whole := p.node(n.Kind, start, mark)
	n.Children, n.depth, n.Start = whole.Children, whole.depth, start
	return n
}

// declareMember reports a second member of one name.
func (p *parser) declareMember(n *Node, what string) {
	name := n.Child(Identifier)
	if name == nil {
		return
	}
	p.addMember(name, n.Kind, what)
}

func (p *parser) addMember(name *Node, k Kind, what string) {
	if p.class.members == nil {
		p.class.members = map[string]Kind{}
	}
	text := p.of(name)
	if other, ok := p.class.members[text]; ok {
		p.note(name.Start, "the %s %q has the name of another member, a %s", what, text, other)
		return
	}
	p.class.members[text] = k
}

// innerClass reads a class inside another.
func (p *parser) innerClass() *Node {
	start, mark := p.cur.start, p.mark()
	if !p.enter() {
		return nil
	}
	defer p.leave()
	outer := p.class
	p.class = &class{}
	defer func() { p.class = outer }()
	p.advance()
	p.keep(p.identifier("the name of the class", "after \"class\""))
	if p.check(tExtends) {
		p.keep(p.extends())
	}
	p.expect(tColon, "after the head of the class")
	multiline := p.match(tNewline)
	if multiline && !p.expect(tIndent, "after the head of the class") {
		return p.node(Class, start, mark)
	}
	from, members := p.cur.start, p.mark()
	if p.check(tExtends) {
		if p.class.extends {
			p.add(p.cur.start, "a second \"extends\"")
		}
		p.keep(p.extends())
		p.endStatement("the class that is extended")
	}
	p.members(multiline)
	p.unused(members)
	p.keep(p.node(Members, from, members))
	n := p.node(Class, start, mark)
	if multiline {
		p.expect(tDedent, "after the body of the class")
	}
	return n
}

// variable reads var, as a member or, without accessors, as a statement.
func (p *parser) variable(member bool) *Node {
	start, mark := p.cur.start, p.mark()
	p.advance()
	name := p.identifier("the name of the variable", "after \"var\"")
	if name == nil {
		p.take(mark)
		return nil
	}
	p.keep(name)
	inferred := false
	if p.match(tColon) {
		switch {
		case p.check(tNewline) && member:
			p.advance()
			return p.property(start, mark, true)
		case p.check(tEqual):
			inferred = true
		case member && p.isAccessor():
			return p.property(start, mark, false)
		default:
			p.keep(p.typeAfter("after \":\""))
		}
	}
	if p.match(tEqual) {
		p.keep(p.value("after \"=\""))
	}
	if member && p.match(tColon) {
		n := p.property(start, mark, p.match(tNewline))
		n.Inferred = inferred
		return n
	}
	n := p.node(Variable, start, mark)
	n.Inferred = inferred
	p.endStatement("the declaration")
	return n
}

func (p *parser) isAccessor() bool {
	if p.cur.kind != tIdentifier {
		return false
	}
	word := p.text[p.cur.start:p.cur.end]
	return word == "get" || word == "set"
}

// property reads the accessors of a variable: functions of it in an indented block, or the names of functions.
func (p *parser) property(start, mark int, indented bool) *Node {
	if indented && !p.expect(tIndent, "for the accessors") {
		return p.node(Variable, start, mark)
	}
	named := p.accessors(indented)
	n := p.node(Variable, start, mark)
	if named {
		p.endStatement("the accessors")
	}
	if indented {
		p.expect(tDedent, "after the accessors")
	}
	return n
}

// accessors reads one or two, and reports whether they are names of functions.
func (p *parser) accessors(indented bool) (named bool) {
	seen := ""
	for i := range 2 {
		if !p.isAccessor() {
			if i == 0 || p.cur.kind.isIdentifier() {
				p.expected("\"get\" or \"set\"", "for the accessors")
			}
			return named
		}
		word := p.text[p.cur.start:p.cur.end]
		if word == seen {
			p.add(p.cur.start, "a second %q of the variable", word)
		}
		seen = word
		start, mark := p.cur.start, p.mark()
		p.advance()
		if i == 0 {
			named = p.check(tEqual)
			if !named && !indented {
				p.add(start, "accessors with a body go to an indented block")
			}
		}
		p.keep(p.accessor(start, mark, word, named))
		if named && i == 0 {
			if !p.match(tComma) {
				return named
			}
			if p.match(tNewline) && !indented {
				p.add(p.prev.start, "accessors on one line may not go on in the next")
			}
		}
	}
	return named
}

// accessor reads one after its word.
func (p *parser) accessor(start, mark int, word string, named bool) *Node {
	k := Getter
	if word == "set" {
		k = Setter
	}
	if named {
		p.expect(tEqual, "after \""+word+"\"")
		p.keep(p.identifier("the name of a function", "after \"=\""))
		return p.node(k, start, mark)
	}
	scope := p.scope()
	if k == Setter {
		p.expect(tParenOpen, "after \"set\"")
		from, at := p.cur.start, p.mark()
		if name := p.identifier("the name of the parameter", "after \"(\""); name != nil {
			p.declare(name)
			p.keep(name)
			p.keep(p.node(Parameter, from, at))
		}
		p.expect(tParenClose, "after the parameter")
	} else if p.match(tParenOpen) {
		p.expect(tParenClose, "after \"get(\"")
	}
	p.expect(tColon, "after the head of the accessor")
	outer := p.function
	p.function = &function{}
	p.keep(p.block("after the head of the accessor", false))
	p.function = outer
	p.leaveScope(scope)
	return p.node(k, start, mark)
}

// constant reads const, as a member or a statement.
func (p *parser) constant() *Node {
	start, mark := p.cur.start, p.mark()
	p.advance()
	name := p.identifier("the name of the constant", "after \"const\"")
	if name == nil {
		return nil
	}
	p.keep(name)
	inferred := false
	if p.match(tColon) {
		if inferred = p.check(tEqual); !inferred {
			p.keep(p.typeAfter("after \":\""))
		}
	}
	if p.expect(tEqual, "after the name of the constant") {
		p.keep(p.value("after \"=\""))
	}
	n := p.node(Constant, start, mark)
	n.Inferred = inferred
	if !p.panic {
		p.endStatement("the declaration")
	}
	return n
}

// signal reads signal.
func (p *parser) signal() *Node {
	start, mark := p.cur.start, p.mark()
	p.advance()
	name := p.identifier("the name of the signal", "after \"signal\"")
	if name == nil {
		return nil
	}
	p.keep(name)
	if p.check(tParenOpen) {
		from := p.cur.start
		p.push(true)
		p.advance()
		p.keep(p.parameters(from, "signal", false))
	}
	n := p.node(Signal, start, mark)
	p.endStatement("the declaration")
	return n
}

// enum reads enum.
func (p *parser) enum() *Node {
	start, mark := p.cur.start, p.mark()
	p.advance()
	named := p.cur.kind.isIdentifier()
	if named {
		p.advance()
		p.keep(p.leaf(Identifier))
	}
	p.push(true)
	p.expect(tBraceOpen, "of the enumeration")
	seen := map[string]bool{}
	for !p.check(tBraceClose) {
		p.keep(p.enumValue(seen, named))
		if !p.match(tComma) {
			break
		}
	}
	p.pop()
	p.expect(tBraceClose, "after the values of the enumeration")
	n := p.node(Enum, start, mark)
	p.endStatement("the enumeration")
	return n
}

func (p *parser) enumValue(seen map[string]bool, named bool) *Node {
	start, mark := p.cur.start, p.mark()
	name := p.identifier("the name of a value", "of the enumeration")
	if name == nil {
		return nil
	}
	p.keep(name)
	if text := p.of(name); seen[text] {
		p.note(name.Start, "a second %q in the enumeration", text)
	} else if seen[text] = true; !named {
		p.addMember(name, EnumValue, "value")
	}
	if p.match(tEqual) {
		p.keep(p.value("after \"=\""))
	}
	return p.node(EnumValue, start, mark)
}

// functionDeclaration reads func.
func (p *parser) functionDeclaration(static bool) *Node {
	start, mark := p.cur.start, p.mark()
	p.advance()
	name := p.identifier("the name of the function", "after \"func\"")
	if name == nil {
		return nil
	}
	p.keep(name)
	word := p.of(name)
	outer, scope := p.function, p.scope()
	p.function = &function{static: static, constructor: word == "_init" || word == "_static_init"}
	p.push(true)
	body := p.signature("function", name)
	if word == "_static_init" {
		p.checkStaticInit(name, static)
	}
	var n *Node
	if body {
		p.keep(p.block("after the head of the function", false))
		n = p.node(Function, start, mark)
	} else {
		n = p.node(Function, start, mark)
		p.endStatement("the head of the function")
	}
	n.Static = static
	p.leaveScope(scope)
	p.function = outer
	return n
}

// checkStaticInit checks the constructor of a class itself; its parameters are on the top of the stack.
func (p *parser) checkStaticInit(name *Node, static bool) {
	if !static {
		p.note(name.Start, "\"_static_init\" must be static")
	}
	for _, n := range p.stack[max(0, len(p.stack)-2):] {
		if n.Kind == Parameters && n.Start > name.Start && len(n.Children) > 0 {
			p.note(n.Start, "\"_static_init\" has no parameters")
		}
	}
}

// signature reads parameters, from the bracket on, and the type returned, and reports whether a colon follows.
func (p *parser) signature(what string, name *Node) bool {
	start := p.cur.start
	if name == nil {
		p.expect(tParenOpen, "after \"func\"")
	} else {
		p.expect(tParenOpen, "after the name of the function")
	}
	p.keep(p.parameters(start, what, true))
	if p.match(tArrow) {
		returned := p.typeOf(true, "after \"->\"")
		p.function.void = returned != nil && len(returned.Children) == 0
		p.keep(returned)
	}
	if what == "lambda" {
		return p.expect(tColon, "after the head of the lambda")
	}
	return p.match(tColon)
}

// parameters reads parameters up to the closing bracket and ends the multiline that is on.
func (p *parser) parameters(start int, what string, defaults bool) *Node {
	mark, first := p.mark(), len(p.names)
	optional, rest := false, false
	for !p.check(tParenClose) && !p.atEnd() {
		n := p.parameter()
		if n == nil {
			break
		}
		p.keep(n)
		hasDefault := n.Expression() != nil
		switch {
		case rest:
			p.note(n.Start, "a parameter after \"...\"")
		case !defaults && (hasDefault || n.Variadic):
			p.note(n.Start, "parameters of a %s have neither default nor \"...\"", what)
		default:
			p.checkOrder(n, optional, hasDefault)
		}
		rest, optional = rest || n.Variadic, optional || hasDefault
		p.declareParameter(n.Child(Identifier), first, what)
		if !p.match(tComma) {
			break
		}
	}
	p.pop()
	p.expect(tParenClose, "after the parameters")
	if what == "signal" {
		p.leaveScope(first)
	}
	return p.node(Parameters, start, mark)
}

// checkOrder reports a parameter that may not follow those before it.
func (p *parser) checkOrder(n *Node, optional, hasDefault bool) {
	switch {
	case hasDefault && n.Variadic:
		p.note(n.Start, "a parameter with \"...\" has no default")
	case optional && !hasDefault && !n.Variadic:
		p.note(n.Start, "a parameter without default after one with")
	}
}

// declareParameter reports a second parameter of one name; names around may be hidden.
func (p *parser) declareParameter(name *Node, first int, what string) {
	text := p.of(name)
	for _, other := range p.names[first:] {
		if other == text {
			p.note(name.Start, "a second parameter %q of the %s", text, what)
		}
	}
	p.declare(name)
}

func (p *parser) parameter() *Node {
	start, mark := p.cur.start, p.mark()
	variadic := p.match(tEllipsis)
	name := p.identifier("the name of a parameter", "in the brackets")
	if name == nil {
		return nil
	}
	p.keep(name)
	inferred := false
	if p.match(tColon) {
		if inferred = p.check(tEqual); !inferred {
			p.keep(p.typeAfter("after \":\""))
		}
	}
	if p.match(tEqual) {
		p.keep(p.value("after \"=\""))
	}
	n := p.node(Parameter, start, mark)
	n.Variadic, n.Inferred = variadic, inferred
	return n
}

func (p *parser) typeAfter(after string) *Node { return p.typeOf(false, after) }

// typeOf reads a type.
func (p *parser) typeOf(void bool, after string) *Node {
	start, mark := p.cur.start, p.mark()
	if p.check(tVoid) && void {
		p.advance()
		return p.node(Type, start, mark)
	}
	if p.check(tVoid) {
		p.add(start, "\"void\" is the type of what functions return only")
		p.advance()
		return nil
	}
	name := p.identifier("a type", after)
	if name == nil {
		return nil
	}
	p.keep(name)
	if p.match(tBracketOpen) {
		return p.collection(start, mark)
	}
	for p.match(tPeriod) {
		p.keep(p.identifier("the name of a type", "after \".\""))
	}
	return p.node(Type, start, mark)
}

// collection reads the types in the brackets of an array or dictionary.
func (p *parser) collection(start, mark int) *Node {
	for {
		n := p.typeOfElement()
		p.keep(n)
		if n == nil || !p.match(tComma) {
			break
		}
	}
	p.expect(tBracketClose, "after the types in brackets")
	return p.node(Type, start, mark)
}

func (p *parser) typeOfElement() *Node {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	n := p.typeOf(false, "after \"[\"")
	if n != nil && n.Child(Type) != nil {
		p.note(n.Start, "types in the brackets of a type have no brackets themselves")
	}
	return n
}
