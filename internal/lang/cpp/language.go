package cpp

import (
	"regexp"

	"graft/internal/dataset"
)

// The languages.
var (
	C         = language("c")
	CPlusPlus = language("cpp")
)

// language returns what C and C++ have in common. A declaration is one of a variable or a constant, or a macro with a value.
func language(fence string) dataset.Language {
	return dataset.Language{
		Fence: fence, Comment: "//", Terminator: ";",
		Declaration: regexp.MustCompile(`^(?:#\s*define\s+(\w+)\s+\S.*[^\\]|\s*(?:(?:static|const|constexpr|inline|extern|mutable|unsigned|signed|struct)\s+)*` +
			`[A-Za-z_][\w:]*(?:<[\w:<>,*& ]+>)?(?:\s+const)?\s*[*&]*\s*\b([A-Za-z_]\w*)(?:\[[^\]]*\])*\s*(?:=[^;]*|\{[^;{}]*\})?;)\s*(?:\/\/.*)?$`),
	}
}
