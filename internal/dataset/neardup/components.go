package neardup

import (
	"cmp"
	"slices"
)

// Components returns, for each document, the first document of its component.
func (x *Index) Components() []int {
	forests := make([]classes, x.pool.Workers())
	for w := range forests {
		forests[w] = newForest(len(x.sets))
	}
	x.join(forests)
	all := forests[0].(forest)
	for _, f := range forests[1:] {
		for doc := range x.sets {
			all.match(all.of(int32(doc)), all.of(f.of(int32(doc))))
		}
	}
	first := make([]int, len(x.sets))
	for doc := range first {
		first[doc] = int(all.of(x.same[doc]))
	}
	return first
}

// A forest holds for each document another one of its component, itself at the root: the first of the component.
type forest []int32

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = int32(i)
	}
	return f
}

func (f forest) of(doc int32) int32 {
	for f[doc] != doc {
		f[doc] = f[f[doc]]
		doc = f[doc]
	}
	return doc
}

func (f forest) match(a, b int32) {
	a, b = f.of(a), f.of(b)
	f[max(a, b)] = min(a, b)
}

// A Pair is two documents, A before B.
type Pair struct{ A, B int }

// Crossing returns pairs of near duplicates that lie in different groups; group[i] is that of document i. It is empty exactly
// if there is no such pair; of documents with the same shingles it may name one for all.
func (x *Index) Crossing(group []int) []Pair {
	found := make([]classes, x.pool.Workers())
	for w := range found {
		found[w] = &crossing{group: group, pairs: map[Pair]bool{}}
	}
	x.join(found)
	all := found[0].(*crossing)
	for _, f := range found[1:] {
		for p := range f.(*crossing).pairs {
			all.pairs[p] = true
		}
	}
	for doc, first := range x.same {
		if group[doc] != group[first] {
			all.match(first, int32(doc))
		}
	}
	pairs := make([]Pair, 0, len(all.pairs))
	for p := range all.pairs {
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, func(p, q Pair) int { return cmp.Or(cmp.Compare(p.A, q.A), cmp.Compare(p.B, q.B)) })
	return pairs
}

// crossing collects pairs of different groups.
type crossing struct {
	group []int
	pairs map[Pair]bool
}

func (c *crossing) of(doc int32) int32 { return int32(c.group[doc]) }

func (c *crossing) match(a, b int32) { c.pairs[Pair{int(min(a, b)), int(max(a, b))}] = true }
