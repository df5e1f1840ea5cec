package secret

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// A Finding is a place at which a secret stands.
type Finding struct {
	Rule string // such as "github-pat" or "private-key"
	Line int    // from 1; 0 if the name of the file is what was found
}

func (f Finding) String() string {
	if f.Line == 0 {
		return "the rule " + f.Rule + " matches its name"
	}
	return fmt.Sprintf("the rule %s matches on line %d", f.Rule, f.Line)
}

// Find returns where secrets stand in the text of a file, in the order of lines, each rule and line once. path has slashes.
func Find(path, text string) []Finding {
	var found []Finding
	for _, r := range names() {
		if r.pattern.MatchString(path) {
			found = append(found, Finding{Rule: r.name})
		}
	}
	for i, hits := range keywordsIn(text) {
		r := &rules()[i]
		r.each(text, hits, func(at int) {
			found = append(found, Finding{Rule: r.name, Line: 1 + strings.Count(text[:at], "\n")})
		})
	}
	slices.SortFunc(found, func(a, b Finding) int { return cmp.Or(a.Line-b.Line, cmp.Compare(a.Rule, b.Rule)) })
	return slices.Compact(found)
}

// keyword is a word of a rule.
type keyword struct {
	text string
	rule int
}

// keywordTable is the keywords of the rules by their first two bytes.
type keywordTable struct {
	starts [1 << 16]bool // by the two bytes: whether there is one, which is faster than to look it up
	words  map[[2]byte][]keyword
}

var byFirst = sync.OnceValue(func() *keywordTable {
	t := &keywordTable{words: map[[2]byte][]keyword{}}
	for i, r := range rules() {
		for _, k := range r.keywords {
			t.starts[int(k[0])<<8|int(k[1])] = true
			first := [2]byte{k[0], k[1]}
			t.words[first] = append(t.words[first], keyword{k, i})
		}
	}
	return t
})

// keywordsIn returns where the keywords of each rule stand in text, whatever the case of its letters.
func keywordsIn(text string) map[int][]int {
	table := byFirst()
	hits := map[int][]int{}
	last := byte(0)
	for i := range len(text) {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if table.starts[int(last)<<8|int(c)] {
			for _, k := range table.words[[2]byte{last, c}] {
				if at := i - 1; len(text)-at >= len(k.text) && strings.EqualFold(text[at:at+len(k.text)], k.text) {
					hits[k.rule] = append(hits[k.rule], at)
				}
			}
		}
		last = c
	}
	return hits
}

// each calls f with where the secrets begin that r finds. Its pattern sees the lines that hold a keyword, or from there to the end of the text.
func (r *rule) each(text string, hits []int, f func(at int)) {
	end := -1
	for _, hit := range hits {
		if hit < end {
			continue // on a line that was looked at
		}
		start := strings.LastIndexByte(text[:hit], '\n') + 1
		end = len(text)
		if j := strings.IndexByte(text[hit:], '\n'); j >= 0 && !r.lines {
			end = hit + j
		}
		r.match(text[start:end], func(at int) { f(start + at) })
	}
}

func (r *rule) match(text string, f func(at int)) {
	if r.value > 0 && !hasValue(text, r.value) {
		return
	}
	for _, m := range r.pattern.FindAllStringSubmatchIndex(text, -1) {
		if at, value := secretOf(text, m); r.holds(value) {
			f(at)
		}
	}
}

// hasValue tells whether text has a run of at least n characters that keys are made of, a digit among them.
func hasValue(text string, n int) bool {
	run, digit := 0, false
	for i := range len(text) {
		switch c := text[i]; {
		case '0' <= c && c <= '9':
			digit = true
			run++
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', strings.IndexByte("+/_.=~-", c) >= 0:
			run++
		default:
			run, digit = 0, false
		}
		if run >= n && digit {
			return true
		}
	}
	return false
}

// secretOf is the first group of a match that took part in it, or the match.
func secretOf(text string, m []int) (at int, value string) {
	for i := 2; i+1 < len(m); i += 2 {
		if m[i] >= 0 {
			return m[i], text[m[i]:m[i+1]]
		}
	}
	return m[0], text[m[0]:m[1]]
}

// holds tells whether what matched is a secret.
func (r *rule) holds(value string) bool {
	return (r.entropy == 0 || entropy(value) >= r.entropy) && !example.MatchString(value) && (r.secret == nil || r.secret(value))
}

// example matches what documentation writes in place of a secret.
var example = regexp.MustCompile(`(?i)example|sample|dummy|placeholder|your[_-]?|change[_-]?me|xxxx|\.\.\.|1234567890|abcdefgh|0{12}|<.*>`)

// entropy is the bits that a character of s carries, by how often each stands in it (Shannon, 1948).
func entropy(s string) float64 {
	count := map[rune]int{}
	n := 0
	for _, c := range s {
		count[c]++
		n++
	}
	var bits float64
	for _, k := range count {
		p := float64(k) / float64(n)
		bits -= p * math.Log2(p)
	}
	return bits
}

// random tells whether a text looks drawn by chance rather than written: letters and digits in one piece of sixteen or more, changing often
// between kinds of characters, without the long runs of small letters that words are.
func random(s string) bool {
	for _, part := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune("._/=+~-", c) }) {
		if len(part) < 16 {
			continue
		}
		digits, changes, run, longest, capitals := 0, 0, 0, 0, 0
		last := kindOther
		for _, c := range part {
			k := kindOf(c)
			if k != last {
				changes++
				run = 0
			}
			last = k
			run++
			switch k {
			case kindDigit:
				digits++
			case kindUpper:
				capitals++
			case kindLower:
				longest = max(longest, run)
			}
		}
		if digits >= max(2, len(part)/16) && 4*changes >= len(part) && (longest < 8 || capitals == 0 && longest < 12) && digits < len(part) {
			return true
		}
	}
	return false
}

type kind int

const (
	kindOther kind = iota
	kindLower
	kindUpper
	kindDigit
)

func kindOf(c rune) kind {
	switch {
	case unicode.IsDigit(c):
		return kindDigit
	case unicode.IsUpper(c):
		return kindUpper
	case unicode.IsLower(c):
		return kindLower
	}
	return kindOther
}

// notPasswords matches what stands where a password could: variables, calls, paths, texts for people.
var notPasswords = regexp.MustCompile(`^(?:[$%{<(\[&]|.*[${(<%][^}>)%]*[})>%]|res://|user://|https?://|[./]*[\w-]+(?:[./:][\w-]+)+$)`)

// password tells whether a text can be one: letters and digits or signs, which a name or a word has not.
func password(s string) bool {
	if notPasswords.MatchString(s) {
		return false
	}
	var letters, digits, signs bool
	for _, c := range s {
		switch {
		case unicode.IsLetter(c):
			letters = true
		case unicode.IsDigit(c):
			digits = true
		case !strings.ContainsRune("_-. ", c):
			signs = true
		}
	}
	return letters && (digits || signs) && !identifier.MatchString(s)
}

// identifier matches words joined as names are, a number at their end included.
var identifier = regexp.MustCompile(`^[A-Za-z]+(?:[_.-][A-Za-z]+)*[_.-]?[0-9]{0,3}$`)
