package model

import (
	"graft/internal/nn"
	"graft/internal/weights"
)

// SelfAttention is grouped-query attention with rotary positions, and with norms on each head's queries and keys and a gate on its output where
// the architecture has them.
type SelfAttention struct {
	q, k, v, o   *Slot
	qNorm, kNorm []float32 // (head) or nil
	eps          float64
	heads        nn.Heads
	rope         *nn.Rotary
	layer        int
	gated        bool
}

// NewSelfAttention loads the attention of a layer.
func NewSelfAttention(b *Builder, layer int, prefix string) *SelfAttention {
	c := b.Config
	a := &SelfAttention{eps: c.RMSNormEps, rope: b.Rotary(), layer: layer, gated: c.OutputGate}
	a.heads = nn.Heads{Q: c.Heads, KV: c.KVHeads, Dim: c.HeadDim}
	if c.LayerTypes[layer] == weights.SlidingAttention {
		a.heads.Window = c.SlidingWindow
	}
	q, kv := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	out := q
	if a.gated {
		out *= 2
	}
	a.q = b.Slot(Attention, layer, prefix+".q_proj", c.HiddenSize, out, c.QKVBias)
	a.k = b.Slot(Attention, layer, prefix+".k_proj", c.HiddenSize, kv, c.QKVBias)
	a.v = b.Slot(Attention, layer, prefix+".v_proj", c.HiddenSize, kv, c.QKVBias)
	a.o = b.Slot(Attention, layer, prefix+".o_proj", q, c.HiddenSize, c.OutputBias)
	if c.HeadNorms {
		a.qNorm = b.Norm(prefix+".q_norm.weight", c.HeadDim)
		a.kNorm = b.Norm(prefix+".k_norm.weight", c.HeadDim)
	}
	return a
}

// Apply runs the attention on x (T, H).
func (a *SelfAttention) Apply(t *nn.Tape, x *nn.Value, b *Batch) *nn.Value {
	q, k, v := a.q.Apply(t, x), a.k.Apply(t, x), a.v.Apply(t, x)
	if !a.gated {
		return a.o.Apply(t, a.attend(t, [3]*nn.Value{q, k, v}, b))
	}
	d := a.heads.Dim
	gate := t.Columns(q, 2*d, d, 2*d)
	q = t.Columns(q, 2*d, 0, d)
	return a.o.Apply(t, t.Gate(a.attend(t, [3]*nn.Value{q, k, v}, b), gate))
}

// attend norms and rotates queries and keys, and attends.
func (a *SelfAttention) attend(t *nn.Tape, qkv [3]*nn.Value, b *Batch) *nn.Value {
	q, k, v := qkv[0], qkv[1], qkv[2]
	if a.qNorm != nil {
		q, k = t.RMSNorm(q, a.qNorm, a.eps), t.RMSNorm(k, a.kNorm, a.eps)
	}
	q = t.Rotate(q, a.rope, a.heads.Dim, b.Pos)
	k = t.Rotate(k, a.rope, a.heads.Dim, b.Pos)
	if b.Cache != nil {
		return t.CachedAttention(q, k, v, a.heads, b.Cache, a.layer)
	}
	return t.Attention(q, k, v, a.heads, b.Segs)
}
