package tokenizer

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
)

// regex finds the matches of a regular expression. It is the way for patterns that no words rule covers.
type regex struct{ *regexp2.Regexp }

func (r regex) find(dst []span, s string) []span {
	matches, err := r.FindAllStringIndex(s, -1)
	if err != nil { // there is neither a time limit nor a limit of the stack, and no other error
		panic(fmt.Sprintf("tokenizer: pattern %q: %v", r.Regexp, err))
	}
	return cover(dst, s, matches)
}

// compileRegex takes a pattern in the syntax of Oniguruma, which the reference uses, as far as it means the same in
// regexp2 or can be said there; anything else is an error.
func compileRegex(pattern string) (regex, error) {
	t := translator{in: pattern}
	if err := t.pattern(); err != nil {
		return regex{}, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	re, err := regexp2.Compile(t.out.String(), regexp2.OptionMaxBacktrackingStackSize(-1))
	if err != nil {
		return regex{}, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	return regex{re}, nil
}

// A translator writes a pattern for regexp2. Properties get the characters that Go's tables lack, and letters under (?i:)
// become the class of their cases, of which regexp2 does not know all.
type translator struct {
	in   string
	pos  int
	out  strings.Builder
	fold []bool // for each open group: is case ignored?
}

func (t *translator) unsupported(from int) error {
	return fmt.Errorf("%q at byte %d is not supported", t.in[from:max(t.pos, min(from+1, len(t.in)))], from)
}

func (t *translator) folding() bool { return len(t.fold) > 0 && t.fold[len(t.fold)-1] }

func (t *translator) pattern() error {
	for t.pos < len(t.in) {
		if err := t.next(); err != nil {
			return err
		}
	}
	return nil
}

// next translates one element.
func (t *translator) next() error {
	switch c := t.in[t.pos]; c {
	case '\\':
		return t.escape(false)
	case '[':
		return t.class()
	case '(':
		return t.group()
	case ')':
		if len(t.fold) > 0 {
			t.fold = t.fold[:len(t.fold)-1]
		}
		t.copy(1)
	case '*', '+', '?', '{':
		return t.quantifier()
	case '^', '$':
		return t.unsupported(t.pos)
	default:
		return t.character()
	}
	return nil
}

func (t *translator) copy(n int) {
	t.out.WriteString(t.in[t.pos : t.pos+n])
	t.pos += n
}

// character translates a character that stands for itself.
func (t *translator) character() error {
	c := t.in[t.pos]
	cases, ok := foldOf(c)
	if !t.folding() || !ok && c < utf8.RuneSelf {
		_, n := utf8.DecodeRuneInString(t.in[t.pos:])
		t.copy(n)
		return nil
	}
	if !ok || t.pos+1 < len(t.in) && slices.Contains(ligatures, strings.ToLower(t.in[t.pos:t.pos+2])) {
		return t.unsupported(t.pos)
	}
	t.out.WriteString("[" + cases + "]")
	t.pos++
	return nil
}

// foldOf returns the cases of an ASCII letter.
func foldOf(c byte) (string, bool) {
	switch lower := c | 0x20; {
	case lower < 'a' || lower > 'z':
		return "", false
	case lower == 's':
		return "sSſ", true
	case lower == 'k':
		return "kK\u212A", true
	default:
		return string([]byte{lower, lower - 0x20}), true
	}
}

// ligatures are pairs of letters that without regard to case also match one character, as ss does ß.
var ligatures = []string{"ss", "ff", "fi", "fl", "st"}

// groups that mean the same in both syntaxes.
var groups = []string{"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"}

func (t *translator) group() error {
	rest := t.in[t.pos:]
	if strings.HasPrefix(rest, "(?i:") {
		t.fold = append(t.fold, true)
		t.out.WriteString("(?:")
		t.pos += len("(?i:")
		return nil
	}
	t.fold = append(t.fold, t.folding())
	if !strings.HasPrefix(rest, "(?") && !strings.HasPrefix(rest, "(*") {
		t.copy(1)
		return nil
	}
	for _, g := range groups {
		if strings.HasPrefix(rest, g) {
			t.copy(len(g))
			return nil
		}
	}
	return t.unsupported(t.pos)
}

// quantifier translates *, +, ?, {n}, {n,} and {n,m}, the first three also with ? for as few as possible.
func (t *translator) quantifier() error {
	from, counted := t.pos, t.in[t.pos] == '{'
	if counted {
		end := strings.IndexByte(t.in[from:], '}')
		if end < 2 || strings.Trim(t.in[from+1:from+end], "0123456789,") != "" || t.in[from+1] == ',' {
			return t.unsupported(from)
		}
		t.copy(end)
	}
	t.copy(1)
	if t.pos < len(t.in) {
		switch c := t.in[t.pos]; {
		case c == '?' && !counted:
			t.copy(1)
		case c == '?' || c == '+' || c == '*' || c == '{':
			t.pos++
			return t.unsupported(from)
		}
	}
	return nil
}

// class translates a set in brackets.
func (t *translator) class() error {
	from := t.pos
	t.copy(1)
	if strings.HasPrefix(t.in[t.pos:], "^") {
		t.copy(1)
	}
	if strings.HasPrefix(t.in[t.pos:], "]") || t.folding() {
		return t.unsupported(from)
	}
	for t.pos < len(t.in) {
		switch c := t.in[t.pos]; {
		case c == ']':
			t.copy(1)
			return nil
		case c == '[' || strings.HasPrefix(t.in[t.pos:], "&&"):
			return t.unsupported(t.pos)
		case c == '\\':
			if err := t.escape(true); err != nil {
				return err
			}
		default:
			_, n := utf8.DecodeRuneInString(t.in[t.pos:])
			t.copy(n)
		}
	}
	return t.unsupported(from)
}

// escape translates a sequence that starts with a backslash, in a class or outside.
func (t *translator) escape(inClass bool) error {
	from := t.pos
	if from+1 == len(t.in) {
		return t.unsupported(from)
	}
	switch c := t.in[from+1]; {
	case c == 'p' || c == 'P' && !inClass:
		return t.property(inClass)
	case c == 'd':
		t.pos += 2
		t.set(false, inClass, "Nd")
		return nil
	case strings.IndexByte("rntfvsS", c) >= 0, c < utf8.RuneSelf && c > ' ' && !isAlnum(c):
		t.copy(2)
		return nil
	}
	t.pos = min(from+2, len(t.in))
	return t.unsupported(from)
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_'
}

// properties lists those a pattern may use, with the characters that Go's tables lack.
var properties = map[string][]runes{
	"L": {newUpper, newLower, newLetters, newModifiers}, "Lu": {newUpper}, "Ll": {newLower}, "Lt": {}, "Lm": {newModifiers},
	"Lo": {newLetters}, "M": {newMarks}, "N": {newDigits}, "Nd": {newDigits}, "P": {newPunctuation}, "S": {newSymbols},
	"Z": {}, "Zs": {}, "Zl": {}, "Zp": {}, "Han": {newHan},
}

func (t *translator) property(inClass bool) error {
	from := t.pos
	end := strings.IndexByte(t.in[from:], '}')
	if end < 4 || t.in[from+2] != '{' {
		return t.unsupported(from)
	}
	t.pos += end + 1
	name := t.in[from+3 : from+end]
	if _, ok := properties[name]; !ok {
		return t.unsupported(from)
	}
	t.set(t.in[from+1] == 'P', inClass, name)
	return nil
}

// set writes a property, not negated inside a class.
func (t *translator) set(negated, inClass bool, name string) {
	if !inClass {
		t.out.WriteByte('[')
		if negated {
			t.out.WriteByte('^')
		}
		defer t.out.WriteByte(']')
	}
	t.out.WriteString(`\p{` + name + `}`)
	for _, l := range properties[name] {
		for x := range slices.Chunk(l, 2) {
			t.out.WriteString(string([]rune{x[0], '-', x[1]}))
		}
	}
}
