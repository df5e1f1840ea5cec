// Package linguist knows languages by the names of files and their contents, and what in a repository was not written by hand.
//
// It wraps go-enry, a port of GitHub's linguist; names of languages are those of linguist, such as "C++", "C#" and "GDScript".
package linguist
