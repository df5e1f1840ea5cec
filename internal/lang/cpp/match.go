package cpp

import "fmt"

// A bracket is one that is open. The stack of them is a list, so that a conditional can return to an earlier one.
type bracket struct {
	token int
	outer *bracket
	brace *bracket // the innermost brace, itself included
}

var closes = map[string]string{")": "(", "]": "[", "}": "{"}

// A matcher finds the bracket that closes each.
type matcher struct {
	*file
	open         *bracket
	conditionals []conditional
	last         bool  // the last branch of a conditional decides, or nothing if it has no else
	problem      error // the first
}

// A conditional is one whose endif was not reached yet.
type conditional struct {
	before *bracket // what was open before it
	after  *bracket // what is open after its first branch
	others bool     // another branch than the first has begun
}

// pair fills in match and opener, as the first branch of each conditional decides. The error says which brackets fit neither
// with the first branches nor with the last ones: a brace may be opened in one conditional and closed in another.
func (f *file) pair() error {
	n := len(f.tokens)
	f.match, f.opener = fill(n), fill(n)
	err := f.pairBranches(false)
	if err == nil {
		return nil
	}
	other := file{text: f.text, tokens: f.tokens, match: fill(n), opener: fill(n)}
	if other.pairBranches(true) == nil {
		return nil
	}
	return err
}

// pairBranches pairs brackets as the first or the last branch of each conditional decides.
func (f *file) pairBranches(last bool) error {
	m := matcher{file: f, last: last}
	for i, t := range f.tokens {
		switch {
		case t.kind == branch:
			m.branch(i)
		case t.kind != punctuation:
		case t.text == "(" || t.text == "[" || t.text == "{":
			m.push(i)
		case closes[t.text] != "":
			m.close(i)
		}
	}
	if m.open != nil {
		m.fail(m.open.token, "is not closed")
	}
	return m.problem
}

func fill(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = -1
	}
	return s
}

func (m *matcher) push(i int) {
	b := &bracket{token: i, outer: m.open}
	switch {
	case m.tokens[i].text == "{":
		b.brace = b
	case m.open != nil:
		b.brace = m.open.brace
	}
	m.open = b
}

// close pairs token i. A brace closes what is open inside it too; other brackets that do not fit are left alone.
func (m *matcher) close(i int) {
	b := m.open
	if b != nil && m.tokens[b.token].text != closes[m.tokens[i].text] {
		m.fail(b.token, "is not closed")
		if b = b.brace; m.tokens[i].text != "}" {
			return
		}
	}
	if b == nil {
		m.fail(i, "closes nothing")
		return
	}
	if m.match[b.token] < 0 { // an earlier branch may have closed it
		m.match[b.token] = i
	}
	m.opener[i] = b.token
	m.open = b.outer
}

// branch follows the first branch of a conditional past its end.
func (m *matcher) branch(i int) {
	if m.tokens[i].text == "if" {
		m.conditionals = append(m.conditionals, conditional{before: m.open})
		return
	}
	if len(m.conditionals) == 0 || m.tokens[i].text == "include" {
		return
	}
	c := &m.conditionals[len(m.conditionals)-1]
	if m.last {
		if m.tokens[i].text == "else" {
			m.open, c.others = c.before, true
			return
		}
		if !c.others {
			m.open = c.before
		}
		m.conditionals = m.conditionals[:len(m.conditionals)-1]
		return
	}
	if !c.others {
		c.after, c.others = m.open, true
	}
	if m.tokens[i].text == "else" {
		m.open = c.before
		return
	}
	m.open = c.after
	m.conditionals = m.conditionals[:len(m.conditionals)-1]
}

func (m *matcher) fail(i int, what string) {
	if m.problem == nil {
		m.problem = fmt.Errorf("line %d: %q %s", m.lineOf(m.tokens[i].start), m.tokens[i].text, what)
	}
}

func (f *file) lineOf(at int) int {
	line := 1
	for _, c := range []byte(f.text[:at]) {
		if c == '\n' {
			line++
		}
	}
	return line
}
