package neardup

import (
	"math/bits"

	"github.com/cespare/xxhash/v2"
)

// width is the number of tokens in a shingle.
const width = 5

// multiplier of the polynomial over the hashes of a shingle's tokens; any odd number with well mixed bits will do.
const multiplier = 0x9e3779b97f4a7c15

// leaving is multiplier to the power of width: what a token counts once it leaves the window.
var leaving = func() uint64 {
	p := uint64(1)
	for range width {
		p *= multiplier
	}
	return p
}()

// wordByte tells the bytes that belong to tokens. Bytes of characters beyond ASCII do.
var wordByte = func() (table [256]bool) {
	for b := range table {
		table[b] = b >= 0x80 || b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
	}
	return table
}()

// appendShingles appends the hashes of the shingles of a document, repeated ones repeatedly.
func appendShingles(dst []uint64, doc string) []uint64 {
	var window [width]uint64
	var sum uint64
	n := 0
	for i := 0; i < len(doc); {
		if !wordByte[doc[i]] {
			i++
			continue
		}
		start := i
		for i < len(doc) && wordByte[doc[i]] {
			i++
		}
		h := xxhash.Sum64String(doc[start:i])
		sum = sum*multiplier + h - leaving*window[n%width]
		window[n%width] = h
		if n++; n >= width {
			dst = append(dst, mix(sum))
		}
	}
	if n > 0 && n < width {
		dst = append(dst, mix(sum))
	}
	return dst
}

// mix spreads the bits of a polynomial, whose low bits depend on low bits alone (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// A counter estimates how often a shingle occurs. It may count too much, never too little.
type counter struct {
	counts []uint16
}

func newCounter(shingles int) counter {
	const most = 27 // 256 MiB
	return counter{make([]uint16, 1<<min(bits.Len(uint(shingles))+1, most))}
}

// part returns where one of several parts of the table begins and ends.
func (c counter) part(i, of int) (lo, hi uint64) {
	n := len(c.counts)
	return uint64(i * n / of), uint64((i + 1) * n / of)
}

// add counts a shingle if its place lies in [lo, hi).
func (c counter) add(hash, lo, hi uint64) {
	at := hash & uint64(len(c.counts)-1)
	if at-lo >= hi-lo {
		return
	}
	if n := &c.counts[at]; *n < 1<<16-1 {
		*n++
	}
}

// key makes a shingle's place in the order: how common it is, roughly, then its hash.
func (c counter) key(hash uint64) uint64 {
	n := uint64(c.counts[hash&uint64(len(c.counts)-1)])
	return rank(n)<<56 | hash>>8
}

// rank compresses a count to 8 bits: its magnitude and the four bits below the first.
func rank(n uint64) uint64 {
	size := bits.Len64(n)
	if size <= 5 {
		return n
	}
	return uint64(size-4)<<4 | n>>(size-5)&15
}

// alone reports whether the shingle of a key occurs in no other place.
func alone(key uint64) bool { return key>>56 <= 1 }
