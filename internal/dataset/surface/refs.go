package surface

import (
	"regexp"
	"strings"
)

// A Ref is a place in a text that names something in the shape of an API.
type Ref struct {
	Name  string // Node2D.add_child where the class is known by a declaration, else the name alone
	Start int    // offset in the text
	Line  int    // from 1
	Typed bool   // it was looked up in the class of its receiver
	Known bool
}

// mostTokens bounds the work on one text.
const mostTokens = 1 << 20

// References lists the places in a text that name something in the shape of an API. around is code around it, such as the
// declarations of its file: it is read for definitions and types and not judged. Without an API there are none.
func (s *Surface) References(language, text string, around ...string) []Ref {
	if !s.Found() {
		return nil
	}
	j := judge{surface: s, language: language, local: map[string]bool{}, types: map[string]string{}, memo: map[int]string{}}
	for _, a := range around {
		j.prepare(lex(language, a).tokens)
	}
	tokens := lex(language, text).tokens
	j.prepare(tokens)
	j.tokens = tokens[:min(len(tokens), mostTokens)]
	line, at := 1, 0
	for i, t := range j.tokens {
		if t.kind != identifier {
			continue
		}
		before := len(j.refs)
		j.identifier(i)
		if len(j.refs) > before {
			line += strings.Count(text[at:t.start], "\n")
			at = t.start
			j.refs[before].Start, j.refs[before].Line = t.start, line
		}
	}
	return j.refs
}

// Unknown lists the references of a text that resolve to nothing.
func (s *Surface) Unknown(language, text string, around ...string) []Ref {
	var unknown []Ref
	for _, r := range s.References(language, text, around...) {
		if !r.Known {
			unknown = append(unknown, r)
		}
	}
	return unknown
}

// A judge finds references among the tokens of a text.
type judge struct {
	surface  *Surface
	language string
	tokens   []token
	local    map[string]bool   // what the text defines
	types    map[string]string // of variables with a declared type
	base     string            // what the script extends
	memo     map[int]string    // types of receivers, by the token they end with
	refs     []Ref
}

// prepare reads the definitions and types of tokens.
func (j *judge) prepare(tokens []token) {
	definitions(j.language, tokens, func(name string) { j.local[name] = true })
	switch j.language {
	case Godot:
		if _, base := godotHeader(tokens); base != "" && j.base == "" {
			j.base = base
		}
		j.godotTypes(tokens)
	case Lua:
		j.luaTypes(tokens)
	default:
		j.cTypes(tokens)
	}
}

func (j *judge) at(i int) string {
	if i < 0 || i >= len(j.tokens) {
		return ""
	}
	return j.tokens[i].text
}

// known reports whether a name is defined anywhere.
func (j *judge) known(name string) bool {
	return j.local[name] || j.surface.knownPart(name)
}

func (j *judge) add(name string, known bool) {
	j.refs = append(j.refs, Ref{Name: name, Known: known})
}

// member adds a member access, looked up in the class of its receiver if that is known.
func (j *judge) member(class, name string) {
	if class == "" {
		j.add(name, j.known(name))
		return
	}
	j.refs = append(j.refs, Ref{Name: class + "." + name, Typed: true, Known: j.knownMember(class, name)})
}

// knownMember reports whether a class has a member, or whether that cannot be told: the project may add members, and a value
// that is declared as a Node may be shown to be of another class.
func (j *judge) knownMember(class, name string) bool {
	s := j.surface
	if s.member(class, name) != nil || s.openClass(class) {
		return true
	}
	if c := s.classes[class]; c != nil && c.builtin {
		// godot-cpp writes its values by hand, with more members than the engine's API has.
		return standard(s.domain, name) || s.domain == GDExtension
	}
	if j.local[name] || s.own[name] {
		return true
	}
	if standard(s.domain, name) {
		return true
	}
	return j.language == Godot && j.narrowed(class, name)
}

// narrowed reports whether the text names a class that is derived from another one and has a member: GDScript lets a value be
// used as what a test has shown it to be.
func (j *judge) narrowed(class, name string) bool {
	for i, t := range j.tokens {
		if t.kind == identifier && t.text != class && j.surface.classes[t.text] != nil && j.at(i-1) != "extends" &&
			j.surface.derived(t.text, class) && j.surface.member(t.text, name) != nil {
			return true
		}
	}
	return false
}

// identifier judges token i.
func (j *judge) identifier(i int) {
	name := j.at(i)
	if keyword(j.language, name) || j.tokens[i].directive {
		return
	}
	switch j.language {
	case Lua:
		j.luaName(i, name)
	case Godot:
		j.godotName(i, name)
	default:
		j.cName(i, name)
	}
}

// luaName judges calls, and the members of classes and enumerations.
func (j *judge) luaName(i int, name string) {
	before, next := j.at(i-1), j.at(i+1)
	call := next == "(" || next == "{" && before != "function" || i+1 < len(j.tokens) && j.tokens[i+1].kind == text
	if before == "function" || before == "goto" || before == "::" {
		return
	}
	if before == "." || before == ":" {
		if j.definedHere(i) {
			return
		}
		switch class := j.receiver(i - 2); {
		case class != "":
			j.member(class, name)
		case call:
			j.add(name, j.known(name))
		}
		return
	}
	if _, enum := j.surface.names[name]; call || enum && isUpper(name[0]) {
		j.add(name, j.known(name))
	}
}

// definedHere reports whether the member i is the name of a function or what is assigned to.
func (j *judge) definedHere(i int) bool {
	if j.at(i+1) == "=" {
		return true
	}
	for i--; i > 0; i-- {
		if word := j.at(i); word == "function" || j.tokens[i].kind != identifier && word != "." && word != ":" {
			break
		}
	}
	return j.at(i) == "function"
}

var apiPrefix = regexp.MustCompile(`^(?:ecs_|Ecs[A-Z]|ECS_|flecs_|FLECS_)\w`)

// cName judges prefixed names, members and qualified names; in extensions of Godot also classes.
func (j *judge) cName(i int, name string) {
	before, next := j.at(i-1), j.at(i+1)
	s := j.surface
	switch {
	case s.domain == Flecs && apiPrefix.MatchString(name):
		j.add(name, j.known(name))
	case before == "." || before == "->":
		if next == "(" || next == "<" {
			j.member(j.receiver(i-2), name)
		}
	case before == "::":
		j.qualified(i, name)
	case s.domain == GDExtension && camel(name):
		j.add(name, j.known(name))
	}
}

// qualified judges the name i after ::, if what stands before it is of the API.
func (j *judge) qualified(i int, name string) {
	scope := j.at(i - 2)
	class := j.surface.classes[scope] != nil
	switch {
	case scope == "" || scope == "std" || !class && (j.local[scope] || j.surface.own[scope]):
	case j.surface.domain == GDExtension && class:
		j.member(scope, name)
	case j.known(scope):
		j.add(name, j.known(name))
	}
}

// camel reports whether a word is written as CamelCase.
func camel(word string) bool {
	if word == "" || !isUpper(word[0]) || strings.Contains(word, "_") {
		return false
	}
	for i := 1; i < len(word); i++ {
		if isLower(word[i]) {
			return true
		}
	}
	return false
}

// godotName judges members, calls, classes and constants.
func (j *judge) godotName(i int, name string) {
	before, next := j.at(i-1), j.at(i+1)
	switch {
	case before == ".":
		j.godotMember(i, name)
	case before == "@" || before == "func" || before == "signal" || before == "class_name" || before == "class" || before == "enum":
	case next == ":" && (before == "{" || before == ",") && isLower(name[0]): // a parameter, or a key
	case next == "(":
		j.add(name, j.known(name) || j.inherited(name))
	case isUpper(name[0]):
		j.add(name, j.known(name) || j.inherited(name))
	}
}

// inherited reports whether the script's own class has a member.
func (j *judge) inherited(name string) bool {
	return j.base != "" && j.surface.member(j.base, name) != nil
}

// godotMember judges the name i after a dot.
func (j *judge) godotMember(i int, name string) {
	if i < 2 || j.tokens[i-2].kind == number { // 1.foo is no member
		return
	}
	if name == "new" && j.at(i+1) == "(" {
		return
	}
	class := j.receiver(i - 2)
	if class == "" && j.at(i+1) != "(" && (j.local[j.at(i-2)] || j.tokens[i-2].kind == text) && !j.known(name) && isLower(name[0]) && !j.objectLike(i-2) {
		return // a key of a dictionary, written as a member
	}
	j.member(class, name)
}

// objectLike reports whether what ends with token i must be an object: self, a node path, a call.
func (j *judge) objectLike(i int) bool {
	return j.at(i) == "self" || j.tokens[i].kind == text || j.at(i) == ")"
}
