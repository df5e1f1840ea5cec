// Package sample turns training records into the token sequences of a run, in TRL's way.
//
// A Sample is one record rendered, tokenized and cut to the length of the run, with a mark on each token that is trained. A
// Bin is what packing puts into one row: several samples, called its documents, that never see each other. An order is the
// sequence in which an epoch visits samples or bins.
package sample
