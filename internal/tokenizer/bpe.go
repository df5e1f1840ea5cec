package tokenizer

import (
	"hash/maphash"
	"slices"
	"sync/atomic"
)

// bpe turns words into ids.
type bpe struct {
	*vocab
	merges       *mergeTable
	bytes        [256]int32 // the id of the piece that is this one byte, or -1
	unk          int32      // stands for a byte without a piece; when it is -1, such bytes are dropped
	fuseUnk      bool       // one unk for adjacent such bytes
	ignoreMerges bool       // a word that is a piece is not put together from merges
	cache        wordCache
}

// init fills what follows from the pieces.
func (b *bpe) init() {
	for c := range b.bytes {
		id, ok := b.find([]byte{byte(c)}, false)
		if !ok {
			id = -1
		}
		b.bytes[c] = id
	}
	b.cache = wordCache{maphash.MakeSeed(), make([]atomic.Pointer[cacheEntry], cacheSlots)}
}

// shortWord is the number of bytes up to which the simple merge loop is the faster one.
const shortWord = 32

// work is the memory that encoding a word needs.
type work struct {
	ids   []int32
	pairs []pairMerge // the merge of ids[i] and ids[i+1]
	long  longWord
	words [2][]string // of two steps of pre-tokenization
	raw   []byte
}

type pairMerge struct {
	rank uint32
	id   int32
}

// appendWord appends the ids of a word, which is not empty.
func (b *bpe) appendWord(dst []int32, word string, w *work) []int32 {
	if len(word) == 1 && b.bytes[word[0]] >= 0 {
		return append(dst, b.bytes[word[0]])
	}
	if len(word) > maxCached {
		return b.mergeWord(dst, word, w)
	}
	slot := b.cache.slot(word)
	if e := slot.Load(); e != nil && string(e.text[:e.size]) == word {
		return append(dst, e.ids[:e.count]...)
	}
	from := len(dst)
	dst = b.mergeWord(dst, word, w)
	if len(dst)-from <= maxCachedIDs {
		slot.Store(newCacheEntry(word, dst[from:]))
	}
	return dst
}

// mergeWord is appendWord without the cache.
func (b *bpe) mergeWord(dst []int32, word string, w *work) []int32 {
	if b.ignoreMerges {
		w.raw = append(w.raw[:0], word...)
		if id, ok := b.find(w.raw, false); ok {
			return append(dst, id)
		}
	}
	w.ids = b.appendBytes(w.ids[:0], word)
	if len(w.ids) <= shortWord {
		return append(dst, b.mergeShort(w)...)
	}
	return w.long.merge(dst, w.ids, b.merges)
}

// appendBytes appends the ids of the single bytes of a word.
func (b *bpe) appendBytes(ids []int32, word string) []int32 {
	unknown := false // was the byte before without a piece?
	for i := range len(word) {
		id := b.bytes[word[i]]
		if id >= 0 {
			ids = append(ids, id)
			unknown = false
			continue
		}
		if b.unk >= 0 && (!unknown || !b.fuseUnk) {
			ids = append(ids, b.unk)
		}
		unknown = true
	}
	return ids
}

// mergeShort merges w.ids in place. Its cost is quadratic, with a small constant.
func (b *bpe) mergeShort(w *work) []int32 {
	ids := w.ids
	w.pairs = slices.Grow(w.pairs[:0], len(ids))
	pairs := w.pairs[:max(len(ids)-1, 0)]
	for i := range pairs {
		pairs[i].rank, pairs[i].id = b.merges.find(ids[i], ids[i+1])
	}
	for {
		best, at := uint32(noMerge), 0
		for i := range pairs {
			if pairs[i].rank < best {
				best, at = pairs[i].rank, i
			}
		}
		if best == noMerge {
			return ids
		}
		ids[at] = pairs[at].id
		ids = slices.Delete(ids, at+1, at+2)
		pairs = slices.Delete(pairs, at, at+1)
		if at > 0 {
			pairs[at-1].rank, pairs[at-1].id = b.merges.find(ids[at-1], ids[at])
		}
		if at < len(pairs) {
			pairs[at].rank, pairs[at].id = b.merges.find(ids[at], ids[at+1])
		}
	}
}

// longWord merges a word of n ids in O(n log n): a linked list of the ids and a heap of the merges that apply.
type longWord struct {
	next, prev []int32  // places of the neighbours, -1 at the ends
	heap       []uint64 // rank and place of the left id, the smallest at 0
}

func (l *longWord) merge(dst, ids []int32, t *mergeTable) []int32 {
	l.link(len(ids))
	for i := range len(ids) - 1 {
		if rank, _ := t.find(ids[i], ids[i+1]); rank != noMerge {
			l.heap = append(l.heap, uint64(rank)<<32|uint64(i))
		}
	}
	for i := len(l.heap)/2 - 1; i >= 0; i-- {
		l.down(i)
	}
	for len(l.heap) > 0 {
		top := l.pop()
		l.join(ids, t, int32(top), uint32(top>>32))
	}
	for i := int32(0); i >= 0; i = l.next[i] {
		dst = append(dst, ids[i])
	}
	return dst
}

func (l *longWord) link(n int) {
	l.next = slices.Grow(l.next[:0], n)[:n]
	l.prev = slices.Grow(l.prev[:0], n)[:n]
	l.heap = l.heap[:0]
	for i := range n {
		l.next[i], l.prev[i] = int32(i+1), int32(i-1)
	}
	l.next[n-1] = -1
}

// join does the merge of the id at i with the next one, unless the two are no longer those it was meant for. Places that
// are merged away get the id -1.
func (l *longWord) join(ids []int32, t *mergeTable, i int32, rank uint32) {
	right := l.next[i]
	if ids[i] < 0 || right < 0 {
		return
	}
	now, id := t.find(ids[i], ids[right])
	if now != rank {
		return
	}
	ids[i], ids[right] = id, -1
	next := l.next[right]
	l.next[i] = next
	if next >= 0 {
		l.prev[next] = i
		l.push(ids, t, i, next)
	}
	if prev := l.prev[i]; prev >= 0 {
		l.push(ids, t, prev, i)
	}
}

// push adds the merge of the ids at two adjacent places, if there is one.
func (l *longWord) push(ids []int32, t *mergeTable, left, right int32) {
	rank, _ := t.find(ids[left], ids[right])
	if rank == noMerge {
		return
	}
	h := append(l.heap, uint64(rank)<<32|uint64(left))
	l.heap = h
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if h[up] <= h[i] {
			break
		}
		h[up], h[i] = h[i], h[up]
		i = up
	}
}

func (l *longWord) pop() uint64 {
	top, last := l.heap[0], len(l.heap)-1
	l.heap[0] = l.heap[last]
	l.heap = l.heap[:last]
	l.down(0)
	return top
}

func (l *longWord) down(i int) {
	h := l.heap
	for {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if child+1 < len(h) && h[child+1] < h[child] {
			child++
		}
		if h[i] <= h[child] {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}

// wordCache remembers the ids of words. Each word has one slot, which the last word to come keeps, so that its size is
// bounded and reading needs no lock.
type wordCache struct {
	seed  maphash.Seed
	slots []atomic.Pointer[cacheEntry] // cacheSlots of them
}

const (
	cacheSlots   = 1 << 16
	maxCached    = 30 // bytes
	maxCachedIDs = 8
)

// cacheEntry fills one cache line.
type cacheEntry struct {
	text  [maxCached]byte
	size  uint8
	count uint8
	ids   [maxCachedIDs]int32
}

func newCacheEntry(word string, ids []int32) *cacheEntry {
	e := &cacheEntry{size: uint8(len(word)), count: uint8(len(ids))}
	copy(e.text[:], word)
	copy(e.ids[:], ids)
	return e
}

func (c *wordCache) slot(word string) *atomic.Pointer[cacheEntry] {
	return &c.slots[maphash.String(c.seed, word)%cacheSlots]
}
