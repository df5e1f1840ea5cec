// Package surface knows the names that an API offers, and finds names in code or prose that nothing defines.
//
// The nouns:
//
//   - A [Symbol] is one thing that the API offers: a class, a method, a constant, a macro.
//   - A [Surface] is the index of all symbols of a domain's API, built from files that the user has: Godot's extension_api.json
//     or class XML, the headers of FLECS and godot-cpp, the HTML documentation in an install of Avorion. It also holds what the
//     project defines by itself and what the standard library of the language brings. It records its version and its sources.
//   - A [Ref] is a place in a text that names something in the shape of an API: a member call, a prefixed name, a class. Refs
//     whose receiver has a declared type are looked up along the inheritance of that type; others by name alone.
//   - A [Rate] is how many refs of some code are unknown. That of trusted code is the floor below which no figure means anything.
//   - A [Control] is how many names that were made up from parts of real ones are noticed: the sensitivity of the index.
//
// Text is read with a lexer, not a parser: what does not parse has refs too. Every input is bounded before it is read.
package surface
