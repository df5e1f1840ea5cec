// Package safetensors reads and writes the safetensors container: named arrays behind a JSON header.
//
// A file is eight bytes of header length (little-endian), the header, and the data. The header maps each tensor's name to its
// dtype, shape and byte range in the data; the key __metadata__ holds free text. A File is one such file, memory-mapped. A
// large model is split into shards beside an index, model.safetensors.index.json, which says which shard holds which tensor;
// a Set is all of them read as one.
//
// Everything in a header is checked before any of it is used: a File that opened can be read to its last byte. What can still
// go wrong is the file shrinking while it is mapped, which the operating system answers with SIGBUS.
//
// The package knows no tensor names and converts no elements.
package safetensors
