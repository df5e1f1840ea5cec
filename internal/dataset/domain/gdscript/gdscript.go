package gdscript

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"graft/internal/dataset"
	"graft/internal/lang/gdscript"
)

// Domain returns the domain.
func Domain() dataset.Domain { return domain{} }

type domain struct{}

// Name returns "gdscript".
func (domain) Name() string { return "gdscript" }

// Include returns the globs of scripts.
func (domain) Include() []string { return []string{"**/*.gd"} }

// language has no Declaration: functions come with their context.
var language = dataset.Language{Fence: "gdscript", Comment: "#"}

// Language returns GDScript.
func (domain) Language(*dataset.File) *dataset.Language { return &language }

// Check parses a script, or a piece of one: statements of a body, branches of a match.
func (domain) Check(code string) error {
	if err := gdscript.CheckPiece(code); err != nil {
		return gdscript.First(err)
	}
	return nil
}

// Functions finds the functions of a script and of its inner classes. Abstract functions, which have no body, lambdas and
// property accessors are none.
func (domain) Functions(f *dataset.File) ([]dataset.Function, error) {
	s, err := gdscript.Parse(f.Text)
	if err != nil {
		return nil, gdscript.First(err)
	}
	scopes, found := s.Outline()
	contexts := s.Contexts(found)
	functions := make([]dataset.Function, len(found))
	for i, d := range found {
		fn := &functions[i]
		*fn = dataset.Function{
			Start: d.Start, End: d.End, Name: d.Name, Signature: d.Head, Setting: setting(d.Scope, scopes[0]),
			Comment: plain(strings.Join(d.Comment, "\n")),
		}
		if len(d.Starts) > 0 {
			fn.Starts, fn.Stop = d.Starts, d.End
		}
		low, _ := slices.BinarySearch(s.Inside, fn.Start)
		high, _ := slices.BinarySearch(s.Inside, fn.End)
		fn.Inside = s.Inside[low:high:high]
		for _, u := range contexts[i] {
			fn.Context = append(fn.Context, dataset.Declaration{Names: u.Names, Line: u.Head})
		}
		if d.Scope.Name != "" {
			fn.Name = d.Scope.Name + "." + fn.Name
		}
	}
	return functions, nil
}

// setting says where the functions of a class belong.
func setting(c, script *gdscript.Scope) string {
	s := "a Godot 4 script"
	switch {
	case c != script:
		s = fmt.Sprintf("the inner class `%s` of a Godot 4 script", c.Name)
	case c.Name != "":
		s = fmt.Sprintf("the Godot 4 class `%s`", c.Name)
	case c.Tool:
		s = "a Godot 4 `@tool` script"
	}
	if c.Extends != "" {
		s += fmt.Sprintf(" that extends `%s`", c.Extends)
	}
	return s
}

var (
	reference = regexp.MustCompile(`\[(?:param|member|method|signal|constant|enum|annotation|constructor|operator|theme_item)\s+([^\]\s]+)\]`)
	codeTag   = regexp.MustCompile(`\[code(?:\s[^\]]*)?\](.*?)\[/code\]`)
	typeName  = regexp.MustCompile(`\[([A-Z][A-Za-z0-9]*)\]`)
	styleTag  = regexp.MustCompile(`\[/?(?:b|i|u|s|color(?:=[^\]]*)?|url(?:=[^\]]*)?|center|kbd|br|codeblocks?|gdscript|csharp)\]`)
)

// plain replaces the markup of documentation comments.
func plain(comment string) string {
	for _, tag := range []*regexp.Regexp{reference, codeTag, typeName} {
		comment = tag.ReplaceAllString(comment, "`$1`")
	}
	return styleTag.ReplaceAllString(comment, "")
}
