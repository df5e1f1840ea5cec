package custom

import (
	"regexp"
	"slices"
	"strings"

	"graft/internal/dataset"
)

// finish puts together what was collected: comments above functions, statements in their bodies, lines inside strings.
func (c *chunker) finish() []dataset.Function {
	byStart := func(a, b span) int { return a.start - b.start }
	slices.SortFunc(c.comments, byStart)
	slices.SortStableFunc(c.statements, byStart)
	slices.Sort(c.inside)
	c.inside = slices.Compact(c.inside)
	order := make([]int, len(c.functions))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return c.functions[a].Start - c.functions[b].Start })
	functions := make([]dataset.Function, 0, len(order))
	for _, i := range order {
		fn := c.functions[i]
		if fn.Signature == "" || fn.Start >= fn.End || len(functions) > 0 && functions[len(functions)-1].Start == fn.Start {
			continue
		}
		fn.Comment = c.commentAbove(fn.Start)
		c.fill(&fn, c.bodies[i])
		functions = append(functions, fn)
	}
	return functions
}

// fill finds the statements of a body.
func (c *chunker) fill(fn *dataset.Function, body span) {
	low, _ := slices.BinarySearchFunc(c.statements, body.start, func(s span, at int) int { return s.start - at })
	for _, s := range c.statements[low:] {
		if s.start >= body.end {
			break
		}
		text := c.text[s.start:min(s.end, fn.End)]
		end := s.start + len(strings.TrimRight(text, " \t\r\n"))
		if end <= s.start {
			continue
		}
		fn.Stop = max(fn.Stop, end)
		start := c.withComments(s.start, body.start)
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
	for i := c.before(start); i >= 0 && c.comments[i].start > from && c.touches(i, start); i-- {
		start = c.comments[i].start
	}
	return start
}

// before returns the number of the last comment that begins before an offset, -1 if there is none.
func (c *chunker) before(at int) int {
	i, _ := slices.BinarySearchFunc(c.comments, at, func(s span, at int) int { return s.start - at })
	return i - 1
}

// touches reports whether comment i stands on lines of its own right above an offset.
func (c *chunker) touches(i, at int) bool {
	s := c.comments[i]
	if s.end > at || !c.firstOnLine(s.start) {
		return false
	}
	gap := c.text[s.end:at]
	return blank(gap) && strings.Count(gap, "\n") == 1
}

// commentAbove is the text of the comments right above an offset.
func (c *chunker) commentAbove(start int) string {
	last := c.before(start)
	first := last + 1
	for at := start; first > 0 && c.touches(first-1, at); first-- {
		at = c.comments[first-1].start
	}
	var lines []string
	for _, s := range c.comments[first : last+1] {
		lines = append(lines, commentLines(c.text[s.start:s.end])...)
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
