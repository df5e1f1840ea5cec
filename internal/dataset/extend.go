package dataset

import (
	"regexp"
	"strings"
)

// chooseAround shows the file without the function and the comment above it, with the bodies of other functions left out if it is too
// long otherwise. If there is no way to do so it returns the reason.
func (u *unit) chooseAround(d Domain, o *Options, functions []Function) (around, why string) {
	if len(functions) < 2 {
		return "", "it is the only function of its file"
	}
	room := 3*o.MaxTokens/2 - u.tokens // of both together
	const bytesPerToken = 6            // more than that no code has on average
	const mostFolded = 40              // times as long as what is shown a file is seldom, and folding it takes time for each of its functions
	if len(u.file.Text) > mostFolded*bytesPerToken*max(room, 0) {
		return "", "the file is too long to be shown"
	}
	fits := func(s string) bool { return len(s) <= bytesPerToken*room && o.CountTokens(s) <= min(room, o.MaxTokens) }
	from := lineStart(u.file.Text, u.commentStart())
	if token := controlToken.FindString(u.file.Text); token != "" {
		return "", "its file contains " + token
	}
	whole := clean(u.file.Text[:from] + strings.TrimLeft(u.file.Text[u.End:], "\n"))
	if strings.Contains(whole, strings.TrimSpace(u.code)) {
		return "", "the file has it twice"
	}
	shown := whole
	if !fits(shown) {
		shown = clean(u.fold(functions, from))
	}
	switch {
	case !fits(shown):
		return "", "the file is too long to be shown"
	case d.Check(shown) != nil: // after the cheap tests: it parses
		return "", "the file makes no sense without it"
	}
	return shown, ""
}

// fold is the file without the function, other bodies replaced by a remark.
func (u *unit) fold(functions []Function, from int) string {
	var b strings.Builder
	at := 0
	text := u.file.Text
	upTo := func(end int) {
		if at < end {
			b.WriteString(text[at:end])
			at = end
		}
	}
	for i := range functions {
		fn := &functions[i]
		switch {
		case fn.Start < at:
		case fn.Start == u.Start && fn.End == u.End:
			upTo(from)
			at = max(at, u.End)
		case len(fn.Starts) > 0 && (fn.Start >= u.Start || u.End > fn.End):
			upTo(fn.Starts[0])
			remark := u.language.Comment + " ..."
			if u.language.Comment == "#" {
				remark = "pass # ..." // a block needs a statement
			}
			b.WriteString(remark)
			at = max(at, fn.Stop)
		}
	}
	upTo(len(text))
	return b.String()
}

var blankLines = regexp.MustCompile(`\n[ \t]*\n(?:[ \t]*\n)+`)

// clean leaves one blank line where there are more.
func clean(s string) string {
	return strings.Trim(blankLines.ReplaceAllString(s, "\n\n"), "\n") + "\n"
}

// commentStart is where the comment right above the function begins, or the function if there is none.
func (u *unit) commentStart() int {
	at := lineStart(u.file.Text, u.Start)
	for u.Comment != "" && at > 0 {
		above := lineStart(u.file.Text, at-1)
		line := strings.TrimSpace(u.file.Text[above : at-1])
		block := u.language.Comment == "//" && (strings.HasPrefix(line, "/*") || strings.HasPrefix(line, "*") || strings.HasSuffix(line, "*/"))
		long := u.language.Comment == "--" && (strings.HasSuffix(line, "]]") || strings.HasSuffix(line, "]]--"))
		if !strings.HasPrefix(line, u.language.Comment) && !block && !long {
			break
		}
		at = above
	}
	return at
}
