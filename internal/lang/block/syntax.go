package block

import "maps"

// form is what closes a block.
type form int

const (
	braces form = iota
	indentation
	ends
)

// blockComment is a comment with an end of its own.
type blockComment struct {
	open, close string
	nested      bool // comments inside count
	first       bool // it begins a line
	levels      bool // a long bracket of Lua
}

// A Syntax is what is known of a language.
type Syntax struct {
	form          form
	lineComments  []string
	blockComments []blockComment
	strings       []stringForm

	opening, closing string // of programs in a text, as in PHP
	directives       bool   // lines that begin with # are for a preprocessor
	hashAttributes   bool   // #[…] is an attribute where # begins comments
	queries          bool   // names may end in ? and !
	regexps          bool   // /…/ is a pattern where a value may begin
	markup           bool   // <a>…</a> is a value

	functions   []string          // words that begin a function
	methods     bool              // name(…) { in a class is a function
	assigned    bool              // const f = (…) => { and const f = function (…) { are functions
	classes     map[string]string // words that begin a class, and what such a class is called
	spaces      []string          // words before a name and a block of declarations that is no class
	newlines    bool              // statements end with their line
	expressions bool              // fun f() = value is a function
	arms        bool              // match and when hold arms, whose blocks stand behind an arrow
	bareHeads   bool              // if and for need no parentheses, and may hold semicolons
	closures    bool              // name { … } is a call with a block
	returns     bool              // a type after : may hold braces
	attributes  string            // what an attribute before a function begins with, which is no part of its signature
	loops       []string          // of languages with end: words whose do belongs to them
	openers     []string          // likewise: words that open what end closes, beside functions and classes
	closers     []string          // likewise: end and its like
	clauses     []string          // words that go on with the statement before them
	modifiers   bool              // likewise: an opener behind a value on its line opens nothing
}

// slashes are the comments of C and its descendants.
func slashes(nested bool) ([]string, []blockComment) {
	return []string{"//"}, []blockComment{{open: "/*", close: "*/", nested: nested}}
}

var clauses = []string{"else", "catch", "finally", "elseif", "elif", "except", "while"}

// Syntaxes are the languages that are known, by their names in GitHub's linguist.
func Syntaxes() map[string]*Syntax { return maps.Clone(syntaxes) }

var syntaxes = map[string]*Syntax{
	"C#": curly(Syntax{
		methods: true, directives: true, strings: []stringForm{rawQuotes, verbatim, dollar, double, single}, spaces: []string{"namespace"},
		classes: map[string]string{"class": "class", "struct": "struct", "interface": "interface", "record": "record"},
	}),
	"Go": curly(Syntax{functions: []string{"func"}, newlines: true, bareHeads: true, strings: []stringForm{double, backquoted, single}}),
	"Java": curly(Syntax{
		methods: true, strings: []stringForm{tripleDouble, double, single},
		classes: map[string]string{"class": "class", "interface": "interface", "enum": "enum", "record": "record"},
	}),
	"JavaScript": script(true),
	"TypeScript": script(false),
	"TSX":        script(true),
	"Kotlin": curly(Syntax{
		functions: []string{"fun"}, newlines: true, expressions: true, arms: true, closures: true, strings: []stringForm{tripleDouble, interpolated("${", "}"), single},
		classes: map[string]string{"class": "class", "object": "object", "interface": "class"},
	}).nest(),
	"PHP": func() *Syntax {
		s := curly(Syntax{
			functions: []string{"function"}, opening: "<?php", closing: "?>", hashAttributes: true, spaces: []string{"namespace"},
			strings: []stringForm{heredocPHP, multiDouble, multiSingle},
			classes: map[string]string{"class": "class", "interface": "interface", "trait": "trait"},
		})
		s.lineComments = append(s.lineComments, "#")
		return s
	}(),
	"Rust": curly(Syntax{
		functions: []string{"fn"}, attributes: "#", arms: true, spaces: []string{"mod"}, strings: []stringForm{rawRust, multiDouble, lifetime},
		classes: map[string]string{"impl": "type", "trait": "trait"},
	}).nest(),
	"Swift": curly(Syntax{
		functions: []string{"func"}, newlines: true, closures: true, strings: []stringForm{tripleDouble, rawSwift, interpolated(`\(`, ")")},
		classes: map[string]string{"class": "class", "struct": "class", "enum": "class", "extension": "class", "actor": "class", "protocol": "protocol"},
	}).nest(),
	"Python": {
		form: indentation, lineComments: []string{"#"}, functions: []string{"def"}, classes: map[string]string{"class": "class"},
		strings: []stringForm{python}, clauses: []string{"else", "elif", "except", "finally"},
	},
	"Ruby": {
		form: ends, lineComments: []string{"#"}, blockComments: []blockComment{{open: "=begin", close: "=end", first: true}}, queries: true, regexps: true,
		functions: []string{"def"}, classes: map[string]string{"class": "class", "module": "module"}, modifiers: true,
		strings: []stringForm{heredocRuby, percent, mark, interpolated("#{", "}"), multiSingle, multiBackquoted},
		openers: []string{"if", "unless", "while", "until", "case", "for", "begin", "do"}, closers: []string{"end"},
		loops: []string{"while", "until", "for"}, clauses: []string{"else", "elsif", "when", "in", "rescue", "ensure", "then"},
	},
	"Lua": {
		form: ends, lineComments: []string{"--"}, blockComments: []blockComment{{open: "--[[", levels: true}, {open: "--[=", levels: true}},
		functions: []string{"function"}, strings: []stringForm{long, double, single}, openers: []string{"if", "do", "repeat"},
		closers: []string{"end", "until"}, clauses: []string{"else", "elseif", "then"},
	},
}

// curly is a language with braces and the comments of C.
func curly(s Syntax) *Syntax {
	s.lineComments, s.blockComments = slashes(false)
	s.clauses = clauses
	return &s
}

// nest lets block comments hold others.
func (s *Syntax) nest() *Syntax {
	s.blockComments[0].nested = true
	return s
}

// script is JavaScript or one of its relatives.
func script(markup bool) *Syntax {
	return curly(Syntax{
		functions: []string{"function"}, methods: true, assigned: true, newlines: true, regexps: true, markup: markup, returns: true,
		strings: []stringForm{template, double, single}, spaces: []string{"namespace", "module"}, classes: map[string]string{"class": "class"},
	})
}
