// Package source finds and fetches the source code that a dataset is built from.
//
// The nouns:
//
//   - A [Spec] is the value of dataset.raw: a folder, a git repository by its URL, or the word install.
//   - A [Checkout] is what git records about a folder: the commit it stands at and the URL it came from.
//   - The cache is a folder of checkouts below the user's cache directory, one for each commit that was fetched. A checkout
//     appears there whole or not at all.
//   - A [Machine] is what the standard places of a system depend on. Tests make their own.
//   - A library is a folder in which Steam installs games.
//
// Reading a checkout runs nothing: the files below .git are parsed here. Fetching runs the user's git with the protocols https, ssh
// and file, without hooks, submodules and questions, and is done only for a URL that the user has named.
package source
