// Package export turns a base model and an adapter into files that others serve.
//
// It decides first and writes later: a Plan lists every tensor of every output file and what becomes of it, checked against the adapter
// before a byte is written; the writer then goes through it with one tensor in memory at a time, into a directory aside that gets its name
// when all of it is on disk.
package export
