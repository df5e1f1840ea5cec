package gdscript

import "errors"

// CheckPiece returns what is wrong with a piece of a script: members of a class, statements of a body or branches of a match, with
// the indentation of the first line taken off. The error is that of the reading that gets furthest.
func CheckPiece(text string) error {
	var furthest Errors
	for _, parse := range []func(*parser){(*parser).script, (*parser).body, (*parser).branches} {
		s := parseAs(text, parse)
		if len(s.Errors) == 0 {
			return nil
		}
		if furthest == nil || s.Errors[0].Offset > furthest[0].Offset {
			furthest = s.Errors
		}
	}
	return furthest
}

// First returns the first of the errors of a text, which the others often follow from. Other errors it returns as they are.
func First(err error) error {
	var all Errors
	if errors.As(err, &all) && len(all) > 0 {
		return all[0]
	}
	return err
}

// body reads statements up to the end of the text. They may be part of a loop.
func (p *parser) body() {
	p.function, p.inLoop = &function{}, true
	p.pieces(func() { p.keep(p.statement()) })
}

// branches reads those of a match.
func (p *parser) branches() {
	p.function, p.inLoop = &function{}, true
	p.pieces(p.matchLine)
}

func (p *parser) pieces(one func()) {
	for !p.atEnd() {
		one()
		p.settle()
		if p.check(tDedent) {
			p.expected("a statement", "at the start of the line")
			p.advance()
			p.settle()
		}
	}
}
