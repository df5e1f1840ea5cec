package model

import (
	"fmt"
	"strings"

	"graft/internal/nn"
)

// LayerKinds tells which layers of m are alike: for each layer the first one with the same mixer, projections of the same names and shapes, and the
// same mark on each of them.
func LayerKinds(m Model, mark func(s *Slot) int) []int {
	keys := make([][]byte, m.Layers())
	for i, t := range m.Config().LayerTypes {
		keys[i] = append(keys[i], t...)
	}
	for _, s := range m.Slots() {
		in, out := s.Base.Dims()
		keys[s.Layer] = fmt.Appendf(keys[s.Layer], ";%s %s %d %d %d", s.Kind, s.Name[strings.LastIndexByte(s.Name, '.')+1:], in, out, mark(s))
	}
	kinds, first := make([]int, len(keys)), map[string]int{}
	for i, k := range keys {
		if _, ok := first[string(k)]; !ok {
			first[string(k)] = i
		}
		kinds[i] = first[string(k)]
	}
	return kinds
}

// CountBatch is a batch of so many tokens, in sequences of the given length, for a context that only counts.
func CountBatch(tokens, length int) *Batch {
	b := &Batch{IDs: make([]int32, tokens), Pos: make([]int32, tokens)}
	for at := 0; at < tokens; at += max(length, 1) {
		b.Segs = append(b.Segs, nn.Segment{Start: at, End: min(at+length, tokens)})
	}
	return b
}

// CountForward is the memory in bytes that a pass of tokens without gradients takes at its fullest, logits left out, and, where tokens are generated
// (cached), the memory of the cache with it. c only counts; of the layers only those are run that are the first of their kind.
func CountForward(c *nn.Context, m Model, kinds []int, tokens int, cached bool) int {
	b := CountBatch(tokens, tokens)
	if cached {
		b.Cache = NewCache(c, m, tokens)
	}
	x := c.New(tokens, m.Config().HiddenSize)
	for i, first := range kinds {
		if i == first {
			t := c.NewTape(false)
			m.Layer(i, t, t.Leaf(x.Share(), false), b)
			t.Free()
		}
	}
	x.Free()
	return c.Arena.Peak()
}
