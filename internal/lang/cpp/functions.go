package cpp

import (
	"slices"
	"strings"

	"graft/internal/dataset"
)

// A Scope is what functions lie in.
type Scope struct {
	Class   string // the class, "" outside of all
	Keyword string // class, struct or union
}

// Functions finds the functions of a file. setting says where a function belongs by the class it is a member of. The error
// says what [Check] does; the functions that were found in spite of them come with it.
func Functions(text string, setting func(Scope) string) ([]dataset.Function, error) {
	p := newParser(text, setting)
	err := p.whole()
	p.scope(0, len(p.tokens), Scope{})
	if err == nil {
		err = p.check()
	}
	slices.SortStableFunc(p.functions, func(a, b dataset.Function) int { return a.Start - b.Start })
	return p.functions, err
}

// A parser finds functions among tokens.
type parser struct {
	*file
	setting   func(Scope) string
	functions []dataset.Function
	kinds     map[int]use // of opening braces, by token, as far as they are certain
}

func newParser(text string, setting func(Scope) string) *parser {
	return &parser{file: lex(text), setting: setting, kinds: map[int]use{}}
}

// openType notes that a brace opens a type, if its header is certain.
func (p *parser) openType(tokens []int, brace int, what use) {
	if !p.has(tokens, "(") { // else it may be a function with a macro for its name
		p.kinds[brace] = what
	}
}

// scope goes through the declarations of a namespace or class, the tokens from i to end.
func (p *parser) scope(i, end int, in Scope) {
	head := i // first token of the declaration
	for i < end {
		switch t := p.tokens[i]; {
		case t.kind == branch && i == head, t.kind == punctuation && t.text == ";":
			i++
			head = i
		case t.kind == punctuation && t.text == ":" && p.label(head, i):
			i++
			head = i
		case t.kind == punctuation && (t.text == "(" || t.text == "["):
			i = p.after(i)
		case t.kind == punctuation && t.text == "{":
			i, head = p.brace(head, i, in)
		default:
			i++
		}
	}
}

// after returns the token after the bracket that closes i.
func (p *parser) after(i int) int { return max(i, p.match[i]) + 1 }

// label reports whether the colon i ends an access specifier such as public: or a label.
func (p *parser) label(head, i int) bool {
	if i == head {
		return true
	}
	switch p.tokens[i-1].text {
	case "public", "private", "protected", "signals", "slots":
		return true
	}
	return false
}

// brace treats the opening brace i of the declaration that begins with token head. It returns the token to go on with and the
// first token of its declaration.
func (p *parser) brace(head, i int, in Scope) (next, newHead int) {
	next = p.after(i)
	if i-head > longestHeader {
		return next, next
	}
	tokens := p.header(head, i)
	if len(tokens) == 0 {
		return next, next
	}
	last := p.tokens[tokens[len(tokens)-1]]
	if last.text == "=" || last.text == "," {
		p.kinds[i] = useValue
		return next, head
	}
	if h, ok := p.function(tokens); ok {
		if h.initializers && (last.kind == identifier || last.text == ">") && p.initializer(next) {
			return next, head
		}
		p.kinds[i] = useBlock
		p.add(h, i, in)
		return next, next
	}
	if p.within(tokens, i, in) {
		return next, next
	}
	if last.kind == identifier || last.text == ">" || last.text == "]" {
		return next, head // int x{3};
	}
	return next, next
}

// within goes through the body that brace i opens if its header is that of a namespace or a class. It reports whether the
// header is of a kind that it knows.
func (p *parser) within(tokens []int, i int, in Scope) bool {
	end := max(p.after(i)-1, i+1)
	keyword, name := p.class(tokens)
	switch {
	case p.tokens[tokens[0]].text == "extern" && p.tokens[tokens[len(tokens)-1]].kind == text, p.has(tokens, "namespace"):
		p.scope(i+1, end, in)
	case keyword == "enum":
		p.openType(tokens, i, useEnum)
	case keyword != "":
		p.openType(tokens, i, useType)
		if in.Class != "" {
			name = in.Class + "::" + name
		}
		p.scope(i+1, end, Scope{Class: name, Keyword: keyword})
	default:
		return false
	}
	return true
}

// initializer reports whether a brace that ends before token next belongs to a list of member initializers.
func (p *parser) initializer(next int) bool {
	return next < len(p.tokens) && (p.tokens[next].text == "," || p.tokens[next].text == "{")
}

// longestHeader bounds the work on what cannot be a declaration.
const longestHeader = 2000 // tokens

// place returns the number of token i among tokens, -1 if it is none of them.
func place(tokens []int, i int) int {
	if n, found := slices.BinarySearch(tokens, i); found {
		return n
	}
	return -1
}

// header lists the tokens of a declaration before a brace, without conditionals.
func (p *parser) header(head, brace int) []int {
	var tokens []int
	for i := head; i < brace; i++ {
		if p.tokens[i].kind != branch {
			tokens = append(tokens, i)
		}
	}
	return tokens
}

func (p *parser) has(tokens []int, word string) bool {
	return slices.ContainsFunc(tokens, func(i int) bool { return p.tokens[i].text == word })
}

// class returns the keyword and the name of a class definition's header, "" if it is none.
func (p *parser) class(tokens []int) (keyword, name string) {
	depth := 0 // of template brackets
	for n := 0; n < len(tokens); n++ {
		t := p.tokens[tokens[n]]
		switch t.text {
		case "<":
			depth++
		case ">":
			depth--
		case "class", "struct", "union", "enum":
			if depth == 0 && keyword == "" {
				keyword = t.text
			}
		case ":":
			return keyword, name
		case "final":
		default:
			if keyword != "" && depth == 0 && t.kind == identifier {
				name = t.text
			}
		}
	}
	return keyword, name
}

// A header is what stands before the body of a function.
type header struct {
	first, name, params, last int // tokens; name is the first of the name, params the opening bracket, last that of the signature
	initializers              bool
}

// notNames are words before a bracket that are not the name of a function.
var notNames = map[string]bool{
	"if": true, "for": true, "while": true, "switch": true, "catch": true, "return": true, "sizeof": true, "decltype": true,
	"alignas": true, "noexcept": true, "requires": true, "explicit": true, "throw": true, "typeof": true, "__attribute__": true,
	"__declspec": true, "static_assert": true, "defined": true,
}

// function reads the header of a function: a name, parameters, and after them nothing but what may stand before a body.
func (p *parser) function(tokens []int) (header, bool) {
	for n := 0; n < len(tokens); n++ {
		i := tokens[n]
		if p.tokens[i].text != "(" || p.tokens[i].kind != punctuation {
			continue
		}
		params := p.parameters(tokens, n)
		closed := place(tokens, p.match[params])
		if closed < 0 {
			return header{}, false
		}
		h := header{first: tokens[0], params: params}
		if last, initializers, ok := p.tail(tokens, closed); ok {
			h.last, h.initializers = last, initializers
			if h.name, ok = p.name(tokens, place(tokens, params)); ok {
				return h, h.name > h.first || p.special(h)
			}
		}
		n = closed
	}
	return header{}, false
}

// parameters returns the bracket of the parameters, given the first bracket found: operator() has another one before.
func (p *parser) parameters(tokens []int, n int) int {
	if n > 0 && n+2 < len(tokens) && p.tokens[tokens[n-1]].text == "operator" &&
		p.tokens[tokens[n+1]].text == ")" && p.tokens[tokens[n+2]].text == "(" {
		return tokens[n+2]
	}
	return tokens[n]
}

// qualifiers are words that may follow the parameters of a function.
var qualifiers = map[string]bool{
	"const": true, "noexcept": true, "override": true, "final": true, "volatile": true, "throw": true, "&": true, "mutable": true,
}

// tail reads what follows the parameters, whose closing bracket is the token of number closed. It returns the last token of
// the signature.
func (p *parser) tail(tokens []int, closed int) (last int, initializers, ok bool) {
	for n := closed + 1; n < len(tokens); n++ {
		t := p.tokens[tokens[n]]
		switch {
		case t.text == ":" || t.text == "try":
			return tokens[n-1], true, true
		case t.text == "->" || t.text == "requires":
			return tokens[len(tokens)-1], t.text == "requires" && p.has(tokens[n:], ":"), true
		case qualifiers[t.text]:
		case t.kind == identifier && !t.first && strings.ToUpper(t.text) == t.text: // a macro
		case n > closed+1 && (t.text == "(" || t.text == "["), t.text == "[":
			if n = place(tokens, p.match[tokens[n]]); n < 0 {
				return 0, false, false
			}
		default:
			return 0, false, false
		}
	}
	return tokens[len(tokens)-1], false, true
}

// name returns the first token of the name that ends before the parameters, the token of number n.
func (p *parser) name(tokens []int, n int) (int, bool) {
	for i := max(0, n-4); i < n; i++ {
		if p.tokens[tokens[i]].text == "operator" {
			return p.qualified(tokens, i), true
		}
	}
	if n == 0 {
		return 0, false
	}
	t := p.tokens[tokens[n-1]]
	if t.kind != identifier || notNames[t.text] {
		return 0, false
	}
	return p.qualified(tokens, n-1), true
}

// qualified returns the first token of a name with what :: joins to it, of which the last part has number n.
func (p *parser) qualified(tokens []int, n int) int {
	if n > 0 && p.tokens[tokens[n-1]].text == "~" {
		n--
	}
	for n > 1 && p.tokens[tokens[n-1]].text == "::" {
		at := n - 2
		if p.tokens[tokens[at]].text == ">" {
			for depth := 0; at > 0; at-- {
				switch p.tokens[tokens[at]].text {
				case ">":
					depth++
				case "<":
					depth--
				}
				if depth == 0 {
					at--
					break
				}
			}
		}
		if p.tokens[tokens[at]].kind != identifier {
			break
		}
		n = at
	}
	return tokens[n]
}

// special reports whether a function that has no type before its name may be one: a constructor, destructor or conversion.
// Others are macros that are followed by a body. In a class only a constructor's name begins with a capital and is not one.
func (p *parser) special(h header) bool {
	t := p.tokens[h.name]
	if t.text == "~" || t.text == "operator" || p.tokens[h.name+1].text == "::" {
		return true
	}
	return strings.ToUpper(t.text) != t.text
}

// add takes in the function with the header h and the body that brace opens.
func (p *parser) add(h header, brace int, in Scope) {
	closed := p.match[brace]
	if closed < 0 {
		return
	}
	h.first = p.afterMacros(h)
	name := p.join(h.name, h.params-1, "")
	owner := in
	if cut := strings.LastIndex(name, "::"); cut > 0 && in.Class == "" {
		owner = Scope{Class: name[:cut], Keyword: "class"}
	} else if in.Class != "" {
		name = in.Class + "::" + name
	}
	start := p.tokens[h.first].start
	fn := dataset.Function{
		Start: start, End: p.tokens[closed].end, Name: name, Signature: p.join(h.first, h.last, " "),
		Setting: p.setting(owner), Comment: p.commentAbove(start),
	}
	fn.Starts = p.statements(brace, closed)
	if len(fn.Starts) > 0 {
		fn.Stop = p.tokens[closed-1].end
	}
	low, _ := slices.BinarySearch(p.inside, fn.Start)
	high, _ := slices.BinarySearch(p.inside, fn.End)
	fn.Inside = p.inside[low:high:high]
	p.functions = append(p.functions, fn)
}

// afterMacros returns the first token of a definition, which is not a macro such as GDCLASS(A, B) on the lines before it.
func (p *parser) afterMacros(h header) int {
	first := h.first
	for i := first; i+1 < h.name; i++ {
		if t := p.tokens[i]; t.kind != identifier || strings.ToUpper(t.text) != t.text || p.tokens[i+1].text != "(" {
			continue
		}
		if next := p.after(i + 1); next <= h.name && p.tokens[next].first {
			first, i = next, next-1
		}
	}
	return first
}

// join returns the tokens from first to last, with gap where white space or comments separate two of them; two words stay apart.
func (p *parser) join(first, last int, gap string) string {
	var b strings.Builder
	before := p.tokens[first]
	for i, t := range p.tokens[first : last+1] {
		switch {
		case t.kind == branch:
			continue
		case i > 0 && t.start > before.end && t.kind == identifier && before.kind == identifier:
			b.WriteByte(' ')
		case i > 0 && t.start > before.end:
			b.WriteString(gap)
		}
		b.WriteString(t.text)
		before = t
	}
	return b.String()
}
