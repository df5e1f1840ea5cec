package avorion

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"graft/internal/dataset"
	"graft/internal/lang/lua"
)

// Domain returns the domain.
func Domain() dataset.Domain { return domain{} }

type domain struct{}

// Name returns "avorion".
func (domain) Name() string { return "avorion" }

// Include returns the globs of scripts.
func (domain) Include() []string { return []string{"**/*.lua"} }

// language matches the declarations of local and global variables, and of the fields of tables.
var language = dataset.Language{
	Fence: "lua", Comment: "--", Declaration: regexp.MustCompile(`^(?:local\s+)?(?:[A-Za-z_]\w*\.)*([A-Za-z_]\w*)\s*=[^=].*$`),
}

// Language returns Lua.
func (domain) Language(*dataset.File) *dataset.Language { return &language }

// Check parses the code. It may be a piece of a script, so a break may belong to a loop around it.
func (domain) Check(code string) error { return lua.CheckFragment(code) }

// Functions finds the functions that have a name: by statement, by assignment, or as a field of a table. Others, such as
// callbacks given as arguments, are part of what they stand in.
func (domain) Functions(f *dataset.File) ([]dataset.Function, error) {
	text := blankShebang(f.Text)
	if err := lua.Check(text); err != nil {
		return nil, err
	}
	p := parser{scanner: scan(text), setting: setting(f.Path, text)}
	if err := p.parse(); err != nil {
		return nil, err
	}
	return p.functions, nil
}

// blankShebang makes the line for the shell blank.
func blankShebang(text string) string {
	if !strings.HasPrefix(text, "#!") {
		return text
	}
	line, _, _ := strings.Cut(text, "\n")
	return strings.Repeat(" ", len(line)) + text[len(line):]
}

// roles are what scripts are called by the folder they lie in; the first that is found in a path, from the file up, counts.
var roles = map[string]string{
	"ai": "an Avorion AI script", "commands": "an Avorion chat command script", "entity": "an Avorion entity script",
	"events": "an Avorion event script", "items": "an Avorion item script", "lib": "an Avorion script library",
	"merchants": "an Avorion merchant script", "missions": "an Avorion mission script", "player": "an Avorion player script",
	"sector": "an Avorion sector script", "server": "an Avorion server script", "systems": "an Avorion system upgrade script",
}

var namespace = regexp.MustCompile(`(?m)^\s*--\s*namespace\s+([A-Za-z_]\w*)\s*$`)

// setting says where the functions of a script belong.
func setting(file, text string) string {
	role := "an Avorion mod script"
	for dir := path.Dir(file); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if r, ok := roles[path.Base(dir)]; ok {
			role = r
			break
		}
	}
	if m := namespace.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("%s in Lua (namespace `%s`)", role, m[1])
	}
	return role + " in Lua"
}

// A block is something that is open: a bracket, or a keyword that waits for its end.
type block struct {
	opener   string
	token    int // of the opener
	function int // that it is the body of, -1 if it is none or of one without a name
}

// A parser finds functions among tokens.
type parser struct {
	*scanner
	setting   string
	functions []dataset.Function
	open      []block
	matching  map[int]int // of a closing bracket, the token that opens it
	starts    []int       // of statements
	remark    int         // the next comment to look at
}

func (p *parser) parse() error {
	p.matching = map[int]int{}
	for i, t := range p.tokens {
		if p.startsStatement(i) {
			p.starts = append(p.starts, p.withComment(t.start))
		}
		switch t.text {
		case "if", "do", "repeat", "(", "[", "{":
			if t.kind != literal {
				p.open = append(p.open, block{t.text, i, -1})
			}
		case "function":
			p.open = append(p.open, block{t.text, i, p.function(i)})
		case "end", "until", ")", "]", "}":
			if t.kind == literal {
				continue
			}
			if len(p.open) == 0 {
				return fmt.Errorf("line %d: %q closes nothing", 1+strings.Count(p.text[:t.start], "\n"), t.text)
			}
			p.close(i)
		}
	}
	return nil
}

// close ends the innermost block with token i.
func (p *parser) close(i int) {
	b := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	p.matching[i] = b.token
	if b.function < 0 {
		return
	}
	fn := &p.functions[b.function]
	fn.End = p.tokens[i].end
	low, _ := slices.BinarySearch(p.inside, fn.Start)
	high, _ := slices.BinarySearch(p.inside, fn.End)
	fn.Inside = p.inside[low:high:high]
	first, _ := slices.BinarySearch(p.starts, p.tokens[b.token].end)
	fn.Starts, fn.Stop = p.starts[first:len(p.starts):len(p.starts)], p.tokens[i-1].end
}

// innermost returns the innermost opener, "" outside of all.
func (p *parser) innermost() string {
	if len(p.open) == 0 {
		return ""
	}
	return p.open[len(p.open)-1].opener
}

// continuing are tokens after which a statement goes on in the next line.
var continuing = map[string]bool{
	"and": true, "or": true, "not": true, "return": true, "local": true, "function": true, "in": true, "if": true, "elseif": true,
	"while": true, "until": true, "for": true, "goto": true, "=": true, ",": true, ".": true, ":": true, "..": true, "+": true,
	"-": true, "*": true, "/": true, "%": true, "^": true, "#": true, "<": true, ">": true, "<=": true, ">=": true, "==": true, "~=": true,
}

// beginning are keywords that begin a statement.
var beginning = map[string]bool{
	"local": true, "if": true, "for": true, "while": true, "repeat": true, "return": true, "break": true, "goto": true,
	"function": true, "do": true,
}

// startsStatement reports whether token i is the first on its line and begins a statement in a block.
func (p *parser) startsStatement(i int) bool {
	t := p.tokens[i]
	if !t.first || t.kind != name && !beginning[t.text] && t.text != "::" {
		return false
	}
	switch p.innermost() {
	case "(", "[", "{":
		return false
	}
	return i == 0 || p.tokens[i-1].kind == literal || !continuing[p.tokens[i-1].text]
}

// withComment returns where the comments right above a statement begin, or the statement.
func (p *parser) withComment(start int) int {
	for p.remark < len(p.comments) && p.comments[p.remark].start < start {
		p.remark++
	}
	first := p.firstComment(p.remark, start)
	if first == p.remark {
		return start
	}
	return p.comments[first].start
}

// firstComment returns the first of the comments that stand right above start, of those before comment i; i if there is none.
func (p *parser) firstComment(i, start int) int {
	for i > 0 {
		c := p.comments[i-1]
		if gap := p.text[c.end:start]; !c.whole || strings.TrimSpace(gap) != "" || strings.Count(gap, "\n") != 1 {
			break
		}
		i, start = i-1, c.start
	}
	return i
}

// function takes in the function whose keyword is token i, and returns its number. Its end is not known yet.
func (p *parser) function(i int) int {
	first, called := p.named(i)
	if called == "" {
		return -1
	}
	start := p.tokens[first].start
	params := i
	for p.tokens[params].text != ")" {
		params++
	}
	n, _ := slices.BinarySearchFunc(p.comments, start, func(c comment, start int) int { return c.start - start })
	p.functions = append(p.functions, dataset.Function{
		Start: start, Name: called, Setting: p.setting,
		Signature: p.spaced(first, params),
		Comment:   p.commentText(p.comments[p.firstComment(n, start):n]),
	})
	return len(p.functions) - 1
}

// named returns the first token of the definition of a function and its name, "" if it has none.
func (p *parser) named(i int) (first int, called string) {
	if p.tokens[i+1].kind == name {
		end := i + 1
		for p.tokens[end].text != "(" {
			end++
		}
		called = p.joined(i+1, end)
		if i > 0 && p.tokens[i-1].text == "local" {
			return i - 1, called
		}
		return i, called
	}
	if i < 2 || p.tokens[i-1].text != "=" {
		return 0, ""
	}
	first = p.target(i - 2)
	called = p.joined(first, i-1)
	field := p.innermost() == "{"
	switch p.before(first) {
	case ",":
		if !field {
			return 0, "" // one of several values
		}
	case "local":
		first--
	}
	if field {
		called = strings.Trim(called, `["']`)
	}
	return first, called
}

// before returns the token before one, "" if there is none.
func (p *parser) before(i int) string {
	if i == 0 {
		return ""
	}
	return p.tokens[i-1].text
}

// target returns the first token of what is assigned to, whose last one is i.
func (p *parser) target(i int) int {
	for {
		if p.tokens[i].text == "]" {
			i = p.matching[i]
			if p.innermost() == "{" {
				return i // the key of a field
			}
			i--
			continue
		}
		if i == 0 || p.tokens[i-1].text != "." {
			return i
		}
		i -= 2
	}
}

// joined returns tokens without white space.
func (p *parser) joined(first, end int) string {
	var b strings.Builder
	for _, t := range p.tokens[first:end] {
		b.WriteString(t.text)
	}
	return b.String()
}

// spaced returns the tokens from first to last with a space where white space or comments separate two of them.
func (p *parser) spaced(first, last int) string {
	var b strings.Builder
	for i := first; i <= last; i++ {
		if i > first && p.tokens[i].start > p.tokens[i-1].end {
			b.WriteByte(' ')
		}
		b.WriteString(p.tokens[i].text)
	}
	return b.String()
}

var dashes = regexp.MustCompile(`^--+\s?`)

// commentText returns what comments say.
func (p *parser) commentText(comments []comment) string {
	var lines []string
	for _, c := range comments {
		text := p.text[c.start:c.end]
		if end := longBracket(text, 2); end > 0 {
			text = strings.Trim(strings.Trim(text[2:], "[]="), "\r\n")
			for l := range strings.SplitSeq(text, "\n") {
				lines = append(lines, strings.TrimSpace(l))
			}
			continue
		}
		lines = append(lines, strings.TrimRight(dashes.ReplaceAllString(text, ""), " \t\r"))
	}
	lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "namespace ") })
	return strings.Join(lines, "\n")
}
