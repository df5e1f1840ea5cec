package tokenizer

import (
	"slices"
	"sync"
	"unicode"
	"unicode/utf8"
)

// class is a set of the properties of a character that word patterns and normalization ask for.
type class uint8

const (
	letter class = 1 << iota // \p{L}
	number                   // \p{N}
	space                    // \s
	mark                     // \p{M}
	upper                    // [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]: the first part of a camel-case word
	lower                    // [\p{Ll}\p{Lm}\p{Lo}\p{M}]: its second part
	inert                    // normalization leaves it as it is
)

// runes is a list of ranges of code points: of each the first and the last.
type runes []rune

func (l runes) has(r rune) bool {
	for x := range slices.Chunk(l, 2) {
		if r >= x[0] && r <= x[1] {
			return true
		}
	}
	return false
}

// Characters that Unicode 15.1 and 16 added: word patterns know them, Go's tables do not.
var (
	newUpper = runes{0x1C89, 0x1C89, 0xA7CB, 0xA7CC, 0xA7DA, 0xA7DA, 0xA7DC, 0xA7DC, 0x10D50, 0x10D65}
	newLower = runes{0x1C8A, 0x1C8A, 0xA7CD, 0xA7CD, 0xA7DB, 0xA7DB, 0x10D70, 0x10D85}
	// Letters without case, and modifier letters.
	newLetters = runes{
		0x105C0, 0x105F3, 0x10D4A, 0x10D4D, 0x10D4F, 0x10D4F, 0x10EC2, 0x10EC4, 0x11380, 0x11389, 0x1138B, 0x1138B,
		0x1138E, 0x1138E, 0x11390, 0x113B5, 0x113B7, 0x113B7, 0x113D1, 0x113D1, 0x113D3, 0x113D3, 0x11BC0, 0x11BE0,
		0x13460, 0x143FA, 0x16100, 0x1611D, 0x16D43, 0x16D6A, 0x18CFF, 0x18CFF, 0x1E5D0, 0x1E5ED, 0x1E5F0, 0x1E5F0,
		0x2EBF0, 0x2EE5D,
	}
	newModifiers = runes{0x10D4E, 0x10D4E, 0x10D6F, 0x10D6F, 0x16D40, 0x16D42, 0x16D6B, 0x16D6C}
	newMarks     = runes{
		0x897, 0x897, 0x10D69, 0x10D6D, 0x10EFC, 0x10EFC, 0x113B8, 0x113C0, 0x113C2, 0x113C2, 0x113C5, 0x113C5,
		0x113C7, 0x113CA, 0x113CC, 0x113D0, 0x113D2, 0x113D2, 0x113E1, 0x113E2, 0x11F5A, 0x11F5A, 0x1611E, 0x1612F,
		0x1E5EE, 0x1E5EF,
	}
	newDigits = runes{
		0x10D40, 0x10D49, 0x116D0, 0x116E3, 0x11BF0, 0x11BF9, 0x16130, 0x16139, 0x16D70, 0x16D79, 0x1CCF0, 0x1CCF9,
		0x1E5F1, 0x1E5FA,
	}
	// These came with Unicode 17: only the Digits pre-tokenizer knows them.
	newNumbers     = runes{0x11DE0, 0x11DE9, 0x16FF4, 0x16FF6}
	newPunctuation = runes{
		0x1B4E, 0x1B4F, 0x1B7F, 0x1B7F, 0x10D6E, 0x10D6E, 0x113D4, 0x113D5, 0x113D7, 0x113D8, 0x11BE1, 0x11BE1,
		0x16D6D, 0x16D6F, 0x1E5FF, 0x1E5FF,
	}
	newSymbols = runes{
		0x2427, 0x2429, 0x2FFC, 0x2FFF, 0x31E4, 0x31E5, 0x31EF, 0x31EF, 0x10D8E, 0x10D8F, 0x1CC00, 0x1CCEF,
		0x1CD00, 0x1CEB3, 0x1F8B2, 0x1F8BB, 0x1F8C0, 0x1F8C1, 0x1FA89, 0x1FA89, 0x1FA8F, 0x1FA8F, 0x1FABE, 0x1FABE,
		0x1FAC6, 0x1FAC6, 0x1FADC, 0x1FADC, 0x1FADF, 0x1FADF, 0x1FAE9, 0x1FAE9, 0x1FBCB, 0x1FBEF,
	}
	newHan = runes{0x2EBF0, 0x2EE5D}
)

// inertRunes came after Unicode 9 and have a place in later versions of the normalization forms: the reference leaves
// them as they are.
var inertRunes = runes{
	0x7FD, 0x7FD, 0x897, 0x89F, 0x8CA, 0x8D3, 0x9FE, 0x9FE, 0xC3C, 0xC3C, 0xD3B, 0xD3C, 0xEBA, 0xEBA,
	0x1715, 0x1715, 0x1ABF, 0x1ACE, 0x1DF6, 0x1DFA, 0x32FF, 0x32FF, 0xA7F2, 0xA7F4, 0xA82C, 0xA82C,
	0xAB69, 0xAB69, 0x10781, 0x10785, 0x10787, 0x107B0, 0x107B2, 0x107BA, 0x10D24, 0x10D27, 0x10D69, 0x10D6D,
	0x10EAB, 0x10EAC, 0x10EFC, 0x10EFF, 0x10F46, 0x10F50, 0x10F82, 0x10F85, 0x11070, 0x11070, 0x1133B, 0x1133B,
	0x1145E, 0x1145E, 0x11839, 0x1183A, 0x11930, 0x11930, 0x11938, 0x11938, 0x1193D, 0x1193E, 0x11943, 0x11943,
	0x119E0, 0x119E0, 0x11A34, 0x11A34, 0x11A47, 0x11A47, 0x11A99, 0x11A99, 0x11D42, 0x11D42, 0x11D44, 0x11D45,
	0x11D97, 0x11D97, 0x11F41, 0x11F42, 0x16FF0, 0x16FF1, 0x1E030, 0x1E06D, 0x1E08F, 0x1E08F, 0x1E130, 0x1E136,
	0x1E2AE, 0x1E2AE, 0x1E2EC, 0x1E2EF, 0x1E4EC, 0x1E4EF, 0x1F16C, 0x1F16C, 0x1FBF0, 0x1FBF9,
}

// newCases maps the capitals of Unicode 15.1 to 17, from the first to the second code point, to their small letters,
// which start at the third.
var newCases = [][3]rune{
	{0x1C89, 0x1C89, 0x1C8A},
	{0xA7CB, 0xA7CB, 0x264},
	{0xA7CC, 0xA7CC, 0xA7CD},
	{0xA7CE, 0xA7CE, 0xA7CF},
	{0xA7D2, 0xA7D2, 0xA7D3},
	{0xA7D4, 0xA7D4, 0xA7D5},
	{0xA7DA, 0xA7DA, 0xA7DB},
	{0xA7DC, 0xA7DC, 0x19B},
	{0x10D50, 0x10D65, 0x10D70},
	{0x16EA0, 0x16EB8, 0x16EBB},
}

// appendLower appends the small form of r. That of U+0130 alone has two characters.
func appendLower(dst []byte, r rune) []byte {
	if r == 0x130 {
		return append(dst, "i\u0307"...)
	}
	for _, c := range newCases {
		if r >= c[0] && r <= c[1] {
			return utf8.AppendRune(dst, c[2]+r-c[0])
		}
	}
	return utf8.AppendRune(dst, unicode.ToLower(r))
}

func isInert(r rune) bool { return classes().of(r)&inert != 0 }

// isWordRune reports whether r is a \w, which a single_word token must not touch.
func isWordRune(r rune) bool {
	if c := classes().of(r); c&(letter|mark) != 0 || c&number != 0 && (unicode.In(r, unicode.Nd, unicode.Nl) || newDigits.has(r)) {
		return true
	}
	return unicode.In(r, unicode.Pc, unicode.Other_Alphabetic, unicode.Join_Control)
}

// isNumeric reports whether the Digits pre-tokenizer takes r for a digit.
func isNumeric(r rune) bool { return classes().of(r)&number != 0 || newNumbers.has(r) }

// pageLen is the number of code points that share one page of a classTable.
const pageLen = 256

// classTable holds the class of every code point, in pages of which equal ones are stored once.
type classTable struct {
	ascii [utf8.RuneSelf]class
	index [(unicode.MaxRune + 1) / pageLen]uint16
	pages [][pageLen]class
}

// classes returns the table, built on first use.
var classes = sync.OnceValue(newClassTable)

func newClassTable() *classTable {
	all := make([]class, unicode.MaxRune+1)
	fill(all, letter, unicode.L)
	fill(all, number, unicode.N)
	fill(all, space, unicode.White_Space)
	fill(all, mark|upper|lower, unicode.M)
	fill(all, upper, unicode.Lu, unicode.Lt, unicode.Lm, unicode.Lo)
	fill(all, lower, unicode.Ll, unicode.Lm, unicode.Lo)
	fillRunes(all, letter|upper, newUpper)
	fillRunes(all, letter|lower, newLower)
	fillRunes(all, letter|upper|lower, newLetters)
	fillRunes(all, letter|upper|lower, newModifiers)
	fillRunes(all, mark|upper|lower, newMarks)
	fillRunes(all, number, newDigits)
	fillRunes(all, inert, inertRunes)

	t := &classTable{}
	copy(t.ascii[:], all)
	seen := map[[pageLen]class]uint16{}
	for i := range t.index {
		page := [pageLen]class(all[i*pageLen:])
		at, ok := seen[page]
		if !ok {
			at = uint16(len(t.pages))
			seen[page] = at
			t.pages = append(t.pages, page)
		}
		t.index[i] = at
	}
	return t
}

func fill(all []class, c class, tables ...*unicode.RangeTable) {
	for _, t := range tables {
		for _, x := range t.R16 {
			for r := rune(x.Lo); r <= rune(x.Hi); r += rune(x.Stride) {
				all[r] |= c
			}
		}
		for _, x := range t.R32 {
			for r := rune(x.Lo); r <= rune(x.Hi); r += rune(x.Stride) {
				all[r] |= c
			}
		}
	}
}

func fillRunes(all []class, c class, l runes) {
	for x := range slices.Chunk(l, 2) {
		for r := x[0]; r <= x[1]; r++ {
			all[r] |= c
		}
	}
}

// of returns the class of a code point.
func (t *classTable) of(r rune) class {
	return t.pages[t.index[uint32(r)/pageLen]][uint32(r)%pageLen]
}

// at returns the class and the length of the character at byte i of s.
func (t *classTable) at(s string, i int) (class, int) {
	if c := s[i]; c < utf8.RuneSelf {
		return t.ascii[c], 1
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	return t.of(r), n
}

// run returns the end of the longest run from byte i of s of characters that have a property of mask.
func (t *classTable) run(s string, i int, mask class) int {
	for i < len(s) {
		c, n := t.at(s, i)
		if c&mask == 0 {
			break
		}
		i += n
	}
	return i
}

// runWithout is run for the characters that have no property of mask.
func (t *classTable) runWithout(s string, i int, mask class) int {
	for i < len(s) {
		c, n := t.at(s, i)
		if c&mask != 0 {
			break
		}
		i += n
	}
	return i
}
