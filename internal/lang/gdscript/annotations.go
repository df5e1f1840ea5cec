package gdscript

import "strings"

// A target is what an annotation applies to.
type target uint8

const (
	onScript target = 1 << iota
	onClass
	onVariable
	onConstant
	onSignal
	onFunction
	onStatement
	standalone
)

const onClassLevel = onClass | onVariable | onConstant | onSignal | onFunction

// An annotationRule says where an annotation may stand and with how many arguments; most < 0 is any number.
type annotationRule struct {
	on          target
	least, most int
}

// annotations are those of Godot 4.0 to 4.6.
var annotations = map[string]annotationRule{
	"@tool": {on: onScript}, "@icon": {onScript, 1, 1}, "@static_unload": {on: onScript},
	"@abstract": {on: onScript | onClass | onFunction}, "@onready": {on: onVariable},
	"@export": {on: onVariable}, "@export_enum": {onVariable, 1, -1}, "@export_file": {onVariable, 0, -1},
	"@export_file_path": {onVariable, 0, -1}, "@export_dir": {on: onVariable}, "@export_global_file": {onVariable, 0, -1},
	"@export_global_dir": {on: onVariable}, "@export_multiline": {onVariable, 0, -1}, "@export_placeholder": {onVariable, 1, 1},
	"@export_range": {onVariable, 2, -1}, "@export_exp_easing": {onVariable, 0, -1}, "@export_color_no_alpha": {on: onVariable},
	"@export_node_path": {onVariable, 0, -1}, "@export_flags": {onVariable, 1, -1}, "@export_flags_2d_render": {on: onVariable},
	"@export_flags_2d_physics": {on: onVariable}, "@export_flags_2d_navigation": {on: onVariable},
	"@export_flags_3d_render": {on: onVariable}, "@export_flags_3d_physics": {on: onVariable},
	"@export_flags_3d_navigation": {on: onVariable}, "@export_flags_avoidance": {on: onVariable},
	"@export_storage": {on: onVariable}, "@export_custom": {onVariable, 2, 3}, "@export_tool_button": {onVariable, 1, 2},
	"@export_category": {standalone, 1, 1}, "@export_group": {standalone, 1, 2}, "@export_subgroup": {standalone, 1, 2},
	"@warning_ignore":       {onClassLevel | onStatement, 1, -1},
	"@warning_ignore_start": {standalone, 1, -1}, "@warning_ignore_restore": {standalone, 1, -1},
	"@rpc": {onFunction, 0, 4},
}

// annotationName returns the name of an annotation, the sign included.
func (p *parser) annotationName(n *Node) string { return annotationName(p.text, n) }

func annotationName(text string, n *Node) string {
	end := n.Start + 1
	for end < n.End && identifierPart[text[end]] {
		end++
	}
	return text[n.Start:end]
}

// isGroup reports whether an annotation begins a group of members in the inspector.
func isGroup(name string) bool {
	return strings.HasPrefix(name, "@export") && annotations[name].on == standalone
}

// annotation reads an annotation where those of some targets are allowed, lets it wait for what it applies to, and returns its
// name.
func (p *parser) annotation(allowed target) string {
	token, mark := p.cur, p.mark()
	first := p.first
	p.first = -1
	p.advance()
	name := p.text[token.start:token.end]
	rule, known := annotations[name]
	if !known {
		p.add(token.start, "there is no annotation %s", name)
	} else if rule.on&allowed == 0 || allowed&onStatement != 0 && isGroup(name) {
		p.add(token.start, "%s is not allowed here", name)
	}
	if p.check(tParenOpen) {
		p.push(true)
		p.advance()
		p.list(tParenClose, "of the annotation")
		p.pop()
		p.expect(tParenClose, "after the arguments of the annotation")
	}
	n := p.node(Annotation, token.start, mark)
	ended := p.match(tNewline) || p.atEnd()
	if count := len(n.Children); known && (count < rule.least || rule.most >= 0 && count > rule.most) {
		p.add(n.Start, "%s with %d arguments: expected %s", name, count, rule.arguments())
	}
	switch {
	case rule.on&standalone != 0:
		if !ended {
			p.expected("the end of the line", "after "+name)
		}
	case rule.on&(onScript|onClass) == onScript:
		p.once(n, name)
		first = -1
	case known && first < 0:
		first = p.mark()
	}
	p.first = first
	p.keep(n)
	return name
}

// arguments says how many there may be.
func (r annotationRule) arguments() string {
	digits := func(n int) string { return string(rune('0' + n)) }
	switch {
	case r.most < 0:
		return "at least " + digits(r.least)
	case r.least == r.most:
		return digits(r.least)
	}
	return digits(r.least) + " to " + digits(r.most)
}

// once reports a second annotation of the script.
func (p *parser) once(n *Node, name string) {
	seen := map[string]*bool{"@tool": &p.class.tool, "@icon": &p.class.icon, "@static_unload": &p.class.unload}[name]
	if seen == nil {
		return
	}
	if *seen {
		p.note(n.Start, "a second %s", name)
	}
	*seen = true
	if name == "@icon" && (len(n.Children) != 1 || !p.isString(n.Children[0])) {
		p.note(n.Start, "the argument of @icon must be a string")
	}
}

// unused reports annotations that wait although nothing follows that they could apply to.
func (p *parser) unused(from int) {
	if p.first < from {
		return
	}
	for _, n := range p.stack[p.first:] {
		if n.Kind == Annotation && annotations[p.annotationName(n)].on&standalone == 0 {
			p.note(n.Start, "%s has nothing after it that it applies to", p.annotationName(n))
		}
	}
	p.first = -1
}

// linger lets annotations at the end of a block apply to the next statement or member, wherever that is, as the engine does.
func (p *parser) linger() {
	if p.first >= 0 {
		p.lingering, p.lingers = p.stack[p.first], true
	}
	p.first = -1
}

// checkAnnotations checks what annotations and a member demand of each other.
func (p *parser) checkAnnotations(n *Node) {
	var export, onready *Node
	for _, a := range n.Children {
		if a.Kind != Annotation {
			break
		}
		switch name := p.annotationName(a); {
		case name == "@abstract":
			if n.Abstract {
				p.note(a.Start, "a second @abstract")
			}
			n.Abstract = true
		case name == "@onready":
			p.single(&onready, a, n)
		case annotations[name].on == onVariable:
			p.single(&export, a, n)
		}
	}
	if n.Kind == Function {
		p.checkBody(n)
	}
}

// single reports a second annotation of one sort, and one at a static variable.
func (p *parser) single(seen **Node, a, n *Node) {
	name := p.annotationName(a)
	if *seen != nil && name != "@export_storage" && name != "@export_custom" {
		p.note(a.Start, "%s after %s: only one of them is allowed", name, p.annotationName(*seen))
	}
	if n.Static {
		p.note(a.Start, "%s does not apply to static variables", name)
	}
	*seen = a
}

// checkBody reports a body where there must be none, and the reverse.
func (p *parser) checkBody(n *Node) {
	body := n.Child(Block)
	switch {
	case n.Abstract && body != nil:
		p.note(n.Start, "a function with @abstract has no body")
	case n.Abstract && n.Static:
		p.note(n.Start, "a static function cannot be abstract")
	case !n.Abstract && body == nil && !p.panic:
		p.note(n.End, "expected \":\" and a body after the head of the function")
	}
}
