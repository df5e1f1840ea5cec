package extract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/kaptinlin/jsonrepair"
)

// Bounds of what is looked at.
const (
	maxAnswer = 4 << 20  // bytes of an answer
	maxRepair = 64 << 10 // bytes that are given to the repair
	maxWork   = 32 << 20 // of all repairs of an answer, as work counts it
	maxDepth  = 128      // of nesting that is given to the repair, which recurses
	maxSpans  = 64       // that are tried in one answer
)

// JSON returns the value of s that text holds, in one line. The error says what is wrong with the best candidate.
func JSON(text string, s *Schema) (string, error) {
	if len(text) > maxAnswer {
		return "", fmt.Errorf("extract: the answer has %d bytes, expected at most %d", len(text), maxAnswer)
	}
	var last error
	work := maxWork
	for _, try := range []func(string, *int) (string, error){strict, repair} {
		for _, body := range bodies(text) {
			for _, span := range spans(body) {
				value, err := try(span, &work)
				if err == nil {
					err = s.check(value)
				}
				if err == nil {
					return value, nil
				}
				if last == nil || !errors.Is(err, errNoJSON) {
					last = err
				}
			}
		}
	}
	if last == nil {
		last = errNoJSON
	}
	return "", fmt.Errorf("extract: no value of the schema in the answer: %w", last)
}

var (
	errNoJSON = errors.New("there is no JSON")
	errCut    = errors.New("the answer ends inside a value")
)

// bodies are the parts of text that may hold the answer: what follows the thinking, else all.
func bodies(text string) []string {
	text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	for _, tag := range []string{"think", "thinking", "reasoning", "reflection"} {
		opener, closer := "<"+tag+">", "</"+tag+">"
		rest, opened := strings.CutPrefix(text, opener)
		if opened {
			_, answer, closed := strings.Cut(rest, closer)
			if !closed {
				return nil // it thought until the end
			}
			return []string{strings.TrimSpace(answer)}
		}
		// Some templates open the thinking in the prompt, so that only its end is in the answer.
		if i := strings.LastIndex(text, closer); i >= 0 {
			return []string{strings.TrimSpace(text[i+len(closer):]), text}
		}
	}
	return []string{text}
}

// spans lists pieces of body that may be the value, likely ones first: all of it, what stands in fences, what stands in balanced braces,
// and from the first brace to the end.
func spans(body string) []string {
	list := append([]string{body}, fenced(body)...)
	for at := 0; len(list) < maxSpans; {
		i := strings.IndexAny(body[at:], "{[")
		if i < 0 {
			break
		}
		start := at + i
		end, _ := scan(body[start:])
		if end < 0 {
			break
		}
		list = append(list, body[start:start+end])
		at = start + end
	}
	if i, j := strings.IndexByte(body, '{'), strings.LastIndexByte(body, '}'); i >= 0 && j > i {
		list = append(list, body[i:j+1])
	}
	if i := strings.IndexAny(body, "{["); i > 0 {
		list = append(list, body[i:])
	}
	return list
}

// fenced lists what stands between lines of three backticks.
func fenced(body string) []string {
	const fence = "```"
	var list []string
	for len(list) < maxSpans/2 {
		_, rest, ok := strings.Cut(body, fence)
		if !ok {
			break
		}
		if nl := strings.IndexByte(rest, '\n'); nl >= 0 && !strings.ContainsAny(rest[:nl], "{[") {
			rest = rest[nl+1:] // the name of the language
		}
		inside, after, closed := strings.Cut(rest, "\n"+fence)
		if !closed {
			inside, after, closed = strings.Cut(rest, fence)
		}
		list = append(list, strings.TrimSpace(inside))
		if !closed {
			break
		}
		body = after
	}
	return list
}

// strict takes span if it is JSON as it stands.
func strict(span string, _ *int) (string, error) {
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(span)); err != nil {
		return "", errNoJSON
	}
	return b.String(), nil
}

// repair makes JSON of span, which must begin with a brace or bracket.
func repair(span string, left *int) (value string, err error) {
	span = strings.TrimSpace(span)
	switch {
	case span == "" || span[0] != '{' && span[0] != '[':
		return "", errNoJSON
	case len(span) > maxRepair:
		return "", fmt.Errorf("%d bytes are too many to repair, at most %d are", len(span), maxRepair)
	case nesting(span) > maxDepth:
		return "", fmt.Errorf("it is nested more than %d deep", maxDepth)
	}
	if end, whole := scan(span); end < 0 && !whole {
		return "", errCut
	}
	if *left -= work(span); *left < 0 {
		return "", fmt.Errorf("%d bytes with so many quotes take too long to repair", len(span))
	}
	defer func() { // the library is not ours, and its input is whatever a model says
		if r := recover(); r != nil {
			value, err = "", fmt.Errorf("the repair failed: %v", r)
		}
	}()
	fixed, err := jsonrepair.Repair(span)
	if err != nil {
		return "", fmt.Errorf("no repair is known: %s", clip(err.Error()))
	}
	return strict(fixed, nil)
}

// work bounds what a repair costs: the library looks through the rest of the text at a quote, a fence or a call.
func work(s string) int {
	turns := 1
	for i := range len(s) {
		switch s[i] {
		case '"', '\'', '`', '(', '+':
			turns++
		}
	}
	return turns * len(s)
}

// nesting bounds how deep s can be nested, whatever its quotes mean.
func nesting(s string) (deepest int) {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth = max(depth-1, 0)
		}
	}
	return deepest
}

// scan goes through s, which begins with a brace or bracket, and returns where its partner ends, or -1. whole tells that s, though it lacks
// closing braces, ends behind a whole string or value, so that adding them invents nothing.
func scan(s string) (end int, whole bool) {
	depth := 0
	var quote, last byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0 && c == '\\':
			i++
			continue
		case quote != 0:
			if c == quote {
				quote, last = 0, c
			}
			continue
		case c == '"' || c == '\'':
			quote = c
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i + 1, true
			}
		}
		if c > ' ' {
			last = c
		}
	}
	return -1, quote == 0 && strings.IndexByte(`"'}],`, last) >= 0
}
