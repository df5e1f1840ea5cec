package gdscript

import "strings"

// Where tells what a use of a name stands for, as far as one file tells.
type Where uint8

const (
	// Free is a name that the file declares nowhere: of the engine, of a base class or global in the project.
	Free Where = iota
	// Local is a parameter, a variable or a constant of the function around.
	Local
	// Own is a member of the class around or of one outside of it.
	Own
	// Member is what stands after a period: of the type in Receiver, if that is known.
	Member
)

// A Name is a name that a file declares or uses.
type Name struct {
	Text string
	Node *Node // the Identifier
	// Declares is the kind of node that declares it: Variable, Parameter, Function and so on. Type is the type that the declaration
	// names or shows, "" if unknown; Class is the class whose member it is, "" for locals and for members of a script without name.
	Declares    Kind
	Type, Class string
	Local       bool

	// For uses:
	Where    Where
	Receiver string // type of what stands before the period, "" if unknown
	Super    bool   // called on super: a member of a base class
	InType   bool   // where a type stands
	Called   bool
	Args     int // of the call
}

// A namer finds names. Its frames map the locals of the blocks around to their types.
type namer struct {
	*Source
	declared, used []Name
	frames         []map[string]string
	classes        []*classNames
}

// classNames are the members of a class around, with their types.
type classNames struct {
	name, base string
	members    map[string]string
}

// Names lists the names that a file declares and those that it uses, each in the order of the text.
func (s *Source) Names() (declared, used []Name) {
	s.once.Do(func() {
		m := &namer{Source: s}
		scopes, _ := s.Outline()
		m.class(s.Root.Children, scopes[0].Name, scopes[0].Extends)
		s.declared, s.used = m.declared, m.used
	})
	return s.declared, s.used
}

// class takes in the members of a class, then what they use.
func (m *namer) class(members []*Node, name, base string) {
	c := &classNames{name, base, map[string]string{}}
	m.classes = append(m.classes, c)
	for _, n := range members {
		m.member(c, n)
	}
	frames := m.frames
	m.frames = nil
	for _, n := range members {
		m.uses(n)
	}
	m.frames = frames
	m.classes = m.classes[:len(m.classes)-1]
}

// member declares a member.
func (m *namer) member(c *classNames, n *Node) {
	switch n.Kind {
	case ClassName:
		m.declare(n, n.Child(Identifier), "", "")
		return
	case Enum:
		for _, v := range n.Children {
			if v.Kind == EnumValue {
				m.declare(v, v.Child(Identifier), "int", c.name)
				if n.Child(Identifier) == nil {
					c.members[m.Name(v)] = "int"
				}
			}
		}
	}
	if name := n.Child(Identifier); name != nil && n.declares() {
		t := m.memberType(n)
		c.members[m.Of(name)] = t
		m.declare(n, name, t, c.name)
	}
}

func (m *namer) memberType(n *Node) string {
	switch n.Kind {
	case Signal:
		return "Signal"
	case Function:
		return "Callable"
	case Class, Enum:
		return m.Name(n)
	}
	return m.declaredType(n)
}

func (m *namer) declare(n, name *Node, t, class string) {
	if name == nil {
		return
	}
	m.declared = append(m.declared, Name{Text: m.Of(name), Node: name, Declares: n.Kind, Type: t, Class: class, Local: len(m.frames) > 0})
}

// local declares a name in the innermost block.
func (m *namer) local(n *Node, t string) {
	name := n.Child(Identifier)
	if name == nil || len(m.frames) == 0 {
		return
	}
	m.declare(n, name, t, "")
	m.frames[len(m.frames)-1][m.Of(name)] = t
}

func (m *namer) push() { m.frames = append(m.frames, map[string]string{}) }

func (m *namer) pop() { m.frames = m.frames[:len(m.frames)-1] }

// uses takes in what a node uses, and the locals it declares.
func (m *namer) uses(n *Node) {
	switch n.Kind {
	case ClassName:
		m.each(n.Children[min(1, len(n.Children)):])
	case Class:
		m.innerClass(n)
	case Function, Lambda, Getter, Setter:
		m.function(n)
	case Block, Branch:
		m.push()
		m.each(n.Children)
		m.pop()
	case For:
		m.loop(n)
	case Variable, Constant, Parameter, Bind:
		m.each(n.rest())
		m.local(n, m.declaredType(n))
	case Enum, EnumValue, Signal:
		m.each(n.rest())
	case Annotation, GetNode, Literal, Self:
	case Entry:
		m.entry(n)
	case Type, Extends:
		m.typeNames(n)
	case Identifier:
		m.use(n, Name{})
	case Attribute:
		m.attribute(n, Name{})
	case Call:
		m.call(n)
	default:
		m.each(n.Children)
	}
}

func (m *namer) each(nodes []*Node) {
	for _, n := range nodes {
		m.uses(n)
	}
}

// rest returns the children without the name that a node declares.
func (n *Node) rest() []*Node {
	var rest []*Node
	named := n.declares()
	for _, c := range n.Children {
		if named && c.Kind == Identifier {
			named = false
			continue
		}
		rest = append(rest, c)
	}
	return rest
}

func (m *namer) innerClass(n *Node) {
	body := n.Child(Members)
	base := ""
	for _, of := range []*Node{n, body} {
		if e := of.Child(Extends); e != nil {
			base = m.base(e)
			if of == n {
				m.typeNames(e)
			}
		}
	}
	if body != nil {
		m.class(body.Children, m.Name(n), base)
	}
}

// function takes in a function, a lambda or an accessor.
func (m *namer) function(n *Node) {
	m.push()
	if n.Kind == Getter || n.Kind == Setter {
		m.each(n.Children)
	} else {
		m.each(n.rest())
	}
	m.pop()
}

func (m *namer) loop(n *Node) {
	m.push()
	rest := n.rest()
	t := ""
	for _, c := range rest {
		if c.Kind == Type {
			t = m.typeText(c)
		}
		if c.Kind == Block {
			if e := n.Expression(); t == "" && e != nil && m.typeOf(e) == "int" || m.isRange(e) {
				t = "int"
			}
			m.local(n, t)
		}
		m.uses(c)
	}
	m.pop()
}

func (m *namer) isRange(e *Node) bool {
	return e != nil && e.Kind == Call && len(e.Children) > 0 && m.Of(e.Children[0]) == "range"
}

// entry takes in one of a dictionary: a name before "=" is a string.
func (m *namer) entry(n *Node) {
	if len(n.Children) > 0 && n.Op == tEqual && n.Children[0].Kind == Identifier {
		m.each(n.Children[1:])
		return
	}
	m.each(n.Children)
}

// typeNames takes in the names of a type: the first is looked up, the others are members of it.
func (m *namer) typeNames(n *Node) {
	before := ""
	for _, c := range n.Children {
		switch {
		case c.Kind != Identifier:
			m.uses(c)
		case before == "":
			before = m.Of(c)
			m.use(c, Name{InType: true})
		default:
			m.used = append(m.used, Name{Text: m.Of(c), Node: c, Where: Member, Receiver: before, InType: true})
			before = m.Of(c)
		}
	}
}

// use notes a name that stands by itself.
func (m *namer) use(n *Node, u Name) {
	u.Text, u.Node = m.Of(n), n
	u.Where, u.Type = m.find(u.Text)
	m.used = append(m.used, u)
}

// find looks a name up.
func (m *namer) find(name string) (Where, string) {
	for i := len(m.frames) - 1; i >= 0; i-- {
		if t, ok := m.frames[i][name]; ok {
			return Local, t
		}
	}
	for i := len(m.classes) - 1; i >= 0; i-- {
		if t, ok := m.classes[i].members[name]; ok {
			return Own, t
		}
	}
	return Free, ""
}

// attribute notes what stands before a period and the member behind it.
func (m *namer) attribute(n *Node, u Name) {
	if len(n.Children) == 0 {
		return
	}
	m.uses(n.Children[0])
	if len(n.Children) < 2 {
		return
	}
	name := n.Children[1]
	u.Text, u.Node, u.Where, u.Receiver = m.Of(name), name, Member, m.typeOf(n.Children[0])
	if n.Children[0].Bare().Kind == Self {
		if _, ok := m.classes[len(m.classes)-1].members[u.Text]; ok {
			u.Where = Own
		}
	}
	m.used = append(m.used, u)
}

func (m *namer) call(n *Node) {
	u := Name{Called: true}
	args := n.Child(Arguments)
	if args != nil {
		u.Args = len(args.Children)
	}
	if len(n.Children) == 0 {
		return
	}
	switch callee := n.Children[0]; callee.Kind {
	case Identifier:
		m.use(callee, u)
	case Attribute:
		m.attribute(callee, u)
	case Super:
		if name := callee.Child(Identifier); name != nil {
			u.Text, u.Node, u.Where, u.Super = m.Of(name), name, Member, true
			u.Receiver = m.classes[len(m.classes)-1].base
			m.used = append(m.used, u)
		}
	default:
		m.uses(callee)
	}
	if args != nil {
		m.each(args.Children)
	}
}

// declaredType returns the type that a declaration names, or that its value shows.
func (m *namer) declaredType(n *Node) string {
	if t := n.Child(Type); t != nil {
		return m.typeText(t)
	}
	if n.Inferred || n.Kind == Constant {
		return m.typeOf(n.Expression())
	}
	return ""
}

// typeText returns a type without what stands in brackets.
func (s *Source) typeText(n *Node) string {
	var names []string
	for _, c := range n.Children {
		if c.Kind == Identifier {
			names = append(names, s.Of(c))
		}
	}
	if len(names) == 0 {
		return "void"
	}
	return strings.Join(names, ".")
}

// typeOf returns the type of an expression where its text tells, "" otherwise.
func (m *namer) typeOf(n *Node) string {
	n = n.Bare()
	if n == nil {
		return ""
	}
	switch n.Kind {
	case Literal:
		return m.literalType(n)
	case Array:
		return "Array"
	case Dictionary:
		return "Dictionary"
	case Lambda:
		return "Callable"
	case GetNode:
		return "Node"
	case Self:
		c := m.classes[len(m.classes)-1]
		if c.name != "" {
			return c.name
		}
		return c.base
	case Cast:
		if t := n.Child(Type); t != nil {
			return m.typeText(t)
		}
	case Identifier:
		return m.nameType(m.Of(n))
	case Call:
		return m.resultType(n)
	}
	return ""
}

// nameType returns the type of a variable, or the name of a class itself: by convention such names begin with a capital letter
// and have a small one.
func (m *namer) nameType(name string) string {
	where, t := m.find(name)
	if where != Free {
		return t
	}
	if isClassName(name) {
		return name
	}
	return ""
}

func isClassName(name string) bool {
	return name[0] >= 'A' && name[0] <= 'Z' && strings.ToUpper(name) != name || name == "AABB" || name == "RID" || name == "OS"
}

// resultType returns the type that a call constructs: Vector2(…) or Timer.new().
func (m *namer) resultType(n *Node) string {
	callee := n.Children[0]
	switch callee.Kind {
	case Identifier:
		name := m.Of(callee)
		if where, _ := m.find(name); where == Free && (isClassName(name) || name == "int" || name == "float" || name == "bool") {
			return name
		}
		if name == "str" {
			return "String"
		}
	case Attribute:
		if len(callee.Children) == 2 && m.Of(callee.Children[1]) == "new" {
			return m.typeOf(callee.Children[0])
		}
	}
	return ""
}

func (s *Source) literalType(n *Node) string {
	text := s.Of(n)
	switch c := text[0]; {
	case c == '"' || c == '\'' || c == 'r':
		return "String"
	case c == '&':
		return "StringName"
	case c == '^':
		return "NodePath"
	case text == "true" || text == "false":
		return "bool"
	case text == "null":
		return ""
	case strings.HasPrefix(strings.ToLower(strings.TrimLeft(text, "+-")), "0x"):
		return "int"
	case strings.ContainsAny(text, ".eE"):
		return "float"
	}
	return "int"
}
