package surface

import (
	"regexp"
	"strings"
)

// define takes in what a file of the project defines.
func (s *Surface) define(src Source) {
	if src.Language == godotProject {
		s.defineAutoloads(src.Text)
		return
	}
	l := lex(src.Language, src.Text)
	definitions(src.Language, l.tokens, func(name string) { s.own[name] = true })
	if src.Language == Godot {
		name, base := godotHeader(l.tokens)
		if name != "" {
			s.own[name] = true
			if s.classes[name] == nil && base != name {
				s.ownBase[name] = base
			}
		}
	}
}

// godotProject is the language of a file project.godot.
const godotProject = "godot-project"

var autoload = regexp.MustCompile(`(?m)^([\pL_][\pL\pN_]*)\s*=\s*"`)

// defineAutoloads takes in the names under which a project's singletons are known to all scripts.
func (s *Surface) defineAutoloads(project string) {
	_, rest, found := strings.Cut(project, "[autoload]")
	if !found {
		return
	}
	section, _, _ := strings.Cut(rest, "\n[")
	for _, m := range autoload.FindAllStringSubmatch(section, -1) {
		s.own[m[1]] = true
	}
}

// definitions calls found with every name that tokens define: functions, parameters, variables, fields, types, macros. It
// errs on the side of finding too much: what it misses would be called unknown.
func definitions(language string, tokens []token, found func(name string)) {
	d := definer{tokens: tokens, found: found}
	for i, t := range tokens {
		switch {
		case t.kind == text && language == Godot && d.at(i+1) == ":":
			if key := strings.Trim(t.text, `"'`); name.FindString(key) == key {
				found(key) // of a dictionary, whose values can be written as members
			}
		case t.kind != identifier:
		case language == Lua:
			d.lua(i)
		case language == Godot:
			d.godot(i)
		default:
			d.c(i)
		}
	}
}

// A definer looks for definitions among tokens.
type definer struct {
	tokens []token
	found  func(name string)
}

// at returns the text of a token, "" outside.
func (d *definer) at(i int) string {
	if i < 0 || i >= len(d.tokens) {
		return ""
	}
	return d.tokens[i].text
}

// names calls found with the identifiers that commas separate, from token i on.
func (d *definer) names(i int) {
	for i < len(d.tokens) && d.tokens[i].kind == identifier {
		d.found(d.at(i))
		if d.at(i+1) != "," {
			return
		}
		i += 2
	}
}

// parameters calls found with the identifiers at the beginning of each part between the bracket i and the one that closes it.
func (d *definer) parameters(i int) {
	depth := 0
	for ; i < len(d.tokens); i++ {
		switch d.at(i) {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			if depth--; depth == 0 {
				return
			}
		}
		if before := d.at(i - 1); depth == 1 && d.tokens[i].kind == identifier && (before == "(" || before == "," || before == "...") {
			d.found(d.at(i))
		}
	}
}

// lua looks at the identifier i.
func (d *definer) lua(i int) {
	switch word, next := d.at(i), d.at(i+1); {
	case word == "local" && next != "function", word == "for":
		d.names(i + 1)
	case word == "function":
		for i++; i < len(d.tokens) && d.at(i) != "("; i++ {
			if d.tokens[i].kind == identifier {
				d.found(d.at(i))
			} else if d.at(i) != "." && d.at(i) != ":" {
				return
			}
		}
		d.parameters(i)
	case next == "=":
		d.found(word)
	case next == ",":
		d.targets(i)
	}
	if word := d.at(i); word == "require" || word == "include" {
		d.modules(i + 1)
	}
}

// targets finds the names of an assignment to several ones: a.b, c = f().
func (d *definer) targets(i int) {
	const most = 16 // tokens
	for j := i + 1; j < len(d.tokens) && j < i+most; j++ {
		switch t := d.tokens[j]; {
		case t.text == "=":
			d.found(d.at(i))
			return
		case t.kind != identifier && t.text != "," && t.text != "." || keyword(Lua, t.text):
			return
		}
	}
}

// modules finds the last part of the name of a module that is loaded, which may become a global.
func (d *definer) modules(i int) {
	if d.at(i) == "(" {
		i++
	}
	if i < len(d.tokens) && d.tokens[i].kind == text {
		name := strings.Trim(d.at(i), `"'`)
		d.found(name[strings.LastIndexAny(name, "./")+1:])
	}
}

// godot looks at the identifier i.
func (d *definer) godot(i int) {
	switch word, next := d.at(i), d.at(i+1); {
	case d.at(i-1) == ".":
	case word == "func":
		if next != "(" {
			d.names(i + 1)
			i++
		}
		d.parameters(i + 1)
	case word == "var", word == "const", word == "class", word == "class_name", word == "for":
		d.names(i + 1)
	case word == "signal":
		d.names(i + 1)
		d.parametersOf(i + 2)
	case word == "enum":
		d.enum(i + 1)
	case next == "=" && (d.at(i-1) == "{" || d.at(i-1) == ","):
		d.found(word) // a key of a dictionary
	case word == "set" && next == "(":
		d.parameters(i + 1)
	}
}

func (d *definer) parametersOf(i int) {
	if d.at(i) == "(" {
		d.parameters(i)
	}
}

// enum finds the names of an enumeration.
func (d *definer) enum(i int) {
	if i < len(d.tokens) && d.tokens[i].kind == identifier {
		d.found(d.at(i))
		i++
	}
	if d.at(i) != "{" {
		return
	}
	for ; i < len(d.tokens) && d.at(i) != "}"; i++ {
		if before := d.at(i - 1); d.tokens[i].kind == identifier && (before == "{" || before == ",") {
			d.found(d.at(i))
		}
	}
}

// godotHeader returns the name that a script gives its class and what it extends.
func godotHeader(tokens []token) (name, base string) {
	d := definer{tokens: tokens}
	for i, t := range tokens {
		switch {
		case t.text == "class_name":
			name = d.at(i + 1)
		case t.text == "extends" && base == "" && i+1 < len(tokens) && tokens[i+1].kind == identifier:
			base = d.at(i + 1)
		case t.text == "func":
			return name, base
		}
	}
	return name, base
}

// c looks at the identifier i of C or C++. A name after what may be a type is defined, and so is every argument of a macro that
// is written in capitals and stands at the beginning of a statement.
func (d *definer) c(i int) {
	word, before, next := d.at(i), d.at(i-1), d.at(i+1)
	if keyword(C, word) {
		return
	}
	if introduces[before] || before == "define" && d.tokens[i].directive {
		d.found(word)
		return
	}
	if next == "(" && capitals(word) && d.startsStatement(i) {
		d.arguments(i + 1)
	}
	switch {
	case !endsName[next]:
	case d.afterType(i), before == "::" && next == "(" && d.definesMember(i):
		d.found(word)
	case before == "{" || before == ",":
		d.enumerator(i, next)
	}
}

// introduces are words that a new name follows.
var introduces = words("struct class enum union namespace using typename concept goto")

// endsName are what may follow the name that a declaration introduces.
var endsName = map[string]bool{"(": true, ";": true, "=": true, ",": true, "[": true, "{": true, ")": true, ":": true, "}": true, "": true}

// afterType reports whether what stands before token i may be a type.
func (d *definer) afterType(i int) bool {
	switch before := d.at(i - 1); before {
	case "*", "&", ">", "]", "~":
		return true
	default:
		return i > 0 && d.tokens[i-1].kind == identifier && !notType(before) && before != "sizeof"
	}
}

// capitals reports whether a word is written in capitals.
func capitals(word string) bool {
	return strings.ToUpper(word) == word && strings.ToLower(word) != word
}

// startsStatement reports whether token i is the first of a statement.
func (d *definer) startsStatement(i int) bool {
	switch d.at(i - 1) {
	case "", ";", "{", "}", ")", ":":
		return true
	}
	return d.tokens[i].first
}

// arguments finds the identifiers between the bracket i and the one that closes it, blocks left out.
func (d *definer) arguments(i int) {
	depth := 0
	for ; i < len(d.tokens); i++ {
		switch d.at(i) {
		case "(":
			depth++
		case ")":
			depth--
		case "{":
			return
		}
		if depth == 0 {
			return
		}
		if next := d.at(i + 1); d.tokens[i].kind == identifier && depth == 1 && (next == "," || next == ")") && d.at(i-1) != "." && d.at(i-1) != "->" {
			d.found(d.at(i))
		}
	}
}

// definesMember reports whether the name i after :: is that of a function defined here: a brace follows its parameters.
func (d *definer) definesMember(i int) bool {
	depth := 0
	for i++; i < len(d.tokens); i++ {
		switch d.at(i) {
		case "(":
			depth++
		case ")":
			depth--
		case "{":
			if depth == 0 {
				return true
			}
		case ";":
			return false
		}
	}
	return false
}

// enumerator takes in the name i if it stands in the braces of an enumeration.
func (d *definer) enumerator(i int, next string) {
	const most = 4000 // tokens
	if next != "," && next != "=" && next != "}" {
		return
	}
	depth := 0
	for j := i - 1; j >= 0 && j > i-most; j-- {
		switch d.at(j) {
		case "}", ")":
			depth++
		case "(":
			depth--
		case ";":
			return
		case "{":
			if depth--; depth < 0 {
				for k := j - 1; k >= 0 && k > j-6; k-- {
					if d.at(k) == "enum" {
						d.found(d.at(i))
						return
					}
				}
				return
			}
		}
	}
}
