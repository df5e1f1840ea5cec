package cpp

import (
	"fmt"
	"strings"
)

// Check reports what no compiler accepts, whatever the macros stand for: strings and comments without an end, directives
// without their counterpart, brackets that do not fit, and neighbours that valid code never has, such as an operator before a
// closing bracket or a block that ends without a semicolon. It accepts all valid code; what depends on types, names or the
// arguments of macros it cannot see.
func Check(code string) error {
	p := newParser(code, func(Scope) string { return "" })
	if err := p.whole(); err != nil {
		return err
	}
	p.scope(0, len(p.tokens), Scope{})
	return p.check()
}

// whole pairs the brackets. It reports what is wrong with them, or with the tokens.
func (p *parser) whole() error {
	err := p.pair() // even if there is another problem: Functions goes on
	if p.problem != nil {
		return p.problem
	}
	return err
}

// check looks at the neighbours in a file that is whole and was parsed.
func (p *parser) check() error {
	c := checker{file: p.file, merged: merge(p.file), evidence: &evidence{}, kinds: p.kinds}
	c.classify()
	c.evidence = c.gather(p.definitions())
	return c.run()
}

// definitions are the functions that the file defines, as far as that is certain.
func (p *parser) definitions() (found []string) {
	for _, fn := range p.functions {
		cut := strings.LastIndexByte(fn.Name, ':') + 1
		name, owner := fn.Name[cut:], strings.TrimSuffix(fn.Name[:cut], "::")
		constructor := name == owner[strings.LastIndexByte(owner, ':')+1:] || strings.Contains(owner, "<")
		if !constructor && !strings.HasPrefix(fn.Signature, fn.Name) { // else it is a type's name, or a macro defines the function
			found = append(found, name)
		}
	}
	return found
}

// operators of several characters, longest first.
var operators = []string{"<<=", "->*", "<=>", "...", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "==", "!=", "<=", ">=", "&&", "||", "<<", ".*"}

// An item is a token of which operators are whole.
type item struct {
	token
	index int // of its first token
}

// merge joins the characters of operators.
func merge(f *file) []item {
	items := make([]item, 0, len(f.tokens)+1)
	for i := 0; i < len(f.tokens); i++ {
		t := item{f.tokens[i], i}
		if t.kind == punctuation {
			for _, op := range operators {
				if strings.HasPrefix(f.text[t.start:], op) && whole(f, i, len(op)) {
					for t.text = op; f.tokens[i].end < t.start+len(op); {
						i++
					}
					t.end = t.start + len(op)
					break
				}
			}
		}
		items = append(items, t)
	}
	return items
}

// whole reports whether n bytes from token i on are tokens to their ends.
func whole(f *file, i, n int) bool {
	end := f.tokens[i].start + n
	for i < len(f.tokens) && f.tokens[i].end < end {
		i++
	}
	return i < len(f.tokens) && f.tokens[i].end == end && f.tokens[i].kind == punctuation
}

// A use is what a brace opens.
type use byte

const (
	useUnknown use = iota
	useBlock       // statements
	useType        // a class, structure or union
	useEnum
	useValue // an initializer
)

// A checker looks at neighbours.
type checker struct {
	*file
	*evidence
	merged []item
	kinds  map[int]use  // of opening braces, by token
	holds  map[int]bool // opening brackets that hold statements
	frames []frame      // what is open around the item, the file itself first
}

// A frame is an opening bracket with what was read of its content.
type frame struct {
	open    int       // of its bracket, as an item; -1 for the file
	kind    frameKind // what may stand in it
	value   bool      // the item belongs to an expression
	base    bool      // so does all between commas
	head    int       // the first item of the statement
	angles  int       // < that may open template arguments, in this statement
	queries int       // ? without their colon, in this statement
	unsure  bool      // a macro may hold anything that is missed in this statement
	macros  bool      // it or one around it holds the arguments of a macro
	blocks  bool      // it or one around it is a block
}

// A frameKind tells how much is known about the content of a bracket.
type frameKind byte

const (
	known    frameKind = iota
	argument           // the arguments of a macro, or assembly
	opaque             // text of another language, which a macro takes
)

func (c *checker) at(i int) item {
	if i < 0 || i >= len(c.merged) {
		return item{token: token{kind: branch}, index: -1}
	}
	return c.merged[i]
}

// classify says what the braces open that the parser was not certain of.
func (c *checker) classify() {
	c.holds = c.holders()
	for i, t := range c.tokens {
		if t.kind == punctuation && t.text == "{" && c.kinds[i] == useUnknown && i > 1 {
			c.kinds[i] = c.brace(i)
		}
	}
}

// holders tells which brackets hold a semicolon of their own, or begin with a statement.
func (c *checker) holders() map[int]bool {
	holds := map[int]bool{}
	var open []int
	for i, t := range c.tokens {
		switch {
		case t.kind != punctuation:
		case t.text == "(" || t.text == "[" || t.text == "{":
			open = append(open, i)
			if i+1 < len(c.tokens) && c.tokens[i+1].kind == identifier && starting[c.tokens[i+1].text] {
				holds[i] = true
			}
		case closes[t.text] != "" && len(open) > 0:
			open = open[:len(open)-1]
		case t.text == ";" && len(open) > 0:
			holds[open[len(open)-1]] = true
		}
	}
	return holds
}

// brace says what brace i opens by what stands before it and whether it holds statements.
func (c *checker) brace(i int) use {
	before, holds := c.tokens[i-1], c.holds[i]
	switch {
	case before.kind == branch:
	case beforeBlock[before.text], before.text == ":" && holds: // after a case
		return useBlock
	case before.text == "=" || before.text == "return":
		return useValue
	case before.text == ")" && before.kind == punctuation && c.opener[i-1] > 0:
		return c.bodied(c.opener[i-1], holds)
	case c.name(before) && basic[c.tokens[i-2].text] && !holds:
		return useValue
	}
	return useUnknown
}

var beforeBlock = words("else do try mutable")

// bodied says what a brace opens after the bracket that token open opens.
func (c *checker) bodied(open int, holds bool) use {
	callee := c.tokens[open-1]
	switch {
	case callee.kind == identifier && control[callee.text], callee.kind == punctuation && callee.text == "]":
		return useBlock // of a control statement or a lambda
	case callee.kind == identifier && callee.first && holds && likeMacro(callee.text) && c.statement(open-1):
		return useBlock // of a loop that a macro makes
	case callee.kind == punctuation && strings.Contains("=(,&:?", callee.text) && !holds:
		return useValue // of a compound literal
	}
	return useUnknown
}

// control are words before a bracket that a statement follows.
var control = words("if for while switch catch constexpr")

// words makes a set.
func words(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

// A rule says what is wrong with an item among its neighbours, "" if nothing is.
type rule func(i int, before, t, next item) string

// run goes through all items.
func (c *checker) run() error {
	rules := []rule{
		c.literals, c.stray, c.operator, c.accessor, c.comma, c.opening, c.keyword, c.conditioned, c.access, c.tag, c.counted, c.closing, c.names,
		c.ending, c.typed, c.missing, c.unended, c.declared, c.called, c.headless, c.final,
	}
	c.frames = []frame{{open: -1}}
	for i, t := range c.merged {
		before, next := c.at(i-1), c.at(i+1)
		if t.kind == branch {
			f := c.top()
			f.value, f.unsure = f.base, true
			continue
		}
		what := c.leave(i, t)
		c.follow(i, before, t)
		if c.top().kind != opaque {
			for n := 0; n < len(rules) && what == ""; n++ {
				what = rules[n](i, before, t, next)
			}
		}
		if what != "" {
			return fmt.Errorf("line %d: %s", c.lineOf(t.start), what)
		}
		c.enter(i, before, t, next)
	}
	return nil
}

// top returns the innermost frame.
func (c *checker) top() *frame { return &c.frames[len(c.frames)-1] }

// leave closes the frame that item t ends. It says what the frame lacks.
func (c *checker) leave(i int, t item) (what string) {
	if t.mark(";") {
		return c.top().missesColon()
	}
	if t.kind != punctuation || closes[t.text] == "" || len(c.frames) == 1 {
		return ""
	}
	what = c.top().missesColon()
	c.frames = c.frames[:len(c.frames)-1]
	if f := c.top(); t.text == "}" {
		f.value = f.value && c.kinds[c.opener[max(0, t.index)]] == useValue
		if k := c.kinds[max(0, c.opener[max(0, t.index)])]; k != useValue && f.queries == 0 {
			f.restart(i + 1)
		}
	}
	return what
}

// missesColon says so if a ? has no colon.
func (f *frame) missesColon() string {
	if f.queries > 0 && !f.unsure && f.kind == known {
		return "a ? has no colon"
	}
	return ""
}

// restart begins a statement with item i.
func (f *frame) restart(i int) {
	f.value, f.head, f.angles, f.queries, f.unsure = f.base, i, 0, 0, false
}

// enter opens a frame after an opening bracket.
func (c *checker) enter(i int, before, t, next item) {
	f := c.top()
	switch {
	case t.kind == identifier && c.macro(t.text) && !next.mark("("), t.kind == identifier && next.mark("(") && likeMacro(t.text):
		f.unsure = true
	case t.kind != punctuation:
	case t.text == "(" || t.text == "[" || t.text == "{":
		inner := frame{open: i, head: i + 1, kind: c.frameKind(i, before, t), unsure: f.unsure && t.text != "{"}
		inner.base = t.text != "{" && c.expression(i, before, t)
		inner.value = inner.base
		inner.macros = f.macros || inner.kind == argument
		inner.blocks = f.blocks || t.text == "{" && c.kinds[t.index] == useBlock
		c.frames = append(c.frames, inner)
	}
}

// foreign are parts of names of macros whose arguments are of another language.
var foreign = []string{"STRINGIFY", "GLSL", "HLSL", "SHADER", "QUOTE", "EM_JS", "EM_ASM"}

// frameKind says what may stand in the bracket that item i opens.
func (c *checker) frameKind(i int, before, t item) frameKind {
	outer := c.top().kind
	switch {
	case outer == opaque || t.text == "{" && assembly[before.text]:
		return opaque
	case t.text != "(":
		return known
	case before.kind == identifier && assembly[before.text], before.kind == identifier && assembly[c.at(i-2).text]:
		return argument // asm volatile (
	case before.kind != identifier || !c.macro(before.text):
		return known
	}
	for _, part := range foreign {
		if strings.Contains(before.text, part) {
			return opaque
		}
	}
	return argument
}

var assembly = words("asm __asm __asm__ _asm")

// expression reports whether the round or square bracket t holds an expression: not a type, parameters or a macro's arguments.
func (c *checker) expression(i int, before, t item) bool {
	f := c.top()
	switch {
	case t.text == "[":
		return c.name(before.token) || before.mark("]") && c.subscript(before)
	case f.angles > 0 || before.kind == identifier && c.at(i-2).mark("<"):
		return false
	case f.open > 0 && conditions[c.at(f.open-1).text] && before.kind == identifier:
		return c.function(before)
	case !f.value:
		return false
	case before.kind == punctuation:
		return !before.in(beforeType)
	}
	return before.text == "return" || c.function(before)
}

// beforeType is what stands before brackets that hold parameters.
var beforeType = words(") ] ^ > }")

// name reports whether a token is a name that is no macro.
func (c *checker) name(t token) bool {
	return t.kind == identifier && !reserved[t.text] && !c.macro(t.text)
}

// function reports whether a word is no macro that takes statements or types, if it is called.
func (c *checker) function(t item) bool {
	return t.kind == identifier && !reserved[t.text] && !likeMacro(t.text)
}

// subscript reports whether a ] ends a subscript or the length of an array.
func (c *checker) subscript(t item) bool {
	open := c.opener[t.index]
	if open < 1 {
		return false
	}
	before := c.tokens[open-1]
	return before.kind == identifier && !reserved[before.text]
}

// values are operators that only expressions have.
var values = words("+= -= *= /= %= |= ^= <<= == != <= >= || + /")

// follow notes what item t says of what comes after it in its frame.
func (c *checker) follow(i int, before, t item) {
	f := c.top()
	switch {
	case t.kind == identifier && (t.text == "return" || t.text == "throw"):
		f.value = true
	case t.kind != punctuation || before.text == "operator":
	case t.text == "=" || values[t.text]:
		f.value = true
	case t.text == ";":
		f.restart(i + 1)
	case t.text == ",":
		f.value = f.base
	case t.text == "<":
		f.angles++
	case t.text == ">":
		f.value, f.angles = false, max(0, f.angles-1)
	case t.text == "?":
		f.queries++
	case t.text == ":" && f.queries > 0:
		f.queries--
	case t.text == ":": // a label, perhaps
		f.head = i + 1
	}
}

// macro reports whether a word may be a macro that stands for anything.
func (c *checker) macro(word string) bool { return macro(word) && !c.values[word] }

// inMacro reports whether the innermost bracket is that of a macro's arguments.
func (c *checker) inMacro() bool { return c.top().kind == argument }

// withinMacro reports whether any bracket around the item is that of a macro's arguments.
func (c *checker) withinMacro() bool { return c.top().macros }

// withinBlock reports whether any bracket around the item is that of a block.
func (c *checker) withinBlock() bool { return c.top().blocks }

// use says what the innermost bracket opens, if it is a brace.
func (c *checker) use() use {
	if f := c.top(); f.open >= 0 && c.merged[f.open].text == "{" {
		return c.kinds[c.merged[f.open].index]
	}
	return useUnknown
}

// bracket returns the innermost bracket, "" outside of all.
func (c *checker) bracket() string {
	if f := c.top(); f.open >= 0 {
		return c.merged[f.open].text
	}
	return ""
}

// block reports whether the item stands right inside a block.
func (c *checker) block() bool { return c.use() == useBlock }
