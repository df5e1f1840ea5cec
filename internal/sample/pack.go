package sample

import (
	"cmp"
	"slices"
)

// packBatch is how many samples are packed at a time: the default batch of datasets.Dataset.map, in which TRL packs.
const packBatch = 1000

// A Bin lists the samples of one packed row, in order.
type Bin []int

// Pack puts samples of the given lengths into bins of at most maxLength tokens, as TRL 1.16 does with packing strategy "bfd":
// batch by batch, longest first (samples of equal length in their order), each into the bin with the least space that holds
// it (of bins with equal space the one that has had it longest). Longer samples count as maxLength, empty ones are left out.
func Pack(lengths []int, maxLength int) []Bin {
	var bins []Bin
	for first := 0; first < len(lengths); first += packBatch {
		p := packer{maxLength: maxLength, waiting: map[int][]int{}, bins: bins}
		p.pack(first, lengths[first:min(first+packBatch, len(lengths))])
		bins = p.bins
	}
	return bins
}

// A packer fills the bins of one batch.
type packer struct {
	maxLength int
	bins      []Bin
	spaces    []int         // that some bin has left, ascending
	waiting   map[int][]int // bins by space left, first come first
}

// pack packs samples, whose numbers begin at first.
func (p *packer) pack(first int, lengths []int) {
	var order []int
	for i, n := range lengths {
		if n > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(min(lengths[b], p.maxLength), min(lengths[a], p.maxLength))
	})
	for _, i := range order {
		n := min(lengths[i], p.maxLength)
		bin, space := p.take(n)
		p.bins[bin] = append(p.bins[bin], first+i)
		p.put(bin, space-n)
	}
}

// take removes the best bin for n tokens from the waiting ones, or opens a new one, and returns its space.
func (p *packer) take(n int) (bin, space int) {
	at, _ := slices.BinarySearch(p.spaces, n)
	if at == len(p.spaces) {
		p.bins = append(p.bins, nil)
		return len(p.bins) - 1, p.maxLength
	}
	space = p.spaces[at]
	queue := p.waiting[space]
	if p.waiting[space] = queue[1:]; len(queue) == 1 {
		delete(p.waiting, space)
		p.spaces = slices.Delete(p.spaces, at, at+1)
	}
	return queue[0], space
}

// put lets a bin wait with the space it has left.
func (p *packer) put(bin, space int) {
	if space == 0 {
		return
	}
	if at, found := slices.BinarySearch(p.spaces, space); !found {
		p.spaces = slices.Insert(p.spaces, at, space)
	}
	p.waiting[space] = append(p.waiting[space], bin)
}
