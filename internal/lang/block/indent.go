package block

import "slices"

// line is a line of a program that may go on over several: brackets are open at its end, or it ends with a backslash.
type line struct {
	lo, hi int // tokens
	column int // of the first one
}

// level is a block that lines with more indentation belong to.
type level struct {
	column    int
	class     []string
	keyword   string
	isClass   bool
	function  int // in Functions, -1 for others
	statement int // in Statements, -1 for others
}

// lines cuts the tokens into lines.
func (p *parser) lines() []line {
	var list []line
	for i := 0; i < len(p.tokens); {
		l := line{lo: i, column: p.column(i)}
		i = p.after(i)
		for i < len(p.tokens) && !p.tokens[i].first && !p.is(i, ";") {
			i = p.after(i)
		}
		if p.is(i, ";") {
			i++
		}
		l.hi = min(i, len(p.tokens))
		list = append(list, l)
	}
	return list
}

// column is the indentation of the line that token i begins, a tab as wide as eight spaces.
func (p *parser) column(i int) int {
	n := 0
	for at := p.tokens[i].Start - 1; at >= 0 && (p.text[at] == ' ' || p.text[at] == '\t'); at-- {
		n++
		if p.text[at] == '\t' {
			n += 7
		}
	}
	return n
}

// indented takes in a language whose blocks are indented.
func (p *parser) indented() {
	levels := []level{{column: -1, function: -1, statement: -1}}
	decorator := -1
	end := func(n int, to int) { // closes all but n blocks, whose last token is to
		for ; len(levels) > n; levels = levels[:len(levels)-1] {
			l := levels[len(levels)-1]
			if l.function >= 0 {
				f := &p.Functions[l.function]
				f.End, f.Body.End = p.tokens[to].End, p.tokens[to].End
			}
			if l.statement >= 0 {
				p.Statements[l.statement].End = max(p.Statements[l.statement].End, p.tokens[to].End)
			}
		}
	}
	for _, l := range p.lines() {
		n := len(levels)
		for n > 1 && levels[n-1].column >= l.column && p.tokens[l.lo].first {
			n--
		}
		if l.lo > 0 {
			end(n, l.lo-1)
		}
		if len(levels) > MaxDepth {
			p.deep = true
			return
		}
		if p.is(l.lo, "@") && p.tokens[l.lo].first {
			if decorator < 0 {
				decorator = l.lo
			}
			continue
		}
		levels = p.indentedLine(l, levels, decorator)
		decorator = -1
	}
	if len(p.tokens) > 0 {
		end(1, len(p.tokens)-1)
	}
	p.Functions = slices.DeleteFunc(p.Functions, func(f Function) bool { return f.Name == "" || f.Body.End <= f.Body.Start })
}

// indentedLine takes in a line and returns the blocks that are open behind it.
func (p *parser) indentedLine(l line, levels []level, decorator int) []level {
	first, outer := l.lo, levels[len(levels)-1]
	if decorator >= 0 {
		first = decorator
	}
	inside := slices.ContainsFunc(levels, func(l level) bool { return l.function >= 0 })
	statement := -1
	if inside && !p.is(l.lo, p.clauses...) && !outer.isClass {
		statement = len(p.Statements)
		p.Statements = append(p.Statements, Span{p.tokens[first].Start, p.tokens[l.hi-1].End})
	}
	colon := -1
	p.flat(l.lo, l.hi, func(i int) bool {
		if p.is(i, ":") {
			colon = i
		}
		return colon < 0
	})
	if colon < 0 || !p.tokens[l.lo].first {
		return levels
	}
	next := level{column: l.column, class: outer.class, keyword: outer.keyword, function: -1, statement: statement}
	at := l.lo
	if p.is(at, "async") {
		at++
	}
	switch {
	case p.classes[p.word(at)] != "" && p.word(at+1) != "":
		next.isClass = true
		next.class, next.keyword = append(slices.Clone(outer.class), p.word(at+1)), p.classes[p.word(at)]
	case slices.Contains(p.functions, p.word(at)) && p.word(at+1) != "" && p.functionLine(at, colon):
		next.function = len(p.Functions)
		p.Functions = append(p.Functions, Function{
			Span: Span{p.tokens[first].Start, p.tokens[l.hi-1].End}, Head: Span{p.tokens[l.lo].Start, p.tokens[colon].Start},
			Body: Span{p.tokens[colon].End, p.tokens[l.hi-1].End}, Name: p.word(at + 1), Class: outer.class, Keyword: outer.keyword,
		})
	case colon < l.hi-1:
		return levels // all is on the line, or it is no block
	}
	return append(levels, next)
}

// functionLine tells whether the parameters of a function that begins at token at end before the colon.
func (p *parser) functionLine(at, colon int) bool {
	open := at + 2
	if p.is(open, "[") {
		open = p.after(open)
	}
	return p.is(open, "(") && p.match[open] > open && p.match[open] < colon
}
