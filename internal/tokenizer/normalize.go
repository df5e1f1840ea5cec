package tokenizer

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A normalizer rewrites the text between added tokens.
type normalizer interface{ normalize(s string) string }

func normalizeAll(ns []normalizer, s string) string {
	for _, n := range ns {
		s = n.normalize(s)
	}
	return s
}

// form is one of the Unicode normalization forms. golang.org/x/text agrees with the reference but for characters that
// came after Unicode 9 and for runs of more than 30 combining marks, into which it puts a U+034F.
type form struct {
	norm.Form
	compose bool
}

var forms = map[string]form{
	"NFC": {norm.NFC, true}, "NFD": {norm.NFD, false}, "NFKC": {norm.NFKC, true}, "NFKD": {norm.NFKD, false},
}

func (f form) normalize(s string) string {
	if f.IsNormalString(s) {
		return s
	}
	out := make([]byte, 0, len(s)+len(s)/8)
	for s != "" {
		n := segment(s)
		switch part := s[:n]; {
		case f.IsNormalString(part):
			out = append(out, part...)
		case f.plain(part):
			out = f.AppendString(out, part)
		default:
			out = append(out, f.slow(part)...)
		}
		s = s[n:]
	}
	return string(out)
}

// segment returns the length of the ASCII characters at the start of s and of those after them that are not ASCII. No
// normalization form reaches beyond: nothing composes with an ASCII character that follows.
func segment(s string) int {
	i := 0
	for i < len(s) && s[i] < utf8.RuneSelf {
		i++
	}
	for i < len(s) && s[i] >= utf8.RuneSelf {
		i++
	}
	return i
}

// plain reports that s has neither inert characters nor more than seven characters in a row that are marks or decompose
// to some: a character decomposes to at most four.
func (f form) plain(s string) bool {
	run := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			run = 0
			i++
			continue
		}
		p := f.PropertiesString(s[i:])
		if p.LeadCCC() != 0 || p.TrailCCC() != 0 {
			run++
		} else {
			run = 0
		}
		if r, _ := utf8.DecodeRuneInString(s[i:]); run > 7 || isInert(r) {
			return false
		}
		i += p.Size()
	}
	return true
}

// slow is the algorithm of the Unicode standard (UAX 15) one character at a time, in which inert characters have neither
// a combining class nor a decomposition.
func (f form) slow(s string) string {
	decompose := norm.NFD
	if f.Form == norm.NFKC || f.Form == norm.NFKD {
		decompose = norm.NFKD
	}
	var out []rune
	marks := 0 // where the combining marks at the end of out start
	for _, r := range s {
		if isInert(r) {
			order(out[marks:])
			out = append(out, r)
			marks = len(out)
			continue
		}
		for _, x := range decompose.String(string(r)) {
			if combining(x) == 0 {
				order(out[marks:])
				marks = len(out) + 1
			}
			out = append(out, x)
		}
	}
	order(out[marks:])
	if f.compose {
		out = compose(out)
	}
	return string(out)
}

// order sorts combining marks by class.
func order(marks []rune) {
	slices.SortStableFunc(marks, func(a, b rune) int { return cmp.Compare(combining(a), combining(b)) })
}

// combining returns the canonical combining class.
func combining(r rune) uint8 {
	if isInert(r) {
		return 0
	}
	return norm.NFD.PropertiesString(string(r)).CCC()
}

// compose joins each character with the last starter before it, where the two have a composition and nothing between
// them blocks it. It works in place.
func compose(in []rune) []rune {
	out, starter := in[:0], -1
	var last uint8 // the combining class of the character before, when that is not the starter
	for _, r := range in {
		c := combining(r)
		if starter >= 0 && (starter == len(out)-1 || last < c) {
			if x, ok := pair(out[starter], r); ok {
				out[starter] = x
				continue
			}
		}
		out = append(out, r)
		last = c
		if c == 0 {
			starter = len(out) - 1
		}
	}
	return out
}

// pair returns the canonical composition of two characters.
func pair(a, b rune) (rune, bool) {
	if isInert(a) || isInert(b) || norm.NFC.PropertiesString(string(b)).BoundaryBefore() {
		return 0, false
	}
	s := norm.NFC.String(string([]rune{a, b}))
	r, n := utf8.DecodeRuneInString(s)
	return r, n == len(s)
}

// lowercase maps every character by itself: a final sigma becomes σ, not ς.
type lowercase struct{}

func (lowercase) normalize(s string) string {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		out = appendLower(out, r)
	}
	return string(out)
}

// prepend puts a string before any text that is not empty.
type prepend string

func (p prepend) normalize(s string) string {
	if s == "" {
		return s
	}
	return string(p) + s
}

// strip removes white space from the ends.
type strip struct{ left, right bool }

func (t strip) normalize(s string) string {
	if t.left {
		s = strings.TrimLeftFunc(s, unicode.IsSpace)
	}
	if t.right {
		s = strings.TrimRightFunc(s, unicode.IsSpace)
	}
	return s
}

// replace writes content in place of every match.
type replace struct {
	pattern finder
	content string
}

func (r replace) normalize(s string) string {
	var b strings.Builder
	for _, p := range r.pattern.find(nil, s) {
		if p.match {
			b.WriteString(r.content)
		} else {
			b.WriteString(s[p.start:p.end])
		}
	}
	return b.String()
}
