package native

import (
	"graft/internal/model"
	"graft/internal/weights"
)

// flopPerToken is the work of training on one token: forward, the gradient of the input, and forward again where layers are recomputed.
func (s *shape) flopPerToken() float64 {
	c := s.cfg
	sum, recomputed := 4*s.trained*float64(c.VocabSize)*float64(c.HiddenSize), 0.0
	for i := range c.Layers {
		again := 0.0
		if s.recomputed(i) {
			again = 1
			recomputed++
		}
		sum += (4+2*again)*float64(activeWeights(c, i)) - 2*again*float64(lastWeights(c, i))
		if c.LayerTypes[i] == weights.LinearAttention {
			sum += (3.4 + again) * deltaWork(c.DeltaNet)
			continue
		}
		seen := float64(s.sequence) / 2
		if w := float64(c.SlidingWindow); c.LayerTypes[i] == weights.SlidingAttention {
			seen = min(seen, w)
		}
		sum += (14 + 4*again) * seen * float64(c.Heads*c.HeadDim)
	}
	return sum + (6+2*recomputed/float64(c.Layers))*s.activeTrainable()
}

// activeWeights is the number of weights of a layer's projections that one token meets.
func activeWeights(c *weights.Config, i int) int {
	h := c.HiddenSize
	q, kv := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	n := h * (2*q + 2*kv)
	if c.OutputGate {
		n += h * q
	}
	if d := c.DeltaNet; c.LayerTypes[i] == weights.LinearAttention {
		values := d.ValueHeads * d.ValueHeadDim
		n = h * (2*d.KeyHeads*d.KeyHeadDim + 3*values + 2*d.ValueHeads)
	}
	if m := c.MoE; m.Sparse(i) {
		return n + h*m.Experts + 3*h*(m.PerToken*m.IntermediateSize+m.SharedIntermediate)
	}
	return n + 3*h*c.IntermediateSize
}

// lastWeights are those of them that make nothing but the layer's result, which is not computed again.
func lastWeights(c *weights.Config, i int) int {
	if m := c.MoE; m.Sparse(i) {
		return c.HiddenSize * (m.PerToken*m.IntermediateSize + m.SharedIntermediate)
	}
	return c.HiddenSize * c.IntermediateSize
}

// deltaWork is the work of the gated delta rule forward for a token, in chunks of 64 (formats.md, section 2).
func deltaWork(d *weights.DeltaNet) float64 {
	const chunk = 64
	k, v := float64(d.KeyHeadDim), float64(d.ValueHeadDim)
	return 2 * float64(d.ValueHeads) * (3*k*v + chunk*(k+v))
}

// activeTrainable is the number of adapter parameters that one token meets.
func (s *shape) activeTrainable() (n float64) {
	for _, r := range s.cover.Rows {
		share := 1.0
		if m := s.cfg.MoE; r.Kind == model.Expert && m != nil {
			share = float64(m.PerToken) / float64(m.Experts)
		}
		n += share * float64(r.Trainable)
	}
	return n
}
