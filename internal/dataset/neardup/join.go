package neardup

import (
	"cmp"
	"slices"
)

const (
	parts   = 512 // into which the lists of shingles are divided, each a task
	direct  = 96  // documents of a list that are compared pair by pair rather than divided further
	deepest = 4   // shared shingles by which documents are divided
)

// A posting records that a document has a shingle.
type posting struct {
	key uint64
	doc int32
	at  int32 // place of the shingle in the document's set
}

// classes divides documents into classes while near duplicates are looked for. Pairs of one class are of no interest.
type classes interface {
	of(doc int32) int32
	match(a, b int32) // two documents of different classes are near duplicates
}

// join gives to the classes, one of which each worker has, every pair of near duplicates that is of interest, some of them
// repeatedly. Of documents with the same set only the first takes part.
func (x *Index) join(workers []classes) {
	lists := x.postings()
	x.pool.Run(len(lists), func(w, task int) {
		j := joiner{x, workers[w]}
		j.lists(lists[task], 1)
		lists[task] = nil // gives the memory back as early as possible
	})
}

// prefix returns how many of a set's n first shingles must be looked at to find level shared ones.
func (x *Index) prefix(n, level int) int {
	return max(0, min(n, n-x.needed(n)+level))
}

// postings lists the shingles by which documents can be found, divided by hash. A shingle that occurs once is of no use.
func (x *Index) postings() [][]posting {
	tasks := (len(x.sets) + docsPerTask - 1) / docsPerTask
	each := func(task int, do func(part int, p posting)) {
		lo, hi := task*docsPerTask, min((task+1)*docsPerTask, len(x.sets))
		for i, set := range x.sets[lo:hi] {
			for at, key := range set[:x.prefix(len(set), 1)] {
				if !alone(key) {
					do(int(key%parts), posting{key, int32(lo + i), int32(at)})
				}
			}
		}
	}
	counts := make([][parts]int, tasks)
	x.pool.Run(tasks, func(_, task int) {
		each(task, func(part int, _ posting) { counts[task][part]++ })
	})
	var starts [parts + 1]int
	total := 0
	for part := range parts {
		starts[part] = total
		for task := range counts {
			counts[task][part], total = total, total+counts[task][part]
		}
	}
	starts[parts] = total
	all := make([]posting, total)
	x.pool.Run(tasks, func(_, task int) {
		next := &counts[task]
		each(task, func(part int, p posting) {
			all[next[part]] = p
			next[part]++
		})
	})
	lists := make([][]posting, parts)
	for part := range lists {
		lists[part] = all[starts[part]:starts[part+1]]
	}
	return lists
}

// A joiner compares the documents that share shingles.
type joiner struct {
	*Index
	classes classes
}

// lists groups postings by shingle and treats each group. The documents of a group share level shingles.
func (j *joiner) lists(all []posting, level int) {
	slices.SortFunc(all, func(a, b posting) int {
		if a.key != b.key {
			return cmp.Compare(a.key, b.key)
		}
		if c := cmp.Compare(len(j.sets[a.doc]), len(j.sets[b.doc])); c != 0 {
			return c
		}
		return cmp.Compare(a.doc, b.doc)
	})
	for start := 0; start < len(all); {
		end := start + 1
		for end < len(all) && all[end].key == all[start].key {
			end++
		}
		j.list(all[start:end], level)
		start = end
	}
}

// list compares the documents of one list, which are ordered by size.
func (j *joiner) list(l []posting, level int) {
	if j.uniform(l) {
		return
	}
	if len(l) <= direct || level == deepest {
		j.pairs(l, l)
		return
	}
	for i := range l[1:] { // a cheap way to find most of a large component
		j.compare(l[i].doc, l[i+1].doc)
	}
	if j.uniform(l) {
		return
	}
	small := 0 // documents that may share no further shingle with similar ones
	for small < len(l) && j.needed(len(j.sets[l[small].doc])) <= level {
		small++
	}
	j.pairs(l[:small], l)
	j.lists(j.divide(l[small:], level), level+1)
}

// divide lists by what else the documents of a list can be found.
func (j *joiner) divide(l []posting, level int) []posting {
	var next []posting
	for _, p := range l {
		set := j.sets[p.doc]
		first := int(p.at) + 1
		for i, key := range set[first:max(first, j.prefix(len(set), level+1))] {
			if !alone(key) {
				next = append(next, posting{key, p.doc, int32(first + i)})
			}
		}
	}
	return next
}

// uniform reports whether all documents of a list are of one class.
func (j *joiner) uniform(l []posting) bool {
	if len(l) == 0 {
		return true
	}
	class := j.classes.of(l[0].doc)
	for _, p := range l[1:] {
		if j.classes.of(p.doc) != class {
			return false
		}
	}
	return true
}

// pairs compares each document of some, which is the beginning of l, with all that follow it in l.
func (j *joiner) pairs(some, l []posting) {
	for i, a := range some {
		if len(l) > direct && j.uniform(l[i:]) {
			return
		}
		n := len(j.sets[a.doc])
		for _, b := range l[i+1:] {
			if j.needed(len(j.sets[b.doc])) > n {
				break // too large to be similar, and so are all that follow
			}
			j.compare(a.doc, b.doc)
		}
	}
}

func (j *joiner) compare(a, b int32) {
	if j.classes.of(a) != j.classes.of(b) && j.similar(j.sets[a], j.sets[b]) {
		j.classes.match(a, b)
	}
}
