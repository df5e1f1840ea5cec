package cpp

import "fmt"

// wordNever lists what no valid code has after a word.
var wordNever = map[string]map[string]bool{
	"typedef": words("{"), "struct": words(";"), "union": words(";"),
	"return": words(") ] } / % = == != <= >= += -= *= /= %= |= ^= <<= || | ^ ? , << < -> ."),
	"case":   words(": / % = == != <= >= += -= *= /= %= |= ^= <<= || | ^ ? , ; ) ] } << < -> ."),
	"else":   words(") } / % = == != <= >= += -= *= /= %= |= ^= <<= || | ^ ? , ] << < -> ."),
}

// keyword judges what words of the language stand before and after.
func (c *checker) keyword(_ int, before, t, next item) string {
	if t.kind != identifier || next.kind == branch {
		return ""
	}
	bad := next.in(wordNever[t.text]) && (t.text != "return" || !c.inMacro())
	switch t.text {
	case "if":
		bad = !condition(next) && !afterIf[next.text]
	case "while", "for", "switch", "catch":
		bad = !condition(next) && before.text != "," && before.text != "("
	case "break", "continue":
		bad = next.text != ";" && !c.inMacro()
	case "goto":
		bad = next.kind != identifier && next.text != "*"
	}
	if bad {
		return follows(t, next)
	}
	return ""
}

var afterIf = words("constexpr consteval !")

// condition reports whether an item may begin the condition of a control statement.
func condition(next item) bool {
	return next.text == "(" || next.kind == identifier && macro(next.text)
}

// afterCondition are operators that no statement begins with.
var afterCondition = words("-> . = == != <= >= += -= *= /= %= |= ^= <<= || | / % ^ ? ] <")

// conditioned judges what follows the brackets of a control statement, and control words in them.
func (c *checker) conditioned(_ int, _, t, next item) string {
	if t.mark(")") && control[c.callee(t.index)] && next.in(afterCondition) && !c.inMacro() {
		return follows(t, next)
	}
	if f := c.top(); t.kind == identifier && starting[t.text] && f.open > 0 && c.bracket() == "(" && control[c.at(f.open-1).text] && t.text != "default" {
		return fmt.Sprintf("%q stands in the brackets after %q", t.text, c.at(f.open-1).text)
	}
	return ""
}

// access judges words such as public in a class or a block.
func (c *checker) access(i int, before, t, next item) string {
	if t.text != "public" && t.text != "private" && t.text != "protected" {
		return ""
	}
	if c.block() && next.kind == identifier && !macro(next.text) && before.begins() && !c.at(i+2).mark(":") {
		return follows(t, next)
	}
	if next.mark(":") && c.use() == useType && (c.function(before) || before.mark(")") && c.prototype(before)) {
		return apart(before, t)
	}
	return ""
}

// tag judges what follows words such as struct.
func (c *checker) tag(i int, before, t, next item) string {
	if t.kind != identifier || c.inMacro() {
		return ""
	}
	bad := (t.text == "struct" || t.text == "union") && next.in(afterTag) && c.bracket() != "(" ||
		before.text == "typedef" && c.function(t) && next.mark("{") || t.text == "const" && before.mark("(") && (next.in(onlyValues) || next.mark("="))
	if tags[before.text] {
		bad = bad || c.tagged(i, t, next)
	}
	if bad {
		return follows(t, next)
	}
	return ""
}

// tagged reports whether the name after a word such as struct is followed by what it cannot be.
func (c *checker) tagged(i int, t, next item) bool {
	switch after := c.at(i + 2); {
	case next.mark("="):
		earlier := c.at(i - 2)
		return !reserved[t.text] && c.bracket() != "(" && !earlier.mark("<") && !earlier.mark(",") && after.mark("{")
	case next.text == t.text:
		return after.mark("{") && c.holds[after.index]
	}
	return next.in(onlyValues) && next.text != "." || next.mark("*=")
}

var (
	tags     = words("class struct union enum")
	afterTag = words(", = * & ) . -> == != + - / %")
)

// counted judges what the brackets of control statements hold.
func (c *checker) counted(i int, before, t, next item) string {
	const most = 4000 // tokens
	if !t.mark("(") || before.kind != identifier || c.match[t.index] < 0 {
		return ""
	}
	if next.text == ")" && conditions[before.text] {
		return fmt.Sprintf("the brackets after %q are empty", before.text)
	}
	if likeMacro(before.text) || c.match[t.index]-t.index > most {
		return ""
	}
	n, colon, certain := c.count(i, c.match[t.index])
	bad := n > 1 || n == 1 && before.text != "if" && before.text != "switch"
	if before.text == "for" {
		bad = n != 2 && (!colon || n > 1)
	}
	if certain && bad {
		return fmt.Sprintf("the brackets after %q hold %d semicolons", before.text, n)
	}
	return ""
}

// conditions are words whose brackets hold something.
var conditions = words("if while switch catch")

// count counts the semicolons right inside the bracket of item i, which token closed ends, and looks for a colon. It is certain
// if there are no conditionals and no macros, which may hold anything.
func (c *checker) count(i, closed int) (semicolons int, colon, certain bool) {
	depth := 0
	for i++; i < len(c.merged) && c.merged[i].index < closed; i++ {
		t := c.merged[i]
		if t.kind == branch || t.kind == identifier && c.macro(t.text) {
			return 0, false, false
		}
		if t.kind != punctuation {
			continue
		}
		switch t.text {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		case ";":
			if depth == 0 {
				semicolons++
			}
		case ":":
			colon = colon || depth == 0
		}
	}
	return semicolons, colon, true
}

// closing judges semicolons in brackets that belong to no word.
func (c *checker) closing(_ int, _, t, _ item) string {
	f := c.top()
	if !t.mark(";") || f.open < 1 || c.withinMacro() {
		return ""
	}
	switch before := c.at(f.open - 1); c.bracket() {
	case "[":
		return "a semicolon stands in square brackets"
	case "(":
		if before.kind == punctuation && !before.mark(">") && (!before.mark(")") || control[c.callee(before.index)]) {
			return "a semicolon stands in brackets"
		}
	}
	return ""
}

// ending judges what stands before the end of a block, and after the end of a type.
func (c *checker) ending(_ int, before, t, next item) string {
	if !t.mark("}") || c.opener[t.index] < 0 {
		return ""
	}
	switch c.kinds[c.opener[t.index]] {
	case useBlock:
		if !c.endsStatement(before) {
			return fmt.Sprintf("%q before the end of a block is not followed by a semicolon", before.text)
		}
		return c.loop(t, next)
	case useType, useEnum:
		if next.mark("}") || next.mark(")") || next.kind == identifier && (declaring[next.text] || basic[next.text]) {
			return "the end of a type is not followed by a semicolon"
		}
	case useValue:
		if c.afterValue(next) {
			return fmt.Sprintf("the end of an initializer is followed by %q", next.text)
		}
	}
	return ""
}

// afterValue reports whether an item cannot stand after an initializer.
func (c *checker) afterValue(next item) bool {
	return next.kind == number || next.kind == text || next.kind == identifier && !c.macro(next.text) && !wordOperators[next.text]
}

// loop judges what follows the block of a do.
func (c *checker) loop(t, next item) string {
	open := c.opener[t.index]
	if open < 1 || c.tokens[open-1].text != "do" || c.withinMacro() || next.text != "while" || next.end >= len(c.text) {
		return ""
	}
	bracket := t.index + 2
	if bracket >= len(c.tokens) || c.match[bracket] < 0 || c.match[bracket]+1 >= len(c.tokens) {
		return ""
	}
	if after := c.tokens[c.match[bracket]+1]; after.text == "}" || after.kind == identifier && !c.macro(after.text) {
		return "the condition of a do is not followed by a semicolon"
	}
	return ""
}

// declaring are words that begin a declaration.
var declaring = words("class struct union enum namespace template using typedef public private protected virtual if for while return switch")

// endsStatement reports whether a statement may end with an item.
func (c *checker) endsStatement(t item) bool {
	switch {
	case t.kind == branch:
		return true
	case t.kind == punctuation && t.text == ")":
		return c.callee(t.index) != "" && !c.certain(t) // a macro may bring its own semicolon
	case t.kind == punctuation:
		return t.text == ";" || t.text == "}" || t.text == "{" || t.text == ":"
	}
	return t.kind == identifier && c.macro(t.text)
}

// reserved are words that are no names.
var reserved = words(`alignas alignof auto bool break case catch char class co_await co_return co_yield const const_cast constexpr continue
	decltype default delete do double dynamic_cast else enum explicit extern false float for friend goto if inline int long mutable
	namespace new noexcept nullptr operator private protected public register reinterpret_cast requires return short signed sizeof
	static static_assert static_cast struct switch template this throw true try typedef typeid typename typeof union unsigned using
	virtual void volatile while and or not xor bitand bitor compl and_eq or_eq xor_eq not_eq final override asm restrict`)

// mayRepeat are reserved words that may stand twice in a row.
var mayRepeat = words("long const volatile inline delete new not compl else sizeof override final restrict requires")

// starting are words that begin a statement and stand nowhere else.
var starting = words("return break continue goto if for while do switch case default else")

// typing are reserved words that begin a declaration and do not go on with an expression.
var typing = words("float int double char bool void unsigned signed long short auto static struct union enum typedef extern register")

// basic are types that are one word.
var basic = words("float int double char bool void")

// callee returns the word before the bracket that token i closes, "" if there is none.
func (c *checker) callee(i int) string {
	if open := c.opener[i]; open > 0 && c.tokens[open-1].kind == identifier {
		return c.tokens[open-1].text
	}
	return ""
}

// certain reports whether the bracket t ends a call of a function: no macro has a name after a dot, and what the file defines, the
// library has, or other statements end with a semicolon is none that brings its own.
func (c *checker) certain(t item) bool {
	name := c.callee(t.index)
	if name == "" || likeMacro(name) || reserved[name] {
		return false
	}
	if _, defined := c.defined[name]; defined {
		return false
	}
	before := token{}
	if open := c.opener[t.index]; open > 1 {
		before = c.tokens[open-2]
	}
	return before.text == "." || before.text == "->" || before.text == "::" || c.functions[name] || library[name]
}

// typed judges words that begin a declaration right after what belongs to another one.
func (c *checker) typed(i int, before, t, next item) string {
	if next.kind == identifier && !c.inMacro() && c.bracket() != "(" && (c.typedAfter(before, t, next) || next.first && c.twoLines(i, before, t, next)) {
		return apart(t, next)
	}
	return ""
}

// typedAfter is typed for what ends with one item.
func (c *checker) typedAfter(before, t, next item) bool {
	switch {
	case t.mark("]") && c.subscript(t):
		return typing[next.text] || starting[next.text] || c.top().value && c.follower(next)
	case t.mark(")") && next.first:
		return c.typedCall(t, next)
	case c.name(t.token):
		return next.first && typing[next.text] && c.typedName(before, t) || c.at(c.top().head).text == "using" && c.unfinished(next)
	}
	return false
}

// follower reports whether an item is a word that does not go on with an expression or a declaration.
func (c *checker) follower(next item) bool {
	return !wordOperators[next.text] && !c.macro(next.text) && !mayFollow[next.text]
}

// typedCall reports whether the bracket t ends what a semicolon is missing after, since next begins another line.
func (c *checker) typedCall(t, next item) bool {
	switch {
	case c.use() == useType:
		return typing[next.text] && c.prototype(t)
	case !c.block() || c.deeper(t, next):
		return false
	case typing[next.text]:
		return c.certain(t) || c.template(t)
	}
	return c.template(t) && !reserved[next.text] && c.follower(next)
}

// typedName reports whether the name t is declared by what stands before it.
func (c *checker) typedName(before, t item) bool {
	if before.mark("}") {
		return c.opener[before.index] >= 0 && c.kinds[c.opener[before.index]] == useType
	}
	return (c.block() || c.use() == useType) && !macro(t.text) && c.typeName(before)
}

// typeName reports whether a word may be the last one of a type.
func (c *checker) typeName(t item) bool {
	return t.kind == identifier && (!reserved[t.text] || basic[t.text]) && !macro(t.text)
}

// template reports whether a bracket ends the arguments of a template, as in make<T>(x).
func (c *checker) template(t item) bool {
	open := c.opener[t.index]
	return open > 0 && c.tokens[open-1].text == ">"
}

// deeper reports whether an item stands further to the right than the line on which the call that t ends begins.
func (c *checker) deeper(t, next item) bool {
	open := c.opener[t.index]
	return c.indent(next.start) > c.indent(c.tokens[max(0, open)].start)
}

// indent counts the white space at the beginning of a line.
func (c *checker) indent(at int) int {
	const tab, longest = 4, 4000
	for back := 0; at > 0 && c.text[at-1] != '\n' && back < longest; back++ {
		at--
	}
	n := 0
	for ; at < len(c.text) && (c.text[at] == ' ' || c.text[at] == '\t'); at++ {
		if n++; c.text[at] == '\t' {
			n += tab - 1
		}
	}
	return n
}

// prototype reports whether a bracket ends the parameters of a function with one of the basic types.
func (c *checker) prototype(t item) bool {
	open := c.opener[t.index]
	return open > 1 && c.callee(t.index) != "" && basic[c.tokens[open-2].text] && !c.macro(c.tokens[open-1].text)
}

// unfinished reports whether a declaration with using goes on with a name after another one.
func (c *checker) unfinished(next item) bool {
	return !c.macro(next.text) && (!reserved[next.text] || typing[next.text]) && !c.top().value
}

// twoLines reports whether a name ends a line as that of a member or variable, and a type and another name begin the next.
func (c *checker) twoLines(i int, before, t, next item) bool {
	if !c.block() && c.use() != useType || t.first {
		return false
	}
	declared := t.mark("]") && c.subscript(t) || c.name(t.token) && !macro(t.text) && c.typeName(before)
	name, end := c.at(i+2), c.at(i+3)
	return declared && c.name(next.token) && !macro(next.text) && c.name(name.token) && !macro(name.text) && (end.mark(";") || end.mark("=") || end.mark(","))
}

// missing judges two statements with nothing between them.
func (c *checker) missing(i int, before, t, next item) string {
	if next.kind != identifier || c.inMacro() {
		return ""
	}
	if starting[next.text] && next.text != "default" && c.endsNothing(before, t, next) || c.counter(i, before, t, next) {
		return apart(t, next)
	}
	return ""
}

// counter reports whether a ++ or -- after its operand is followed by another one.
func (c *checker) counter(i int, before, t, next item) bool {
	if !t.mark("--") && !t.mark("++") || t.start != before.end || next.start == t.end || !c.follower(next) {
		return false
	}
	return c.name(before.token) && c.at(i-2).text != "operator" || before.mark("]") && c.subscript(before)
}

// endsNothing reports whether a statement cannot begin after an item.
func (c *checker) endsNothing(before, t, next item) bool {
	switch {
	case t.kind == number || t.kind == text:
		return before.text != "operator"
	case t.kind == identifier:
		return !c.macro(t.text) && !starting[t.text] && t.text != "co_await" && t.text != "operator"
	case t.mark("]"):
		return c.opener[t.index] > 0 && c.tokens[c.opener[t.index]-1].kind == identifier
	case t.mark(")"):
		return c.certain(t) && (!next.first || !c.deeper(t, next))
	}
	return false
}

// unended judges statements that go on with what only begins one.
func (c *checker) unended(i int, _, t, next item) string {
	if next.kind != identifier || t.kind == branch || c.macro(next.text) || c.inMacro() || !c.block() {
		return ""
	}
	bad := c.threeNames(i, t, next)
	if c.top().value {
		bad = bad || c.endsValue(t) && typing[next.text] || next.first && c.returned(t) && !wordOperators[next.text]
	}
	if bad {
		return apart(t, next)
	}
	return ""
}

// endsValue reports whether an item ends a value.
func (c *checker) endsValue(t item) bool {
	return t.kind == identifier && !reserved[t.text] && !c.macro(t.text) || t.kind == number || t.text == "]"
}

// returned reports whether an item ends a call of a function.
func (c *checker) returned(t item) bool {
	if !t.mark(")") {
		return false
	}
	callee := c.callee(t.index)
	return callee != "" && !likeMacro(callee) && !reserved[callee]
}

// called judges names that follow a call.
func (c *checker) called(_ int, _, t, next item) string {
	if !t.mark(")") || next.kind != identifier || !c.follower(next) || c.inMacro() || !c.certain(t) {
		return ""
	}
	open := c.opener[t.index]
	member := open > 1 && (c.tokens[open-2].text == "." || c.tokens[open-2].text == "->")
	bad := member && !reserved[next.text] && c.bracket() == "("
	if c.block() {
		bad = !reserved[next.text] && (member || c.top().value) || c.statement(open-1) && c.afterStatement(t, next)
	}
	if bad {
		return apart(t, next)
	}
	return ""
}

// afterStatement reports whether a word that follows a call, which begins a statement, begins another one.
func (c *checker) afterStatement(t, next item) bool {
	if next.first {
		return !c.deeper(t, next)
	}
	return !reserved[next.text] && c.functions[c.callee(t.index)]
}

// mayFollow are words that may stand after the brackets of a function.
var mayFollow = words("const noexcept override final volatile throw requires try mutable catch else while")

// statement reports whether the name that ends with token i begins a statement.
func (c *checker) statement(i int) bool {
	const longest = 64 // names
	for n := 0; n < longest && i > 1 && accessors[c.tokens[i-1].text] && c.tokens[i-2].kind == identifier; n++ {
		i -= 2
	}
	return i > 0 && c.tokens[i-1].begins()
}

// threeNames reports whether two names follow a type, of which the second is not called.
func (c *checker) threeNames(i int, t, next item) bool {
	third := c.at(i + 2)
	return basic[t.text] && !reserved[next.text] && !likeMacro(next.text) && third.kind == identifier && !reserved[third.text] && !c.macro(third.text) &&
		c.at(i+3).text != "("
}

// declared judges declarations of a basic type.
func (c *checker) declared(i int, before, t, next item) string {
	if t.kind != identifier || !basic[t.text] || c.inMacro() {
		return ""
	}
	if c.block() && next.mark("=") && (before.mark(";") || before.mark("{") || before.mark("}")) {
		return follows(t, next)
	}
	if third := c.at(i + 2); next.kind == identifier && next.text == third.text && !c.macro(next.text) && !reserved[next.text] {
		return fmt.Sprintf("%q stands twice", next.text)
	}
	return ""
}

// headless judges a condition whose if or while is missing.
func (c *checker) headless(i int, before, t, _ item) string {
	if !t.mark("(") || c.inMacro() || c.bracket() != "{" || !before.begins() && !before.mark(":") {
		return ""
	}
	if use := c.use(); use != useBlock && use != useUnknown {
		return ""
	}
	closed := c.match[t.index]
	if closed < 0 || closed+1 >= len(c.tokens) {
		return ""
	}
	next := item{c.tokens[closed+1], closed + 1}
	bad := next.mark("{") && c.holds[closed+1] && c.block()
	if next.kind == identifier && !before.mark(":") {
		bad = c.stands(i, closed, next)
	}
	if bad {
		return fmt.Sprintf("a condition is followed by %q and has no if", next.text)
	}
	return ""
}

// stands reports whether a word that follows brackets begins a statement, so that they are no cast.
func (c *checker) stands(i, closed int, next item) bool {
	return starting[next.text] || !c.macro(next.text) && !wordOperators[next.text] && c.compared(i, closed)
}

// compared reports whether a bracket holds what no type has.
func (c *checker) compared(i, closed int) bool {
	const most = 4000 // tokens
	depth := 0
	for i++; i < len(c.merged) && c.merged[i].index < closed && closed-c.merged[i].index < most; i++ {
		switch t := c.merged[i]; {
		case t.mark("(") || t.mark("[") || t.mark("<"):
			depth++
		case t.mark(")") || t.mark("]") || t.mark(">"):
			depth--
		case depth == 0 && t.in(noType):
			return true
		}
	}
	return false
}

var noType = words(". -> == != || >= <= ;")

// final judges the end of the file.
func (c *checker) final(i int, before, t, _ item) string {
	if i+1 < len(c.merged) || t.kind != identifier || before.kind != identifier || c.macro(t.text) || c.macro(before.text) || len(c.frames) > 1 {
		return ""
	}
	return fmt.Sprintf("the file ends after %q", t.text)
}
