package gdscript

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"graft/internal/dataset"
)

// Domain returns the domain.
func Domain() dataset.Domain { return domain{} }

type domain struct{}

// Name returns "gdscript".
func (domain) Name() string { return "gdscript" }

// Include returns the globs of scripts.
func (domain) Include() []string { return []string{"**/*.gd"} }

// language matches the declarations of variables, constants, signals and enumerations.
var language = dataset.Language{
	Fence: "gdscript", Comment: "#",
	Declaration: regexp.MustCompile(`^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:static\s+)?(?:var|const|signal|enum)\s+(` + identifier + `).*$`),
}

// Language returns GDScript.
func (domain) Language(*dataset.File) *dataset.Language { return &language }

// Check reports brackets and strings that are not closed and indentation that fits no block.
func (domain) Check(code string) error {
	s, err := scan(code)
	if err != nil {
		return err
	}
	return s.checkIndentation()
}

// Functions finds the functions of a script and of its inner classes. Abstract functions, which have no body, lambdas and
// property accessors are none.
func (domain) Functions(f *dataset.File) ([]dataset.Function, error) {
	s, err := scan(f.Text)
	if err != nil {
		return nil, err
	}
	if err := s.checkIndentation(); err != nil {
		return nil, err
	}
	p := parser{script: s, classes: []class{{indent: -1}}, within: []int{0}, skip: noSkip, notes: -1}
	for i := range s.lines {
		p.line(i)
	}
	// What a class extends may stand below its first function, so this waits until the whole script is read.
	for i := range p.functions {
		fn, class := &p.functions[i], &p.classes[p.owner[i]]
		fn.Setting = class.setting(&p.classes[0])
		if class.name != "" {
			fn.Name = class.name + "." + fn.Name
		}
	}
	return p.functions, nil
}

// A class is the script or an inner class. Lines that are indented more than it belong to it.
type class struct {
	indent        int
	name, extends string
	tool          bool
}

// setting says where the functions of a class belong.
func (c *class) setting(script *class) string {
	s := "a Godot 4 script"
	switch {
	case c != script:
		s = fmt.Sprintf("the inner class `%s` of a Godot 4 script", c.name)
	case c.name != "":
		s = fmt.Sprintf("the Godot 4 class `%s`", c.name)
	case c.tool:
		s = "a Godot 4 `@tool` script"
	}
	if c.extends != "" {
		s += fmt.Sprintf(" that extends `%s`", c.extends)
	}
	return s
}

// noSkip is an indentation that no line exceeds.
const noSkip = math.MaxInt

// A parser finds functions among logical lines.
type parser struct {
	*script
	classes   []class // the script, then its inner classes
	within    []int   // the classes that the line is in, outermost first
	skip      int     // lines that are indented more belong to something that is no class
	notes     int     // first line of the annotations right before, -1 if there are none
	functions []dataset.Function
	owner     []int // class of each function
}

var (
	identifier = `[\pL_][\pL\pN_]*`
	annotation = regexp.MustCompile(`^@` + identifier)
	keyword    = regexp.MustCompile(`^(?:static\s+)?func\s+(` + identifier + `)\s*\(`)
	classLine  = regexp.MustCompile(`^class\s+(` + identifier + `)`)
	className  = regexp.MustCompile(`^class_name\s+(` + identifier + `)`)
	extends    = regexp.MustCompile(`\bextends\s+(` + identifier + `(?:\s*\.\s*` + identifier + `)*)`)
)

// standalone are annotations that belong to no declaration.
var standalone = []string{
	"@tool", "@icon", "@static_unload", "@export_category", "@export_group", "@export_subgroup", "@warning_ignore_start", "@warning_ignore_restore",
}

// line takes in one logical line.
func (p *parser) line(i int) {
	l := p.lines[i]
	if l.comment || l.indent > p.skip {
		return
	}
	for l.indent <= p.class().indent {
		p.within = p.within[:len(p.within)-1]
	}
	first := i
	if p.notes >= 0 {
		first = p.notes
	}
	p.notes, p.skip = -1, l.indent
	text, annotated := p.afterAnnotations(p.text[l.start:l.end])
	switch {
	case text == "" && annotated && !slices.Contains(standalone, annotation.FindString(p.text[l.start:l.end])):
		p.notes = first
	case keyword.MatchString(text):
		p.function(first, i, l.end-len(text))
	default:
		p.declaration(l, text)
	}
}

// class returns the innermost class.
func (p *parser) class() *class { return &p.classes[p.within[len(p.within)-1]] }

// afterAnnotations returns what follows the annotations at the beginning of a logical line.
func (p *parser) afterAnnotations(text string) (rest string, found bool) {
	for {
		name := annotation.FindString(text)
		if name == "" {
			return text, found
		}
		found = true
		if name == "@tool" {
			p.classes[0].tool = true
		}
		text = strings.TrimLeft(text[len(name):], " \t")
		if strings.HasPrefix(text, "(") {
			text = text[closingOf(text, 0):]
		}
		text = strings.TrimLeft(text, " \t\r\n\\")
		if strings.HasPrefix(text, "#") {
			return "", true // only a comment follows
		}
	}
}

// declaration handles the lines that name the class around them or begin an inner one.
func (p *parser) declaration(l line, text string) {
	base := ""
	if m := extends.FindStringSubmatch(text); m != nil {
		base = strings.Join(strings.Fields(m[1]), "")
	}
	inner := classLine.FindStringSubmatch(text)
	name := className.FindStringSubmatch(text)
	switch {
	case inner != nil && l.opens:
		p.within = append(p.within, len(p.classes))
		p.classes = append(p.classes, class{indent: l.indent, name: inner[1], extends: base})
		p.skip = noSkip
	case name != nil:
		p.class().name, p.class().extends = name[1], cmp.Or(base, p.class().extends)
	case strings.HasPrefix(text, "extends"):
		p.class().extends = base
	}
}

// function takes in the function whose header is line i and begins, after annotations, at start. Its definition begins with
// line first.
func (p *parser) function(first, i, start int) {
	header := p.lines[i]
	m := keyword.FindStringSubmatchIndex(p.text[start:header.end])
	colon := p.colon(start+m[1]-1, header.end)
	if colon < 0 {
		return // abstract
	}
	fn := dataset.Function{
		Start: p.lines[first].start, End: header.end,
		Name:      p.text[start+m[2] : start+m[3]],
		Signature: strings.Join(strings.Fields(withoutComments(p.text[p.lines[first].start:colon])), " "),
		Comment:   p.commentAbove(first),
	}
	if header.opens {
		last := p.block(i)
		fn.End = p.lines[last].end
		fn.Starts, fn.Stop = p.starts(i+1, last), fn.End
	}
	low, _ := slices.BinarySearch(p.inside, fn.Start)
	high, _ := slices.BinarySearch(p.inside, fn.End)
	fn.Inside = p.inside[low:high:high]
	p.functions = append(p.functions, fn)
	p.owner = append(p.owner, p.within[len(p.within)-1])
}

// colon returns the offset of the colon after the parameters that begin at paren, -1 if there is none.
func (p *parser) colon(paren, end int) int {
	at := closingOf(p.text[:end], paren)
	for at < end {
		switch p.text[at] {
		case ':':
			return at
		case '[':
			at = closingOf(p.text[:end], at)
		case '#':
			at += strings.IndexByte(p.text[at:end]+"\n", '\n')
		default:
			at++
		}
	}
	return -1
}

// closingOf returns the offset after the bracket that closes the one at open. The text is known to be balanced.
func closingOf(text string, open int) int {
	s := scanner{script: &script{text: text}, at: open}
	for s.at < len(text) {
		switch c := text[s.at]; c {
		case '#':
			s.comment()
		default:
			if s.token(c) != nil {
				return len(text)
			}
		}
		if len(s.open) == 0 {
			return s.at
		}
	}
	return len(text)
}

// withoutComments takes the comments out of a text that is known to be balanced.
func withoutComments(text string) string {
	var b strings.Builder
	for s := (scanner{script: &script{text: text}}); s.at < len(text); {
		start := s.at
		if text[start] == '#' {
			s.comment()
			continue
		}
		if s.token(text[start]) != nil {
			return text
		}
		b.WriteString(text[start:s.at])
	}
	return b.String()
}

// block returns the last line of the block that line i opens: a comment that is indented like the block belongs to it.
func (p *parser) block(i int) int {
	last := i
	for j := i + 1; j < len(p.lines); j++ {
		switch l := p.lines[j]; {
		case l.indent > p.lines[i].indent:
			last = j
		case !l.comment:
			return last
		}
	}
	return last
}

// starts lists where the statements of lines first to last begin, comments above them included.
func (p *parser) starts(first, last int) []int {
	var starts []int
	pending := -1 // where the comments above begin
	for _, l := range p.lines[first : last+1] {
		if l.comment {
			if pending < 0 {
				pending = l.start
			}
			continue
		}
		if !continuation.MatchString(p.text[l.start:l.end]) {
			if pending < 0 {
				pending = l.start
			}
			starts = append(starts, pending)
		}
		pending = -1
	}
	return starts
}

// commentAbove returns the text of the comment lines right above line i, with the same indentation.
func (p *parser) commentAbove(i int) string {
	first := i
	for first > 0 {
		l := p.lines[first-1]
		if !l.comment || l.indent != p.lines[i].indent || !p.adjacent(first-1, first) || region.MatchString(p.text[l.start:l.end]) {
			break
		}
		first--
	}
	var text []string
	for _, l := range p.lines[first:i] {
		text = append(text, strings.TrimPrefix(strings.TrimLeft(p.text[l.start:l.end], "#"), " "))
	}
	return plain(strings.Join(text, "\n"))
}

// adjacent reports whether no blank line lies between two lines.
func (p *parser) adjacent(i, j int) bool {
	return !strings.Contains(p.text[p.lines[i].next:p.lines[j].start], "\n")
}

var (
	continuation = regexp.MustCompile(`^(?:else|elif)\b`) // of a statement
	region       = regexp.MustCompile(`^#(?:end)?region\b`)
	reference    = regexp.MustCompile(`\[(?:param|member|method|signal|constant|enum|annotation|constructor|operator|theme_item)\s+([^\]\s]+)\]`)
	codeTag      = regexp.MustCompile(`\[code(?:\s[^\]]*)?\](.*?)\[/code\]`)
	typeName     = regexp.MustCompile(`\[([A-Z][A-Za-z0-9]*)\]`)
	styleTag     = regexp.MustCompile(`\[/?(?:b|i|u|s|color(?:=[^\]]*)?|url(?:=[^\]]*)?|center|kbd|br|codeblocks?|gdscript|csharp)\]`)
)

// plain replaces the markup of documentation comments.
func plain(comment string) string {
	for _, tag := range []*regexp.Regexp{reference, codeTag, typeName} {
		comment = tag.ReplaceAllString(comment, "`$1`")
	}
	return styleTag.ReplaceAllString(comment, "")
}
