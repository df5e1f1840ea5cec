package block

import (
	"slices"
	"strings"
)

// scopeKind is what stands between two braces.
type scopeKind int

const (
	declarations scopeKind = iota // a file or namespace
	class
	body  // of a function, or a block in one
	cases // of a switch
	value // an object, the fields of a literal
)

// A scope is what a token stands in.
type scope struct {
	kind    scopeKind
	classes []string
	keyword string
	depth   int
}

func (s scope) into(kind scopeKind) scope {
	s.kind = kind
	s.depth++
	return s
}

// statements takes in the tokens from lo to hi, one statement after the other.
func (p *parser) statements(lo, hi int, s scope) {
	if s.depth > MaxDepth {
		p.deep = true
		return
	}
	for i := lo; i < hi; {
		n := len(p.Functions)
		next := p.statement(i, hi, s)
		if p.expressions && len(p.Functions) == n {
			p.expressionFunction(i, next, s)
		}
		if (s.kind == body || s.kind == cases && !p.is(i, "case", "default")) && !p.is(i, ";", "}") {
			p.Statements = append(p.Statements, Span{p.tokens[i].Start, p.tokens[next-1].End})
		}
		i = next
	}
}

// statement takes in the statement that begins at token i and returns the token behind it.
func (p *parser) statement(i, hi int, s scope) int {
	start := i
	for i < hi {
		if i > start && p.newlines && p.tokens[i].first && p.lineEnds(i) && !p.annotations(start, i) {
			return i
		}
		if p.statementEnds(start, i, s) {
			return i + 1
		}
		switch {
		case p.is(i, "{") && p.match[i] > i:
			after, ends := p.block(start, i, s)
			if ends {
				return p.terminated(after, hi)
			}
			i = after
			continue
		case p.is(i, "(", "[") && p.match[i] > i:
			p.expression(i+1, p.match[i], s)
		}
		i = min(p.after(i), hi)
	}
	return hi
}

// statementEnds tells whether a statement that begins at start ends with token i.
func (p *parser) statementEnds(start, i int, s scope) bool {
	if p.is(i, ";") {
		return !p.bareHeads || !p.is(start, "if", "for", "switch", "select")
	}
	return s.kind == cases && p.is(i, ":") && p.is(start, "case", "default")
}

// terminated is the token behind a statement that ends at token i, with the semicolon that may follow.
func (p *parser) terminated(i, hi int) int {
	if i < hi && p.is(i, ";") && !p.tokens[i].first {
		return i + 1
	}
	return i
}

// lineEnds tells whether a statement ends before token i, which is the first of its line.
func (p *parser) lineEnds(i int) bool {
	last := p.tokens[i-1]
	if last.kind == sign && !p.is(i-1, ")", "]", "}", "++", "--", "?", "!") {
		return false
	}
	if p.is(i-1, "else", "in", "of", "extends", "implements") {
		return false
	}
	return !p.is(i, ".", "?.", "?", ":", "&&", "||", "=", "+", "-", "*", "%", "|", "&", "==", "!=", "=>", "->", ",", ")", "]", "{", "<", ">", "<=", ">=") &&
		!p.is(i, p.clauses...)
}

// annotations tells whether nothing but annotations, such as @Test or @Size(3), stands from token lo to hi: they belong to what follows.
func (p *parser) annotations(lo, hi int) bool {
	for lo < hi && p.is(lo, "@") {
		lo++
		for lo < hi && (p.word(lo) != "" || p.is(lo, ".", ":")) && !p.tokens[lo].first {
			lo++
		}
		if lo < hi && p.is(lo, "(") {
			lo = p.after(lo)
		}
	}
	return lo >= hi
}

// expression takes in what stands between brackets: blocks in it may hold functions.
func (p *parser) expression(lo, hi int, s scope) {
	start := lo
	for i := lo; i < hi; i = p.after(i) {
		switch {
		case p.is(i, ",", ";"):
			start = i + 1
		case p.is(i, "(", "[") && p.match[i] > i:
			if s.depth < MaxDepth {
				p.expression(i+1, p.match[i], s.into(s.kind))
			}
		case p.is(i, "{") && p.match[i] > i:
			inner := s
			if s.kind == class {
				inner.kind = value
			}
			p.block(start, i, inner)
		}
	}
}

// block takes in the braces that open at token i of a statement that begins at start. It returns the token behind them, and whether the statement
// ends there.
func (p *parser) block(start, i int, s scope) (after int, ends bool) {
	lo, hi := i+1, p.match[i]
	if p.typeBraces(start, i, s) {
		return hi + 1, false
	}
	if inner, ok := p.classScope(start, i, s); ok {
		p.statements(lo, hi, inner)
		return hi + 1, !p.assignment(start, i)
	}
	if f, ok := p.functionHead(start, i, s); ok {
		p.statements(lo, hi, s.into(body))
		return p.function(f, start, i, s)
	}
	return p.innerBlock(start, i, s)
}

// classScope is what stands in the braces at token i of a statement that begins at start, if they are those of a class.
func (p *parser) classScope(start, i int, s scope) (inner scope, ok bool) {
	inner = s.into(class)
	if s.kind == class && s.keyword == "enum" && p.enumerated(start, i, s) {
		return inner, true
	}
	name, keyword, ok := p.classHead(start, i)
	if !ok {
		return inner, false
	}
	inner.keyword = keyword
	if name != "" {
		inner.classes = append(slices.Clone(s.classes), name)
	}
	return inner, true
}

// innerBlock is block for braces that are neither those of a class nor of a function with a name.
func (p *parser) innerBlock(start, i int, s scope) (after int, ends bool) {
	lo, hi := i+1, p.match[i]
	after = hi + 1
	anonymous := p.is(i-1, "=>", "->") && (p.methods || p.arms) || p.closureAt(i) || p.hasWord(start, i, p.functions...)
	switch {
	case start == i:
		p.statements(lo, hi, s.into(max(s.kind, body)))
		return after, true
	case s.kind == declarations && p.hasWord(start, i, p.spaces...) && !p.assignment(start, i):
		p.statements(lo, hi, s.into(declarations))
		return after, true
	case anonymous:
		p.statements(lo, hi, s.into(body))
		return after, false
	case p.is(start, "switch", "select"):
		p.statements(lo, hi, s.into(cases))
		return after, true
	}
	return p.controlled(start, i, s)
}

// controlled is block for braces that a word such as if or new stands before, or none.
func (p *parser) controlled(start, i int, s scope) (after int, ends bool) {
	lo, hi := i+1, p.match[i]
	after = hi + 1
	switch {
	case p.arms && p.hasWord(start, i, "match", "when"):
		p.expression(lo, hi, s.into(body))
		return after, !p.assignment(start, i)
	case p.hasWord(start, i, "new") && p.is(i-1, ")") && !p.directives: // a class without a name
		p.statements(lo, hi, s.into(class))
		return after, false
	case p.hasWord(start, i, controls...):
		p.statements(lo, hi, s.into(body))
		return after, !p.is(after, p.clauses...) && !p.assignment(start, i)
	}
	p.expression(lo, hi, s.into(value))
	return after, (s.kind == class || s.kind == declarations) && !p.assignment(start, i)
}

// controls are words in front of a block of statements.
var controls = []string{
	"if", "else", "for", "while", "do", "try", "catch", "finally", "foreach", "loop", "match", "when", "guard", "defer", "unsafe", "using", "lock", "fixed",
	"checked", "unchecked", "synchronized", "static", "with", "repeat", "async", "move", "init", "deinit", "get", "set", "go", "switch", "select", "case",
}

// hasWord tells whether one of some words stands outside of brackets from token lo to hi.
func (p *parser) hasWord(lo, hi int, words ...string) (found bool) {
	p.flat(lo, hi, func(i int) bool {
		found = p.word(i) != "" && slices.Contains(words, p.word(i)) && !p.is(i-1, ".", "?.", "::")
		return !found
	})
	return found
}

// assignment tells whether an = stands outside of brackets from token lo to hi, or the beginning of a value.
func (p *parser) assignment(lo, hi int) (found bool) {
	p.flat(lo, hi, func(i int) bool {
		found = p.is(i, "=", "return", "=>", "throw", "+=", "yield")
		return !found
	})
	return found
}

// closureAt tells whether the braces at token i are a block that is handed to a call.
func (p *parser) closureAt(i int) bool {
	return p.closures && (p.word(i-1) != "" && !slices.Contains(controls, p.word(i-1)) || p.is(i-1, ")", "=", "(", ",", "?"))
}

// typeBraces tells whether the braces at token i belong to a type: struct{} in Go, what follows : in TypeScript.
func (p *parser) typeBraces(start, i int, s scope) bool {
	switch {
	case p.is(i-1, "struct", "interface") && len(p.classes) == 0 && p.is(start, "func"):
		return true
	case !p.returns || !p.is(i-1, ":", "|", "&", "<"):
		return false
	}
	return s.kind == class || p.hasWord(start, i, p.functions...) || p.is(start, "const", "let", "var", "export") && !p.assignment(start, i)
}

// classHead reads the head of a class that begins at start and whose braces open at token i.
func (p *parser) classHead(start, i int) (name, keyword string, ok bool) {
	at := -1
	p.flat(start, i, func(j int) bool {
		if _, known := p.classes[p.word(j)]; known && !p.is(j-1, ".", "::", "?.", ":") && !p.is(j+1, "(", ".", ":", "=") {
			at = j
		}
		return at < 0 && !p.is(j, "=", "=>", "return")
	})
	if at < 0 {
		return "", "", false
	}
	keyword = p.classes[p.word(at)]
	if p.word(at) == "impl" {
		return p.implemented(at+1, i), keyword, true
	}
	at++
	for at < i && p.classes[p.word(at)] != "" { // enum class, record struct
		at++
	}
	for at < i && p.word(at) == "" {
		at++
	}
	if at == i || p.is(at, "extends", "implements", "where") {
		return "", keyword, true
	}
	name = p.word(at)
	for p.is(at+1, ".") && p.word(at+2) != "" && at+2 < i {
		name, at = name+"."+p.word(at+2), at+2
	}
	return name, keyword, true
}

// enumerated tells whether the braces at token i hold what a constant of an enum has of its own: NAME {, or NAME(…) {.
func (p *parser) enumerated(start, i int, s scope) bool {
	for p.is(start, ",") {
		start++
	}
	last := start + 1
	if p.is(last, "(") {
		last = p.after(last)
	}
	return p.word(start) != "" && last == i && (len(s.classes) == 0 || p.word(start) != s.classes[len(s.classes)-1])
}

// implemented is the type that an impl of Rust is for.
func (p *parser) implemented(lo, hi int) string {
	if p.is(lo, "<") {
		lo = p.angles(lo, hi)
	}
	p.flat(lo, hi, func(j int) bool {
		if p.is(j, "for") {
			lo = j + 1
		}
		return !p.is(j, "where")
	})
	end := lo
	for end < hi && !p.is(end, "<", "where", "{") {
		end++
	}
	if end == lo {
		return ""
	}
	return strings.Join(strings.Fields(p.text[p.tokens[lo].Start:p.tokens[end-1].End]), " ")
}

// angles is the token behind the <…> that opens at token lo.
func (p *parser) angles(lo, hi int) int {
	depth := 0
	for i := lo; i < hi; i = p.after(i) {
		switch {
		case p.is(i, "<"):
			depth++
		case p.is(i, "<<"):
			depth += 2
		case p.is(i, ">"):
			if depth--; depth <= 0 {
				return i + 1
			}
		}
	}
	return hi
}

// head is where the head of a function has its parts.
type head struct {
	name     string
	class    []string // of a receiver, in place of those around
	sign     int      // token at which the signature begins
	assigned bool
}

// functionHead reads the head of a function that begins at start and whose braces open at token i.
func (p *parser) functionHead(start, i int, s scope) (head, bool) {
	for _, read := range []func(start, i int, s scope) (head, bool){p.keywordHead, p.methodHead, p.assignedHead} {
		if h, ok := read(start, i, s); ok {
			return h, true
		}
	}
	return head{}, false
}

// keywordHead reads the head of a function that a word such as func begins.
func (p *parser) keywordHead(start, i int, _ scope) (head, bool) {
	at := -1
	p.flat(start, i, func(j int) bool {
		if slices.Contains(p.functions, p.word(j)) && !p.is(j-1, ".", "::") {
			at = j
		}
		return at < 0 && !p.is(j, "=", "=>", "return", "throw", "new", "?", ":") // a value
	})
	if at < 0 {
		return head{}, false
	}
	h := head{sign: p.signStart(start, at)}
	open := p.nameAfter(at, i, &h)
	if h.name == "" || !p.is(open, "(") || p.match[open] < open || p.match[open] >= i || p.expressions && p.assignment(p.match[open]+1, i) {
		return head{}, false
	}
	return h, true
}

// nameAfter reads the name of a function behind its word at token at, with the receiver that may stand before it, and returns the token behind
// its type parameters.
func (p *parser) nameAfter(at, hi int, h *head) (open int) {
	name := at + 1
	if p.is(name, "(") && p.match[name] > name && p.word(p.match[name]+1) != "" && len(p.classes) == 0 { // the receiver of a method in Go
		h.class = p.receiver(name)
		name = p.match[name] + 1
	}
	for p.is(name, "*", "&") {
		name++
	}
	if p.is(name, "<") {
		name = p.angles(name, hi)
	}
	h.name, name = p.extended(name, hi)
	switch open = name + 1; {
	case p.is(open, "<"):
		return p.angles(open, hi)
	case p.is(open, "[") && p.match[open] > open: // type parameters in Go
		return p.match[open] + 1
	}
	return open
}

// extended reads a name, with the receiver that an extension in Kotlin has: List<Int>?.sum. It returns the last token of it too.
func (p *parser) extended(at, hi int) (name string, last int) {
	name = p.word(at)
	for name != "" && p.expressions {
		next := at + 1
		if p.is(next, "<") {
			next = p.angles(next, hi)
		}
		if !p.is(next, ".", "?.") || p.word(next+1) == "" {
			break
		}
		at = next + 1
		name += p.tokens[next].text + p.word(at)
	}
	return name, at
}

// expressionFunction adds the function that a statement from token start to end is, if it is one with an expression for a body.
func (p *parser) expressionFunction(start, end int, s scope) {
	equal := -1
	p.flat(start, end, func(j int) bool {
		if p.is(j, "=") {
			equal = j
		}
		return equal < 0
	})
	if equal < 0 || equal+1 >= end {
		return
	}
	if h, ok := p.keywordHead(start, equal, s); ok {
		p.Functions = append(p.Functions, Function{
			Span: Span{p.tokens[start].Start, p.tokens[end-1].End}, Head: Span{p.tokens[h.sign].Start, p.tokens[equal].Start},
			Body: Span{p.tokens[equal].End, p.tokens[end-1].End}, Name: h.name, Class: s.classes, Keyword: s.keyword,
		})
	}
}

// signStart is the token at which the signature of a function begins, behind attributes and the words that export it.
func (p *parser) signStart(start, at int) int {
	for p.attributes != "" && p.is(start, p.attributes) && p.is(start+1, "[") && p.match[start+1] > start {
		start = p.match[start+1] + 1
	}
	if p.assigned {
		for start < at && p.is(start, "export", "default", "declare") {
			start++
		}
	}
	return min(start, at)
}

// receiver is the type that a method of Go is for.
func (p *parser) receiver(open int) []string {
	for j := p.match[open] - 1; j > open; j-- {
		if p.is(j, "]") && p.match[j] >= 0 {
			j = p.match[j]
			continue
		}
		if w := p.word(j); w != "" {
			return []string{w}
		}
	}
	return nil
}

// methodHead reads the head of a function without a word of its own: Name(…) in a class.
func (p *parser) methodHead(start, i int, s scope) (head, bool) {
	if !p.methods || s.kind != class && (s.kind != value || !p.assigned) {
		return head{}, false
	}
	open := -1
	p.flat(start, i, func(j int) bool {
		if p.is(j, "(") && p.match[j] > j && !p.is(p.nameBefore(j)-1, "@", ".") {
			open = j
		}
		return open < 0 && !p.is(j, "=", "=>", "return", "new", "throw")
	})
	if open < 0 || p.assignment(p.match[open]+1, i) {
		return head{}, false
	}
	at := p.nameBefore(open)
	name := p.word(at)
	if at < start || name == "" || slices.Contains(controls, name) && !p.is(at, "get", "set", "init", "match", "repeat", "go", "move", "select", "when", "with") {
		return head{}, false
	}
	if p.is(at-1, "#") {
		name = "#" + name
	}
	return head{name: name, sign: start}, true
}

// nameBefore is the token of the name before the parameters that open at token open.
func (p *parser) nameBefore(open int) int {
	at := open - 1
	if !p.is(at, ">") {
		return at
	}
	for depth := 0; at >= 0; at-- { // type parameters
		switch {
		case p.is(at, ">"):
			depth++
		case p.is(at, "<"):
			if depth--; depth == 0 {
				return at - 1
			}
		}
	}
	return -1
}

// assignedHead reads the head of a function that a single constant or variable is declared with.
func (p *parser) assignedHead(start, i int, _ scope) (head, bool) {
	if !p.assigned {
		return head{}, false
	}
	at := start
	if p.is(at, "export") {
		at++
	}
	if !p.is(at, "const", "let", "var") || p.word(at+1) == "" {
		return head{}, false
	}
	equal, comma := -1, false
	p.flat(at+2, i, func(j int) bool {
		if p.is(j, "=") {
			equal = j
		}
		comma = comma || p.is(j, ",")
		return equal < 0
	})
	if equal < 0 || comma || !p.is(at+2, "=", ":") {
		return head{}, false
	}
	if arrow := p.is(i-1, "=>"); !arrow && !p.is(equal+1, "function", "async") {
		return head{}, false
	}
	value := equal + 1
	if p.is(value, "async") {
		value++
	}
	if !p.is(value, "(", "function", "<") && !p.is(value+1, "=>") {
		return head{}, false
	}
	return head{name: p.word(at + 1), sign: start, assigned: true}, true
}

// function adds a function whose statement begins at token start and whose braces open at token i.
func (p *parser) function(h head, start, i int, s scope) (after int, ends bool) {
	hi := p.match[i]
	after = hi + 1
	end := p.tokens[hi].End
	if h.assigned {
		switch {
		case p.is(after, ";"):
			end = p.tokens[after].End
		case after < len(p.tokens) && !p.tokens[after].first && !p.is(after, "}", "</"):
			return after, false // one of several, or called at once
		}
	}
	f := Function{
		Span: Span{p.tokens[start].Start, end}, Head: Span{p.tokens[h.sign].Start, p.tokens[i].Start}, Body: Span{p.tokens[i].End, p.tokens[hi].Start},
		Name: h.name, Class: s.classes, Keyword: s.keyword,
	}
	if h.class != nil {
		f.Class, f.Keyword = h.class, ""
	}
	p.Functions = append(p.Functions, f)
	return after, true
}
