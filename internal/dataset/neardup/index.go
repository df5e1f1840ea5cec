package neardup

import (
	"math"
	"slices"

	"graft/internal/parallel"
)

// docsPerTask is how many documents one task takes.
const docsPerTask = 512

// An Index holds the shingles of documents. Documents are numbered in the order in which they were given.
type Index struct {
	threshold float64
	pool      *parallel.Pool
	sets      [][]uint64 // of each document, keys in ascending order; nil if an earlier document has the same set
	same      []int32    // of each document, the first one with the same set
}

// New reads the documents. Two of them are near duplicates from a similarity of threshold, which is in (0, 1], on. The work is
// spread over pool, which may be nil; results do not depend on it.
func New(docs []string, threshold float64, pool *parallel.Pool) *Index {
	x := &Index{threshold: threshold, pool: pool, sets: make([][]uint64, len(docs))}
	tasks := (len(docs) + docsPerTask - 1) / docsPerTask
	totals := make([]int, tasks)
	scratch := make([][]uint64, pool.Workers())
	pool.Run(tasks, func(w, task int) {
		lo, hi := task*docsPerTask, min((task+1)*docsPerTask, len(docs))
		all := scratch[w][:0]
		ends := make([]int, hi-lo)
		for i, doc := range docs[lo:hi] {
			all = appendShingles(all, doc)
			ends[i] = len(all)
		}
		scratch[w] = all
		all = slices.Clone(all) // without the room that append left
		start := 0
		for i, end := range ends {
			x.sets[lo+i] = all[start:end:end]
			start = end
		}
		totals[task] = len(all)
	})
	total := 0
	for _, n := range totals {
		total += n
	}
	x.order(total)
	x.findSame()
	return x
}

// order turns the hashes of each document into a set of keys.
func (x *Index) order(total int) {
	c := newCounter(total)
	workers := x.pool.Workers()
	x.pool.Run(workers, func(_, part int) { // each counts what falls into its part of the table
		lo, hi := c.part(part, workers)
		for _, set := range x.sets {
			for _, hash := range set {
				c.add(hash, lo, hi)
			}
		}
	})
	x.pool.Ranges(len(x.sets), docsPerTask, func(_, lo, hi int) {
		for i, set := range x.sets[lo:hi] {
			for j, hash := range set {
				set[j] = c.key(hash)
			}
			slices.Sort(set)
			x.sets[lo+i] = slices.Compact(set)
		}
	})
}

// findSame leaves one of the documents with the same set, so that copies cost nothing later on.
func (x *Index) findSame() {
	hashes := make([]uint64, len(x.sets))
	x.pool.Ranges(len(x.sets), docsPerTask, func(_, lo, hi int) {
		for i, set := range x.sets[lo:hi] {
			hashes[lo+i] = hashSet(set)
		}
	})
	x.same = make([]int32, len(x.sets))
	first := make(map[uint64]int32, len(x.sets))
	for i, set := range x.sets {
		x.same[i] = int32(i)
		j, seen := first[hashes[i]]
		switch {
		case !seen:
			first[hashes[i]] = int32(i)
		case slices.Equal(x.sets[j], set):
			x.same[i], x.sets[i] = j, nil
		}
	}
}

func hashSet(set []uint64) uint64 {
	h := uint64(len(set))
	for _, key := range set {
		h = mix(h*multiplier + key)
	}
	return h
}

// Similarity returns the Jaccard similarity of two documents. Documents without a token are similar to each other only.
func (x *Index) Similarity(a, b int) float64 {
	sa, sb := x.sets[x.same[a]], x.sets[x.same[b]]
	if x.same[a] == x.same[b] {
		return 1
	}
	shared := intersect(sa, sb, 0)
	return float64(shared) / float64(len(sa)+len(sb)-shared)
}

// similar reports whether two documents with different sets reach the threshold.
func (x *Index) similar(a, b []uint64) bool {
	shared := intersect(a, b, x.needed(max(len(a), len(b))))
	return shared > 0 && float64(shared)/float64(len(a)+len(b)-shared) >= x.threshold
}

// needed returns how many shingles a set of size n shares at least with any that is similar and not larger.
func (x *Index) needed(n int) int {
	const rounding = 1e-9 // the product may come out a little too large
	return int(math.Ceil(x.threshold*float64(n) - rounding))
}

// intersect counts what two ascending sets share, or gives up with 0 once it cannot be needed or more.
func intersect(a, b []uint64, needed int) int {
	i, j, shared := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			shared++
			i++
			j++
			continue
		case a[i] < b[j]:
			i++
		default:
			j++
		}
		if shared+min(len(a)-i, len(b)-j) < needed {
			return 0
		}
	}
	return shared
}
