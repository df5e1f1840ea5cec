// Package fault holds the kinds of errors that the program's exit code depends on.
//
// An input error is about what the user gave: configuration, data, folders, an account. A gate error refuses work that could be done but would
// mislead, such as training on held-out records. A [KeyError] is an input error about one configuration key. Marking an error with its kind
// leaves its text as it is; errors.Is finds the kind through any wrapping. After an error of either kind nothing has been written.
package fault
