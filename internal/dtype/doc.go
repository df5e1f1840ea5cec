// Package dtype names the element types of tensors and converts them to and from float32.
//
// A DType is one of the types a safetensors header can name and that fills whole bytes. Elements lie in memory little-endian,
// whatever the machine. The conversions here are the reference: short, exact, rounding half to even. The kernels that run in a
// training step are elsewhere and are compared with these.
package dtype
