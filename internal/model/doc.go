// Package model builds decoders from a checkpoint and runs them forward.
//
// An Arch is one architecture: the class names it answers to and how to build it from a weights.Config and a Builder. What it builds is a
// Model, whose file (qwen2, qwen3, …) holds the forward pass only; gradients come from the operations of package nn. A Slot is one linear
// projection by its module path, the place where an adapter goes in; the model file never mentions adapters or quantisation.
//
// Tokens of all sequences stand one after another in a Batch; each sequence is a Segment that attention does not leave.
package model
