// Package flecs is the domain of programs in C and C++ that use the entity component system FLECS.
package flecs

import (
	"fmt"
	"path"
	"regexp"

	"graft/internal/dataset"
	"graft/internal/lang/cpp"
)

// Domain returns the domain.
func Domain() dataset.Domain { return domain{} }

type domain struct{}

// Name returns "flecs".
func (domain) Name() string { return "flecs" }

// Include returns the globs of sources and headers.
func (domain) Include() []string {
	return []string{"**/*.c", "**/*.cpp", "**/*.cc", "**/*.cxx", "**/*.h", "**/*.hpp", "**/*.hh", "**/*.hxx", "**/*.inl"}
}

// onlyCPlusPlus matches what a header in C does not contain.
var onlyCPlusPlus = regexp.MustCompile(`(?m)^\s*(?:template\s*<|namespace\b|class\s+\w|using\s+\w|(?:public|private|protected):)|\bflecs::|\bstd::`)

// Language returns C or C++. A header with the extension .h is what its text says.
func (domain) Language(f *dataset.File) *dataset.Language {
	switch path.Ext(f.Path) {
	case ".c":
		return &cpp.C
	case ".h":
		if !onlyCPlusPlus.MatchString(f.Text) {
			return &cpp.C
		}
	}
	return &cpp.CPlusPlus
}

// Functions finds the functions of a file.
func (d domain) Functions(f *dataset.File) ([]dataset.Function, error) {
	name := "C++"
	if d.Language(f) == &cpp.C {
		name = "C"
	}
	return cpp.Functions(f.Text, func(s cpp.Scope) string {
		if s.Class == "" {
			return fmt.Sprintf("a %s program that uses FLECS", name)
		}
		return fmt.Sprintf("the %s %s `%s` of a program that uses FLECS", name, s.Keyword, s.Class)
	})
}

// Check reports brackets that do not fit.
func (domain) Check(code string) error { return cpp.Check(code) }
