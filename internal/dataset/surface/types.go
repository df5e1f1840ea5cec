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
	if t.text == "self" && j.language == Godot {
		return j.base
	}
	if class, declared := j.types[t.text]; declared {
		return class
	}
	if j.local[t.text] || j.surface.own[t.text] {
		return ""
	}
	if class := j.surface.globals[t.text]; class != "" {
		return class
	}
	if j.surface.classes[t.text] != nil && j.language != CPlusPlus && j.language != C {
		return t.text
	}
	if j.language == Godot && j.base != "" {
		return j.valueOf(j.base, t.text)
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
	name, before := j.at(open-1), j.at(open-2)
	if before == "." || before == "->" || before == ":" {
		class := j.receiver(open - 3)
		if class == "" {
			return ""
		}
		if name == "new" && j.language == Godot {
			return class
		}
		if sym := j.surface.member(class, name); sym != nil && !j.surface.own[name] && !j.local[name] {
			return sym.Type
		}
		return ""
	}
	if before == "::" {
		if name == "get_singleton" && j.surface.domain == GDExtension {
			return j.at(open - 3)
		}
		return ""
	}
	if j.surface.classes[name] != nil && j.language != C && j.language != CPlusPlus {
		return name // a constructor
	}
	if j.language == Godot && j.base != "" && !j.local[name] && !j.surface.own[name] {
		if sym := j.surface.member(j.base, name); sym != nil {
			return sym.Type
		}
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

// godotTypes reads the types that a script declares: name: Type, name := Type.new(), name := Type(…), name := x as Type.
func (j *judge) godotTypes(tokens []token) {
	at := func(i int) token {
		if i < 0 || i >= len(tokens) {
			return token{}
		}
		return tokens[i]
	}
	for i, t := range tokens {
		if t.kind != identifier || keyword(Godot, t.text) {
			continue
		}
		declared := false
		switch at(i - 1).text {
		case "var", "const", "for", "(", ",":
			declared = true
		}
		next, typ := at(i+1).text, at(i+2)
		switch {
		case !declared || typ.kind != identifier:
			if declared && (next == "=" || next == ":=" || next == "in") && at(i-1).text != "(" && at(i-1).text != "," {
				j.declare(t.text, "")
			}
		case next == ":" && at(i+3).text != ".":
			j.declare(t.text, typ.text)
		case next == ":=" && (at(i+3).text == "(" || at(i+3).text == "." && at(i+4).text == "new") && isUpper(typ.text[0]) && j.endsAt(tokens, i+3):
			j.declare(t.text, typ.text)
		case at(i-1).text == "var" || at(i-1).text == "const" || at(i-1).text == "for":
			j.declare(t.text, "")
		}
	}
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
	for i := 0; i+2 < len(tokens); i++ {
		t := tokens[i]
		if t.kind != identifier || j.surface.classes[t.text] == nil {
			continue
		}
		k := i + 1
		for k < len(tokens) && (tokens[k].text == "*" || tokens[k].text == "&" || tokens[k].text == "const" || tokens[k].text == ">") {
			k++
		}
		if k+1 >= len(tokens) || tokens[k].kind != identifier {
			continue
		}
		class := t.text
		if reference := i >= 2 && tokens[i-1].text == "<"; reference != (tokens[i+1].text == ">") || reference && tokens[i-2].text != "Ref" {
			class = ""
		}
		switch tokens[k+1].text {
		case ";", "=", ",", ")", "{", "(":
			j.declare(tokens[k].text, class)
		}
	}
}
