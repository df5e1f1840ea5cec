package cpp

import (
	"fmt"
	"strings"
)

// macro reports whether a word may be a macro that stands for anything: it has no small letter, or is a name that
// only compilers and libraries may use.
func macro(word string) bool {
	return strings.ToUpper(word) == word || len(word) > 1 && word[0] == '_' && (word[1] == '_' || word[1] >= 'A' && word[1] <= 'Z')
}

// likeMacro reports whether a word may be a macro that takes statements: its first letter is a capital, or it has no small one.
func likeMacro(word string) bool { return macro(word) || word[0] >= 'A' && word[0] <= 'Z' }

// mark reports whether an item is a certain punctuation.
func (t item) mark(text string) bool { return t.kind == punctuation && t.text == text }

// in reports whether an item is one of some punctuation.
func (t item) in(set map[string]bool) bool { return t.kind == punctuation && set[t.text] }

// follows words what two neighbours do wrong.
func follows(t, next item) string { return fmt.Sprintf("%q is followed by %q", t.text, next.text) }

// apart words what is missing between two neighbours.
func apart(t, next item) string {
	return fmt.Sprintf("nothing stands between %q and %q", t.text, next.text)
}

var (
	beforeLiteral = words(`return case else do throw co_return co_yield co_await sizeof alignof and or not xor bitand bitor compl and_eq
		or_eq xor_eq not_eq extern asm __asm__ __asm volatile operator goto default`)
	wordOperators = words("and or not xor bitand bitor compl and_eq or_eq xor_eq not_eq")
)

// literals judges what stands beside numbers and strings.
func (c *checker) literals(i int, before, t, next item) string {
	switch {
	case t.kind == number && c.afterNumber(next), t.kind == text && next.kind == number, t.kind == text && c.afterText(i, next):
		return follows(t, next)
	case t.kind == number && before.mark(")") && c.certain(before) && !c.inMacro():
		return follows(before, t)
	case t.kind == number || t.kind == text:
		if before.mark("]") && c.subscript(before) && !c.inMacro() || c.beforeLiteral(i, before, t) {
			return follows(before, t)
		}
	}
	return ""
}

// stray judges characters that only strings hold.
func (c *checker) stray(_ int, _, t, _ item) string {
	if t.kind == identifier && strings.Contains(t.text, "@") || (t.mark("`") || t.mark("#")) && !c.withinMacro() {
		return fmt.Sprintf("%q stands outside of a string", t.text)
	}
	return ""
}

// afterText reports whether a declaration cannot begin with next after the text i. It can after extern "C".
func (c *checker) afterText(i int, next item) bool {
	if next.kind != identifier || !typing[next.text] || next.text == "struct" || c.inMacro() {
		return false
	}
	return c.at(i-1).kind == punctuation || c.at(i-1).kind == number
}

// afterNumber reports whether an item cannot stand after a number.
func (c *checker) afterNumber(next item) bool {
	return next.kind == number || next.mark("(") || next.mark("{") || next.kind == identifier && !wordOperators[next.text] && !c.macro(next.text)
}

// beforeLiteral reports whether a word before the literal t cannot stand there. Strings may be joined by a word in between.
func (c *checker) beforeLiteral(i int, before, t item) bool {
	if before.kind != identifier || beforeLiteral[before.text] || c.macro(before.text) || c.inMacro() {
		return false
	}
	return t.kind == number || c.at(i-2).kind != text
}

// operators that need something on both sides.
var binary = words("= == != += -= *= /= %= &= |= ^= <<= || | / % ^ ? <= >= << < + - ! ~")

// never lists what no valid code has after a punctuation.
var never = pairs()

func pairs() map[string]map[string]bool {
	table := map[string]map[string]bool{":": words(") , ]")}
	for op := range binary {
		table[op] = words("/ % = == != <= >= += -= *= /= %= |= ^= <<= || | ^ ? , ; ) ] } << < -> .")
		if compares[op] {
			table[op]["&&"] = true
		}
	}
	delete(table["="], ".") // in initializers: = .5 is a number, but = .x is none
	delete(table["="], "->")
	for _, op := range []string{"*", "&", "&&"} {
		table[op] = words("] } / % == != <= >= += -= *= /= %= |= ^= <<= || | ^ ? << < . ->")
	}
	table[";"] = words("-> . = == != <= >= += -= *= /= %= |= ^= <<= || | / % ^ ? <")
	table["{"] = words("-> = == != <= >= += -= *= /= %= |= ^= <<= || | / % ^ ?")
	return table
}

// compares are operators that an address of a label does not follow.
var compares = words("== != <= >= || / % ^")

// operator judges what follows an operator.
func (c *checker) operator(_ int, before, t, next item) string {
	if t.kind != punctuation || before.text == "operator" || next.kind == branch || before.kind == branch || c.passed(before, t, next) {
		return ""
	}
	bad := next.in(never[t.text])
	switch {
	case before.mark(")") && next.mark("->"): // after the & of a member function
		bad = bad && t.text[0] != '&'
	case c.inMacro():
		bad = bad && !before.mark(",") && !next.in(inArguments) && !t.in(betweenArguments)
	default:
		bad = bad || c.colon(t, next) || c.pointer(t, next)
	}
	if bad {
		return follows(t, next)
	}
	return ""
}

var (
	inArguments      = words(") ,") // what ends an argument, which may be an operator
	beforeArgument   = words("( ,")
	betweenArguments = words("; . :") // what macros may take in any place
)

// colon reports whether two colons, or a separator and a colon, stand beside each other.
func (c *checker) colon(t, next item) bool {
	switch t.text {
	case ":", ";", "{":
		return next.mark(":") && c.bracket() != "("
	}
	return false
}

// pointer reports whether a sign that may make a pointer or reference has no operand, or a dot no owner.
func (c *checker) pointer(t, next item) bool {
	switch t.text + next.text {
	case "{.":
		return c.kinds[t.index] == useBlock
	case "*;", "&;":
		return c.strict()
	case "*=":
		return c.block() && t.text == "*"
	case "&&>":
		return c.top().angles == 0
	}
	return false
}

// strict reports whether the statement in a block is an expression, not a declaration whose = belongs to a type.
func (c *checker) strict() bool {
	head := c.at(c.top().head)
	return c.block() && c.top().value && head.kind == identifier && !c.macro(head.text) && (!reserved[head.text] || head.text == "return")
}

// passed reports whether an operator stands where a macro may take it, or a lambda.
func (c *checker) passed(before, t, next item) bool {
	if c.inMacro() && t.text == "." {
		return true
	}
	if f := c.top(); before.text == "(" && f.open > 1 && c.member(f.open-1) {
		return false // of a member function
	}
	return (before.text == "(" || before.text == "," || before.text == "[") && (next.text == ")" || next.text == "," || next.text == "]")
}

// member reports whether item i is a name after a dot or an arrow, which no macro is. The arrow before a type is another one.
func (c *checker) member(i int) bool {
	t, before, owner := c.at(i), c.at(i-1), c.at(i-2)
	if t.kind != identifier || reserved[t.text] || macro(t.text) {
		return false
	}
	return before.mark(".") || before.mark("->") && (owner.kind == identifier && !reserved[owner.text] || owner.mark("]"))
}

// accessor judges what follows a dot, an arrow or ::.
func (c *checker) accessor(_ int, before, t, next item) string {
	if !t.in(accessors) || before.text == "operator" || next.kind == branch || before.kind == branch || c.inMacro() {
		return ""
	}
	if c.passed(before, t, next) || accessed(t, next) {
		return ""
	}
	return follows(t, next)
}

var beforeName = words("~ ::")

var accessors = words(". -> ::")

// accessed reports whether an item may follow a dot, an arrow or ::.
func accessed(t, next item) bool {
	if next.kind != punctuation {
		return next.kind != number && (next.kind != text || t.text == "::")
	}
	switch next.text {
	case "~", "*", ".*":
		return true
	case "::":
		return t.text == "->"
	case ":", ")":
		return t.text == "::" // in assembly
	}
	return false
}

// afterComma are operators that no operand begins with.
var afterComma = words("= == != <= >= += -= *= /= %= |= ^= <<= || | / % ^ ? ->")

// comma judges commas, and what follows an opening bracket or a separator.
func (c *checker) comma(i int, before, t, next item) string {
	if t.kind != punctuation || next.kind != punctuation || c.inMacro() || c.frameKind(i, before, t) == argument {
		return ""
	}
	if c.separated(i, before, t, next) || (t.text == "," || t.text == "(") && next.in(afterComma) && !c.operand(i+2) {
		return follows(t, next)
	}
	return ""
}

// separated reports whether a separator or bracket is followed by one that it cannot be.
func (c *checker) separated(i int, before, t, next item) bool {
	switch t.text + next.text {
	case ",)", ",]", ",;", ",,", "[,", "{,", "{;)":
		return true
	case "(,":
		return before.kind != identifier || c.member(i-1) || c.functions[before.text] || c.withinBlock()
	case "(.":
		return c.member(i - 1)
	case "(&", "(*":
		return c.member(i-1) && c.at(i+2).mark(")")
	}
	return false
}

// operand reports whether item i ends an argument: a macro may take an operator.
func (c *checker) operand(i int) bool {
	t := c.at(i)
	return t.kind == branch || t.kind == punctuation && (t.text == "," || t.text == ")" || t.text == "]" || t.text == ">")
}

// opening judges square brackets that hold nothing, and statements that begin with one.
func (c *checker) opening(_ int, before, t, next item) string {
	if !t.mark("[") || !before.mark("]") || c.inMacro() || c.opener[before.index] < 1 {
		return ""
	}
	empty := next.mark("]") && c.subscript(before)
	if empty || !next.mark("[") && c.block() && c.tokens[c.opener[before.index]-1].begins() {
		return follows(before, t)
	}
	return ""
}

// begins reports whether a statement begins after a token.
func (t token) begins() bool {
	return t.kind == punctuation && (t.text == ";" || t.text == "{" || t.text == "}")
}

// names judges names without anything between them.
func (c *checker) names(i int, before, t, next item) string {
	if t.kind != identifier || next.kind != identifier || c.inMacro() {
		return ""
	}
	if t.text == next.text && reserved[t.text] && !mayRepeat[t.text] {
		return fmt.Sprintf("%q stands twice", t.text)
	}
	if !c.name(t.token) || c.macro(next.text) || wordOperators[next.text] {
		return ""
	}
	if c.besides(i, next) || !reserved[next.text] && c.twoNames(i, before, t, next) {
		return apart(t, next)
	}
	return ""
}

// besides reports whether a word that may begin a declaration follows a name, item i, in an expression.
func (c *checker) besides(i int, next item) bool {
	if reserved[next.text] && !typing[next.text] {
		return false
	}
	return c.inValue(i, next) || c.bracket() != "[" && c.field(i)
}

// inValue reports whether a name next after another one, item i, lies in an expression. What is called may be a macro.
func (c *checker) inValue(i int, next item) bool {
	f := c.top()
	switch {
	case !f.value || f.angles > 0:
		return false
	case typing[next.text]:
		return i != f.head || c.bracket() != "("
	}
	return !c.at(i+2).mark("(") || c.functions[next.text] || library[next.text]
}

// twoNames reports whether what stands around two names shows that they are no declaration.
func (c *checker) twoNames(i int, before, t, next item) bool {
	after := c.at(i + 2)
	switch {
	case after.in(onlyValues):
		return t.text != "module" && t.text != "import" && !assembly[before.text]
	case t.text == next.text && after.kind == identifier:
		return !c.macro(after.text) && (!reserved[after.text] || typing[after.text])
	case library[t.text]:
		return c.block() && before.kind == punctuation && !before.in(beforeName)
	case before.in(prefixes):
		return c.at(i-2).in(beforeArgument) && after.in(inArguments)
	}
	return before.mark("*") && c.block() && c.top().head == i-1 && after.mark("=")
}

// field reports whether item i is a name after a dot or an arrow in an expression.
func (c *checker) field(i int) bool {
	owner := c.at(i - 2)
	if c.at(i - 1).mark("->") {
		return owner.kind == identifier && !reserved[owner.text]
	}
	return c.at(i-1).mark(".") && (owner.kind == identifier || owner.mark(")") || owner.mark("]"))
}

var (
	// onlyValues are operators that do not follow the name of what is declared.
	onlyValues = words("-> . + - / % == != <= >= += -= /= %= |= ^= <<= || | ^ ?")
	// prefixes are operators that an operand follows and no type stands before, right after a bracket or comma.
	prefixes = words("& ! ~ + -")
)
