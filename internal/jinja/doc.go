// Package jinja interprets the Jinja2 template language as transformers runs it to render chat templates: an immutable sandbox
// with trim_blocks and lstrip_blocks, the loop control tags, the {% generation %} tag, and no HTML escaping. A template gives
// the same bytes, or the same Python exception class and message, as Jinja 3.1.6 under Python 3.11 and transformers 5.23.
//
// A template goes through four stages: a lexer cuts the text into tokens, a parser builds the tree, a resolver gives every
// name the place its value lives in (Jinja's scoping rules are decided before anything runs), and a runner walks the tree.
//
// A Value is one value of the language, with Python's semantics. A Span is the part of the output a {% generation %} block
// wrote. An Error carries the class and the message Python would have raised, and the line of the template.
//
// What a template can consume is bounded: the depth of calls and of nested syntax, the size of the output and of every range,
// and the total work. Blocks, includes, imports and inheritance have no meaning for a single file and are refused by Parse.
//
// The interpreter is ours because the libraries of Go that were tried render real chat templates otherwise than transformers does: they lack
// {% generation %}, Python's semantics of strings, numbers and errors, or the whitespace rules. make interop compares it with Jinja on the
// templates of public models. It leaves out what a chat template cannot use: blocks, inheritance, includes, imports, HTML escaping, extensions other than
// the two named above, and async.
package jinja
