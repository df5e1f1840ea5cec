// Package native trains on the CPU with graft's own kernels, and opens and merges what was trained.
//
// It turns a Job into a run: opens the base, reads and masks the data, checks memory, disk and the output directory before any work, loads the
// model, attaches the adapter, trains, and leaves the files of a run: adapter, metrics, run.json, model card, checkpoints. A Loaded model is one to
// talk to or to measure, a Merge writes an adapter into its base and compares the two.
//
// An Estimate is what a run will take; a Placement, which all three share, is where the weights are meanwhile: in memory, or streamed.
package native
