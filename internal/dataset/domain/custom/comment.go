package custom

import (
	"regexp"
	"slices"
	"strings"

	"graft/internal/dataset"
	"graft/internal/lang/block"
)

// fill finds the statements of a body.
func (c *chunker) fill(fn *dataset.Function, body block.Span) {
	low, _ := slices.BinarySearchFunc(c.found.Statements, body.Start, func(s block.Span, at int) int { return s.Start - at })
	for _, s := range c.found.Statements[low:] {
		if s.Start >= body.End {
			break
		}
		text := c.text[s.Start:min(s.End, fn.End)]
		end := s.Start + len(strings.TrimRight(text, " \t\r\n"))
		if end <= s.Start {
			continue
		}
		fn.Stop = max(fn.Stop, end)
		start := c.withComments(s.Start, body.Start)
		if start > fn.Start && c.firstOnLine(start) && (len(fn.Starts) == 0 || fn.Starts[len(fn.Starts)-1] < start) {
			fn.Starts = append(fn.Starts, start)
		}
	}
	if len(fn.Starts) == 0 {
		fn.Stop = 0
	}
	first, _ := slices.BinarySearch(c.inside, fn.Start+1)
	last, _ := slices.BinarySearch(c.inside, fn.End)
	fn.Inside = c.inside[first:last:last]
}

func (c *chunker) firstOnLine(at int) bool {
	return strings.Trim(c.text[strings.LastIndexByte(c.text[:at], '\n')+1:at], " \t") == ""
}

// withComments returns where the comments right above a statement begin, or the statement. None begins before from.
func (c *chunker) withComments(start, from int) int {
	if !c.firstOnLine(start) {
		return start
	}
	for i := c.before(start); i >= 0 && c.found.Comments[i].Start > from && c.touches(i, start); i-- {
		start = c.found.Comments[i].Start
	}
	return start
}

// before returns the number of the last comment that begins before an offset, -1 if there is none.
func (c *chunker) before(at int) int {
	i, _ := slices.BinarySearchFunc(c.found.Comments, at, func(s block.Span, at int) int { return s.Start - at })
	return i - 1
}

// touches reports whether comment i stands on lines of its own right above an offset.
func (c *chunker) touches(i, at int) bool {
	s := c.found.Comments[i]
	if s.End > at || !c.firstOnLine(s.Start) {
		return false
	}
	gap := c.text[s.End:at]
	return blank(gap) && strings.Count(gap, "\n") == 1
}

// commentAbove is the text of the comments right above an offset.
func (c *chunker) commentAbove(start int) string {
	last := c.before(start)
	first := last + 1
	for at := start; first > 0 && c.touches(first-1, at); first-- {
		at = c.found.Comments[first-1].Start
	}
	var lines []string
	for _, s := range c.found.Comments[first : last+1] {
		lines = append(lines, commentLines(c.text[s.Start:s.End])...)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

var (
	lineMarker  = regexp.MustCompile(`^(?://[/!]?|#+|--+)\s?`)
	blockMarker = regexp.MustCompile(`^\*+(?:\s|$)`)
)

// commentLines are the lines of a comment without its markers.
func commentLines(text string) []string {
	switch {
	case strings.HasPrefix(text, "/*"):
		text = strings.TrimSuffix(strings.TrimLeft(strings.TrimPrefix(text, "/*"), "*!"), "*/")
	case strings.HasPrefix(text, "--["):
		text = strings.Trim(strings.TrimPrefix(text, "--"), "[]=-")
	case strings.HasPrefix(text, "=begin"):
		text = strings.TrimSuffix(strings.TrimPrefix(text, "=begin"), "=end")
	default:
		return []string{strings.TrimRight(lineMarker.ReplaceAllString(text, ""), " \t\r")}
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, strings.TrimSpace(blockMarker.ReplaceAllString(strings.TrimSpace(line), "")))
	}
	return lines
}
