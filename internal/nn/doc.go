// Package nn holds the operations of a transformer, forward and backward side by side, one per file.
//
// A Tensor is a matrix of activations (T, C): T tokens of all sequences of a step one after another without padding, C channels, stored
// as float32 or bfloat16. A Value is a Tensor that a computation made and, in a backward pass, its gradient. A Tape records what was
// computed and walks it back; operations are coarse and fused, and each of them is one function: formula, result, gradient.
//
// Memory: a Value's data is freed as soon as its own backward step is over. Cheap results (norms, rotations, activations) can be dropped
// after the forward pass and are computed again when their gradient is due (Tape.Drop). A Tape without gradients frees everything but
// what Detach takes out.
//
// Weights are frozen: operations give gradients to activations only, and to the Params of an adapter, which is a Proj wrapped around a Linear.
package nn
