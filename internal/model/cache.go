package model

import (
	"graft/internal/nn"
	"graft/internal/weights"
)

// NewCache makes an empty cache of what the layers of m remember of one sequence of at most capacity tokens.
func NewCache(ctx *nn.Context, m Model, capacity int) *nn.Cache {
	c := m.Config()
	s := nn.NewCache(capacity)
	for _, l := range c.LayerTypes {
		if l == weights.LinearAttention {
			s.AddDeltaNet(ctx, deltaShape(c.DeltaNet))
		} else {
			s.AddAttention(ctx, c.KVHeads*c.HeadDim)
		}
	}
	return s
}
