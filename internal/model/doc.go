// Package model builds decoders from a checkpoint and runs them forward.
//
// An Arch is one architecture: the class names it answers to and how to build it from a weights.Config and a Builder, which loads tensors and
// gathers what is wrong with them. What it builds is a Model, run layer by layer; gradients come from the operations of package nn. All
// architectures so far are a Decoder, whose layers have two Parts each, a mixer of tokens and an MLP; their own packages (qwen2, qwen3, …) say
// which. A Slot is one linear projection by its module path, the place where an adapter goes in; a Part never mentions adapters or quantisation.
//
// Tokens of all sequences stand one after another in a Batch; each sequence is a Segment that attention does not leave. A Pager brings the layers
// of a model that is larger than memory from disk as they run, a Paged model does so by itself.
package model
