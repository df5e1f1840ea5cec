package custom

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"graft/internal/dataset"
	"graft/internal/lang/block"
)

// chunk cuts a text in a notation into functions. title is the name of the language.
func chunk(n *notation, title, text string) ([]dataset.Function, error) {
	found, err := block.Parse(n.syntax, text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", title, err)
	}
	c := &chunker{text: text, found: found}
	for _, s := range found.Strings {
		for at := s.Start; ; {
			i := strings.IndexByte(text[at:s.End], '\n')
			if i < 0 {
				break
			}
			if at += i + 1; at < s.End {
				c.inside = append(c.inside, at)
			}
		}
	}
	var functions []dataset.Function
	for _, f := range found.Functions {
		fn := dataset.Function{Start: f.Start, End: f.End, Name: strings.Join(append(slices.Clone(f.Class), f.Name), n.separator)}
		fn.Signature = signature(c.withoutComments(f.Head))
		fn.Setting = setting(title, cmp.Or(f.Keyword, "class"), n.classOf(f))
		if fn.Signature == "" || fn.Start >= fn.End || len(functions) > 0 && functions[len(functions)-1].Start == fn.Start {
			continue
		}
		fn.Comment = c.commentAbove(fn.Start)
		c.fill(&fn, f.Body)
		functions = append(functions, fn)
	}
	return functions, nil
}

// classOf is the class that the setting of a function names. The receiver of a method in Go is none.
func (n *notation) classOf(f block.Function) string {
	if f.Keyword == "" {
		return ""
	}
	return strings.Join(f.Class, n.separator)
}

// A chunker puts together what was found: comments above functions, statements in their bodies, lines inside strings.
type chunker struct {
	text   string
	found  *block.File
	inside []int // starts of lines inside strings
}

// withoutComments is a piece of the text without the comments in it.
func (c *chunker) withoutComments(s block.Span) string {
	var b strings.Builder
	at := s.Start
	for _, comment := range c.found.Comments {
		if comment.Start >= at && comment.End <= s.End {
			b.WriteString(c.text[at:comment.Start])
			at = comment.End
		}
	}
	b.WriteString(c.text[at:s.End])
	return b.String()
}

// signature makes one line of what stands before a body.
func signature(s string) string {
	s = strings.TrimSpace(strings.Join(strings.Fields(s), " "))
	return strings.TrimSpace(strings.TrimSuffix(s, ":"))
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
