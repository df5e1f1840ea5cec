// Package gdscript is the domain of Godot projects written in GDScript 2.
//
// A scanner of ours reads a script as logical lines: what the engine takes as one statement header, over line breaks inside
// brackets and strings and after backslashes. Functions follow from logical lines and their indentation. The scanner knows
// strings of all kinds, comments, brackets and indentation; it does not know expressions, so it accepts all valid scripts and
// some that are not.
package gdscript
