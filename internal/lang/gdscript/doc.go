// Package gdscript parses GDScript 2, the language of Godot 4, as of Godot 4.6.
//
// A File is a parsed text: a tree of nodes, the comments, and the errors. Each Node is a range of bytes of the text: it lies
// within its parent's, after the sibling before it. What lies between the tokens of a text is white space, comments and
// backslashes at the ends of lines; no byte belongs to anything else. An Error has a line and a column.
//
// The parser follows the rules of the engine's own: it takes the same indentation, the same operators with the same precedence,
// annotations where the engine allows them, and finds what the engine finds without looking up types or other files: names
// declared twice, "break" outside of loops, optional parameters before mandatory ones. It goes on after an error with the next
// statement.
//
// On top of the tree stand a Project, which knows the global names of a folder, the Names that a file declares and uses, the
// Mutations of a function, and Godot3, which writes a function as Godot 3 had it.
package gdscript
