// Package quant holds the quantised formats of weights.
//
// A block is a run of consecutive elements that share a scale. NF4 is the 4-bit format of QLoRA as bitsandbytes stores it: each
// element is one of sixteen levels, four bits, times the block's absmax, its largest magnitude. Absmaxes are float32, or, doubly
// quantised, 8-bit codes of a dynamic map with a float32 scale per block of 256 and a common offset. An NF4 value is a whole
// matrix of that; a Codec is a format cut down to its blocks, a row of a table that the conformance kit quanttest runs through.
//
// The arithmetic follows bitsandbytes 0.50.2 (its CPU back end) to the bit. Decoding here is the reference for the kernels.
package quant
