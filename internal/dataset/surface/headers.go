package surface

import (
	"cmp"
	"regexp"
	"strings"
)

var (
	flecsVersion = regexp.MustCompile(`(?m)^\s*#\s*define\s+FLECS_VERSION_(MAJOR|MINOR|PATCH)\s+(\d+)`)
	commentEdge  = regexp.MustCompile(`^/\*[*!]*<?|\*/$|^//[/!]*<?`)
	commentStar  = regexp.MustCompile(`(?m)^\s*\*\s?`)
	docCommand   = regexp.MustCompile(`[@\\](?:brief|details|note)\s+|[@\\](?:param|return|returns|see|tparam)\b[\s\S]*$`)
)

// readHeader takes in a header in C or C++: every identifier of its code is a name, functions and macros have signatures.
func (s *Surface) readHeader(data []byte) error {
	text := string(data)
	if v := flecsVersion.FindAllStringSubmatch(text, -1); len(v) == 3 {
		s.versions = append(s.versions, "FLECS "+v[0][2]+"."+v[1][2]+"."+v[2][2])
	}
	l := lex(CPlusPlus, text)
	for _, t := range l.tokens {
		if t.kind != identifier || keyword(C, t.text) {
			continue
		}
		if _, found := s.names[t.text]; !found {
			s.names[t.text] = nil
		}
	}
	h := header{surface: s, lexer: l}
	for i, t := range l.tokens {
		h.token(i, t)
	}
	return nil
}

// A header finds the declarations of a header.
type header struct {
	surface *Surface
	*lexer
	begin int // first token of the declaration
}

// token takes in token i.
func (h *header) token(i int, t token) {
	switch {
	case t.directive:
		if t.text == "define" && i > 0 && !h.tokens[i-1].directive || t.text == "define" && h.startsDirective(i) {
			h.macro(i + 1)
		}
		h.begin = i + 1
	case t.text == ";" || t.text == "{" || t.text == "}":
		if t.text != "}" && i > h.begin {
			h.declaration(h.begin, i)
		}
		h.begin = i + 1
	}
}

// startsDirective reports whether token i is the first of its directive.
func (h *header) startsDirective(i int) bool {
	start := h.tokens[i].start
	line := strings.TrimSpace(h.text[strings.LastIndexByte(h.text[:start], '\n')+1 : start])
	return line == "#"
}

// longestSignature bounds what a prompt shows of a declaration.
const longestSignature = 240

// macro takes in the macro whose name is token i.
func (h *header) macro(i int) {
	if i >= len(h.tokens) || h.tokens[i].kind != identifier {
		return
	}
	name := h.tokens[i]
	end := name.start + len(name.text)
	if end == len(h.text) || h.text[end] != '(' {
		h.put(Symbol{Name: name.text, Kind: kindMacro, Signature: "#define " + name.text}, h.tokens[i-1].start)
		return
	}
	if closed := after(h.text, end, ")"); closed-name.start <= longestSignature {
		h.put(Symbol{Name: name.text, Kind: kindMacro, Signature: strings.Join(strings.Fields(h.text[name.start:closed]), " ")}, h.tokens[i-1].start)
	}
}

// declaration takes in the tokens from first to end if they declare a function.
func (h *header) declaration(first, end int) {
	for first < end && exported(h.tokens[first].text) {
		first++
	}
	for i := first; i < end; i++ {
		t := h.tokens[i]
		if t.text == "=" {
			return
		}
		if t.text != "(" {
			continue
		}
		if i < first+2 || h.tokens[i-1].kind != identifier || keyword(C, h.tokens[i-1].text) {
			return
		}
		before := h.tokens[i-2]
		if before.kind == identifier && !notType(before.text) || before.text == "*" || before.text == "&" || before.text == ">" {
			start := h.tokens[first].start
			if signature := strings.TrimSpace(h.text[start:h.tokens[end].start]); len(signature) <= longestSignature {
				h.put(Symbol{Name: h.tokens[i-1].text, Kind: kindFunction, Signature: oneLine(signature)}, h.tokens[h.begin].start)
			}
		}
		return
	}
}

// exported reports whether a word before a declaration says only who may link to it.
func exported(word string) bool {
	return strings.HasSuffix(word, "_API") || strings.HasSuffix(word, "_EXPORT") || word == "extern"
}

// notType reports whether an identifier before another one is no type.
func notType(word string) bool {
	switch word {
	case "return", "else", "case", "new", "delete", "throw", "goto", "co_return", "co_await", "typename", "operator":
		return true
	}
	return false
}

var lineComment = regexp.MustCompile(`//[^\n]*|/\*[\s\S]*?\*/`)

func oneLine(s string) string {
	return strings.Join(strings.Fields(lineComment.ReplaceAllString(s, " ")), " ")
}

// put adds a symbol, with the comment right before start.
func (h *header) put(sym Symbol, start int) {
	sym.Doc = h.commentBefore(start)
	if old := h.surface.names[sym.Name]; old != nil && cmp.Or(old.Doc, sym.Doc) == old.Doc {
		return
	}
	h.surface.names[sym.Name] = &sym
}

// commentBefore returns what the comment right before an offset says.
func (h *header) commentBefore(start int) string {
	low, high := 0, len(h.comments)
	for low < high {
		if mid := (low + high) / 2; h.comments[mid].end <= start {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low == 0 {
		return ""
	}
	c := h.comments[low-1]
	if gap := strings.Trim(h.text[c.end:start], " \t\r\n#"); gap != "" {
		return ""
	}
	text := commentEdge.ReplaceAllString(h.text[c.start:c.end], "")
	return plain(docCommand.ReplaceAllString(commentStar.ReplaceAllString(text, ""), ""))
}
