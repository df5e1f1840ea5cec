// Package gatetest makes broken copies of source code, to prove that gates notice them.
//
// A [Mutant] is a copy of a file with one small change of a [Kind]. The same file gives the same mutants. Whether one is broken
// says a real parser, not the kind: a deleted token may leave valid code. ref/gates_interop.py asks LuaJIT, gcc and g++.
package gatetest

import (
	"hash/fnv"
	"math/rand/v2"
	"regexp"
	"strings"

	"graft/internal/lang/mutate"
)

// A Kind is a way to change a file.
type Kind string

// The kinds. Two of them change what only one language has.
const (
	Delete       Kind = "delete-token"
	Duplicate    Kind = "duplicate-token"
	Insert       Kind = "insert-token"
	Swap         Kind = "swap-tokens"
	DropBracket  Kind = "drop-bracket"
	AddBracket   Kind = "add-bracket"
	CutString    Kind = "cut-string"
	CutFile      Kind = "cut-file"
	DropKeyword  Kind = "drop-keyword" // end, then, do in Lua; control words in C
	DropTerminal Kind = "drop-semicolon"
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{Delete, Duplicate, Insert, Swap, DropBracket, AddBracket, CutString, CutFile, DropKeyword, DropTerminal}
}

// A Mutant is a changed copy of a file.
type Mutant struct {
	Kind Kind
	Text string
}

var (
	luaWords = regexp.MustCompile(`^(?:end|then|do|until|in|function|if|return)$`)
	cWords   = regexp.MustCompile(`^(?:if|while|for|else|case|struct|return|switch|do)$`)
)

// Mutants makes up to each mutants of every kind from a file of a language: lua, c or cpp. Another path gives others.
func Mutants(language, path, text string, each int) []Mutant {
	h := fnv.New64a()
	_, _ = h.Write([]byte(path)) // never fails
	r := rand.New(rand.NewPCG(1, h.Sum64()))
	m := mutator{text: text, r: r, tokens: mutate.Tokens(text, "//"), words: cWords}
	if language == "lua" {
		m.tokens, m.words = mutate.Tokens(text, "--"), luaWords
	}
	var mutants []Mutant
	seen := map[string]bool{text: true}
	for _, k := range Kinds() {
		for made, tries := 0, 0; made < each && tries < 10*each; tries++ {
			if changed := m.apply(k); changed != "" && !seen[changed] {
				seen[changed] = true
				mutants = append(mutants, Mutant{k, changed})
				made++
			}
		}
	}
	return mutants
}

// A mutator changes one text.
type mutator struct {
	text   string
	tokens [][2]int
	words  *regexp.Regexp
	r      *rand.Rand
}

// pick returns a token at random that suits, an empty one if none of many does.
func (m *mutator) pick(suits func(t string) bool) [2]int {
	for range 200 {
		if at := m.tokens[m.r.IntN(len(m.tokens))]; suits(m.text[at[0]:at[1]]) {
			return at
		}
	}
	return [2]int{}
}

func anything(string) bool { return true }

// apply makes a change, "" if there is no place for it.
func (m *mutator) apply(k Kind) string {
	if len(m.tokens) < 2 {
		return ""
	}
	switch k {
	case Delete:
		return m.without(m.pick(anything))
	case Duplicate:
		at := m.pick(anything)
		return m.text[:at[1]] + " " + m.text[at[0]:]
	case Insert:
		at, from := m.pick(anything), m.pick(anything)
		return m.text[:at[0]] + m.text[from[0]:from[1]] + " " + m.text[at[0]:]
	case Swap:
		i := m.r.IntN(len(m.tokens) - 1)
		a, b := m.tokens[i], m.tokens[i+1]
		return m.text[:a[0]] + m.text[b[0]:b[1]] + " " + m.text[a[0]:a[1]] + m.text[a[1]:b[0]] + m.text[b[1]:]
	case DropBracket:
		return m.without(m.pick(func(t string) bool { return len(t) == 1 && strings.Contains("()[]{}", t) }))
	case AddBracket:
		at := m.pick(anything)
		return m.text[:at[0]] + string("()[]{}"[m.r.IntN(6)]) + m.text[at[0]:]
	case CutString:
		if at := m.pick(func(t string) bool { return len(t) > 1 && (t[0] == '"' || t[0] == '\'') }); at[1] > 0 {
			return m.text[:at[1]-1] + m.text[at[1]:]
		}
	case CutFile:
		return m.text[:m.tokens[m.r.IntN(len(m.tokens))][1]]
	case DropKeyword:
		return m.without(m.pick(m.words.MatchString))
	case DropTerminal:
		return m.without(m.pick(func(t string) bool { return t == ";" }))
	}
	return ""
}

// without takes a token out.
func (m *mutator) without(at [2]int) string {
	if at[1] == 0 {
		return ""
	}
	return m.text[:at[0]] + m.text[at[1]:]
}
