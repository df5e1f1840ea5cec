package mutate

import (
	"slices"
	"strconv"
	"strings"
)

// Kind is what an Edit gets wrong.
type Kind string

// The kinds.
const (
	Comparison Kind = "comparison"
	NilCheck   Kind = "nil-check"
	OffByOne   Kind = "off-by-one"
	Arguments  Kind = "arguments"
	Operator   Kind = "operator"
	Condition  Kind = "condition"
	Flag       Kind = "flag"
	Function   Kind = "function"
	Await      Kind = "await"     // made by callers, who know what waits
	Variable   Kind = "variable"  // made by callers, who know what is in scope
	Statement  Kind = "statement" // one is missing; made by callers, who know where statements begin
)

// An Edit replaces a range of bytes of the code.
type Edit struct {
	Kind       Kind
	Start, End int
	Text       string
	What       string // the name that it is about, "" if there is none
}

// Apply returns the code with the edit made.
func (e Edit) Apply(code string) string { return code[:e.Start] + e.Text + code[e.End:] }

// finder looks for edits.
type finder struct {
	code    string
	tokens  []token
	unequal string // the language's sign
	edits   []Edit
}

// Edits lists the ways of breaking the code from an offset on, in the order of the code. The comment sign tells the language:
// "--" for Lua, "//" for C and C++, "#" for GDScript.
func Edits(code, comment string, from int) []Edit {
	f := finder{code: code, tokens: lex(code, comment), unequal: "!="}
	if comment == "--" {
		f.unequal = "~="
	}
	for i, t := range f.tokens {
		if t.start < from {
			continue
		}
		switch t.kind {
		case mark:
			f.mark(i)
		case word:
			f.word(i)
		case number:
			f.number(i)
		}
	}
	return slices.DeleteFunc(f.edits, func(e Edit) bool { return e.Apply(code) == code })
}

// text is the text of token i, "" if there is none.
func (f *finder) text(i int) string {
	if i < 0 || i >= len(f.tokens) {
		return ""
	}
	return f.code[f.tokens[i].start:f.tokens[i].end]
}

func (f *finder) is(i int, k kind) bool { return i >= 0 && i < len(f.tokens) && f.tokens[i].kind == k }

// add replaces token i.
func (f *finder) add(k Kind, i int, with, what string) {
	f.edits = append(f.edits, Edit{k, f.tokens[i].start, f.tokens[i].end, with, what})
}

// spaced reports whether token i has a blank on both sides: binary operators do, templates and pointers mostly do not.
func (f *finder) spaced(i int) bool {
	t := f.tokens[i]
	return t.start > 0 && f.code[t.start-1] == ' ' && t.end < len(f.code) && f.code[t.end] == ' '
}

// value reports whether token i can end (or begin) an operand that is no string.
func (f *finder) value(i int) bool {
	return f.is(i, word) && !keywords[f.text(i)] || f.is(i, number) || f.text(i) == ")" || f.text(i) == "]" || f.text(i) == "("
}

var (
	keywords = set("return", "and", "or", "not", "if", "then", "else", "elseif", "elif", "while", "for", "in", "do", "case", "await", "end", "local",
		"function", "func", "template", "typename", "operator", "sizeof", "switch", "catch", "assert", "until", "repeat", "const", "static", "new", "delete",
		"defined", "class", "struct", "match", "when", "is", "as", "void")
	comparisons = map[string]string{"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
	operators   = map[string]string{"+": "-", "-": "+", "*": "/", "/": "*", "+=": "-=", "-=": "+="}
	nothing     = set("nil", "null", "nullptr", "NULL")
	opposites   = map[string]string{
		"min": "max", "max": "min", "mini": "maxi", "maxi": "mini", "minf": "maxf", "maxf": "minf", "floor": "ceil", "ceil": "floor", "sin": "cos", "cos": "sin",
		"begins_with": "ends_with", "ends_with": "begins_with", "show": "hide", "hide": "show", "lower": "upper", "upper": "lower",
	}
	// commutative are functions whose arguments may change places.
	commutative = set("min", "max", "mini", "maxi", "minf", "maxf", "is_equal_approx", "is_same", "swap", "distance", "distance2", "gcd", "hypot", "Min", "Max", "print", "prints")
)

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

func (f *finder) mark(i int) {
	switch t := f.text(i); t {
	case "<", "<=", ">", ">=":
		if f.spaced(i) && f.value(i-1) && f.value(i+1) {
			f.add(Comparison, i, comparisons[t], "")
		}
	case "==":
		f.equality(i, f.unequal)
	case "!=", "~=":
		if t == f.unequal {
			f.equality(i, "==")
		}
	case "&&":
		f.add(Condition, i, "||", "")
	case "||":
		f.add(Condition, i, "&&", "")
	case "!":
		if f.is(i+1, word) || f.text(i+1) == "(" {
			f.add(Condition, i, "", "")
		}
	case "+", "-", "*", "/", "+=", "-=":
		f.arithmetic(i, t)
	case "(":
		f.call(i)
	}
}

func (f *finder) equality(i int, with string) {
	k := Comparison
	if nothing[f.text(i+1)] {
		k = NilCheck
	}
	f.add(k, i, with, "")
}

// arithmetic turns an operator round, or leaves out " + 1".
func (f *finder) arithmetic(i int, t string) {
	if !f.spaced(i) || !f.value(i-1) || !f.value(i+1) || f.is(i-1, text) || f.is(i+1, text) {
		return
	}
	if (t == "*" || t == "/") && !f.inExpression(i) {
		return // a declaration of a pointer
	}
	if one := f.text(i + 1); one == "1" && (t == "+" || t == "-") {
		f.edits = append(f.edits, Edit{OffByOne, f.tokens[i].start - 1, f.tokens[i+1].end, "", ""})
		return
	}
	f.add(Operator, i, operators[t], "")
}

// inExpression reports whether an expression has begun before token i on its line.
func (f *finder) inExpression(i int) bool {
	line := f.code[strings.LastIndexByte(f.code[:f.tokens[i].start], '\n')+1 : f.tokens[i].start]
	return strings.ContainsAny(line, "=(") || strings.Contains(line, "return ")
}

func (f *finder) word(i int) {
	switch t := f.text(i); t {
	case "and":
		f.add(Condition, i, "or", "")
	case "or":
		f.add(Condition, i, "and", "")
	case "not":
		if next := f.text(i + 1); next != "in" && f.text(i-1) != "is" && f.tokens[i].end < len(f.code) && f.code[f.tokens[i].end] == ' ' {
			f.edits = append(f.edits, Edit{Condition, f.tokens[i].start, f.tokens[i].end + 1, "", ""})
		}
	case "true", "false":
		if before := f.text(i - 1); before == "return" || before == "=" || before == ":=" {
			f.add(Flag, i, map[string]string{"true": "false", "false": "true"}[t], "")
		}
	default:
		if with := opposites[t]; with != "" && f.text(i+1) == "(" && f.text(i-1) != "func" && f.text(i-1) != "function" {
			f.add(Function, i, with, t)
		}
	}
}

// number changes small whole numbers that count or index something.
func (f *finder) number(i int) {
	const most = 64
	n, err := strconv.Atoi(f.text(i))
	if err != nil || n > most {
		return
	}
	switch before := f.text(i - 1); {
	case comparisons[before] != "", before == "[":
	case before == "=" && f.text(i-3) == "for", (before == "(" || before == ",") && f.text(i-2) == "range":
	default:
		return
	}
	if next := f.text(i + 1); next == "." || next == "*" || next == "/" {
		return
	}
	with := n + 1
	if n > 1 {
		with = n - 1
	}
	f.add(OffByOne, i, strconv.Itoa(with), "")
}

// call exchanges the two arguments of a call, where both are simple and differ.
func (f *finder) call(open int) {
	name := f.text(open - 1)
	if !f.is(open-1, word) || keywords[name] || commutative[name] || f.declares(open-1) {
		return
	}
	comma := f.operand(open + 1)
	if comma == open+1 || f.text(comma) != "," {
		return
	}
	end := f.operand(comma + 1)
	if end == comma+1 || f.text(end) != ")" && f.text(end) != "," {
		return
	}
	a, b := f.span(open+1, comma), f.span(comma+1, end)
	between := f.code[f.tokens[comma-1].end:f.tokens[comma+1].start]
	if a == b || strings.ContainsAny(between, "\n") {
		return
	}
	f.edits = append(f.edits, Edit{Arguments, f.tokens[open+1].start, f.tokens[end-1].end, b + between + a, name})
}

// declares reports whether the name at i is declared there, not called.
func (f *finder) declares(i int) bool {
	before := f.text(i - 1)
	for before == "." || before == ":" || before == "::" || before == "->" { // the path before the name
		i -= 2
		before = f.text(i - 1)
	}
	switch before {
	case "func", "function", "*", "&", ">", "~":
		return true
	}
	return f.is(i-1, word) && !keywords[before]
}

// operand returns the token after a name with its path, or after a number.
func (f *finder) operand(i int) int {
	if f.is(i, number) {
		return i + 1
	}
	if !f.is(i, word) || keywords[f.text(i)] || nothing[f.text(i)] {
		return i
	}
	i++
	for (f.text(i) == "." || f.text(i) == "->" || f.text(i) == "::") && f.is(i+1, word) {
		i += 2
	}
	return i
}

func (f *finder) span(from, to int) string { return f.code[f.tokens[from].start:f.tokens[to-1].end] }
