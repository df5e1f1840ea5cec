// Package mem allocates the large buffers of a training step outside Go's heap, and reports memory and disk space of the machine.
//
// An Arena maps slabs from the operating system and allocates Blocks in them, best fit first. A step frees what it allocated, so that
// from the second step on no slab is added, whatever the lengths of its sequences. The garbage collector neither scans this memory nor
// counts it.
package mem

import (
	"fmt"
	"sort"
	"sync"
	"unsafe"
)

const (
	align   = 64       // a cache line and a ZMM register
	slab    = 32 << 20 // smallest request to the operating system
	maxSize = 1 << 46  // a larger request is an overflow in the caller
)

// Block is one buffer. Its content is arbitrary until written.
type Block struct {
	data  []byte // nil in an arena that only counts
	size  int    // bytes allocated, a multiple of align
	arena *Arena
	slab  int
	off   int
}

// Arena is a set of slabs. It may be used from several goroutines.
type Arena struct {
	mu     sync.Mutex
	slabs  [][]byte
	free   []span // sorted by slab, then offset; neighbours are never adjacent
	inUse  int
	peak   int
	total  int
	poison bool
	counts bool
	widest int // largest block that was requested
}

type span struct{ slab, off, size int }

// New returns an empty arena.
func New() *Arena { return &Arena{} }

// NewCounter returns an arena that only counts: its blocks have no content and their views are nil.
func NewCounter() *Arena { return &Arena{counts: true} }

// Counts reports whether the arena only counts.
func (a *Arena) Counts() bool { return a.counts }

// SetPoison makes the arena fill every block with NaN patterns when it is allocated and when it is freed, so that tests find reads of stale memory.
func (a *Arena) SetPoison(on bool) { a.poison = on }

// Bytes allocates a block of n bytes, aligned to 64.
func (a *Arena) Bytes(n int) *Block {
	if n < 0 || n > maxSize {
		panic(fmt.Sprintf("mem: request for %d bytes", n))
	}
	size := max((n+align-1)/align*align, align)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.inUse += size
	a.peak = max(a.peak, a.inUse)
	if a.counts {
		a.widest = max(a.widest, size)
		return &Block{size: size, arena: a}
	}
	s := a.take(size)
	b := &Block{data: a.slabs[s.slab][s.off : s.off+n : s.off+size], size: size, arena: a, slab: s.slab, off: s.off}
	a.spoil(b)
	return b
}

// F32 allocates a block of n float32.
func (a *Arena) F32(n int) *Block { return a.Bytes(4 * n) }

// U16 allocates a block of n uint16, the bits of bfloat16.
func (a *Arena) U16(n int) *Block { return a.Bytes(2 * n) }

// F32 views the block as float32.
func (b *Block) F32() []float32 {
	if len(b.data) == 0 {
		return nil
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(b.data))), len(b.data)/4)
}

// U16 views the block as uint16.
func (b *Block) U16() []uint16 {
	if len(b.data) == 0 {
		return nil
	}
	return unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(b.data))), len(b.data)/2)
}

// Raw views the block as bytes.
func (b *Block) Raw() []byte { return b.data }

// Free returns the block to the arena. Its views must not be used any more. Freeing nil is allowed, freeing twice panics.
func (b *Block) Free() {
	if b == nil {
		return
	}
	a := b.arena
	if a == nil {
		panic("mem: block freed twice")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.inUse -= b.size
	if !a.counts {
		a.spoil(b)
		a.give(span{b.slab, b.off, b.size})
	}
	*b = Block{}
}

// InUse is the number of bytes in live blocks.
func (a *Arena) InUse() int { return a.stat(&a.inUse) }

// Peak is the largest value that InUse has had.
func (a *Arena) Peak() int { return a.stat(&a.peak) }

// Reserved is the number of bytes mapped from the operating system.
func (a *Arena) Reserved() int { return a.stat(&a.total) }

func (a *Arena) stat(p *int) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return *p
}

// Release unmaps all slabs. No block may be live.
func (a *Arena) Release() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.inUse != 0 {
		panic(fmt.Sprintf("mem: %d bytes still in use at release", a.inUse))
	}
	for _, s := range a.slabs {
		unmap(s)
	}
	a.slabs, a.free, a.total = nil, nil, 0
}

// take (the caller holds mu) finds the smallest free span that fits and cuts size bytes from its start; without one it maps a new slab.
func (a *Arena) take(size int) span {
	best := -1
	for i, s := range a.free {
		if s.size >= size && (best < 0 || s.size < a.free[best].size) {
			best = i
		}
	}
	if best < 0 {
		n := max(slab, (size+slab-1)/slab*slab)
		a.slabs = append(a.slabs, reserve(n))
		a.total += n
		a.free = append(a.free, span{len(a.slabs) - 1, 0, n})
		best = len(a.free) - 1
	}
	s := a.free[best]
	if s.size == size {
		a.free = append(a.free[:best], a.free[best+1:]...)
	} else {
		a.free[best].off += size
		a.free[best].size -= size
	}
	return span{s.slab, s.off, size}
}

// give inserts a free span in order and joins it with its neighbours.
func (a *Arena) give(s span) {
	i := sort.Search(len(a.free), func(i int) bool {
		f := a.free[i]
		return f.slab > s.slab || f.slab == s.slab && f.off > s.off
	})
	if i > 0 && a.free[i-1].slab == s.slab && a.free[i-1].off+a.free[i-1].size == s.off {
		i--
		a.free[i].size += s.size
	} else {
		a.free = append(a.free, span{})
		copy(a.free[i+1:], a.free[i:])
		a.free[i] = s
	}
	if i+1 < len(a.free) && a.free[i+1].slab == s.slab && a.free[i].off+a.free[i].size == a.free[i+1].off {
		a.free[i].size += a.free[i+1].size
		a.free = append(a.free[:i+1], a.free[i+2:]...)
	}
}

// spoil fills b with 0xff, a NaN as float32 and as bfloat16.
func (a *Arena) spoil(b *Block) {
	if !a.poison {
		return
	}
	all := b.data[:b.size]
	all[0] = 0xff
	for n := 1; n < len(all); n *= 2 {
		copy(all[n:], all[:n])
	}
}
