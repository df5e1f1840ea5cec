package nn

import (
	"maps"
	"slices"
)

// Balance is the load-balancing loss of a model's routers (Fedus et al., 2021, as transformers sums it): over the tokens of all MoE layers
// together, E·Σ_e f_e·P_e with f_e the selections of expert e per token and P_e its mean probability. Each part of a batch, which is
// what one forward pass of the reference sees, has a loss of its own.
//
// The selections are constants, so that the gradient dp_e = Scale·E·f_e/N is known once every layer has been run forward.
type Balance struct {
	Scale float32 // of the gradient

	part   []int32 // (T) part of each token
	tokens []int   // of each part
	layers map[int]*counts
}

// counts is what one layer's router did.
type counts struct {
	experts  int
	selected []float64 // (parts, E)
	prob     []float64 // (parts, E) sums
}

// NewBalance starts a loss; part says which part each token belongs to.
func NewBalance(part []int32, scale float32) *Balance {
	b := &Balance{Scale: scale, part: part, layers: map[int]*counts{}}
	for _, p := range part {
		for int(p) >= len(b.tokens) {
			b.tokens = append(b.tokens, 0)
		}
		b.tokens[p]++
	}
	return b
}

// see notes what a layer's router does: probabilities (T, E), chosen experts (T, k). A layer that is run again replaces what it said.
func (b *Balance) see(c *Context, layer int, probs *Tensor, chosen []int32, k int) {
	n := &counts{experts: probs.Cols}
	n.selected, n.prob = make([]float64, len(b.tokens)*n.experts), make([]float64, len(b.tokens)*n.experts)
	for i, e := range chosen {
		n.selected[int(b.part[i/k])*n.experts+int(e)]++
	}
	c.Pool.Ranges(n.experts, columnChunk, func(_, lo, hi int) {
		var row [columnChunk]float32
		for i := range probs.Rows {
			probs.Read(row[:hi-lo], i, lo)
			sum := n.prob[int(b.part[i])*n.experts+lo:]
			for j, v := range row[:hi-lo] {
				sum[j] += float64(v)
			}
		}
	})
	b.layers[layer] = n
}

// total sums what the layers saw, in the order of the layers.
func (b *Balance) total() counts {
	var sum counts
	for _, layer := range slices.Sorted(maps.Keys(b.layers)) {
		n := b.layers[layer]
		if sum.selected == nil {
			sum.experts = n.experts
			sum.selected, sum.prob = make([]float64, len(n.selected)), make([]float64, len(n.prob))
		}
		for i := range n.selected {
			sum.selected[i] += n.selected[i]
			sum.prob[i] += n.prob[i]
		}
	}
	return sum
}

// gradient is dp (parts, E), the same for every token of a part.
func (b *Balance) gradient() []float32 {
	sum := b.total()
	g := make([]float32, len(sum.selected))
	for i := range g {
		n := float64(b.tokens[i/sum.experts] * len(b.layers))
		g[i] = b.Scale * float32(float64(sum.experts)*sum.selected[i]/(n*n))
	}
	return g
}

// Loss is the mean of the parts' losses, without any coefficient.
func (b *Balance) Loss() float64 {
	sum := b.total()
	if len(b.tokens) == 0 || sum.experts == 0 {
		return 0
	}
	var loss float64
	for i := range sum.selected {
		n := float64(b.tokens[i/sum.experts] * len(b.layers))
		loss += float64(sum.experts) * sum.selected[i] / n * sum.prob[i] / n
	}
	return loss / float64(len(b.tokens))
}
