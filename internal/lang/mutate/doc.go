// Package mutate breaks code in one small place, as people do: a comparison that is off, two arguments the wrong way round.
//
// An [Edit] is one such change, with its [Kind]. Edits are found among tokens, not in a syntax tree, so that one package serves
// Lua, C, C++ and GDScript; what they make of valid code is nearly always valid code too, and the caller asks a syntax gate.
// Strings, comments and preprocessor lines are never touched.
package mutate
