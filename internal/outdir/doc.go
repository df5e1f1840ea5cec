// Package outdir guards a directory that a command writes into: Check finds out beforehand whether it can be written, Lock keeps other
// processes out while it is.
package outdir
