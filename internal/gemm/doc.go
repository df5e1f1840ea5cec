// Package gemm multiplies matrices of any storage format with the microkernels of package kernel.
//
// A Matrix decodes its rows to float32 on demand: float32 and bfloat16 memory and quantised weights are all operands.
// The left operand (activations, many rows) is packed once into a Left and used by every product that shares it; the right operand
// (weights) is decoded and packed block by block while it is multiplied, once per product, whatever the number of rows on the left. A product
// is a sum of Terms, Σ Left · Right: a base weight and its low-rank adapter are one product. Finished blocks of the result go to a Sink
// while they are hot in cache, which adds, scales, rounds or stores them.
//
// Letters: M rows and N columns of the result, K the inner dimension. Each element is the sum over k ascending, term after term,
// in float32, so that the bytes of a result depend neither on the blocking nor on the number of workers.
package gemm
