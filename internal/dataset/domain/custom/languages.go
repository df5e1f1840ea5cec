package custom

import (
	"regexp"
	"slices"

	"graft/internal/dataset"
)

// A grammar says what the nodes of a language's trees mean.
type grammar struct {
	name      string   // of the grammar
	functions []string // nodes that define functions
	assigned  []string // nodes that are functions without a name, which the node around them gives
	holders   []string // nodes that give such a function a name, and the ones around them that belong to it
	classes   []string // nodes that functions can be members of
	wrappers  []string // nodes around a definition that belong to it
	attached  []string // nodes that stand before a definition and belong to it
	separator string   // between the names of class and function
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

func list(names ...string) []string { return names }

// grammars are what is known, by linguist's name of the language.
var grammars = map[string]*grammar{
	"C#": {
		name: "c_sharp", functions: list("method_declaration", "constructor_declaration", "operator_declaration"), separator: ".",
		classes:  list("class_declaration", "struct_declaration", "interface_declaration", "record_declaration"),
		language: language("csharp", "//", fieldOfClass, ";"),
	},
	"Go": {
		name: "go", functions: list("function_declaration", "method_declaration"), separator: ".",
		language: language("go", "//", `^(?:var|const)\s+(\w+)\b.*$|^\t(\w+)(?:\s+[\w.\[\]*]+)?\s*=[^=].*$`, ""),
	},
	"Java": {
		name: "java", functions: list("method_declaration", "constructor_declaration"), separator: ".",
		classes:  list("class_declaration", "interface_declaration", "enum_declaration", "record_declaration"),
		language: language("java", "//", fieldOfClass, ";"),
	},
	"JavaScript": script("javascript"),
	"TypeScript": script("typescript"),
	"TSX":        script("tsx"),
	"Kotlin": {
		name: "kotlin", functions: list("function_declaration"), separator: ".",
		classes:  list("class_declaration", "object_declaration"),
		language: language("kotlin", "//", valueOrVar, ""),
	},
	"Lua": {
		name: "lua", functions: list("function_declaration"), separator: ".",
		assigned: list("function_definition"), holders: list("expression_list", "assignment_statement", "variable_declaration"),
		language: language("lua", "--", `^(?:local\s+)?(?:[A-Za-z_]\w*\.)*([A-Za-z_]\w*)\s*=[^=].*$`, ""),
	},
	"PHP": {
		name: "php", functions: list("function_definition", "method_declaration"), separator: "::",
		classes:  list("class_declaration", "interface_declaration", "trait_declaration"),
		language: language("php", "//", `^\s*(?:(?:public|private|protected|static|const|readonly)\s+)+(?:\??\w+\s+)?\$?(\w+)\s*(?:=.*)?;$`, ";"),
	},
	"Python": {
		name: "python", functions: list("function_definition"), separator: ".",
		classes: list("class_definition"), wrappers: list("decorated_definition"),
		language: language("python", "#", `^([A-Za-z_]\w*)\s*(?::[^=]+)?=[^=].*$`, ""),
	},
	"Ruby": {
		name: "ruby", functions: list("method", "singleton_method"), separator: ".",
		classes:  list("class", "module"),
		language: language("ruby", "#", `^\s*([A-Z]\w*)\s*=[^=~>].*$`, ""),
	},
	"Rust": {
		name: "rust", functions: list("function_item"), separator: "::",
		classes: list("impl_item", "trait_item"), attached: list("attribute_item"),
		language: language("rust", "//", `^\s*(?:pub(?:\([^)]*\))?\s+)?(?:const|static|type)\s+(?:mut\s+)?(\w+)\b.*;$`, ";"),
	},
	"Swift": {
		name: "swift", functions: list("function_declaration"), separator: ".",
		classes:  list("class_declaration", "protocol_declaration"),
		language: language("swift", "//", valueOrVar, ""),
	},
}

// script is JavaScript and its relatives.
func script(name string) *grammar {
	return &grammar{
		name: name, functions: list("function_declaration", "generator_function_declaration", "method_definition"), separator: ".",
		assigned: list("arrow_function", "function_expression", "function"), holders: list("variable_declarator", "lexical_declaration", "variable_declaration"),
		classes: list("class_declaration", "class", "abstract_class_declaration"), wrappers: list("export_statement"),
		language: language(name, "//", scriptLet, ";"),
	}
}

// Languages lists the languages that the domain takes, as linguist calls them, in alphabetical order.
func Languages() []string {
	names := list("C", "C++")
	for name := range grammars {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// blocks are nodes whose children are statements. No grammar of the table uses one of the names for anything else.
var blocks = map[string]bool{
	"block": true, "statement_block": true, "compound_statement": true, "statement_list": true, "statements": true, "body_statement": true,
	"constructor_body": true, "then": true, "else": true, "do": true, "function_body": true,
}

// comments are the nodes of comments.
var comments = map[string]bool{
	"comment": true, "line_comment": true, "block_comment": true, "multiline_comment": true, "doc_comment": true,
}
