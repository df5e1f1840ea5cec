// Package custom is the domain of code in any of a number of languages, chosen by the globs of dataset.include.
//
// The language of a file is what linguist finds. C and C++ are cut into functions by the scanner of package cpp, which takes macros as they
// are; the others by package block. A file in a language that neither knows is refused by name. A function whose brackets do not fit is left out,
// and nothing is claimed about the validity of the others.
package custom
