package cpp

import (
	"fmt"
	"slices"
	"strings"
)

// directives are those that compilers know.
var directives = strings.Fields(`include include_next import define undef if ifdef ifndef elif elifdef elifndef else endif error warning
	pragma line ident sccs embed assert unassert region endregion`)

// checkDirective judges a directive by its name and what follows it.
func checkDirective(name, rest string) string {
	rest = strings.TrimSpace(rest)
	first := (rest + " ")[0]
	switch name {
	case "":
		if rest != "" && !isDigit(first) {
			return fmt.Sprintf("the directive %q has no name", "#"+rest[:min(len(rest), 20)])
		}
		return ""
	case "include":
		if first != '<' && first != '"' && !isLetter(first) {
			return "#include names no file"
		}
	case "define", "undef", "ifdef", "ifndef":
		if !isLetter(first) {
			return fmt.Sprintf("#%s is not followed by a name", name)
		}
	case "if", "elif":
		if rest == "" {
			return fmt.Sprintf("#%s has no condition", name)
		}
	}
	if !slices.Contains(directives, name) {
		return fmt.Sprintf("there is no directive #%s", name)
	}
	return ""
}
