// Package linguist knows languages by the names of files and their contents, and what in a repository was not written by hand.
//
// It is tables: extensions, file names and interpreters of the languages that people keep in repositories; folders and files that hold other people's
// code; remarks that programs leave in what they write. Names of languages are those of GitHub's linguist, such as "C++", "C#" and "GDScript".
// Where an extension stands for several languages that the domains take, expressions on the text decide; other extensions stand for the most
// common one.
package linguist
