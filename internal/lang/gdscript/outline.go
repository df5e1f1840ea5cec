package gdscript

import (
	"maps"
	"slices"
	"sort"
	"strings"
)

// A Scope is a script or an inner class.
type Scope struct {
	Node    *Node  // of kind File or Class
	Outer   *Scope // nil for the script
	Name    string // "" for a script without class_name
	Extends string // the base, names with periods between them; "" if there is none or it is a path
	Tool    bool   // the script has @tool
	Members []*Node
}

// A Definition is a function with a body, as a reader sees it.
type Definition struct {
	Node  *Node
	Scope *Scope
	Name  string
	// Start is where it begins, annotations included. End is behind its last statement and the comments that belong to it: on the
	// same line, or on lines below that are indented like its body.
	Start, End int
	Head       string // what stands before the colon, on one line, without comments
	Comment    []string
	// Starts are where statements of the body and branches of matches begin that are first on their line, or the comments right
	// above them with the same indentation.
	Starts []int
}

// An outliner finds definitions.
type outliner struct {
	*Source
	scopes []*Scope
	found  []*Definition
}

// Outline lists the scopes of a source, the script first, and the functions with a body in their order. Lambdas and accessors of
// variables are part of what they stand in.
func (s *Source) Outline() ([]*Scope, []*Definition) {
	o := &outliner{Source: s}
	script := &Scope{Node: s.Root}
	for _, n := range s.Root.Children {
		switch n.Kind {
		case ClassName:
			script.Name = s.Name(n)
			if e := n.Child(Extends); e != nil {
				script.Extends = s.base(e)
			}
		case Extends:
			script.Extends = s.base(n)
		case Annotation:
			script.Tool = script.Tool || s.AnnotationName(n) == "@tool"
		}
	}
	o.scope(script, s.Root.Children)
	return o.scopes, o.found
}

// base returns the names after extends.
func (s *Source) base(n *Node) string {
	var names []string
	for _, c := range n.Children {
		if c.Kind == Identifier {
			names = append(names, s.Of(c))
		}
	}
	return strings.Join(names, ".")
}

// AnnotationName returns the name of an annotation, the sign included.
func (s *Source) AnnotationName(n *Node) string { return annotationName(s.Text, n) }

func (o *outliner) scope(c *Scope, members []*Node) {
	o.scopes = append(o.scopes, c)
	for _, n := range members {
		switch n.Kind {
		case Class:
			c.Members = append(c.Members, n)
			inner := &Scope{Node: n, Outer: c, Name: o.Name(n), Tool: c.Tool}
			body := n.Child(Members)
			for _, e := range []*Node{n.Child(Extends), body.Child(Extends)} {
				if e != nil {
					inner.Extends = o.base(e)
				}
			}
			if body != nil {
				o.scope(inner, body.Children)
			}
		case Function:
			c.Members = append(c.Members, n)
			if body := n.Child(Block); body != nil {
				o.found = append(o.found, o.definition(c, n, body))
			}
		case Variable, Constant, Signal, Enum:
			c.Members = append(c.Members, n)
		}
	}
}

func (o *outliner) definition(c *Scope, n, body *Node) *Definition {
	d := &Definition{Node: n, Scope: c, Name: o.Name(n), Start: n.Start, End: o.endOf(n), Head: o.Head(n), Comment: o.commentAbove(n.Start)}
	body.Walk(func(n *Node) bool {
		if n.Kind == Block || n.Kind == Match {
			for _, s := range n.Children {
				if s.Kind.IsStatement() || s.Kind == Branch || s.Kind == Annotation {
					d.Starts = o.addStart(d.Starts, s.Start)
				}
			}
		}
		return true
	})
	slices.Sort(d.Starts)
	d.Starts = slices.Compact(d.Starts)
	return d
}

// addStart adds the place of a statement, with the comments above it, if it is the first on its line.
func (o *outliner) addStart(starts []int, at int) []int {
	if !o.firstOnLine(at) {
		return starts
	}
	column := o.column(at)
	for i := o.commentBefore(at); i >= 0; i-- {
		c := o.Comments[i]
		if !c.Own || o.column(c.Start) != column || strings.TrimSpace(o.Text[c.End:at]) != "" {
			break
		}
		at = c.Start
	}
	return append(starts, at)
}

// lineStart returns where the line of an offset begins.
func (s *Source) lineStart(at int) int { return strings.LastIndexByte(s.Text[:at], '\n') + 1 }

// firstOnLine reports whether nothing but white space stands before an offset on its line.
func (s *Source) firstOnLine(at int) bool {
	for at > 0 && (s.Text[at-1] == ' ' || s.Text[at-1] == '\t') {
		at--
	}
	return (at == 0 || s.Text[at-1] == '\n') && !s.isInside(at)
}

// isInside reports whether a line that begins at an offset begins inside a string.
func (s *Source) isInside(at int) bool {
	_, ok := slices.BinarySearch(s.Inside, at)
	return ok
}

// column returns the indentation of an offset that is the first on its line.
func (s *Source) column(at int) int {
	white := s.Text[s.lineStart(at):at]
	return len(white) + (tabWidth-1)*strings.Count(white, "\t")
}

// commentBefore returns the index of the last comment that begins before an offset, -1 if there is none.
func (s *Source) commentBefore(at int) int {
	return sort.Search(len(s.Comments), func(i int) bool { return s.Comments[i].Start >= at }) - 1
}

// endOf returns where a function ends with the semicolons and comments that belong to it.
func (o *outliner) endOf(n *Node) int {
	end := n.End
	i := o.commentBefore(end) + 1
	rest := strings.TrimLeft(o.Text[end:], " \t;\r")
	if at := len(o.Text) - len(rest); rest == "" || rest[0] == '\n' {
		end += len(strings.TrimRight(o.Text[end:at], " \t\r"))
	} else if i < len(o.Comments) && o.Comments[i].Start == at {
		end = o.Comments[i].End
		i++
	}
	indent := o.column(o.lineIndent(n.Start))
	for ; i < len(o.Comments); i++ {
		c := o.Comments[i]
		if !c.Own || o.column(c.Start) <= indent || strings.TrimSpace(o.Text[end:c.Start]) != "" {
			break
		}
		end = c.End
	}
	return n.Start + len(strings.TrimRight(o.Text[n.Start:end], " \t\r"))
}

// lineIndent returns where the first character that is no white space is on the line of an offset.
func (s *Source) lineIndent(at int) int {
	start := s.lineStart(at)
	return at - len(strings.TrimLeft(s.Text[start:at], " \t"))
}

// commentAbove returns the lines of the comment right above an offset: no blank line between, and the same indentation.
// Marks of regions are none of it.
func (o *outliner) commentAbove(at int) []string {
	if !o.firstOnLine(at) {
		return nil
	}
	column, first := o.column(at), o.commentBefore(at)+1
	last := first
	for ; first > 0; first-- {
		c := o.Comments[first-1]
		text := o.Text[c.Start:c.End]
		if !c.Own || o.column(c.Start) != column || strings.Trim(o.Text[c.End:at], " \t\r") != "\n" || isRegion(text) {
			break
		}
		at = c.Start
	}
	var lines []string
	for _, c := range o.Comments[first:last] {
		lines = append(lines, strings.TrimRight(strings.TrimPrefix(strings.TrimLeft(o.Text[c.Start:c.End], "#"), " "), " \t"))
	}
	return lines
}

func isRegion(comment string) bool {
	word, _, _ := strings.Cut(comment, " ")
	return word == "#region" || word == "#endregion"
}

// Head returns what a declaration says without its body, on one line and without comments: a signature, a variable without
// accessors, the first line of a class.
func (s *Source) Head(n *Node) string {
	end := n.End
	for _, c := range n.Children {
		if c.Kind == Block || c.Kind == Members || (c.Kind == Getter || c.Kind == Setter) && c.Child(Block) != nil {
			end = c.Start
			break
		}
	}
	line := s.oneLine(n, end)
	return strings.TrimRight(strings.TrimSuffix(line, ":"), " ")
}

// oneLine returns the text of a node up to an offset, with one space for any white space, comments left out; strings stay.
func (s *Source) oneLine(n *Node, end int) string {
	var literals []*Node
	n.Walk(func(c *Node) bool {
		if c.Kind == Literal && c.End <= end && strings.ContainsAny(s.Text[c.Start:c.Start+1], `"'r&^`) && !strings.Contains(s.Of(c), "\n") {
			literals = append(literals, c)
		}
		return c.Start < end
	})
	var b strings.Builder
	at := n.Start
	for _, l := range literals {
		s.squeeze(&b, at, l.Start)
		b.WriteString(s.Of(l))
		at = l.End
	}
	s.squeeze(&b, at, end)
	return strings.TrimSpace(b.String())
}

// squeeze writes a range without comments and with one space for any white space.
func (s *Source) squeeze(b *strings.Builder, from, to int) {
	for i := s.commentBefore(from) + 1; ; i++ {
		stop := to
		if i < len(s.Comments) {
			stop = min(to, s.Comments[i].Start)
		}
		for _, c := range strings.ReplaceAll(strings.ReplaceAll(s.Text[from:stop], "\\\r\n", " "), "\\\n", " ") {
			white := c == ' ' || c == '\t' || c == '\n' || c == '\r'
			switch {
			case !white:
				b.WriteRune(c)
			case b.Len() > 0 && !strings.HasSuffix(b.String(), " "):
				b.WriteByte(' ')
			}
		}
		if stop == to {
			return
		}
		from = min(to, s.Comments[i].End)
	}
}

// A Use is a member of a class that a function uses.
type Use struct {
	Head  string   // as of [Source.Head]
	Names []string // by which it is used: of an enumeration, its values too
}

// Context lists the heads of the members of its scope, and of those around it, that a function uses: variables, constants,
// signals, enumerations, classes and the signatures of other functions, in the order of the text.
func (s *Source) Context(d *Definition) []string {
	var heads []string
	for _, u := range s.Contexts([]*Definition{d})[0] {
		heads = append(heads, u.Head)
	}
	return heads
}

// Contexts lists for each of some functions the members that it uses, as Context does. It takes time in proportion to the source.
func (s *Source) Contexts(all []*Definition) [][]Use {
	_, names := s.Names()
	names = slices.DeleteFunc(names, func(n Name) bool { return n.Where != Own })
	slices.SortStableFunc(names, func(a, b Name) int { return a.Node.Start - b.Node.Start })
	declared := map[*Scope]map[string][]*Node{}
	found := make([][]Use, len(all))
	for i, d := range all {
		used := map[*Node][]string{}
		first, _ := slices.BinarySearchFunc(names, d.Node.Start, func(n Name, at int) int { return n.Node.Start - at })
		for _, n := range names[first:] {
			if n.Node.End > d.Node.End {
				break
			}
			for c := d.Scope; c != nil; c = c.Outer {
				if declared[c] == nil {
					declared[c] = s.declares(c)
				}
				for _, m := range declared[c][n.Text] {
					if outside := m != d.Node && (m.Start > d.Start || m.End < d.End); outside && !slices.Contains(used[m], n.Text) {
						used[m] = append(used[m], n.Text)
					}
				}
			}
		}
		for _, m := range slices.SortedFunc(maps.Keys(used), func(a, b *Node) int { return a.Start - b.Start }) {
			found[i] = append(found[i], Use{s.Head(m), used[m]})
		}
	}
	return found
}

// declares lists the members of a scope by the names that they declare.
func (s *Source) declares(c *Scope) map[string][]*Node {
	byName := map[string][]*Node{}
	for _, n := range c.Members {
		if name := s.Name(n); name != "" {
			byName[name] = append(byName[name], n)
		}
		for _, v := range n.Children {
			if name := s.Name(v); n.Kind == Enum && v.Kind == EnumValue && name != s.Name(n) {
				byName[name] = append(byName[name], n)
			}
		}
	}
	return byName
}

// Callees lists what a function calls by name alone, on self or on super, each once, in the order of the calls.
func (s *Source) Callees(n *Node) []string {
	var names []string
	n.Walk(func(n *Node) bool {
		if n.Kind != Call || len(n.Children) == 0 {
			return true
		}
		callee := n.Children[0].Bare()
		if callee.Kind == Super || callee.Kind == Attribute && len(callee.Children) == 2 && callee.Children[0].Bare().Kind == Self {
			callee = callee.Child(Identifier)
		}
		if callee != nil && callee.Kind == Identifier && !slices.Contains(names, s.Of(callee)) {
			names = append(names, s.Of(callee))
		}
		return true
	})
	return names
}
