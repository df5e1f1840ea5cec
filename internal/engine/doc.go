// Package engine says what training is asked for, whatever carries it out.
//
// A Job is a configuration as the engines understand it: base, data, adapter, options. An Engine trains it; package native does so on the
// CPU. A Locator finds the directory of a base model by its name, a Base is such a directory opened: configuration, tokenizer, chat template
// and tensors.
//
// CheckOutput and Lock guard a directory that is to be written.
package engine
