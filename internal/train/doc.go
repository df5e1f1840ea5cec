// Package train runs optimizer steps over an adapter.
//
// A Row is what a batch counts: one sample, or, packed, several documents that do not see each other. A step takes batch × accumulation
// rows, normalises the loss by all their trained tokens together (as TRL 1.16 does), and goes layer-major: every layer sees all the tokens
// of the step before the next one starts, so that a weight is read and decoded once forward and once backward per step. With gradient
// checkpointing only the inputs of the layers are kept and each layer runs again on the backward pass.
//
// A run is a function of its options, data and base: the order of rows, the masks of dropout and every sum are fixed, on any number
// of threads. State that is not on disk can be computed again from the step number, which is what makes resuming exact.
package train
