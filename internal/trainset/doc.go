// Package trainset makes of a job's files the rows that any engine trains and evaluates on: records are read, rendered, masked, tokenised, packed
// and mixed. A held-out record that is trained on too is refused.
package trainset
