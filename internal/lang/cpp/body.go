package cpp

import (
	"regexp"
	"slices"
	"strings"
)

// statements lists where the statements between two braces begin, comments above them included.
func (p *parser) statements(open, closed int) []int {
	var starts []int
	var within []bool // of each bracket around the token, whether it is a block
	block := true
	for i := open + 1; i < closed; i++ {
		t := p.tokens[i]
		if t.kind == punctuation {
			switch t.text {
			case "(", "[", "{":
				if p.match[i] >= 0 {
					within = append(within, block)
					block = t.text == "{" && p.block(i)
					if t.first && block {
						starts = append(starts, p.withComments(t.start))
					}
					continue
				}
			case ")", "]", "}":
				if len(within) > 0 {
					block, within = within[len(within)-1], within[:len(within)-1]
				}
				continue
			}
		}
		if block && t.first && p.begins(i) {
			starts = append(starts, p.withComments(t.start))
		}
	}
	return starts
}

// block reports whether the brace i opens a block and not an initializer.
func (p *parser) block(i int) bool {
	before := p.tokens[i-1]
	switch before.text {
	case "{", "}", ";", ":", "]", "else", "do", "try", "const", "noexcept", "mutable":
		return true
	case ")":
		return !p.literal(i - 1)
	}
	return before.kind == branch
}

// literal reports whether a closing bracket before a brace is the end of a type, as in &(Position){1, 2}.
func (p *parser) literal(closed int) bool {
	open := p.opener[closed]
	if open < 1 {
		return false
	}
	switch p.tokens[open-1].text {
	case "=", "(", ",", "&", "return", ":", "?":
		return true
	}
	return false
}

// begins reports whether token i begins a statement: it is known to be the first on its line, in a block.
func (p *parser) begins(i int) bool {
	t := p.tokens[i]
	if t.kind == branch || t.text == "else" || t.text == "catch" {
		return false
	}
	if t.kind != identifier && t.text != "*" && t.text != "++" && t.text != "+" && t.text != "-" && t.text != "::" {
		return false
	}
	before := i - 1
	for before > 0 && p.tokens[before].kind == branch {
		before--
	}
	switch p.tokens[before].text {
	case ";", "{", "}":
		return true
	case ":":
		return p.afterCase(before)
	}
	return false
}

// afterCase reports whether the colon i ends a case or a label.
func (p *parser) afterCase(i int) bool {
	for i--; i > 0; i-- {
		switch p.tokens[i].text {
		case "case", "default":
			return true
		case ";", "{", "}", "?":
			return false
		}
	}
	return false
}

// withComments returns where the comments right above start begin, or start.
func (f *file) withComments(start int) int {
	for _, c := range slices.Backward(f.commentsAbove(start)) {
		start = c.start
	}
	return start
}

// commentsAbove lists the comments that stand right above start, each on lines of its own.
func (f *file) commentsAbove(start int) []comment {
	end, _ := slices.BinarySearchFunc(f.comments, start, func(c comment, at int) int { return c.start - at })
	first := end
	for first > 0 {
		c := f.comments[first-1]
		if gap := f.text[c.end:start]; !c.whole || strings.TrimSpace(gap) != "" || strings.Count(gap, "\n") != 1 {
			break
		}
		first, start = first-1, c.start
	}
	return f.comments[first:end]
}

var (
	slashes = regexp.MustCompile(`^///?[/!]*<? ?`)
	opening = regexp.MustCompile(`^/\*[*!]*`)
	star    = regexp.MustCompile(`^\s*\*(?: |$)`)
	brief   = regexp.MustCompile(`^[@\\](?:brief|details)\s+`)
)

// commentAbove returns what the comments right above start say.
func (f *file) commentAbove(start int) string {
	var lines []string
	for _, c := range f.commentsAbove(start) {
		text := f.text[c.start:c.end]
		if !strings.HasPrefix(text, "/*") {
			lines = append(lines, slashes.ReplaceAllString(text, ""))
			continue
		}
		text = opening.ReplaceAllString(strings.TrimSuffix(text, "*/"), "")
		for line := range strings.SplitSeq(strings.Trim(text, " \t*\n"), "\n") {
			lines = append(lines, strings.TrimSpace(star.ReplaceAllString(line, "")))
		}
	}
	for i, line := range lines {
		lines[i] = brief.ReplaceAllString(strings.TrimRight(line, " \t\r"), "")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}
