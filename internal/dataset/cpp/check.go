package cpp

import (
	"fmt"
	"slices"
	"strings"
)

// Check reports what no compiler accepts, whatever the macros stand for: strings and comments without an end, directives
// without their counterpart, brackets that do not fit, and neighbours that valid code never has, such as an operator before a
// closing bracket or a block that ends without a semicolon. It accepts all valid code; what depends on types, names or the
// arguments of macros it cannot see.
func Check(code string) error {
	p := parser{file: lex(code), setting: func(Scope) string { return "" }}
	return p.check()
}

// check is Check for what was lexed.
func (p *parser) check() error {
	err := p.pair() // even if there is another problem: Functions goes on
	if p.problem != nil {
		return p.problem
	}
	if err != nil {
		return err
	}
	c := checker{file: p.file, merged: merge(p.file)}
	c.kinds = c.classify()
	return c.run()
}

// operators of several characters, longest first.
var operators = []string{"<<=", "->*", "<=>", "...", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "==", "!=", "<=", ">=", "&&", "||", "<<", ".*"}

// An item is a token of which operators are whole.
type item struct {
	token
	index int // of its first token
}

// merge joins the characters of operators.
func merge(f *file) []item {
	items := make([]item, 0, len(f.tokens)+1)
	for i := 0; i < len(f.tokens); i++ {
		t := item{f.tokens[i], i}
		if t.kind == punctuation {
			for _, op := range operators {
				if strings.HasPrefix(f.text[t.start:], op) && whole(f, i, len(op)) {
					for t.text = op; f.tokens[i].end < t.start+len(op); {
						i++
					}
					t.end = t.start + len(op)
					break
				}
			}
		}
		items = append(items, t)
	}
	return items
}

// whole reports whether n bytes from token i on are tokens to their ends.
func whole(f *file, i, n int) bool {
	end := f.tokens[i].start + n
	for i < len(f.tokens) && f.tokens[i].end < end {
		i++
	}
	return i < len(f.tokens) && f.tokens[i].end == end && f.tokens[i].kind == punctuation
}

// A use is what a brace opens.
type use byte

const (
	useUnknown use = iota
	useBlock       // statements
	useType        // a class, structure or union
	useEnum
	useValue // an initializer
)

// A checker looks at neighbours.
type checker struct {
	*file
	merged []item
	kinds  map[int]use // of opening braces, by token
	outer  []int       // opening brackets around the item, as items
	values []bool      // for each of them, whether an expression goes on after it
	value  bool        // the item belongs to an expression, at its depth
}

func (c *checker) at(i int) item {
	if i < 0 || i >= len(c.merged) {
		return item{token: token{kind: branch}, index: -1}
	}
	return c.merged[i]
}

// classify says what braces open, as far as that is certain: bodies of functions and of control statements.
func (c *checker) classify() map[int]use {
	p := parser{file: c.file, setting: func(Scope) string { return "" }}
	kinds := map[int]use{}
	p.opened = func(brace int, u use) { kinds[brace] = u }
	p.scope(0, len(p.tokens), Scope{})
	for i, t := range c.tokens {
		if t.kind != punctuation || t.text != "{" || kinds[i] != useUnknown || i == 0 {
			continue
		}
		switch before := c.tokens[i-1]; {
		case before.kind == branch:
		case before.text == "else" || before.text == "do" || before.text == "try":
			kinds[i] = useBlock
		case before.text == "=" || before.text == "return":
			kinds[i] = useValue
		case before.text == ")" && c.opener[i-1] > 0 && control[c.tokens[c.opener[i-1]-1].text]:
			kinds[i] = useBlock
		}
	}
	return kinds
}

// control are words before a bracket that a statement follows.
var control = words("if for while switch catch constexpr")

// words makes a set.
func words(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

// run goes through all neighbours.
func (c *checker) run() error {
	rules := []func(i int, before, t, next item) string{c.literals, c.operator, c.comma, c.keyword, c.ending, c.repeated, c.missing, c.unended, c.brackets, c.headless}
	for i, t := range c.merged {
		if t.kind == branch {
			c.value = false
			continue
		}
		if t.text == ")" || t.text == "]" || t.text == "}" {
			if t.kind == punctuation && len(c.outer) > 0 {
				last := len(c.outer) - 1
				c.value = c.values[last] && t.text != "}"
				c.outer, c.values = c.outer[:last], c.values[:last]
			}
		}
		c.follow(t, c.at(i-1))
		for _, rule := range rules {
			if what := rule(i, c.at(i-1), t, c.at(i+1)); what != "" {
				return fmt.Errorf("line %d: %s", c.lineOf(t.start), what)
			}
		}
		if t.kind == punctuation && (t.text == "(" || t.text == "[" || t.text == "{") {
			c.outer, c.values = append(c.outer, i), append(c.values, c.value)
			c.value = false
		}
	}
	return nil
}

// macro reports whether a word may be a macro that stands for anything: it has no small letter, or is a name that
// only compilers and libraries may use.
func macro(word string) bool {
	return strings.ToUpper(word) == word || len(word) > 1 && word[0] == '_' && (word[1] == '_' || word[1] >= 'A' && word[1] <= 'Z')
}

// likeMacro reports whether a word may be a macro that takes statements: its first letter is a capital, or it has no small one.
func likeMacro(word string) bool { return macro(word) || word[0] >= 'A' && word[0] <= 'Z' }

// callee returns the word before the bracket that token i closes, "" if there is none.
func (c *checker) callee(i int) string {
	if open := c.opener[i]; open > 0 && c.tokens[open-1].kind == identifier {
		return c.tokens[open-1].text
	}
	return ""
}

// inMacro reports whether the innermost bracket is that of a macro's arguments.
func (c *checker) inMacro() bool {
	if len(c.outer) == 0 {
		return false
	}
	open := c.merged[c.outer[len(c.outer)-1]]
	before := c.at(c.outer[len(c.outer)-1] - 1)
	return open.text == "(" && before.kind == identifier && macro(before.text)
}

var (
	beforeLiteral = words(`return case else do throw co_return co_yield co_await sizeof alignof and or not xor bitand bitor compl and_eq
		or_eq xor_eq not_eq extern asm __asm__ __asm volatile operator goto default`)
	wordOperators = words("and or not xor bitand bitor compl and_eq or_eq xor_eq not_eq")
)

// literals judges what stands beside numbers and strings.
func (c *checker) literals(i int, before, t, next item) string {
	literal := t.kind == number || t.kind == text
	switch {
	case t.kind == number && c.afterNumber(next), t.kind == text && next.kind == number:
		return fmt.Sprintf("%s is followed by %s", t.text, next.text)
	case literal && before.mark("]"), literal && c.beforeLiteral(i, before, t):
		return fmt.Sprintf("%s is followed by %s", before.text, t.text)
	case t.kind == identifier && strings.Contains(t.text, "@"), (t.mark("`") || t.mark("#")) && !c.inMacro():
		return fmt.Sprintf("%q stands outside of a string", t.text)
	}
	return ""
}

// mark reports whether an item is a certain punctuation.
func (t item) mark(text string) bool { return t.kind == punctuation && t.text == text }

// in reports whether an item is one of some punctuation.
func (t item) in(set map[string]bool) bool { return t.kind == punctuation && set[t.text] }

// afterNumber reports whether an item cannot stand after a number.
func (c *checker) afterNumber(next item) bool {
	return next.kind == number || next.mark("(") || next.mark("{") || next.kind == identifier && !wordOperators[next.text] && !macro(next.text)
}

// beforeLiteral reports whether a word before the literal t cannot stand there. Strings may be joined by a word in between.
func (c *checker) beforeLiteral(i int, before, t item) bool {
	if before.kind != identifier || beforeLiteral[before.text] || macro(before.text) || c.inMacro() {
		return false
	}
	return t.kind == number || c.at(i-2).kind != text
}

// binary are operators that need something on both sides.
var binary = words("= == != += -= *= /= %= &= |= ^= <<= || | / % ^ ? <= >= << < + - ! ~")

// never lists what no valid code has after a punctuation.
var never = pairs()

func pairs() map[string]map[string]bool {
	table := map[string]map[string]bool{":": words(") , ]")}
	for op := range binary {
		table[op] = words("/ % = == != <= >= += -= *= /= %= |= ^= <<= || | ^ ? , ; ) ] } << < ->" + " .")
		if compares[op] {
			table[op]["&&"] = true
		}
	}
	delete(table["="], ".") // in initializers: = .5 is a number, but = .x is none
	delete(table["="], "->")
	for _, op := range []string{"*", "&", "&&"} {
		table[op] = words("] } / % == != <= >= += -= *= /= %= |= ^= <<= || | ^ ? << <")
	}
	table[";"] = words("-> .")
	return table
}

// operator judges what follows an operator.
func (c *checker) operator(_ int, before, t, next item) string {
	if t.kind != punctuation || before.text == "operator" || next.kind == branch || before.kind == branch || c.argument(before, t, next) {
		return ""
	}
	accessor := (t.text == "." || t.text == "->" || t.text == "::") && !accessed(t, next)
	if accessor || next.in(never[t.text]) || t.text == ":" && next.mark(":") && c.block() {
		return fmt.Sprintf("%q is followed by %q", t.text, next.text)
	}
	return ""
}

// argument reports whether an operator stands where a macro may take it, or a lambda.
func (c *checker) argument(before, t, next item) bool {
	if c.inMacro() && (t.text == "." || next.text == ")" || next.text == ",") {
		return true
	}
	return (before.text == "(" || before.text == "," || before.text == "[") && (next.text == ")" || next.text == "," || next.text == "]")
}

// accessed reports whether an item may follow a dot, an arrow or ::.
func accessed(t, next item) bool {
	if next.kind != punctuation {
		return next.kind != number && (next.kind != text || t.text == "::")
	}
	switch next.text {
	case "~", "*", ".*":
		return true
	case "::", "(", "[":
		return t.text == "->"
	case ":", ")":
		return t.text == "::" // in assembly
	}
	return false
}

// compares are operators that an address of a label does not follow.
var compares = words("== != <= >= || / % ^")

// comma judges commas and semicolons in brackets.
func (c *checker) comma(_ int, before, t, next item) string {
	if t.kind != punctuation || next.kind != punctuation || c.inMacro() {
		return ""
	}
	switch t.text + next.text {
	case ",)", ",]", ",;", ",,", "(,", "[,", "{,", "{;)":
		if t.text == "(" && before.kind == identifier && macro(before.text) {
			return ""
		}
		return fmt.Sprintf("%q is followed by %q", t.text, next.text)
	}
	return ""
}

// wordNever lists what no valid code has after a word.
var wordNever = map[string]map[string]bool{
	"typedef": words("{"), "struct": words(";"), "union": words(";"),
	"return": words(") ] } / % = == != <= >= += -= *= /= %= |= ^= <<= || | ^ ? , << <"),
	"case":   words(": / % = == != <= >= += -= *= /= %= |= ^= <<= || | ^ ? , ; ) ] } << <"),
	"else":   words(") } / % = == != <= >= += -= *= /= %= |= ^= <<= || | ^ ? , ] << <"),
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
		return fmt.Sprintf("%q is followed by %q", t.text, next.text)
	}
	return ""
}

var afterIf = words("constexpr consteval !")

// condition reports whether an item may begin the condition of a control statement.
func condition(next item) bool {
	return next.text == "(" || next.kind == identifier && macro(next.text)
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
	case useType, useEnum:
		if next.mark("}") || next.mark(")") || next.kind == identifier && declaring[next.text] {
			return "the end of a type is not followed by a semicolon"
		}
	case useValue:
		if next.kind == number || next.kind == text || next.kind == identifier && !macro(next.text) && !wordOperators[next.text] {
			return fmt.Sprintf("the end of an initializer is followed by %q", next.text)
		}
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
		name := c.callee(t.index)
		return name != "" && likeMacro(name)
	case t.kind == punctuation:
		return t.text == ";" || t.text == "}" || t.text == "{" || t.text == ":"
	}
	return t.kind == identifier && macro(t.text)
}

// reserved are words that are no names.
var reserved = words(`alignas alignof auto bool break case catch char class co_await co_return co_yield const const_cast constexpr continue
	decltype default delete do double dynamic_cast else enum explicit extern false float for friend goto if inline int long mutable
	namespace new noexcept nullptr operator private protected public register reinterpret_cast requires return short signed sizeof
	static static_assert static_cast struct switch template this throw true try typedef typeid typename typeof union unsigned using
	virtual void volatile while and or not xor bitand bitor compl and_eq or_eq xor_eq not_eq final override asm restrict`)

// mayRepeat are reserved words that may stand twice in a row.
var mayRepeat = words("long const volatile inline delete new not compl else sizeof override final restrict requires")

// repeated judges a reserved word that stands twice, and names without anything between them in an expression.
func (c *checker) repeated(i int, _, t, next item) string {
	if t.kind != identifier || next.kind != identifier || c.inMacro() {
		return ""
	}
	if t.text == next.text && reserved[t.text] && !mayRepeat[t.text] {
		return fmt.Sprintf("%q stands twice", t.text)
	}
	if after := c.at(i + 2).text; c.value && after != "::" && after != "(" && !reserved[t.text] && !reserved[next.text] && !macro(t.text) && !macro(next.text) {
		return fmt.Sprintf("nothing stands between %q and %q", t.text, next.text)
	}
	return ""
}

// follow notes whether what comes after item t at its depth is the rest of an expression.
func (c *checker) follow(t, before item) {
	switch {
	case t.kind == identifier && t.text == "return", t.kind == punctuation && t.text == "=" && before.text != "operator":
		c.value = true
	case t.kind == punctuation && (t.text == ";" || t.text == "," || t.text == ">"):
		c.value = false
	}
}

// starting are words that begin a statement and stand nowhere else.
var starting = words("return break continue goto if for while do switch case default else")

// missing judges two statements with nothing between them.
func (c *checker) missing(_ int, before, t, next item) string {
	if next.kind == identifier && starting[next.text] && next.text != "default" && !c.inMacro() && c.endsNothing(before, t) {
		return fmt.Sprintf("nothing stands between %q and %q", t.text, next.text)
	}
	return ""
}

// endsNothing reports whether a statement cannot begin after an item.
func (c *checker) endsNothing(before, t item) bool {
	switch {
	case t.kind == number || t.kind == text:
		return before.text != "operator"
	case t.kind == identifier:
		return !macro(t.text) && !starting[t.text] && t.text != "co_await" && t.text != "operator"
	case t.mark("]"):
		return c.opener[t.index] > 0 && c.tokens[c.opener[t.index]-1].kind == identifier
	case t.mark(")"):
		name := c.callee(t.index)
		return name != "" && !likeMacro(name) && !control[name]
	}
	return false
}

// block reports whether the item stands right inside a block.
func (c *checker) block() bool {
	return len(c.outer) > 0 && c.kinds[c.merged[c.outer[len(c.outer)-1]].index] == useBlock
}

// typing are reserved words that begin a declaration and do not go on with an expression.
var typing = words("float int double char bool void unsigned signed long short auto static struct union enum typedef extern register")

// basic are types that are one word.
var basic = words("float int double char bool void")

// unended judges statements that go on with what only begins one.
func (c *checker) unended(i int, _, t, next item) string {
	if next.kind != identifier || t.kind == branch || macro(next.text) || c.inMacro() || !c.block() {
		return ""
	}
	if c.value && (c.ended(t) && typing[next.text] || next.first && c.returned(t) && !wordOperators[next.text]) || c.threeNames(i, t, next) {
		return fmt.Sprintf("nothing stands between %q and %q", t.text, next.text)
	}
	return ""
}

// ended reports whether an item ends a value.
func (c *checker) ended(t item) bool {
	return t.kind == identifier && !reserved[t.text] && !macro(t.text) || t.kind == number || t.text == "]"
}

// returned reports whether an item ends a call of a function.
func (c *checker) returned(t item) bool {
	if !t.mark(")") {
		return false
	}
	callee := c.callee(t.index)
	return callee != "" && !likeMacro(callee) && !reserved[callee]
}

// threeNames reports whether two names follow a type, of which the second is not called.
func (c *checker) threeNames(i int, t, next item) bool {
	third := c.at(i + 2)
	return basic[t.text] && !reserved[next.text] && !likeMacro(next.text) && third.kind == identifier && !reserved[third.text] && !macro(third.text) &&
		c.at(i+3).text != "("
}

// headless judges a condition whose if or while is missing.
func (c *checker) headless(_ int, before, t, _ item) string {
	if t.kind != punctuation || t.text != "(" || !c.block() || before.kind != punctuation || before.text != ";" && before.text != "{" && before.text != "}" {
		return ""
	}
	closed := c.match[t.index]
	if closed < 0 || closed+1 >= len(c.tokens) {
		return ""
	}
	if next := c.tokens[closed+1]; next.kind == punctuation && next.text == "{" && closed > t.index+2 || next.kind == identifier && starting[next.text] {
		return fmt.Sprintf("a condition is followed by %q and has no if", next.text)
	}
	return ""
}

// brackets judges what stands in the brackets of control statements.
func (c *checker) brackets(i int, before, t, next item) string {
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
		if t.kind == branch || t.kind == identifier && macro(t.text) {
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

// directives are those that compilers know.
var directives = strings.Fields(`include include_next import define undef if ifdef ifndef elif elifdef elifndef else endif error warning
	pragma line ident sccs embed assert unassert region endregion`)

// checkDirective judges a directive by its name and what follows it.
func checkDirective(name, rest string) string {
	rest = strings.TrimSpace(rest)
	first := (rest + " ")[0]
	switch name {
	case "":
		if rest != "" && !isDigit(first) {
			return fmt.Sprintf("the directive %q has no name", "#"+rest[:min(len(rest), 20)])
		}
		return ""
	case "include":
		if first != '<' && first != '"' && !isLetter(first) {
			return "#include names no file"
		}
	case "define", "undef", "ifdef", "ifndef":
		if !isLetter(first) {
			return fmt.Sprintf("#%s is not followed by a name", name)
		}
	case "if", "elif":
		if rest == "" {
			return fmt.Sprintf("#%s has no condition", name)
		}
	}
	if !slices.Contains(directives, name) {
		return fmt.Sprintf("there is no directive #%s", name)
	}
	return ""
}
