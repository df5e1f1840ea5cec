package surface

import "strings"

// receiver returns the class of the value whose last token is i, "" if no declaration says.
func (j *judge) receiver(i int) string {
	if i < 0 || i >= len(j.tokens) {
		return ""
	}
	if class, done := j.memo[i]; done {
		return class
	}
	j.memo[i] = "" // in case the text goes in circles
	class := j.classOf(i)
	if c := j.surface.classes[class]; c == nil && j.surface.ownBase[class] == "" {
		class = ""
	}
	j.memo[i] = class
	return class
}

func (j *judge) classOf(i int) string {
	t := j.tokens[i]
	switch {
	case t.kind == text && j.language == Godot && (strings.HasPrefix(t.text, `"`) || strings.HasPrefix(t.text, `'`)):
		return "String"
	case t.text == ")":
		return j.called(i)
	case t.kind != identifier:
		return ""
	}
	switch before := j.at(i - 1); before {
	case ".", "->", ":":
		if class := j.receiver(i - 2); class != "" {
			return j.valueOf(class, t.text)
		}
		return ""
	case "::":
		return ""
	}
	return j.variable(t.text)
}

// isC reports whether the text is C or C++, where a class is no value.
func (j *judge) isC() bool { return j.language == C || j.language == CPlusPlus }

// variable returns the class of a value by its name.
func (j *judge) variable(word string) string {
	if word == "self" && j.language == Godot {
		return j.base
	}
	if class, declared := j.types[word]; declared {
		return class
	}
	switch global := j.surface.globals[word]; {
	case j.local[word] || j.surface.own[word]:
		return ""
	case global != "":
		return global
	case j.surface.classes[word] != nil && !j.isC():
		return word
	case j.language == Godot && j.base != "":
		return j.valueOf(j.base, word)
	}
	return ""
}

// valueOf returns the class of a property. Enumerations are their own class.
func (j *judge) valueOf(class, name string) string {
	sym := j.surface.member(class, name)
	if sym == nil || sym.Kind == kindMethod || j.surface.own[name] || j.local[name] {
		return ""
	}
	return sym.Type
}

// called returns the class of what the call returns whose closing bracket is token i.
func (j *judge) called(i int) string {
	open := j.opening(i)
	if open < 1 || j.tokens[open-1].kind != identifier {
		return ""
	}
	name := j.at(open - 1)
	switch j.at(open - 2) {
	case ".", "->", ":":
		return j.calledMember(j.receiver(open-3), name)
	case "::":
		if name == "get_singleton" && j.surface.domain == GDExtension {
			return j.at(open - 3)
		}
		return ""
	}
	if j.surface.classes[name] != nil && !j.isC() {
		return name // a constructor
	}
	if j.language == Godot && j.base != "" {
		return j.calledMember(j.base, name)
	}
	return ""
}

// calledMember returns the class of what a method returns.
func (j *judge) calledMember(class, name string) string {
	if class == "" || j.local[name] || j.surface.own[name] {
		return ""
	}
	if name == "new" && j.language == Godot {
		return class
	}
	if sym := j.surface.member(class, name); sym != nil {
		return sym.Type
	}
	return ""
}

// opening returns the bracket that the bracket i closes, -1 if none does.
func (j *judge) opening(i int) int {
	const most = 2000 // tokens
	depth := 0
	for k := i; k >= 0 && k > i-most; k-- {
		switch j.at(k) {
		case ")", "]", "}":
			depth++
		case "(", "[", "{":
			if depth--; depth == 0 {
				return k
			}
		}
	}
	return -1
}

// godotTypes reads the types that a script declares: name: Type, name := Type.new(), name := Type(…).
func (j *judge) godotTypes(tokens []token) {
	d := definer{tokens: tokens}
	for i, t := range tokens {
		if t.kind != identifier || keyword(Godot, t.text) {
			continue
		}
		switch before := d.at(i - 1); before {
		case "var", "const", "for":
			j.declare(t.text, j.declared(&d, i))
		case "(", ",":
			if d.at(i+1) == ":" {
				j.declare(t.text, j.declared(&d, i))
			}
		}
	}
}

// declared returns the type that the declaration of name i states, "" if none.
func (j *judge) declared(d *definer, i int) string {
	if i+2 >= len(d.tokens) || d.tokens[i+2].kind != identifier {
		return ""
	}
	typ, after := d.at(i+2), d.at(i+3)
	switch d.at(i + 1) {
	case ":":
		if after != "." {
			return typ
		}
	case ":=":
		if made := after == "(" || after == "." && d.at(i+4) == "new"; made && isUpper(typ[0]) && j.endsAt(d.tokens, i+3) {
			return typ
		}
	}
	return ""
}

// endsAt reports whether the statement ends with the first call from token i on.
func (j *judge) endsAt(tokens []token, i int) bool {
	for i < len(tokens) && tokens[i].text != "(" {
		i++
	}
	depth := 0
	for ; i < len(tokens); i++ {
		switch tokens[i].text {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			if depth--; depth == 0 {
				return i+1 == len(tokens) || tokens[i+1].first || tokens[i+1].text == ";"
			}
		}
	}
	return false
}

// declare notes the type of a variable. Two declarations that differ leave it unknown.
func (j *judge) declare(name, class string) {
	if old, found := j.types[name]; found && old != class {
		class = ""
	}
	j.types[name] = class
}

// luaTypes reads variables that hold a new object of a class: local e = Entity(…).
func (j *judge) luaTypes(tokens []token) {
	for i := 1; i+2 < len(tokens); i++ {
		if tokens[i].text != "=" || tokens[i-1].kind != identifier || i > 1 && (tokens[i-2].text == "." || tokens[i-2].text == ",") {
			continue
		}
		class := ""
		if name := tokens[i+1].text; tokens[i+2].text == "(" && j.surface.classes[name] != nil && !j.surface.own[name] && j.endsAt(tokens, i+2) {
			class = name
		}
		j.declare(tokens[i-1].text, class)
	}
	definitions(Lua, tokens, func(name string) {
		if _, found := j.types[name]; !found {
			j.types[name] = ""
		}
	})
}

// cTypes reads declarations with a class of Godot: Type *name, Type name, Ref<Type> name.
func (j *judge) cTypes(tokens []token) {
	if j.surface.domain != GDExtension {
		return
	}
	d := definer{tokens: tokens}
	for i, t := range tokens {
		if t.kind != identifier || j.surface.classes[t.text] == nil {
			continue
		}
		k := i + 1
		for d.at(k) == "*" || d.at(k) == "&" || d.at(k) == "const" || d.at(k) == ">" {
			k++
		}
		if k+1 >= len(tokens) || tokens[k].kind != identifier || !endsName[d.at(k+1)] {
			continue
		}
		class := t.text
		if argument := d.at(i-1) == "<"; argument != (d.at(i+1) == ">") || argument && d.at(i-2) != "Ref" {
			class = "" // an argument of another template
		}
		j.declare(tokens[k].text, class)
	}
}
