package linguist

import (
	"path"
	"strings"

	"github.com/go-enry/go-enry/v2"
)

// Language returns the language of a file by its path and text, "" if it is unknown. Where an extension stands for several languages
// the text decides.
func Language(file, text string) string {
	const head = 1 << 14 // bytes that the classifier looks at
	return enry.GetLanguage(path.Base(file), []byte(text[:min(len(text), head)]))
}

// Programming reports whether a language is one to write programs in, rather than one of data, markup or prose.
func Programming(language string) bool { return enry.GetLanguageType(language) == enry.Programming }

// Code reports whether the name of a file is that of a program.
func Code(file string) bool {
	language, safe := enry.GetLanguageByExtension(file)
	return safe && Programming(language)
}

// Vendored reports whether a path is one at which other people's code is kept, such as node_modules/ or jquery.js.
func Vendored(file string) bool { return enry.IsVendor(file) }

// Generated reports why a file looks as if a program had written it, "" if it does not: by its name, what its beginning says, or for
// scripts of the web by the length of its lines.
func Generated(file, text string) string {
	if !enry.IsGenerated(file, []byte(text)) {
		return ""
	}
	if ext := strings.ToLower(path.Ext(file)); ext == ".js" || ext == ".css" {
		return "linguist takes it for generated or minified"
	}
	return "linguist takes it for generated"
}
