package custom

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"graft/internal/dataset"
	"graft/internal/dataset/treesitter"
)

// deepest bounds how far a tree is followed. What lies deeper is no function worth having.
const deepest = 600

// A place is what a node lies in.
type place struct {
	class, keyword string
	outer          []treesitter.Node // nodes around the node that belong to a definition in it, outermost first
	before         []treesitter.Node // siblings before the node or the outermost of these
	depth          int
}

// A span is a range of bytes.
type span struct{ start, end int }

// A chunker collects what the nodes of a tree say.
type chunker struct {
	*grammar
	title      string // of the language
	text       string
	functions  []dataset.Function
	bodies     []span // of the functions
	statements []span
	comments   []span
	inside     []int // starts of lines inside strings
}

func newChunker(g *grammar, title, text string) *chunker {
	return &chunker{grammar: g, title: title, text: text}
}

// visit takes in a node and all below it.
func (c *chunker) visit(n treesitter.Node, p place) {
	kind := n.Kind()
	switch {
	case p.depth > deepest:
		return
	case comments[kind]:
		c.comments = append(c.comments, span{n.Start(), n.Start() + len(strings.TrimRight(c.text[n.Start():n.End()], "\r\n"))})
		return
	case n.Named() && stringKind(kind):
		c.markInside(n)
		return
	case slices.Contains(c.grammar.functions, kind), slices.Contains(c.assigned, kind):
		c.function(n, p)
		p.outer = nil
	case slices.Contains(c.classes, kind):
		p.class, p.keyword, p.outer = c.className(n, p.class), keyword(kind), nil
	case !slices.Contains(c.wrappers, kind) && !slices.Contains(c.holders, kind):
		p.outer = nil
	}
	wraps := slices.Contains(c.wrappers, kind) || slices.Contains(c.holders, kind)
	children := n.Children()
	for i, child := range children {
		if blocks[kind] && child.Named() && !comments[child.Kind()] {
			c.statements = append(c.statements, span{child.Start(), child.End()})
		}
		inner := place{class: p.class, keyword: p.keyword, before: children[:i], depth: p.depth + 1}
		if wraps {
			inner.outer, inner.before = append(slices.Clone(p.outer), n), p.before
		}
		c.visit(child, inner)
	}
}

func stringKind(kind string) bool {
	return strings.Contains(kind, "string") || strings.Contains(kind, "heredoc") || kind == "text_block"
}

// markInside records the lines that begin inside a string.
func (c *chunker) markInside(n treesitter.Node) {
	for at := n.Start(); ; {
		i := strings.IndexByte(c.text[at:n.End()], '\n')
		if i < 0 {
			return
		}
		if at += i + 1; at < n.End() {
			c.inside = append(c.inside, at)
		}
	}
}

// className is the name of a class, after those of the classes around it.
func (c *chunker) className(n treesitter.Node, around string) string {
	name := c.nameOf(n, "type", "name")
	if around == "" || name == "" {
		return cmp.Or(name, around)
	}
	return around + c.separator + name
}

// nameOf returns the text of the first of several fields that a node has, or of its first child that is a name. Type arguments are cut off.
func (c *chunker) nameOf(n treesitter.Node, fields ...string) string {
	for _, field := range fields {
		if f, ok := n.Field(field); ok {
			return c.plain(f)
		}
	}
	for _, child := range n.Children() {
		if kind := child.Kind(); strings.HasSuffix(kind, "identifier") || kind == "name" || kind == "constant" {
			return c.plain(child)
		}
	}
	return ""
}

func (c *chunker) plain(n treesitter.Node) string {
	text, _, _ := strings.Cut(c.text[n.Start():n.End()], "<")
	return strings.Join(strings.Fields(text), " ")
}

// keyword is what a kind of class is called.
func keyword(kind string) string {
	for _, word := range []string{"struct", "interface", "trait", "module", "protocol", "object", "enum", "record"} {
		if strings.HasPrefix(kind, word) {
			return word
		}
	}
	if strings.HasPrefix(kind, "impl") {
		return "type"
	}
	return "class"
}

// function takes in a definition.
func (c *chunker) function(n treesitter.Node, p place) {
	body, ok := bodyOf(n)
	name := c.functionName(n, p)
	if !ok || name == "" || n.Broken() || body.Start() >= body.End() {
		return
	}
	start, end, sign := n.Start(), n.End(), n.Start()
	if len(p.outer) > 0 {
		start, end = p.outer[0].Start(), max(end, p.outer[0].End())
		if slices.Contains(c.assigned, n.Kind()) {
			sign = start
		}
	}
	head := c.withoutComments(c.text[sign:body.Start()], n, body)
	for i := len(p.before) - 1; i >= 0 && slices.Contains(c.attached, p.before[i].Kind()) && blank(c.text[p.before[i].End():start]); i-- {
		start = p.before[i].Start()
	}
	end = start + len(strings.TrimRight(c.text[start:end], " \t\r\n"))
	c.functions = append(c.functions, dataset.Function{
		Start: start, End: end, Name: name, Signature: signature(head), Setting: setting(c.title, cmp.Or(p.keyword, "class"), p.class),
	})
	c.bodies = append(c.bodies, span{body.Start(), body.End()})
}

// functionName is the name of a function after that of its class, "" if it has none.
func (c *chunker) functionName(n treesitter.Node, p place) string {
	if slices.Contains(c.assigned, n.Kind()) {
		return c.assignedName(p)
	}
	name := c.nameOf(n, "name")
	if name == "" {
		return ""
	}
	if receiver, ok := n.Field("receiver"); ok {
		return c.receiver(receiver) + c.separator + name
	}
	if p.class != "" {
		return p.class + c.separator + name
	}
	return name
}

// withoutComments takes the comments out of what stands before a body.
func (c *chunker) withoutComments(sign string, n, body treesitter.Node) string {
	for _, child := range n.Children() {
		if comments[child.Kind()] && child.End() <= body.Start() {
			sign = strings.Replace(sign, c.text[child.Start():child.End()], "", 1)
		}
	}
	return sign
}

// bodyOf returns the block of a function. A function may have none, or an expression in its place.
func bodyOf(n treesitter.Node) (treesitter.Node, bool) {
	if b, ok := n.Field("body"); ok {
		return b, blocks[b.Kind()]
	}
	children := n.Children()
	if len(children) == 0 {
		return treesitter.Node{}, false
	}
	last := children[len(children)-1]
	if last.Kind() == "end" && len(children) > 1 {
		last = children[len(children)-2]
	}
	return last, blocks[last.Kind()]
}

// assignedName is the name of what a function is assigned to, "" if it is no single name.
func (c *chunker) assignedName(p place) string {
	holders := p.outer
	if n := len(holders); n > 0 && holders[n-1].Kind() == "expression_list" { // in Lua the values stand in a list beside the names
		if len(holders[n-1].Children()) != 1 {
			return ""
		}
		holders = holders[:n-1]
	}
	if len(holders) == 0 {
		return ""
	}
	last := len(holders) - 1
	for _, outer := range holders[:last] {
		if len(named(outer)) > 1 {
			return "" // several are declared
		}
	}
	if parts := named(holders[last]); len(parts) > 1 {
		if name := c.plain(parts[0]); assignable.MatchString(name) {
			return name
		}
	}
	return ""
}

var assignable = regexp.MustCompile(`^[A-Za-z_$][\w$]*(?:[.:][A-Za-z_$][\w$]*)*$`)

// named returns the children of a node that are neither signs nor comments.
func named(n treesitter.Node) []treesitter.Node {
	return slices.DeleteFunc(n.Children(), func(child treesitter.Node) bool { return !child.Named() || comments[child.Kind()] })
}

var typeName = regexp.MustCompile(`\*?\s*([A-Za-z_]\w*)\s*(?:\[[^\]]*\])?\s*\)$`)

// receiver is the type of a method in Go.
func (c *chunker) receiver(n treesitter.Node) string {
	if m := typeName.FindStringSubmatch(c.text[n.Start():n.End()]); m != nil {
		return m[1]
	}
	return strings.Trim(c.plain(n), "()")
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// signature makes one line of what stands before a body.
func signature(s string) string {
	s = strings.TrimSpace(strings.Join(strings.Fields(s), " "))
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(s, "{"), ":"))
	return s
}
