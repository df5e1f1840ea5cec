// Package run keeps what any engine leaves of a run in its directory: run.json with the identity of the run, by which another run in the same
// directory is refused and the same one continues, and the model card.
package run
