package tokenizer

import (
	"strings"
	"unicode/utf8"
)

// A splitter is one step of pre-tokenization: it appends the words of s. Words are not empty.
type splitter interface {
	split(dst []string, s string) []string
}

// span is a part of a text that a pattern matches, or that lies between two matches.
type span struct {
	start, end int
	match      bool
}

// A finder appends spans that cover s, in order. A match may be empty, what lies between matches is not.
type finder interface {
	find(dst []span, s string) []span
}

// cover appends the spans of s for the matches it is given, one after the other, by their bounds.
func cover(dst []span, s string, matches [][]int) []span {
	end := 0
	for _, m := range matches {
		if m[0] > end {
			dst = append(dst, span{end, m[0], false})
		}
		dst = append(dst, span{m[0], m[1], true})
		end = m[1]
	}
	if end < len(s) {
		dst = append(dst, span{end, len(s), false})
	}
	return dst
}

// literal finds a string that is not empty.
type literal string

func (l literal) find(dst []span, s string) []span {
	start := 0
	for {
		i := strings.Index(s[start:], string(l))
		if i < 0 {
			break
		}
		if i > 0 {
			dst = append(dst, span{start, start + i, false})
		}
		dst = append(dst, span{start + i, start + i + len(l), true})
		start += i + len(l)
	}
	if start < len(s) {
		dst = append(dst, span{start, len(s), false})
	}
	return dst
}

// find makes a rule a finder: every word is a match.
func (w *words) find(dst []span, s string) []span {
	for i := 0; i < len(s); {
		end := w.next(s, i)
		dst = append(dst, span{i, end, true})
		i = end
	}
	return dst
}

// digits finds numeric characters, one at a time.
type digits struct{}

func (digits) find(dst []span, s string) []span {
	other := 0 // where the characters that are not numeric start
	for i, r := range s {
		if !isNumeric(r) {
			continue
		}
		if other < i {
			dst = append(dst, span{other, i, false})
		}
		other = i + utf8.RuneLen(r)
		dst = append(dst, span{i, other, true})
	}
	if other < len(s) {
		dst = append(dst, span{other, len(s), false})
	}
	return dst
}

// behavior is what a pattern split does with its matches. With "-" as the pattern, "the-final--count" gives
type behavior uint8

const (
	isolated           behavior = iota // the - final - - count
	removed                            // the final count
	mergedWithPrevious                 // the- final- - count
	mergedWithNext                     // the -final - -count
	contiguous                         // the - final -- count
)

var behaviors = map[string]behavior{
	"Isolated": isolated, "Removed": removed, "MergedWithPrevious": mergedWithPrevious,
	"MergedWithNext": mergedWithNext, "Contiguous": contiguous,
}

// patternSplit cuts a text at the matches of a pattern or, inverted, at what lies between them.
type patternSplit struct {
	pattern  finder
	behavior behavior
	invert   bool
}

func (p patternSplit) split(dst []string, s string) []string {
	spans := p.pattern.find(nil, s)
	if p.invert {
		for i := range spans {
			spans[i].match = !spans[i].match
		}
	}
	for _, x := range p.behavior.apply(spans) {
		if x.start < x.end {
			dst = append(dst, s[x.start:x.end])
		}
	}
	return dst
}

// apply returns the spans of the words. It works in place.
func (b behavior) apply(spans []span) []span {
	switch b {
	case removed:
		return keep(spans, func(_, x span) (drop, join bool) { return x.match, false })
	case contiguous:
		return keep(spans, func(before, x span) (drop, join bool) { return false, x.match == before.match })
	case mergedWithPrevious:
		return keep(spans, func(before, x span) (drop, join bool) { return false, x.match && !before.match })
	case mergedWithNext:
		return joinNext(spans)
	}
	return spans
}

// keep drops spans or joins them to the one kept last, as told by rule, which sees the span before. The span before the
// first counts as no match.
func keep(spans []span, rule func(before, x span) (drop, join bool)) []span {
	out, before := spans[:0], span{}
	for _, x := range spans {
		drop, join := rule(before, x)
		switch {
		case drop:
		case join && len(out) > 0:
			out[len(out)-1].end = x.end
		default:
			out = append(out, x)
		}
		before = x
	}
	return out
}

// joinNext joins a match to the span after it, unless that is a match too.
func joinNext(spans []span) []span {
	out := spans[:0]
	for i := 0; i < len(spans); i++ {
		x := spans[i]
		if x.match && i+1 < len(spans) && !spans[i+1].match {
			i++
			x.end = spans[i].end
		}
		out = append(out, x)
	}
	return out
}

// prefixSpace puts a space before a text that does not start with one.
type prefixSpace struct{}

func (prefixSpace) split(dst []string, s string) []string {
	if s[0] == ' ' {
		return append(dst, s)
	}
	return append(dst, " "+s)
}
