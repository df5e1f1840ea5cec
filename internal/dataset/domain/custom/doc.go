// Package custom is the domain of code in any of a number of languages, chosen by the globs of dataset.include.
//
// The language of a file is what linguist says. C and C++ are cut into functions by the scanner of package cpp, which takes macros as they
// are; the others by the trees of package treesitter, with a table that says which nodes are functions, classes and so on. A file in a
// language without an entry in the table is refused by name. The trees only cut: a function that they mark as broken is left out, and
// nothing is claimed about the validity of the others.
package custom
