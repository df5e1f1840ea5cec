// Package base finds, opens and identifies base models, whatever is done with them.
//
// A [Locator] turns the name of a model (a directory, a hub id, a model inside the program) into its directory. A [Base] is such a directory
// opened: configuration, tokenizer, chat template and tensors. [Hash] and [HashTokenizer] identify what an adapter depends on.
package base
