package model

import "graft/internal/nn"

// GatedMLP is down(silu(gate(x)) ⊙ up(x)).
type GatedMLP struct{ gate, up, down *Slot }

// NewMLP loads the MLP of a layer: experts, or a dense one where the configuration puts that.
func NewMLP(b *Builder, layer int, prefix string) Part {
	if b.Config.MoE.Sparse(layer) {
		return NewSparseMLP(b, layer, prefix)
	}
	return NewGatedMLP(b, layer, prefix)
}

// NewGatedMLP loads the dense MLP of a layer.
func NewGatedMLP(b *Builder, layer int, prefix string) *GatedMLP {
	return newGatedMLP(b, MLP, layer, prefix, b.Config.IntermediateSize)
}

func newGatedMLP(b *Builder, kind Kind, layer int, prefix string, width int) *GatedMLP {
	h := b.Config.HiddenSize
	return &GatedMLP{
		gate: b.Slot(kind, layer, prefix+".gate_proj", h, width, false),
		up:   b.Slot(kind, layer, prefix+".up_proj", h, width, false),
		down: b.Slot(kind, layer, prefix+".down_proj", width, h, false),
	}
}

// Apply runs the MLP on x (T, H).
func (m *GatedMLP) Apply(t *nn.Tape, x *nn.Value, _ *Batch) *nn.Value {
	return m.down.Apply(t, t.SwiGLU(m.gate.Apply(t, x), m.up.Apply(t, x)))
}
