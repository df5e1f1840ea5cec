package model

import (
	"fmt"

	"graft/internal/gemm"
	"graft/internal/nn"
)

// SparseMLP is a mixture of experts: each token goes to its TopK most likely ones. Where the configuration has a shared expert, every token
// goes to that too, behind a gate of its own.
type SparseMLP struct {
	router         *Slot // (E, H)
	gate, up, down experts
	shared         *GatedMLP // nil without
	sharedGate     *Slot     // (1, H)
	opt            nn.Router
}

// NewSparseMLP loads the experts of a layer. Each expert is three projections of its own, as it is in the files of the hub.
func NewSparseMLP(b *Builder, layer int, prefix string) *SparseMLP {
	c, m := b.Config, b.Config.MoE
	s := &SparseMLP{
		router: b.PlainSlot(Router, layer, prefix+".gate", c.HiddenSize, m.Experts),
		opt:    nn.Router{TopK: m.PerToken, Normalize: m.NormTopK, Layer: layer},
	}
	for e := range m.Experts {
		mlp := newGatedMLP(b, Expert, layer, fmt.Sprintf("%s.experts.%d", prefix, e), m.IntermediateSize)
		s.gate, s.up, s.down = append(s.gate, mlp.gate), append(s.up, mlp.up), append(s.down, mlp.down)
	}
	if m.SharedIntermediate > 0 {
		s.shared = newGatedMLP(b, SharedExpert, layer, prefix+".shared_expert", m.SharedIntermediate)
		s.sharedGate = b.PlainSlot(SharedExpert, layer, prefix+".shared_expert_gate", c.HiddenSize, 1) // one row: 4 bits would save nothing
	}
	return s
}

// Apply runs the experts on x (T, H).
func (s *SparseMLP) Apply(t *nn.Tape, x *nn.Value, b *Batch) *nn.Value {
	opt := s.opt
	opt.Balance = b.Balance
	r := t.Route(s.router.Apply(t, x), opt)
	y := t.ExpertsOut(t.SwiGLUHalves(t.ExpertsIn(x, r, s.gate, s.up)), r, s.down)
	if s.shared == nil {
		return y
	}
	return t.Add(y, t.GateRows(s.shared.Apply(t, x, b), s.sharedGate.Apply(t, x)))
}

// experts is one projection of all experts.
type experts []*Slot

var _ nn.Experts = experts(nil)

// Dims gives the number of experts and the widths.
func (x experts) Dims() (n, in, out int) {
	in, out = x[0].Base.Dims()
	return len(x), in, out
}

// Expert is the weight of one expert and the update around it.
func (x experts) Expert(e int) (gemm.Matrix, nn.Updated) {
	s := x[e]
	if s.Proj == nn.Proj(s.Base) {
		return s.Base.W, nil
	}
	return s.Base.W, s.Proj.(nn.Updated) // Attach wraps experts in nothing else
}
