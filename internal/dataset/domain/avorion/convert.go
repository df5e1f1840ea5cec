package avorion

import (
	"regexp"

	"graft/internal/dataset"
	"graft/internal/lang/mutate"
)

// A rule turns what Lua 5.1 writes into what Lua 5.4 writes.
type rule struct {
	name    string
	pattern *regexp.Regexp
	with    string
}

// Operands are names with their path, or numbers: with these, no parenthesis can get lost.
const operand = `([\w.]+)`

var rules = []rule{
	{"unpack is table.unpack", regexp.MustCompile(`(^|[^\w.:])unpack\(`), "${1}table.unpack("},
	{"loadstring is load", regexp.MustCompile(`(^|[^\w.:])loadstring\(`), "${1}load("},
	{"table.getn is #", regexp.MustCompile(`\btable\.getn\(` + operand + `\)`), "#$1"},
	{"math.floor of a quotient is //", regexp.MustCompile(`\bmath\.floor\(` + operand + ` / ` + operand + `\)`), "($1 // $2)"},
	{"math.pow is ^", regexp.MustCompile(`\bmath\.pow\(` + operand + `, ?` + operand + `\)`), "($1 ^ $2)"},
	{"bit.band is &", regexp.MustCompile(`\bbit\.band\(` + operand + `, ?` + operand + `\)`), "($1 & $2)"},
	{"bit.bor is |", regexp.MustCompile(`\bbit\.bor\(` + operand + `, ?` + operand + `\)`), "($1 | $2)"},
	{"bit.lshift is <<", regexp.MustCompile(`\bbit\.lshift\(` + operand + `, ?` + operand + `\)`), "($1 << $2)"},
	{"bit.rshift is >>", regexp.MustCompile(`\bbit\.rshift\(` + operand + `, ?` + operand + `\)`), "($1 >> $2)"},
}

// alone matches parentheses around a whole expression.
var alone = regexp.MustCompile(`(?m)((?:=|\breturn) )\(([\w.]+ (?://|\^|&|\||<<|>>) [\w.]+)\)$`)

// Before turns code for the Lua of the game into code for Lua 5.4.
func (domain) Before(_ *dataset.File, _ *dataset.Function, code string) *dataset.Conversion {
	c := &dataset.Conversion{From: "Lua 5.4", To: "the Lua of Avorion, which is LuaJIT's: Lua 5.1 with goto"}
	used := map[string]bool{}
	c.Code = mutate.Outside(code, "--", func(piece string) string {
		before := piece
		for _, r := range rules {
			next := r.pattern.ReplaceAllString(piece, r.with)
			if next != piece && !used[r.name] {
				used[r.name] = true
				c.Rules = append(c.Rules, r.name)
			}
			piece = next
		}
		if piece == before {
			return piece
		}
		return alone.ReplaceAllString(piece, "$1$2")
	})
	if len(c.Rules) == 0 {
		return nil
	}
	return c
}
