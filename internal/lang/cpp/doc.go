// Package cpp finds function definitions in C and C++ without a compiler: no include path, no macro definitions, no types.
//
// It reads tokens, not a grammar, so code that macros make unreadable for a parser stays readable. A declaration is what lies
// between two semicolons, closing braces or labels outside of functions. At each opening brace the tokens before it decide
// whether it opens a namespace, a class, an initializer, a function or something unknown, which is skipped. Of preprocessor
// conditionals the first branch decides where brackets close; functions are found in the others too. What follows #if 0 is
// not read.
//
// Not found are functions whose definition is written by a macro, K&R definitions, and lambdas.
package cpp
