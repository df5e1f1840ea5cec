package gdscript

import (
	"slices"
	"strings"
)

// A Rewrite is a piece of a script as Godot 3 had it.
type Rewrite struct {
	Text    string
	Changes []string // what was written otherwise, each once, such as "await → yield", in the order of the text
}

// Godot3 writes a function, a variable or a whole script in the language and with the names of Godot 3.5, as its automatic
// conversion to Godot 4 would find it. It reports false if nothing changes, or if something has no form in Godot 3 that
// certainly means the same, or if the source has errors: lambdas, accessors with a body, vectors of integers, parameters with "...", guards of patterns.
func (s *Source) Godot3(n *Node) (Rewrite, bool) {
	if len(s.Errors) > 0 {
		return Rewrite{}, false
	}
	r := &rewriter{Source: s, possible: true}
	scopes, found := s.Outline()
	r.body = scopes[0].Extends
	for _, d := range found {
		if d.Node.Start <= n.Start && n.End <= d.Node.End {
			r.body = d.Scope.Extends
		}
	}
	_, used := s.Names()
	r.where = make(map[int]Name, len(used))
	for _, u := range used {
		r.where[u.Node.Start] = u
	}
	text := r.node(n)
	if !r.possible || len(r.changes) == 0 {
		return Rewrite{}, false
	}
	return Rewrite{text, r.changes}, true
}

// A rewriter writes nodes: what no rule changes is written as it is, with its children rewritten.
type rewriter struct {
	*Source
	possible bool
	changes  []string
	body     string       // what the class around extends
	function string       // the name of the function around
	where    map[int]Name // uses by where they begin
}

// changed notes a change.
func (r *rewriter) changed(what string) {
	if !slices.Contains(r.changes, what) {
		r.changes = append(r.changes, what)
	}
}

// fail notes that something has no form in Godot 3.
func (r *rewriter) fail() string {
	r.possible = false
	return ""
}

// node writes a node.
func (r *rewriter) node(n *Node) string {
	switch n.Kind {
	case Lambda, Getter, Setter, Guard, Variable, Function, Parameter, For:
		return r.declaration(n)
	case Annotation:
		return r.annotation(n)
	case Await:
		return r.await(n)
	case Call:
		return r.call(n)
	case Identifier:
		return r.identifier(n)
	case Attribute:
		return r.attribute(n)
	case Type:
		return r.typeOf(n)
	case Literal:
		return r.literal(n)
	case Binary, TypeTest, GetNode:
		return r.operation(n)
	case Super:
		return r.fail() // outside of a call
	}
	return r.plain(n)
}

// plain writes a node with its children rewritten.
func (r *rewriter) plain(n *Node) string { return r.span(n.Start, n.Children, n.End) }

// span writes the text from start to end with the children in it rewritten.
func (r *rewriter) span(start int, children []*Node, end int) string {
	var b strings.Builder
	at := start
	for _, c := range children {
		if c.Start < start || c.End > end {
			continue
		}
		b.WriteString(r.Text[at:c.Start])
		b.WriteString(r.node(c))
		at = c.End
	}
	b.WriteString(r.Text[at:end])
	return b.String()
}

// declaration writes what declares a name, and what Godot 3 has no form of.
func (r *rewriter) declaration(n *Node) string {
	switch n.Kind {
	case Lambda, Guard:
		return r.fail()
	case Getter, Setter:
		return r.fail() // variables with names of functions are written as a whole
	case Parameter:
		if n.Variadic {
			return r.fail()
		}
	case Variable:
		return r.variable(n)
	case Function:
		if n.Abstract {
			return r.fail()
		}
		outer := r.function
		r.function = r.Name(n)
		defer func() { r.function = outer }()
	case For:
		return r.loop(n)
	}
	return r.plain(n)
}

// loop writes "for" without the type of its variable.
func (r *rewriter) loop(n *Node) string {
	t := n.Child(Type)
	if t == nil {
		return r.plain(n)
	}
	r.changed("typed loop variable → untyped")
	name := n.Child(Identifier)
	rest := slices.DeleteFunc(slices.Clone(n.Children), func(c *Node) bool { return c == t || c == name })
	return r.Text[n.Start:name.End] + r.span(t.End, rest, n.End)
}

// variable writes annotations as words and accessors by name as setget.
func (r *rewriter) variable(n *Node) string {
	if n.Static {
		return r.fail()
	}
	get, set := n.Child(Getter), n.Child(Setter)
	if get == nil && set == nil {
		return r.plain(n)
	}
	children, names := []*Node{}, map[*Node]string{}
	end := n.Start
	for _, c := range n.Children {
		if c == get || c == set {
			if names[c] = r.Of(c.Child(Identifier)); c.Child(Block) != nil || names[c] == "" {
				return r.fail()
			}
			continue
		}
		children, end = append(children, c), c.End
	}
	r.changed("set = and get = → setget")
	text := strings.TrimRight(r.span(n.Start, children, end), " \t") + " setget "
	switch {
	case get == nil:
		return text + names[set]
	case set == nil:
		return text + ", " + names[get]
	}
	return text + names[set] + ", " + names[get]
}

// words are annotations that were words in Godot 3; hints, those that were export with a hint after the type.
var (
	words = map[string]string{"@onready": "onready", "@tool": "tool", "@export": "export"}
	hints = map[string]string{
		"@export_file": "String, FILE", "@export_dir": "String, DIR", "@export_global_file": "String, FILE, GLOBAL",
		"@export_global_dir": "String, DIR, GLOBAL", "@export_multiline": "String, MULTILINE", "@export_flags": "int, FLAGS",
		"@export_color_no_alpha": "Color, RGB", "@export_exp_easing": "float, EASE",
	}
	remotes = map[string]string{
		"": "puppet", `"authority"`: "puppet", `"any_peer"`: "remote", `"call_local"`: "puppetsync", `"authority","call_local"`: "puppetsync",
		`"any_peer","call_local"`: "remotesync", `"call_local","any_peer"`: "remotesync", `"any_peer","reliable"`: "remote",
		`"any_peer","call_local","reliable"`: "remotesync", `"any_peer","call_remote","reliable"`: "remote", `"reliable"`: "puppet",
	}
)

func (r *rewriter) annotation(n *Node) string {
	name := r.AnnotationName(n)
	if word := words[name]; word != "" {
		r.changed(name + " → " + word)
		return word
	}
	args := make([]string, len(n.Children))
	for i, c := range n.Children {
		args[i] = r.node(c)
	}
	if hint := hints[name]; hint != "" {
		r.changed(name + " → export with a hint")
		return "export(" + strings.Join(append([]string{hint}, args...), ", ") + ")"
	}
	if name == "@rpc" {
		if word := remotes[strings.Join(args, ",")]; word != "" {
			r.changed("@rpc → " + word)
			return word
		}
	}
	if name == "@export_range" {
		kind := "float"
		if !strings.Contains(strings.Join(args, ""), ".") {
			kind = "int"
		}
		r.changed("@export_range → export with a hint")
		return "export(" + kind + ", " + strings.Join(args, ", ") + ")"
	}
	return r.fail()
}

// await writes "await" as a call of yield.
func (r *rewriter) await(n *Node) string {
	if len(n.Children) == 0 {
		return r.fail()
	}
	r.changed("await → yield")
	switch e := n.Children[0].Bare(); e.Kind {
	case Attribute:
		if len(e.Children) == 2 {
			name := r.Of(e.Children[1])
			if name == "process_frame" {
				name = "idle_frame"
			}
			return "yield(" + r.node(e.Children[0]) + ", \"" + name + "\")"
		}
	case Identifier:
		if r.where[e.Start].Where != Local {
			return "yield(self, \"" + r.Of(e) + "\")"
		}
	case Call:
		return "yield(" + r.node(e) + ", \"completed\")"
	}
	return r.fail()
}

// call writes a call: those of signals and of super have another form in Godot 3.
func (r *rewriter) call(n *Node) string {
	args := n.Child(Arguments)
	if len(n.Children) != 2 || args == nil {
		return r.fail()
	}
	switch callee := n.Children[0]; callee.Kind {
	case Super:
		return r.super(callee) + r.node(args)
	case Attribute:
		if text, ok := r.signal(callee, args); ok {
			return text
		}
	case Identifier:
		if r.Of(callee) == "move_and_slide" && r.where[callee.Start].Where == Free {
			return r.slide(n)
		}
	}
	return r.plain(n)
}

// super writes a call of the base class's function.
func (r *rewriter) super(n *Node) string {
	name := r.Of(n.Child(Identifier))
	if name == "" {
		name = r.function
	}
	if name == "" || name == "_init" {
		return r.fail() // constructors pass their arguments on in their head
	}
	r.changed("super → a period before the name")
	return "." + name
}

// slide writes the motion of a body, which returned its new velocity.
func (r *rewriter) slide(n *Node) string {
	up := map[string]string{"CharacterBody2D": "Vector2.UP", "CharacterBody3D": "Vector3.UP"}[r.body]
	if up == "" || r.Of(n) != "move_and_slide()" {
		return r.fail()
	}
	r.changed("move_and_slide() → its velocity as argument and result")
	return "velocity = move_and_slide(velocity, " + up + ")"
}

// signal writes emit, connect, disconnect and is_connected of a signal; it reports false for other calls.
func (r *rewriter) signal(callee, args *Node) (string, bool) {
	if len(callee.Children) != 2 {
		return "", false
	}
	verb := r.Of(callee.Children[1])
	switch verb {
	case "emit":
	case "connect", "disconnect", "is_connected":
		if len(args.Children) == 0 || len(args.Children) > 1 && verb != "connect" {
			return "", false
		}
	default:
		return "", false
	}
	signal, object := callee.Children[0].Bare(), ""
	switch signal.Kind {
	case Identifier:
		if r.where[signal.Start].Where == Local {
			return "", false
		}
	case Attribute:
		if len(signal.Children) != 2 {
			return "", false
		}
		object = r.node(signal.Children[0]) + "."
		signal = signal.Children[1]
	default:
		return "", false
	}
	name := "\"" + r.Of(signal) + "\""
	if verb == "emit" {
		r.changed("signal.emit() → emit_signal()")
		return object + "emit_signal(" + strings.Join(append([]string{name}, r.all(args.Children)...), ", ") + ")", true
	}
	return r.connection(object+verb+"("+name, verb, args), true
}

// connection writes the target of a connection as an object, a name and what is bound.
func (r *rewriter) connection(start, verb string, args *Node) string {
	target, bound := args.Children[0].Bare(), ""
	if target.Kind == Call && target.Children[0].Kind == Attribute && len(target.Children[0].Children) == 2 && r.Of(target.Children[0].Children[1]) == "bind" {
		bound = "[" + strings.Join(r.all(target.Child(Arguments).Children), ", ") + "]"
		target = target.Children[0].Children[0].Bare()
	}
	object := "self"
	switch {
	case target.Kind == Attribute && len(target.Children) == 2:
		object = r.node(target.Children[0])
		target = target.Children[1]
	case target.Kind != Identifier || r.where[target.Start].Where == Local || r.where[target.Start].Type != "Callable" && r.where[target.Start].Where == Own:
		return r.fail()
	}
	text := start + ", " + object + ", \"" + r.Of(target) + "\""
	if len(args.Children) > 1 && bound == "" {
		bound = "[]"
	}
	if bound != "" && verb == "connect" {
		text += ", " + bound
	}
	for _, flags := range args.Children[1:] {
		text += ", " + r.node(flags)
	}
	r.changed("signal." + verb + "(callable) → " + verb + "(name, object, name)")
	return text + ")"
}

func (r *rewriter) all(nodes []*Node) []string {
	texts := make([]string, len(nodes))
	for i, n := range nodes {
		texts[i] = r.node(n)
	}
	return texts
}

// identifier writes a name of the engine by its old name.
func (r *rewriter) identifier(n *Node) string {
	name := r.Of(n)
	u, used := r.where[n.Start]
	if !used || u.Where != Free {
		return name
	}
	if newOnly[name] {
		return r.fail()
	}
	if old := oldNames[name]; old != "" {
		r.changed(name + " → " + old)
		return old
	}
	return name
}

// attribute writes a member by its old name, where names are unlike any of a script's.
func (r *rewriter) attribute(n *Node) string {
	if len(n.Children) != 2 {
		return r.plain(n)
	}
	name := r.Of(n.Children[1])
	old := oldMembers[name]
	if base := n.Children[0].Bare(); base.Kind == Identifier && r.Of(base) == "Time" && strings.HasPrefix(name, "get_ticks_") {
		r.changed("Time → OS")
		return "OS." + name
	}
	if old == "" || r.where[n.Children[1].Start].Where == Own {
		return r.plain(n)
	}
	r.changed(name + " → " + old)
	return r.node(n.Children[0]) + r.Text[n.Children[0].End:n.Children[1].Start] + old
}

// typeOf writes a type without what stands in brackets, and by its old name.
func (r *rewriter) typeOf(n *Node) string {
	var names []string
	for i, c := range n.Children {
		switch {
		case c.Kind == Type:
			r.changed("types of elements → none")
		case i == 0:
			names = append(names, r.identifier(c))
		default:
			names = append(names, r.Of(c))
		}
	}
	if len(n.Children) == 0 {
		return r.Of(n)
	}
	return strings.Join(names, ".")
}

// literal writes a string as Godot 3 had it.
func (r *rewriter) literal(n *Node) string {
	text := r.Of(n)
	switch text[0] {
	case '&':
		r.changed("&\"name\" → \"name\"")
		return text[1:]
	case '^':
		r.changed("^\"path\" → @\"path\"")
		return "@" + text[1:]
	case 'r':
		return r.fail()
	case '\'':
		if strings.HasPrefix(text, "'''") {
			return r.fail()
		}
	}
	return text
}

// operation writes operators that were written otherwise.
func (r *rewriter) operation(n *Node) string {
	switch {
	case n.Kind == Binary && n.Op == tStarStar && len(n.Children) == 2:
		r.changed("** → pow()")
		return "pow(" + r.node(n.Children[0]) + ", " + r.node(n.Children[1]) + ")"
	case n.Negated && n.Kind == Binary && len(n.Children) == 2:
		r.changed("not in → not … in")
		return "not " + r.node(n.Children[0]) + " in " + r.node(n.Children[1])
	case n.Negated && n.Kind == TypeTest && len(n.Children) == 2:
		r.changed("is not → not … is")
		return "not " + r.node(n.Children[0]) + " is " + r.node(n.Children[1])
	case n.Kind == GetNode && strings.HasPrefix(r.Of(n), "$%"):
		r.changed("$%Name → %Name")
		return r.Of(n)[1:]
	}
	return r.plain(n)
}
