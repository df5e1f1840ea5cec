// Package block cuts source code of many languages into functions and their statements, without a grammar of any of them.
//
// A [Syntax] is what has to be known of a language: how comments and strings are written, which words begin functions and classes, and whether
// braces, indentation or the word end closes a block. [Parse] returns the [Function]s of a text, and where comments and strings stand. It says nothing
// about whether code is valid: what does not fit together is left out.
package block
