package tokenizer

import (
	"slices"
	"strings"
	"testing"
)

var patterns = []string{gpt2Pattern, cl100kPattern, qwen2Pattern, qwen3_5Pattern, o200kPattern, tekkenPattern}

// slowWords cuts with the regular expression that a words rule stands for.
func slowWords(t testing.TB, pattern string) splitter {
	re, err := compileRegex(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return patternSplit{re, isolated, false}
}

// compareWords reports where the rule of a pattern and its regular expression differ.
func compareWords(t *testing.T, pattern string, slow splitter, text string) {
	t.Helper()
	got, want := wordsOf(pattern).split(nil, text), slow.split(nil, text)
	if !slices.Equal(got, want) {
		t.Errorf("pattern %s\ntext  %+q\nwords %+q\nwant  %+q", pattern, text, got, want)
	}
}

func TestWords(t *testing.T) {
	g := loadGolden(t)
	texts := slices.Concat(g.Texts, g.generate(3, 1500, 12))
	for _, p := range patterns {
		slow := slowWords(t, p)
		for _, text := range texts {
			compareWords(t, p, slow, text)
		}
	}
}

// TestShortTexts goes through all texts of up to three of the characters that the rules tell apart.
func TestShortTexts(t *testing.T) {
	letters := []string{"a", "A", "s", "L", "中", "ª", "\u0301", "1", "½", " ", "\u00a0", "\n", "\r", "'", "/", "!", "ſ", "\u0897"}
	var texts []string
	for _, a := range letters {
		for _, b := range letters {
			for _, c := range append(letters, "") {
				texts = append(texts, a+b+c, a+b+c+"x", "'"+a+b+c)
			}
		}
	}
	for _, p := range patterns {
		slow := slowWords(t, p)
		for _, text := range texts {
			compareWords(t, p, slow, text)
		}
	}
}

func FuzzWords(f *testing.F) {
	for _, text := range loadGolden(f).Texts {
		f.Add(text)
	}
	var slow []splitter
	for _, p := range patterns {
		slow = append(slow, slowWords(f, p))
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = repair(text)
		for i, p := range patterns {
			compareWords(t, p, slow[i], text)
		}
	})
}

func TestBehaviors(t *testing.T) {
	const text = "the-final--countdown"
	for name, want := range map[string]string{
		"Isolated": "the|-|final|-|-|countdown", "Removed": "the|final|countdown", "MergedWithPrevious": "the-|final-|-|countdown",
		"MergedWithNext": "the|-final|-|-countdown", "Contiguous": "the|-|final|--|countdown",
	} {
		for _, f := range []finder{literal("-"), mustRegex(t, "-")} {
			s := patternSplit{f, behaviors[name], false}
			if got := strings.Join(s.split(nil, text), "|"); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
	}
}

func mustRegex(t *testing.T, pattern string) regex {
	t.Helper()
	re, err := compileRegex(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return re
}

// TestUnsupportedPatterns has what Oniguruma and regexp2 read differently, or only one of them reads.
func TestUnsupportedPatterns(t *testing.T) {
	for pattern, want := range map[string]string{
		`^a`: `"^" at byte 0`, `a$`: `"$" at byte 1`, `\w+`: `"\\w" at byte 0`, `\bx`: `"\\b" at byte 0`, `\h`: `"\\h" at byte 0`, `(a)\1`: `"\\1" at byte 3`,
		`a++`: `"++" at byte 1`, `a?+`: `"?+" at byte 1`, `a{2}?`: `at byte 1`, `a{,2}`: `at byte 1`, `a{b}`: `at byte 1`, `a{2`: `at byte 1`, `a**`: `at byte 1`,
		`[a[b]]`: `"[" at byte 2`, `[a&&b]`: `at byte 2`, `[]a]`: `at byte 0`, `[a`: `at byte 0`, `[\P{L}]`: `at byte 1`, `[\D]`: `at byte 1`,
		`\p{Greek}`: `"\\p{Greek}" at byte 0`, `\p{^L}`: `at byte 0`, `\pL`: `at byte 0`, `\x41`: `at byte 0`, `\`: `at byte 0`, `\é`: `at byte 0`,
		`(?<n>a)`: `at byte 0`, `(?i)a`: `at byte 0`, `(?#c)`: `at byte 0`, `(*FAIL)`: `at byte 0`,
		`(?i:straße)`: `"s" at byte 4`, `(?i:é)`: `at byte 4`, `(?i:[a])`: `at byte 4`,
		`(a`: "missing", `a)`: "unexpected )", `*`: "missing argument",
	} {
		_, err := compileRegex(pattern)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %s", pattern, err, want)
		}
	}
}

// TestFold checks letters whose other cases are not ASCII.
func TestFold(t *testing.T) {
	s := patternSplit{mustRegex(t, `(?i:k's_1(?:d)|(?=S))x?|(?:s)`), isolated, false}
	const text = "\u212a'ſ_1DxſxKs"
	if got, want := strings.Join(s.split(nil, text), "|"), "\u212a'ſ_1Dx|ſxK|s"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
