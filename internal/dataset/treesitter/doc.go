// Package treesitter parses source code of many languages into trees of what it consists of. It wraps gotreesitter.
//
// A [Node] is a piece of the text with the name of its kind in the grammar, such as function_definition. The trees serve to cut files
// into functions. They say nothing about whether code is valid: the parser accepts some broken code, and it repairs what it does not
// understand and marks it as broken.
package treesitter
