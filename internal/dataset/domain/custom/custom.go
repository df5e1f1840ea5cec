package custom

import (
	"errors"
	"fmt"
	"strings"

	"graft/internal/dataset"
	"graft/internal/dataset/linguist"
	"graft/internal/lang/cpp"
)

// Domain returns the domain.
func Domain() dataset.Domain { return domain{} }

type domain struct{}

// Name returns "custom".
func (domain) Name() string { return "custom" }

// Include returns nothing: what is read must be said.
func (domain) Include() []string { return nil }

// code is the language of a file.
func code(f *dataset.File) string {
	if f.Code != "" {
		return f.Code
	}
	return linguist.Language(f.Path, f.Text)
}

// unknown is the language of files that are refused.
var unknown = language("", "//", `^\b$`, "")

// Language returns the language of a file by its name and text.
func (domain) Language(f *dataset.File) *dataset.Language {
	name := code(f)
	if n := notations()[name]; n != nil {
		return &n.language
	}
	switch name {
	case "C":
		return &cpp.C
	case "C++":
		return &cpp.CPlusPlus
	}
	return &unknown
}

// Functions finds the functions of a file.
func (d domain) Functions(f *dataset.File) ([]dataset.Function, error) {
	name := code(f)
	switch n := notations()[name]; {
	case n != nil:
		return chunk(n, name, f.Text)
	case name == "C", name == "C++":
		return cpp.Functions(f.Text, func(s cpp.Scope) string { return setting(name, s.Keyword, s.Class) })
	case name == "":
		return nil, errors.New("its language is unknown; the domain custom takes " + strings.Join(Languages(), ", "))
	}
	return nil, fmt.Errorf("the domain custom does not take the language %s; it takes %s", name, strings.Join(Languages(), ", "))
}

// setting says where a function belongs.
func setting(name, keyword, class string) string {
	if class == "" {
		return fmt.Sprintf("a program in %s", name)
	}
	return fmt.Sprintf("the %s `%s` of a program in %s", keyword, strings.ReplaceAll(class, "`", ""), name)
}

// quoting is what makes brackets part of a text in one language or another.
const quoting = "\"'`#%\\"

// Check reports brackets that do not fit, in code without a character that could begin a string or a comment. The language of a piece is
// not known, so of all other code nothing is said.
func (domain) Check(code string) error {
	if strings.ContainsAny(code, quoting) || strings.Contains(code, "//") || strings.Contains(code, "/*") || strings.Contains(code, "--") || strings.Contains(code, "[[") {
		return nil
	}
	var open []byte
	closes := map[byte]byte{')': '(', ']': '[', '}': '{'}
	for i := range len(code) {
		switch c := code[i]; c {
		case '(', '[', '{':
			open = append(open, c)
		case ')', ']', '}':
			if len(open) == 0 || open[len(open)-1] != closes[c] {
				return fmt.Errorf("line %d: %q closes nothing", 1+strings.Count(code[:i], "\n"), c)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("%q is not closed", open[len(open)-1])
	}
	return nil
}
