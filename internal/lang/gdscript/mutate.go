package gdscript

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Mutation is one small fault put into a function: the bytes from Start to End of the text are replaced.
type Mutation struct {
	Kind        string // a name of the sort of fault, such as "flipped comparison"
	Description string // what was done, with the code before and after
	Start, End  int
	Text        string
}

// Apply returns a text with the mutation in it.
func (m *Mutation) Apply(text string) string { return text[:m.Start] + m.Text + text[m.End:] }

// The kinds of mutations.
const (
	FlippedComparison = "flipped comparison"
	WrongBoundary     = "wrong boundary"
	OffByOne          = "off by one"
	WrongOperator     = "wrong operator"
	NegatedCondition  = "negated condition"
	SwappedArguments  = "swapped arguments"
	DroppedAwait      = "dropped await"
	WrongVariable     = "wrong variable"
	MissingReturn     = "missing return"
	RemovedStatement  = "removed statement"
)

// A mutator collects the mutations of a function.
type mutator struct {
	*Source
	function *Node
	found    []Mutation
	joins    map[*Node]bool // sums, whether of strings
	locals   []Name         // of the function that can be put in another's place
	reach    []*Node        // for each, the innermost block, function or lambda around it
}

// Mutations lists the faults that can be put into a function or a lambda, in the order of the text. Each leaves code that parses
// and that differs from the original in more than its notation. A source with errors has none.
func (s *Source) Mutations(n *Node) []Mutation {
	if len(s.Errors) > 0 {
		return nil
	}
	m := &mutator{Source: s, function: n, joins: map[*Node]bool{}}
	declared, used := s.Names()
	for _, d := range declared {
		if (d.Declares == Parameter || d.Declares == Variable) && d.Local && n.Start <= d.Node.Start && d.Node.End <= n.End {
			m.locals, m.reach = append(m.locals, d), append(m.reach, m.around(d.Node))
		}
	}
	m.block(n.Child(Block))
	for _, u := range used {
		if u.Where == Local && n.Start <= u.Node.Start && u.Node.End <= n.End {
			m.variable(u)
		}
	}
	slices.SortStableFunc(m.found, func(a, b Mutation) int { return a.Start - b.Start })
	return m.found
}

// add notes a mutation of a node.
func (m *mutator) add(kind string, n *Node, text string) {
	m.replace(kind, n, n.Start, n.End, text)
}

// replace notes a mutation of a part of a node.
func (m *mutator) replace(kind string, n *Node, start, end int, text string) {
	from, to := m.window(n, start, end)
	before := m.brief(m.Text[from:to])
	after := m.brief(m.Text[from:start] + text + m.Text[end:to])
	m.found = append(m.found, Mutation{kind, kind + ": `" + before + "` became `" + after + "`", start, end, text})
}

// shown is how many bytes of a node are shown on each side of what is replaced.
const shown = 80

// window returns the part of a node around what is replaced in it.
func (m *mutator) window(n *Node, start, end int) (from, to int) {
	from, to = max(n.Start, start-shown), min(n.End, end+shown)
	for from > n.Start && !utf8.RuneStart(m.Text[from]) {
		from--
	}
	for to < n.End && !utf8.RuneStart(m.Text[to]) {
		to++
	}
	return from, to
}

// brief returns the first line of a text.
func (m *mutator) brief(text string) string {
	line, rest, cut := strings.Cut(strings.TrimSpace(text), "\n")
	if cut && rest != "" {
		return strings.TrimSpace(line) + " …"
	}
	return line
}

func (m *mutator) block(n *Node) {
	if n == nil {
		return
	}
	for _, c := range n.Children {
		m.statement(n, c)
		m.inside(c)
	}
}

// inside mutates what lies in a node.
func (m *mutator) inside(n *Node) {
	switch n.Kind {
	case Annotation, Type:
		return
	case Block:
		m.block(n)
		return
	case Binary:
		m.binary(n)
	case If, Elif, While:
		m.condition(n.Expression())
	case Call:
		m.call(n)
	case Await:
		m.await(n)
	case Assignment:
		m.assignment(n)
	case Subscript:
		m.index(n)
	}
	for _, c := range n.Children {
		m.inside(c)
	}
}

// flips are comparisons with what they become; wrong boundaries, other operators.
var (
	flips      = map[kind]string{tLess: ">", tGreater: "<", tLessEqual: ">=", tGreaterEqual: "<=", tEqualEqual: "!=", tBangEqual: "=="}
	boundaries = map[kind]string{tLess: "<=", tGreater: ">=", tLessEqual: "<", tGreaterEqual: ">"}
	exchanged  = map[kind]string{
		tPlus: "-", tMinus: "+", tStar: "/", tSlash: "*", tAnd: "or", tOr: "and", tAmpAmp: "||", tPipePipe: "&&",
		tPlusEqual: "-=", tMinusEqual: "+=", tStarEqual: "/=", tSlashEqual: "*=",
	}
)

func (m *mutator) binary(n *Node) {
	end := n.At + len(names[n.Op])
	for _, change := range []struct {
		kind string
		to   map[kind]string
	}{{FlippedComparison, flips}, {WrongBoundary, boundaries}, {WrongOperator, exchanged}} {
		if text := change.to[n.Op]; text != "" && !n.Negated && !m.joinsText(n) {
			m.replace(change.kind, n, n.At, end, text)
		}
	}
	if boundaries[n.Op] != "" && len(n.Children) == 2 {
		m.byOne(n, n.Children[1])
	}
}

// joinsText reports whether a sum is of strings, which have no other operators.
func (m *mutator) joinsText(n *Node) bool {
	if n.Op != tPlus {
		return false
	}
	joins, known := m.joins[n]
	if !known {
		joins = slices.ContainsFunc(n.Children, func(c *Node) bool {
			c = c.Bare()
			return c.Kind == Literal && m.literalType(c) == "String" || c.Kind == Array || c.Kind == Binary && m.joinsText(c)
		})
		m.joins[n] = joins
	}
	return joins
}

// byOne changes an integer by one.
func (m *mutator) byOne(around, n *Node) {
	if n.Kind != Literal {
		return
	}
	if value, err := strconv.Atoi(m.Of(n)); err == nil && value >= 0 && value < 1<<30 {
		m.replace(OffByOne, around, n.Start, n.End, strconv.Itoa(value+1))
	}
}

func (m *mutator) assignment(n *Node) {
	if text := exchanged[n.Op]; text != "" && len(n.Children) == 2 {
		if value := n.Children[1].Bare(); value.Kind != Literal || m.literalType(value) != "String" {
			m.replace(WrongOperator, n, n.At, n.At+len(names[n.Op]), text)
		}
	}
}

// condition turns a condition around, unless another mutation does the same to it.
func (m *mutator) condition(n *Node) {
	switch {
	case n == nil || n.Kind == Binary && flips[n.Op] != "":
	case n.Kind == Unary && (n.Op == tNot || n.Op == tBang):
		m.add(NegatedCondition, n, m.Of(n.Children[0]))
	case n.Kind == Binary || n.Kind == Ternary || n.Kind == TypeTest:
		m.add(NegatedCondition, n, "not ("+m.Of(n)+")")
	default:
		m.add(NegatedCondition, n, "not "+m.Of(n))
	}
}

func (m *mutator) call(n *Node) {
	args := n.Child(Arguments)
	if args == nil {
		return
	}
	for i := 1; i < len(args.Children); i++ {
		a, b := args.Children[i-1], args.Children[i]
		if m.Of(a) != m.Of(b) && a.Kind != Lambda && b.Kind != Lambda && !strings.Contains(m.Of(n), "\n") {
			m.replace(SwappedArguments, n, a.Start, b.End, m.Of(b)+m.Text[a.End:b.Start]+m.Of(a))
		}
	}
	if m.isRange(n) {
		last := args.Children[min(1, len(args.Children)-1)]
		if last.Kind == Literal {
			m.byOne(n, last)
		} else if last.Kind != Lambda {
			m.replace(OffByOne, n, last.End, last.End, " - 1")
		}
	}
}

func (s *Source) isRange(n *Node) bool {
	args := n.Child(Arguments)
	return s.Of(n.Children[0]) == "range" && args != nil && len(args.Children) > 0
}

// index changes the index of an element by one.
func (m *mutator) index(n *Node) {
	if len(n.Children) == 2 {
		m.byOne(n, n.Children[1])
	}
}

func (m *mutator) await(n *Node) {
	if len(n.Children) == 1 && n.Children[0].Bare().Kind == Call {
		m.replace(DroppedAwait, n, n.Start, n.Children[0].Start, "")
	}
}

// statement removes a statement, or the value it returns.
func (m *mutator) statement(block, n *Node) {
	if n.Kind == Return && len(n.Children) == 1 && !strings.Contains(m.Of(n), "\n") {
		// The value is computed, and the function goes on to its end or with the next statement.
		if value := n.Children[0]; value.Bare().Kind == Call {
			m.add(MissingReturn, n, m.Of(value))
		}
	}
	removable := n.Kind == ExpressionStatement || n.Kind == Assignment || n.Kind == Return || n.Kind == Break || n.Kind == Continue
	if !removable || n.Child(Annotation) != nil {
		return
	}
	if m.alone(block) {
		m.add(RemovedStatement, n, "pass")
		return
	}
	if start, end, ok := m.line(n); ok {
		m.found = append(m.found, Mutation{RemovedStatement, RemovedStatement + ": `" + m.brief(m.Text[n.Start:min(n.End, n.Start+4*shown)]) + "` was removed", start, end, ""})
	}
}

// alone reports whether a block has no more than one statement.
func (m *mutator) alone(block *Node) bool {
	count := 0
	for _, c := range block.Children {
		if c.Kind == Annotation {
			continue
		}
		if count++; count > 1 {
			return false
		}
	}
	return true
}

// line returns the lines that a statement fills alone.
func (m *mutator) line(n *Node) (start, end int, ok bool) {
	if !m.firstOnLine(n.Start) {
		return 0, 0, false
	}
	start, end = m.lineStart(n.Start), len(m.Text)
	if i := strings.IndexByte(m.Text[n.End:], '\n'); i >= 0 {
		end = n.End + i + 1
	}
	after, _, _ := strings.Cut(strings.TrimLeft(m.Text[n.End:end], " \t\r"), "\n")
	return start, end, after == "" || after[0] == '#'
}

// variable puts another local of the same type in the place of one that is used.
func (m *mutator) variable(u Name) {
	for i, d := range m.locals[:min(len(m.locals), mostLocals)] {
		if d.Text == u.Text || d.Node.End > u.Node.Start || d.Type != u.Type || m.reach[i].End < u.Node.End {
			continue
		}
		m.add(WrongVariable, u.Node, d.Text)
		return
	}
}

// mostLocals bounds the search for a variable that can be put in another's place.
const mostLocals = 200

// around returns the innermost block, function or lambda around the declaration of a local: where it can be used.
func (m *mutator) around(d *Node) *Node {
	inner := m.function
	inner.Walk(func(n *Node) bool {
		around := n.Start <= d.Start && d.End <= n.End
		if around && (n.Kind == Block || n.Kind == Lambda) {
			inner = n
		}
		return around
	})
	return inner
}
