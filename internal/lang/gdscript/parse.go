package gdscript

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds of what is parsed.
const (
	MaxSize    = 64 << 20 // bytes of a text
	maxNesting = 1000     // of blocks, brackets and operators that the parser enters
	maxDepth   = 10000    // of the tree: chains of operators are deep on their left
)

// Parse parses a text. The error, if there is one, is the Errors of the source, which is there in any case: its tree holds what
// was understood.
func Parse(text string) (*Source, error) {
	s := parseAs(text, (*parser).script)
	if len(s.Errors) > 0 {
		return s, s.Errors
	}
	return s, nil
}

// parseAs parses a text as what read takes it for.
func parseAs(text string, read func(*parser)) *Source {
	p := &parser{problems: problems{text: text}, first: -1, counted: map[string]int{}, class: &class{}}
	p.lex = lexer{problems: &p.problems, text: text}
	s := &Source{Text: text, Root: &Node{Kind: File, End: len(text)}}
	if p.readable() {
		p.run(s.Root, read)
	}
	s.Comments, s.Inside, s.Errors = p.lex.comments, p.lex.inside, p.sorted()
	return s
}

// Check returns the errors of a text, nil if the engine's parser takes it.
func Check(text string) error {
	_, err := Parse(text)
	return err
}

// A parser reads tokens one ahead and builds nodes. Children wait on a stack until their parent is complete.
type parser struct {
	problems
	lex        lexer
	prev, cur  token
	end        int    // of the last token that is neither layout nor a semicolon
	multilines []bool // what the lexer's multiline is, outermost first
	nesting    int

	// A lambda's body may end in the middle of a line, where its first token that cannot go on is. Then the statement around it is
	// still to be ended.
	lambdaEnded, inLambda bool
	inLoop                bool
	function              *function // around, nil outside
	class                 *class    // around

	stack     []*Node
	first     int            // on the stack, the first annotation that waits for what it applies to; -1: none
	lingers   bool           // an annotation at the end of a block waits for what comes behind it
	lingering *Node          // which
	names     []string       // declared in the blocks around
	counted   map[string]int // how often each of them
	nodes     []Node
	lists     []*Node
}

// function is what matters of the function around.
type function struct {
	static, constructor, lambda bool
	void                        bool // nothing is returned, as its head says
}

// class is what is known of the class around.
type class struct {
	members                            map[string]Kind
	named, extends, tool, icon, unload bool
}

// readable reports texts that are no text.
func (p *parser) readable() bool {
	if len(p.text) > MaxSize {
		p.add(0, "the text has %d bytes, at most %d are read", len(p.text), MaxSize)
		return false
	}
	if at := strings.IndexByte(p.text, 0); at >= 0 {
		p.add(at, "a NUL byte: the file is no text")
		return false
	}
	if !utf8.ValidString(p.text) {
		at := 0
		for {
			r, size := utf8.DecodeRuneInString(p.text[at:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			at += size
		}
		p.add(at, "the byte 0x%02x is no UTF-8", p.text[at])
		return false
	}
	return true
}

// run parses the whole text into root.
func (p *parser) run(root *Node, read func(*parser)) {
	if strings.HasPrefix(p.text, "\uFEFF") {
		p.lex.at, p.lex.lineStart = 3, 3
	}
	p.push(false)
	p.cur = p.scan()
	for p.cur.kind == tNewline {
		p.cur = p.scan()
	}
	read(p)
	p.unused(0)
	if p.lingers {
		p.note(p.lingering.Start, "%s has nothing after it that it applies to", p.annotationName(p.lingering))
	}
	root.Children = p.take(0)
	for _, c := range root.Children {
		root.depth = max(root.depth, c.depth+1)
	}
}

// script reads a whole script.
func (p *parser) script() {
	p.head()
	for p.members(true); !p.atEnd(); p.members(true) {
		if len(p.found) == 0 {
			p.note(p.cur.start, "expected the end of the file, found %s", p.cur.kind.spelling())
		}
		p.advance() // behind a block that an error left
	}
}

// scan returns the next token, with nothing but the end after too many errors.
func (p *parser) scan() token {
	if len(p.found) >= maxErrors {
		p.stop()
	}
	return p.lex.scan()
}

// stop ends the text here.
func (p *parser) stop() {
	p.over = true
	p.lex.at = len(p.text)
	p.lex.lineStart = p.lex.at + 1
	p.lex.indents, p.lex.pending = nil, 0
}

func (p *parser) advance() {
	p.lambdaEnded = false
	if p.cur.kind == tEOF {
		return
	}
	if p.cur.end > p.cur.start && p.cur.kind != tSemicolon {
		p.end = p.cur.end
	}
	p.prev = p.cur
	p.cur = p.scan()
}

func (p *parser) check(k kind) bool { return p.cur.kind == k }

func (p *parser) atEnd() bool { return p.cur.kind == tEOF }

func (p *parser) match(k kind) bool {
	if p.cur.kind != k {
		return false
	}
	p.advance()
	return true
}

// expect steps over a token that must be there.
func (p *parser) expect(k kind, where string) bool {
	if p.match(k) {
		return true
	}
	if n := len(p.lex.open); n > 0 && closing[p.text[p.lex.open[n-1]]] == names[k][0] {
		at := p.lex.open[n-1]
		where += fmt.Sprintf(" for the %q of line %d", p.text[at:at+1], 1+strings.Count(p.text[:at], "\n"))
	}
	p.expected(k.spelling(), where)
	return false
}

// expected reports what is missing.
func (p *parser) expected(what, where string) {
	at := p.cur.start
	if p.cur.kind == tNewline || p.cur.kind == tDedent || p.cur.kind == tEOF {
		at = max(p.end, 0)
	}
	if p.cur.kind == tEOF && len(p.lex.open) > 0 {
		open := p.lex.open[len(p.lex.open)-1]
		p.add(open, "%q is not closed", p.text[open:open+1])
		return
	}
	p.add(at, "expected %s %s, found %s", what, where, p.cur.kind.spelling())
}

// push makes line breaks mean nothing, or something again.
func (p *parser) push(multiline bool) {
	p.multilines = append(p.multilines, multiline)
	p.lex.multiline = multiline
	if multiline {
		p.skipLayout()
	}
}

// skipLayout steps over layout tokens that were read before line breaks lost their meaning.
func (p *parser) skipLayout() {
	for p.cur.kind == tNewline || p.cur.kind == tIndent || p.cur.kind == tDedent {
		p.cur = p.scan()
	}
}

func (p *parser) pop() {
	p.multilines = p.multilines[:len(p.multilines)-1]
	p.lex.multiline = len(p.multilines) > 0 && p.multilines[len(p.multilines)-1]
}

// enter goes a level down; it reports an error where there are too many.
func (p *parser) enter() bool {
	p.nesting++
	if p.nesting <= maxNesting {
		return true
	}
	p.add(p.cur.start, "more than %d levels of nesting", maxNesting)
	p.stop()
	p.cur = token{tEOF, len(p.text), len(p.text)}
	p.nesting--
	return false
}

func (p *parser) leave() { p.nesting-- }

// recover steps to where a statement or declaration begins, after an error.
func (p *parser) recover() {
	p.panic = false
	for !p.atEnd() {
		if p.prev.kind == tNewline || p.prev.kind == tSemicolon {
			return
		}
		switch p.cur.kind {
		case tClass, tFunc, tStatic, tVar, tConst, tSignal, tFor, tWhile, tMatch, tReturn, tAnnotation:
			return
		}
		p.advance()
	}
}

func (p *parser) endsStatement() bool {
	return p.check(tNewline) || p.check(tSemicolon) || p.check(tEOF)
}

// endStatement steps over what ends a statement: line breaks and semicolons, or, in a lambda, nothing.
func (p *parser) endStatement(what string) {
	found := false
	for (p.lambdaEnded || p.inLambda || p.endsStatement()) && !p.atEnd() {
		if p.endsStatement() {
			p.advance()
			found = true
			continue
		}
		if p.lambdaEnded {
			p.lambdaEnded = false
		} else if !found {
			p.lambdaEnded = true
		}
		found = true
		break
	}
	if !found && !p.atEnd() {
		p.expected("the end of the statement", "after "+what)
	}
}

// keep puts a complete node on the stack; nil is left out.
func (p *parser) keep(n *Node) {
	if n != nil {
		p.stack = append(p.stack, n)
	}
}

// mark returns the place on the stack where the children of what begins now are.
func (p *parser) mark() int { return len(p.stack) }

// begin is mark for what annotations apply to: those that wait become its children.
func (p *parser) begin(start int) (mark, from int) {
	mark, p.lingers = len(p.stack), false
	if p.first >= 0 {
		mark = p.first
		start = p.stack[mark].Start
		p.first = -1
	}
	return mark, start
}

// take takes the nodes from a mark on off the stack.
func (p *parser) take(mark int) []*Node {
	n := len(p.stack) - mark
	if n == 0 {
		return nil
	}
	if len(p.lists)+n > cap(p.lists) {
		p.lists = make([]*Node, 0, max(n, 1024))
	}
	from := len(p.lists)
	p.lists = append(p.lists, p.stack[mark:]...)
	p.stack = p.stack[:mark]
	return p.lists[from:len(p.lists):len(p.lists)]
}

// node completes a node that began at start, with the children from a mark on.
func (p *parser) node(k Kind, start, mark int) *Node {
	n := p.alloc()
	n.Kind, n.Start, n.End, n.Children = k, start, max(start, p.end), p.take(mark)
	for _, c := range n.Children {
		n.depth, n.End = max(n.depth, c.depth+1), max(n.End, c.End)
	}
	if n.depth > maxDepth {
		p.add(start, "an expression of more than %d operators in a row", maxDepth)
		p.stop()
		p.cur = token{tEOF, len(p.text), len(p.text)}
		n.Children, n.depth = nil, 0
	}
	return n
}

// leaf makes a node of the token before.
func (p *parser) leaf(k Kind) *Node {
	n := p.alloc()
	n.Kind, n.Start, n.End = k, p.prev.start, p.prev.end
	return n
}

// alloc returns an empty node.
func (p *parser) alloc() *Node {
	if len(p.nodes) == 0 {
		p.nodes = make([]Node, 256)
	}
	n := &p.nodes[0]
	p.nodes = p.nodes[1:]
	return n
}

// identifier steps over an identifier; nil and an error if there is none.
func (p *parser) identifier(what, where string) *Node {
	if !p.cur.kind.isIdentifier() {
		p.expected(what, where)
		return nil
	}
	p.advance()
	return p.leaf(Identifier)
}

// of returns the text of a node.
func (p *parser) of(n *Node) string { return p.text[n.Start:n.End] }

// scope returns a mark for leaveScope.
func (p *parser) scope() int { return len(p.names) }

// declare notes a name in the innermost block.
func (p *parser) declare(n *Node) {
	name := p.of(n)
	p.names = append(p.names, name)
	p.counted[name]++
}

// declareOnce is declare for what may not hide a name of a block around.
func (p *parser) declareOnce(n *Node) {
	if n == nil {
		return
	}
	if p.counted[p.of(n)] > 0 {
		p.note(n.Start, "%q is declared in this block or one around it already", p.of(n))
	}
	p.declare(n)
}

// leaveScope forgets the names since a mark.
func (p *parser) leaveScope(mark int) {
	for _, name := range p.names[mark:] {
		p.counted[name]--
	}
	p.names = p.names[:mark]
}
