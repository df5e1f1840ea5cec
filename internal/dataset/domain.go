package dataset

import (
	"regexp"

	"graft/internal/lang/mutate"
)

// A Domain is one kind of code.
type Domain interface {
	// Name is the domain's name in configurations.
	Name() string
	// Include lists the globs of the files that hold its code.
	Include() []string
	// Language is the language of a file.
	Language(f *File) *Language
	// Functions finds the functions of a file in the order in which they begin. A function may lie inside another. The error
	// explains why the file cannot be read as code of the domain.
	Functions(f *File) ([]Function, error)
	// Check reports what is wrong with a piece of code. It is light: it accepts all valid code and some that is not.
	Check(code string) error
}

// A Language is what is known about the notation of a file.
type Language struct {
	Fence   string // its name after the backticks of Markdown
	Comment string // what begins a comment that ends with the line
	// Declaration matches a line outside of functions that declares something; the group that takes part is the name. nil where
	// functions come with their Context.
	Declaration *regexp.Regexp
	Terminator  string // what ends a signature without its body: ";" in C
}

// A File is a source file. Its text is valid UTF-8, without byte order mark and with \n at the ends of lines.
type File struct {
	Path        string // relative to the folder collected, with slashes
	Text        string
	SHA256      string // of the file's bytes, in hexadecimal
	Code        string // its language as linguist calls it, "" if unknown
	License     string // SPDX expression of its licence, "" if unknown
	LicenseFile string // paths of the nearest licence files, "" if there are none
	Repository  string // path of the repository's folder, "" if the file lies in none
	Commit      string // that the repository stands at, "" if unknown
	Remote      string // URL that the repository came from, "" if unknown

	size       int64  // bytes, as they were read
	unlicensed string // what is known about an unknown licence
}

// A Function is one function of a file. Offsets are bytes of the file's text.
type Function struct {
	Start, End int    // the definition, without the comment above it
	Name       string // as code outside would write it, or nearly so: Ship.repair, Turret::fire
	Signature  string // what stands before the body, on one line
	Setting    string // where it belongs, to go after "in": a Godot 4 script that extends `Node2D`
	Comment    string // the comment right above it, without comment markers and indentation, lines kept; "" if none

	// Starts are the offsets at which statements of the body begin, or the comments above them, each the first on its line; Stop
	// is where the last one ends. Starts is empty if the body is on one line or has no statement.
	Starts []int
	Stop   int
	// Inside are the starts of lines that begin inside a string.
	Inside []int
	// Context lists what is declared around it and what it uses, in the order of the file, where a language has no Declaration.
	Context []Declaration
}

// A Declaration is what a function uses of what stands around it.
type Declaration struct {
	Names []string // by which it is used
	Line  string   // a signature, or a variable with its type, on one line
}

// A Converter is a domain that knows another dialect of its language, such as that of an earlier version.
type Converter interface {
	// Before rewrites a function of a file into the other dialect. It changes only what is certain to have been written so there; nil
	// if nothing is. code is the function without the indentation of its first line, and so is the code returned.
	Before(f *File, fn *Function, code string) *Conversion
}

// A Conversion is code in another dialect that the code of a function is a conversion of.
type Conversion struct {
	Code     string
	From, To string   // the dialects, to go after "from" and "to": Godot 3
	Rules    []string // what was rewritten, for the record
}

// A Mutator is a domain that knows ways of breaking its code that fit it better than those that tokens suggest.
type Mutator interface {
	// Mutations lists edits of code, a function of a file without the indentation of its first line, from an offset on.
	Mutations(f *File, fn *Function, code string, from int) []mutate.Edit
}
