// Package gdextension is the domain of Godot extensions written in C++ with godot-cpp.
package gdextension

import (
	"fmt"

	"graft/internal/dataset"
	"graft/internal/lang/cpp"
)

// Domain returns the domain.
func Domain() dataset.Domain { return domain{} }

type domain struct{}

// Name returns "gdextension".
func (domain) Name() string { return "gdextension" }

// Include returns the globs of sources and headers.
func (domain) Include() []string {
	return []string{"**/*.cpp", "**/*.cc", "**/*.cxx", "**/*.h", "**/*.hpp", "**/*.hh", "**/*.hxx", "**/*.inl"}
}

// Language returns C++.
func (domain) Language(*dataset.File) *dataset.Language { return &cpp.CPlusPlus }

// Functions finds the functions of a file.
func (domain) Functions(f *dataset.File) ([]dataset.Function, error) {
	return cpp.Functions(f.Text, func(s cpp.Scope) string {
		if s.Class == "" {
			return "a Godot extension in C++ with godot-cpp"
		}
		return fmt.Sprintf("the C++ %s `%s` of a Godot extension", s.Keyword, s.Class)
	})
}

// Check reports brackets that do not fit.
func (domain) Check(code string) error { return cpp.Check(code) }
