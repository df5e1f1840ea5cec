package block

import (
	"slices"
	"strings"
)

// opened is a block that the word end closes.
type opened struct {
	function  int // in Functions, -1 for others
	class     []string
	keyword   string
	isClass   bool
	statement int // in Statements, -1 for others
	depth     int // brackets that were open before it
}

// closer takes in a language whose blocks end with a word.
type closer struct {
	*parser
	open  []opened
	loop  int // token of a loop whose do is still to come, -1 without
	depth int // brackets that are open in the innermost block
	last  int // statement that is not finished, -1 without
}

// closedByEnd takes in a language whose blocks end with a word.
func (p *parser) closedByEnd() {
	c := &closer{parser: p, loop: -1, last: -1}
	for i := range p.tokens {
		if len(c.open) > MaxDepth {
			p.deep = true
			return
		}
		c.begin(i)
		switch {
		case p.is(i, "(", "[", "{"):
			c.depth++
		case p.is(i, ")", "]", "}"):
			c.depth = max(0, c.depth-1)
		case p.is(i-1, ".", "::", "&."), p.is(i-1, ":") && !p.tokens[i].first && p.touches(i): // a method or a symbol
		case p.is(i, p.closers...) && !p.is(i+1, ":"):
			c.close(i)
		default:
			c.opener(i)
		}
	}
	p.Broken = p.Broken || len(c.open) > 0
	p.Functions = slices.DeleteFunc(p.Functions, func(f Function) bool { return f.End == 0 || f.Name == "" })
}

// touches tells whether nothing stands between token i and the one before.
func (p *parser) touches(i int) bool { return p.tokens[i-1].End == p.tokens[i].Start }

func (c *closer) top() opened {
	if n := len(c.open); n > 0 {
		return c.open[n-1]
	}
	return opened{function: -1, statement: -1}
}

// begin finishes a statement and begins the next where token i is the first of one.
func (c *closer) begin(i int) {
	t := c.tokens[i]
	if !t.first || c.depth > 0 || i > 0 && !c.lineEnded(i) {
		return
	}
	c.finish(i)
	inside := slices.ContainsFunc(c.open, func(o opened) bool { return o.function >= 0 })
	if c.is(i, c.closers...) || c.is(i, c.clauses...) || c.is(i, ")", "]", "}") || !inside || c.top().isClass {
		return
	}
	c.last = len(c.Statements)
	c.Statements = append(c.Statements, Span{t.Start, t.End})
}

// finish ends the statement at work before token i, unless a block that it opened goes on.
func (c *closer) finish(i int) {
	if c.last >= 0 {
		c.Statements[c.last].End = c.tokens[i-1].End
		c.last = -1
	}
}

// lineEnded tells whether a statement ended on the line before that of token i.
func (c *closer) lineEnded(i int) bool {
	last := c.tokens[i-1]
	if last.kind == sign && !c.is(i-1, ")", "]", "}", ";", "|", "?", "!") || c.is(i-1, "and", "or", "not") {
		return false
	}
	return !c.is(i, ".", "?.", "&&", "||", "&", "..", "and", "or")
}

// opener opens the block that token i begins, if it does.
func (c *closer) opener(i int) {
	w := c.word(i)
	if w == "" || c.key(i) {
		return
	}
	outer := c.top()
	next := opened{function: -1, class: outer.class, keyword: outer.keyword, statement: -1}
	if c.last >= 0 {
		next.statement = c.last
	}
	switch {
	case slices.Contains(c.functions, w):
		if !c.function(i, &next) {
			return
		}
	case c.classes[w] != "":
		next.isClass = true
		if name := c.className(i); name != "" {
			next.class, next.keyword = append(slices.Clone(outer.class), name), c.classes[w]
		}
	case w == "do" && c.loop >= 0:
		c.loop = -1
		return
	case slices.Contains(c.openers, w) && (!c.modifiers || w == "do" || !c.behindValue(i)):
		if slices.Contains(c.loops, w) {
			c.loop = i
		}
	default:
		if c.tokens[i].first {
			c.loop = -1
		}
		return
	}
	next.depth, c.depth = c.depth, 0
	c.open = append(c.open, next)
}

// key tells whether token i is the key of a hash.
func (c *closer) key(i int) bool {
	return c.modifiers && c.is(i+1, ":") && c.touches(i+1) && !c.is(i+2, ":")
}

// behindValue tells whether a value stands before token i on its line, so that it is a condition of that.
func (c *closer) behindValue(i int) bool {
	if c.tokens[i].first || i == 0 {
		return false
	}
	if c.tokens[i-1].kind == sign {
		return c.is(i-1, ")", "]", "}")
	}
	return !c.is(i-1, "then", "do", "else", "and", "or", "not", "begin", "ensure")
}

func (c *closer) className(i int) string {
	name := ""
	for j := i + 1; j < len(c.tokens) && !c.tokens[j].first; j++ {
		if c.word(j) == "" && !c.is(j, "::") {
			break
		}
		name += c.tokens[j].text
		if !c.is(j+1, "::") && !c.is(j, "::") {
			break
		}
	}
	return name
}

// function reads the head of a function at token i. A function without a name is a block of its own.
func (c *closer) function(i int, next *opened) bool {
	start, name, at := i, "", 0
	if name, at = c.nameAfter(i); name == "" {
		start, name = c.assignedTo(i)
	} else if c.is(i-1, "local") {
		start = i - 1
	}
	end := c.headEnd(at)
	if c.modifiers && end < len(c.tokens) && c.is(end, "=") && !c.tokens[end].first { // def f(a) = b
		return false
	}
	if name == "" || end >= len(c.tokens) || end < 1 {
		return true
	}
	next.function = len(c.Functions)
	head := c.tokens[end-1].End
	c.Functions = append(c.Functions, Function{
		Span: Span{Start: c.tokens[start].Start}, Head: Span{c.tokens[start].Start, head}, Body: Span{head, head}, Name: name,
		Class: next.class, Keyword: next.keyword,
	})
	return true
}

// nameAfter is the name behind the word that begins a function at token i, "" if there is none, and the token behind it.
func (c *closer) nameAfter(i int) (name string, at int) {
	at = i + 1
	for at < len(c.tokens) && (c.word(at) != "" || c.is(at, ".", ":", "::")) && (!c.tokens[at].first || at == i+1) {
		name += c.tokens[at].text
		at++
		if c.word(at) != "" && c.word(at-1) != "" {
			break // a parameter without parentheses
		}
	}
	if c.modifiers {
		return c.rubyName(name, at)
	}
	return name, at
}

// rubyName completes the name of a method of Ruby of which name was read before token at: operators and name= are names too, and what stands before
// a dot is none of it.
func (c *closer) rubyName(name string, at int) (string, int) {
	operator := name == "" || strings.HasSuffix(name, ".")
	for at < len(c.tokens) && c.tokens[at].kind == sign && !c.is(at, "(", ";") && !c.tokens[at].first && (operator || c.is(at, "=") && c.touches(at) && c.is(at+1, "(")) {
		name += c.tokens[at].text
		at++
	}
	return name[strings.LastIndexByte(name, '.')+1:], at
}

// headEnd is the token behind the parameters that begin at token at.
func (c *closer) headEnd(at int) int {
	if at < len(c.tokens) && c.is(at, "(") && c.match[at] > at {
		return c.match[at] + 1
	}
	for c.modifiers && at < len(c.tokens) && !c.tokens[at].first && !c.is(at, ";", "=") {
		at++
	}
	return at
}

// assignedTo is the single name that the function at token i is assigned to, and where its statement begins.
func (c *closer) assignedTo(i int) (start int, name string) {
	if !c.is(i-1, "=") || c.modifiers || c.depth > 0 {
		return i, ""
	}
	at := i - 2
	for at > 0 && c.partOfName(at) && c.partOfName(at-1) && !c.tokens[at].first && (c.word(at) == "" || c.word(at-1) == "") {
		at--
	}
	if at < 0 || !c.partOfName(at) || c.is(at-1, ",") {
		return i, ""
	}
	for j := at; j < i-1; j++ {
		name += c.tokens[j].text
	}
	if c.is(at-1, "local") {
		at--
	}
	if !c.tokens[at].first { // a field of a table, a second statement
		return i, ""
	}
	return at, name
}

func (c *closer) partOfName(i int) bool { return c.word(i) != "" || c.is(i, ".", ":") }

// close ends the innermost block.
func (c *closer) close(i int) {
	n := len(c.open) - 1
	if n < 0 {
		c.Broken = true
		return
	}
	o := c.open[n]
	c.open, c.depth = c.open[:n], o.depth
	if o.statement >= 0 {
		c.Statements[o.statement].End = c.tokens[i].End
	}
	if o.function < 0 {
		return
	}
	c.finish(i)
	f := &c.Functions[o.function]
	f.End, f.Body.End = c.tokens[i].End, c.tokens[i].Start
}
