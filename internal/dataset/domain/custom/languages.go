package custom

import (
	"regexp"
	"slices"
	"sync"

	"graft/internal/dataset"
	"graft/internal/lang/block"
)

// A notation is what is known of a language beside its syntax.
type notation struct {
	syntax    *block.Syntax
	separator string // between the names of class and function
	language  dataset.Language
}

// language makes what is known about a notation. The pattern matches the declaration of a variable or constant.
func language(fence, comment, declaration, terminator string) dataset.Language {
	return dataset.Language{Fence: fence, Comment: comment, Declaration: regexp.MustCompile(declaration), Terminator: terminator}
}

const (
	fieldOfClass = `^\s*(?:(?:public|private|protected|internal|static|final|readonly|const|volatile)\s+)+[\w<>\[\],.? ]+\s+(\w+)\s*(?:=.*)?;$`
	scriptLet    = `^(?:export\s+)?(?:const|let|var)\s+(\w+)\s*(?::[^=]+)?=[^=>].*$`
	valueOrVar   = `^\s*(?:(?:public|private|internal|protected|fileprivate|static|const|lateinit|override|lazy|weak)\s+)*(?:val|var|let)\s+(\w+)\b.*$`
)

// notations are what is known, by linguist's name of the language.
var notations = sync.OnceValue(func() map[string]*notation {
	table := map[string]*notation{
		"C#":         {separator: ".", language: language("csharp", "//", fieldOfClass, ";")},
		"Go":         {separator: ".", language: language("go", "//", `^(?:var|const)\s+(\w+)\b.*$|^\t(\w+)(?:\s+[\w.\[\]*]+)?\s*=[^=].*$`, "")},
		"Java":       {separator: ".", language: language("java", "//", fieldOfClass, ";")},
		"JavaScript": {separator: ".", language: language("javascript", "//", scriptLet, ";")},
		"TypeScript": {separator: ".", language: language("typescript", "//", scriptLet, ";")},
		"TSX":        {separator: ".", language: language("tsx", "//", scriptLet, ";")},
		"Kotlin":     {separator: ".", language: language("kotlin", "//", valueOrVar, "")},
		"Lua":        {separator: ".", language: language("lua", "--", `^(?:local\s+)?(?:[A-Za-z_]\w*\.)*([A-Za-z_]\w*)\s*=[^=].*$`, "")},
		"PHP": {
			separator: "::",
			language:  language("php", "//", `^\s*(?:(?:public|private|protected|static|const|readonly)\s+)+(?:\??\w+\s+)?\$?(\w+)\s*(?:=.*)?;$`, ";"),
		},
		"Python": {separator: ".", language: language("python", "#", `^([A-Za-z_]\w*)\s*(?::[^=]+)?=[^=].*$`, "")},
		"Ruby":   {separator: ".", language: language("ruby", "#", `^\s*([A-Z]\w*)\s*=[^=~>].*$`, "")},
		"Rust": {
			separator: "::", language: language("rust", "//", `^\s*(?:pub(?:\([^)]*\))?\s+)?(?:const|static|type)\s+(?:mut\s+)?(\w+)\b.*;$`, ";"),
		},
		"Swift": {separator: ".", language: language("swift", "//", valueOrVar, "")},
	}
	for name, syntax := range block.Syntaxes() {
		table[name].syntax = syntax
	}
	return table
})

// Languages lists the languages that the domain takes, as linguist calls them, in alphabetical order.
func Languages() []string {
	names := []string{"C", "C++"}
	for name := range notations() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
