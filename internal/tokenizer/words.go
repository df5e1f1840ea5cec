package tokenizer

import "strings"

// A words rule cuts a text into words as one of the well-known patterns does, without a regular expression. Each of
// these patterns matches at every place of every text, so the words cover it.
type words struct {
	*classTable
	first  func(w *words, s string, i int) int // end of the word that starts at byte i of s, i < len(s)
	word   class                               // what a word is made of: letters, or letters and marks
	digits int                                 // the most digits in a word
	short  bool                                // 's, 'll and so on end a camel-case word
}

// next returns the end of the word that starts at byte i of s.
func (w *words) next(s string, i int) int { return w.first(w, s, i) }

// The patterns, as the files spell them.
const (
	gpt2Pattern = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

	cl100kPattern  = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	qwen2Pattern   = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	qwen3_5Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`

	o200kPattern = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?` +
		`|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?` +
		`|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	tekkenPattern = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+` +
		`|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*` +
		`|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
)

// wordsOf returns the rule for a pattern, or nil when it is none of the above.
func wordsOf(pattern string) *words {
	w := &words{classTable: classes(), word: letter}
	switch pattern {
	case gpt2Pattern:
		w.first = (*words).gpt2
	case cl100kPattern:
		w.first, w.digits = (*words).cl100k, 3
	case qwen2Pattern:
		w.first, w.digits = (*words).cl100k, 1
	case qwen3_5Pattern:
		w.first, w.digits, w.word = (*words).cl100k, 1, letter|mark
	case o200kPattern:
		w.first, w.digits, w.short = (*words).o200k, 3, true
	case tekkenPattern:
		w.first, w.digits = (*words).o200k, 1
	default:
		return nil
	}
	return w
}

func (w *words) gpt2(s string, i int) int {
	if s[i] == '\'' {
		if n := contraction(s[i:], false); n > 0 {
			return i + n
		}
	}
	j := i
	if s[i] == ' ' && i+1 < len(s) {
		j++
	}
	c, n := w.at(s, j)
	switch {
	case c&letter != 0:
		return w.run(s, j+n, letter)
	case c&number != 0:
		return w.run(s, j+n, number)
	case c&space == 0:
		return w.runWithout(s, j+n, space|letter|number)
	}
	return w.blank(s, i, false)
}

func (w *words) cl100k(s string, i int) int {
	if s[i] == '\'' {
		if n := contraction(s[i:], true); n > 0 {
			return i + n
		}
	}
	c, n := w.at(s, i)
	if c&w.word != 0 {
		return w.run(s, i+n, w.word)
	}
	if c&number != 0 {
		return w.number(s, i)
	}
	if i+n < len(s) && s[i] != '\r' && s[i] != '\n' {
		if next, m := w.at(s, i+n); next&w.word != 0 {
			return w.run(s, i+n+m, w.word)
		}
	}
	if end := w.symbols(s, i, w.word|number|space); end > i {
		for end < len(s) && (s[end] == '\r' || s[end] == '\n') {
			end++
		}
		return end
	}
	return w.blank(s, i, true)
}

func (w *words) o200k(s string, i int) int {
	if end := w.camel(s, i); end > i {
		if w.short && end < len(s) && s[end] == '\'' {
			end += contraction(s[end:], true)
		}
		return end
	}
	if c, _ := w.at(s, i); c&number != 0 {
		return w.number(s, i)
	}
	if end := w.symbols(s, i, letter|number|space); end > i {
		for end < len(s) && (s[end] == '\r' || s[end] == '\n' || s[end] == '/') {
			end++
		}
		return end
	}
	return w.blank(s, i, true)
}

// camel matches capitals and then small letters, both possibly after one other character; it returns i when there is no
// such word. Backtracking is spelled out: a word that ends in a small letter is tried first, with the leading character
// and then without.
func (w *words) camel(s string, i int) int {
	after := i
	if c, n := w.at(s, i); c&(letter|number) == 0 && s[i] != '\r' && s[i] != '\n' {
		after += n
	}
	if end := w.endsSmall(s, after); end > after {
		return end
	}
	if end := w.endsSmall(s, i); end > i {
		return end
	}
	if end := w.run(s, after, upper); end > after {
		return end
	}
	return w.run(s, i, upper)
}

// endsSmall matches [upper]*[lower]+ at byte i of s, where marks and letters without case are both.
func (w *words) endsSmall(s string, i int) int {
	last := i
	for i < len(s) {
		c, n := w.at(s, i)
		if c&upper == 0 {
			if c&lower != 0 {
				return w.run(s, i+n, lower)
			}
			break
		}
		i += n
		if c&lower != 0 {
			last = i
		}
	}
	return last
}

// number matches 1 to w.digits digits.
func (w *words) number(s string, i int) int {
	for range w.digits {
		if i == len(s) {
			break
		}
		c, n := w.at(s, i)
		if c&number == 0 {
			break
		}
		i += n
	}
	return i
}

// symbols matches an optional space and then characters without a property of mask; it returns i when there is none.
func (w *words) symbols(s string, i int, mask class) int {
	j := i
	if s[i] == ' ' {
		j++
	}
	if end := w.runWithout(s, j, mask); end > j {
		return end
	}
	return i
}

// blank matches white space: up to the last line break when lines says so and there is one, else all of it at the end of
// the text, else all but the last character, which goes with the next word, unless it is the only one.
func (w *words) blank(s string, i int, lines bool) int {
	end, last, lineEnd := i, i, i
	for end < len(s) {
		c, n := w.at(s, end)
		if c&space == 0 {
			break
		}
		last = end
		end += n
		if s[last] == '\r' || s[last] == '\n' {
			lineEnd = end
		}
	}
	switch {
	case lines && lineEnd > i:
		return lineEnd
	case end < len(s) && last > i:
		return last
	}
	return end
}

// contraction returns the length of 's, 't, 're, 've, 'm, 'll or 'd at the start of s, or 0. Without regard to case, the
// long s (U+017F) is an s.
func contraction(s string, fold bool) int {
	for _, c := range [...]string{"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"} {
		if strings.HasPrefix(s, c) || fold && len(s) >= len(c) && asciiFold(s[:len(c)], c) {
			return len(c)
		}
	}
	if fold && strings.HasPrefix(s, "'ſ") {
		return len("'ſ")
	}
	return 0
}

// asciiFold reports whether s is c, of equal length and in small letters, but for the case of ASCII letters.
func asciiFold(s, c string) bool {
	for i := range len(s) {
		b := s[i]
		if b >= 'A' && b <= 'Z' {
			b += 'a' - 'A'
		}
		if b != c[i] {
			return false
		}
	}
	return true
}

// split appends the words of s.
func (w *words) split(dst []string, s string) []string {
	for i := 0; i < len(s); {
		end := w.next(s, i)
		dst = append(dst, s[i:end])
		i = end
	}
	return dst
}
