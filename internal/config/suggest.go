package config

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxSuggest bounds the words compared: what is longer is no slip of the pen.
const maxSuggest = 64

// Nearest returns the candidates that name was most likely meant to be, best first and at most three: the same but for
// case, separators or a few slips, or a part of the candidate. It returns none when nothing is near.
func Nearest(name string, candidates []string) []string {
	var m matches
	for _, c := range candidates {
		m.add(c, distance(name, c))
	}
	return m.best()
}

// Suggest returns the keys and sections that an unknown key was most likely meant to be, best first and at most three.
func Suggest(key string) []string { return table.suggest(key) }

func (x *index) suggest(key string) []string {
	var m matches
	section, name := splitKey(key)
	if section == "" {
		for _, s := range x.sections {
			m.add(s, distance(name, s))
		}
	}
	for i := range x.options {
		opt := &x.options[i]
		d := distance(name, opt.name())
		for _, aka := range opt.aka {
			d = min(d, slips(name, aka))
		}
		m.add(opt.key, d+sectionPenalty(section, opt.section()))
	}
	return m.best()
}

// sectionPenalty decides between keys of the same name: the section given, then one spelt nearly so, then any.
func sectionPenalty(given, section string) int {
	switch {
	case given == section:
		return 0
	case distance(given, section) < far:
		return 1
	}
	return 2
}

// didYouMean returns "; did you mean a or b?", or nothing without candidates.
func didYouMean(candidates []string) string {
	if len(candidates) == 0 {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", strings.Join(candidates, " or "))
}

// matches keeps the candidates of the lowest score.
type matches struct {
	names []string
	score int
}

func (m *matches) add(name string, score int) {
	switch {
	case score >= far || (len(m.names) > 0 && score > m.score):
		return
	case len(m.names) > 0 && score < m.score:
		m.names = nil
	}
	m.names, m.score = append(m.names, name), score
}

func (m *matches) best() []string { return m.names[:min(3, len(m.names))] }

// far is the score of words that have nothing to do with each other.
const far = 1 << 20

// distance scores how far name is from candidate, in tenths of a slip: 0 for the same word but for case and
// separators, 10 for each inserted, lost, changed or swapped letter, 25 where one is made of words of the other.
func distance(name, candidate string) int {
	score := slips(name, candidate)
	if score > 0 && utf8.RuneCountInString(name) <= maxSuggest && (containsWords(candidate, name) || containsWords(name, candidate)) {
		score = min(score, 25)
	}
	return score
}

// slips is distance for words that are the same but for a few letters.
func slips(name, candidate string) int {
	if utf8.RuneCountInString(name) > maxSuggest {
		return far
	}
	a, b := normal(name), normal(candidate)
	if n := editDistance([]rune(a), []rune(b)); n <= (len(b)+1)/4 {
		return 10 * n
	}
	return far
}

// normal folds what people mix up: case and separators.
func normal(s string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(s))
}

// containsWords reports whether all words of part, which has at least four letters, are words of whole.
func containsWords(whole, part string) bool {
	if len(part) < 4 {
		return false
	}
	words := splitWords(whole)
	for _, w := range splitWords(part) {
		if !slices.Contains(words, w) {
			return false
		}
	}
	return true
}

func splitWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune("_-. /", r) })
}

// editDistance counts insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
func editDistance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
