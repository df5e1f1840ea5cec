// Package export writes checkpoints that others serve: a base model with an adapter merged into it, or quantised.
//
// It decides first and writes later. A Format, a row of a table, makes a Plan: every tensor of every output file and the Transform that makes it, before
// a byte is written. One writer carries any plan out, a tensor in memory at a time, in a hidden directory beside the output that gets the output's
// name when all of it is on disk. Interrupted at any instant, the next call continues with the files that are whole.
package export
