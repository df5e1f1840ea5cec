// Package gdscript is the domain of Godot projects written in GDScript 2.
//
// Package graft/internal/lang/gdscript parses the scripts, by the rules of the engine's own parser: what it refuses, the engine
// refuses. A piece of a script may also be statements of a body or branches of a match.
package gdscript
