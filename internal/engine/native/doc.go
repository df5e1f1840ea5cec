// Package native trains on the CPU with graft's own kernels.
//
// It turns a Job into a run: opens the base, reads and masks the data, checks memory, disk and the output directory before any work, loads the
// model, attaches the adapter, trains, and leaves the files of a run: adapter, metrics, run.json, model card, checkpoints.
package native
