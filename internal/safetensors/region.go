package safetensors

import (
	"cmp"
	"fmt"
	"os"
	"slices"
)

// A Region is a part of a file. Advice to it is one call for however many tensors it holds, and leaves no page between them behind.
type Region struct {
	file       *File
	begin, end int // of the file
}

// Size is the number of bytes.
func (r Region) Size() int { return r.end - r.begin }

// Advise tells the operating system what happens next to the region. WillNeed returns when the region is in memory, Evict when it is not;
// pages that the region shares with its neighbours are treated as its own.
func (r Region) Advise(a Advice) error {
	if r.begin == r.end {
		return nil
	}
	if err := advise(r.file.file, r.file.mapping, r.begin, r.end, a); err != nil {
		return fmt.Errorf("safetensors: %s: advice %d to bytes %d to %d: %w", r.file.path, a, r.begin, r.end, err)
	}
	return nil
}

// join sorts regions and makes one of those that touch.
func join(list []Region) []Region {
	slices.SortFunc(list, func(a, b Region) int { return cmp.Or(cmp.Compare(a.file.path, b.file.path), a.begin-b.begin) })
	out := list[:0]
	for _, r := range list {
		if n := len(out); n > 0 && out[n-1].file == r.file && out[n-1].end >= r.begin {
			out[n-1].end = max(out[n-1].end, r.end)
			continue
		}
		out = append(out, r)
	}
	return out
}

// advise covers all pages that hold a byte of [begin, end). Neighbours' bytes in them are read again when they are needed.
func advise(f *os.File, mapping []byte, begin, end int, a Advice) error {
	page := os.Getpagesize()
	begin, end = begin/page*page, min((end+page-1)/page*page, len(mapping))
	if a == WillNeed {
		return fetch(f, mapping, begin, end)
	}
	err := release(mapping[begin:end])
	if err == nil && a == Evict {
		err = evict(f, begin, end)
	}
	return err
}
