// Package neardup finds documents that are nearly the same, exactly: no pair is missed and none is guessed.
//
// A token is a run of letters, digits and underscores; punctuation and white space only separate tokens. A shingle is five
// tokens in a row (a document with fewer tokens has one shingle, of all of them). The similarity of two documents is the
// Jaccard similarity of their sets of shingles. Two documents are near duplicates if it reaches a threshold, and a component
// is a set of documents that near duplicates connect, directly or over others.
//
// Candidates come from prefix filtering (Bayardo, Ma, Srikant, "Scaling Up All Pairs Similarity Search", 2007; Xiao et al.,
// "Efficient Similarity Joins for Near-Duplicate Detection", 2011). All shingles are put into one order, rare ones first. If
// two documents have n shingles at most and reach the threshold t, they share at least t*n of them, so the i-th of the shared
// ones is among the first n - t*n + i of each document. It is therefore enough to compare documents that have one of their
// first, and rarest, shingles in common. Where a shingle is too common to be of help, its documents are divided further by a
// second shared shingle, then by a third: the same argument holds for these.
//
// Shingles are hashed to 56 bits. That two different ones of ten million fall together has a probability of 1 in 1400.
package neardup
