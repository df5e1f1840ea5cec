package model

import (
	"graft/internal/gemm"
	"graft/internal/nn"
	"graft/internal/weights"
)

// Decoder is what decoder-only models share around their layers. Architectures embed it.
type Decoder struct {
	cfg   *weights.Config
	embed gemm.Matrix // (V, H)
	head  gemm.Matrix // (V, H)
	norm  []float32   // (H)
	slots []*Slot

	inPlace []string
}

// NewDecoder loads embedding, final norm and head.
func NewDecoder(b *Builder) Decoder {
	c := b.Config
	d := Decoder{
		cfg:   c,
		embed: b.Matrix("model.embed_tokens.weight", c.VocabSize, c.HiddenSize),
		norm:  b.Norm("model.norm.weight", c.HiddenSize),
	}
	d.head = d.embed
	if c.TieEmbeddings {
		b.Ignore("lm_head.weight") // some checkpoints hold a copy of the tied matrix
	} else {
		d.head = b.Matrix("lm_head.weight", c.VocabSize, c.HiddenSize)
	}
	return d
}

// Finish takes over the slots that the builder has gathered.
func (d *Decoder) Finish(b *Builder) {
	d.slots, d.inPlace = b.slots, b.inPlace
	if b.opt.Progress != nil {
		b.opt.Progress(b.Config.Layers, b.Config.Layers)
	}
}

// Config is what the model was built from.
func (d *Decoder) Config() *weights.Config { return d.cfg }

// Embed looks up the tokens of a batch.
func (d *Decoder) Embed(t *nn.Tape, b *Batch) *nn.Value { return t.Embed(d.embed, b.IDs) }

// Norm is the final norm.
func (d *Decoder) Norm(t *nn.Tape, x *nn.Value) *nn.Value {
	return t.RMSNorm(x, d.norm, d.cfg.RMSNormEps)
}

// Head is the output projection.
func (d *Decoder) Head() gemm.Matrix { return d.head }

// InPlace names the matrices that are used where the files have them, mapped into memory.
func (d *Decoder) InPlace() []string { return d.inPlace }

// Slots are the linear projections of the layers.
func (d *Decoder) Slots() []*Slot { return d.slots }

// SelfAttention is grouped-query attention with rotary positions, and with query and key norms and a gate on the output where the architecture
// has them.
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
func NewSelfAttention(b *Builder, layer int, prefix string, norms bool) *SelfAttention {
	c := b.Config
	a := &SelfAttention{eps: c.RMSNormEps, rope: b.Rotary(), layer: layer, gated: c.OutputGate()}
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
	if norms {
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

// GatedMLP is down(silu(gate(x)) ⊙ up(x)).
type GatedMLP struct{ gate, up, down *Slot }

// NewGatedMLP loads the MLP of a layer.
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
func (m *GatedMLP) Apply(t *nn.Tape, x *nn.Value) *nn.Value {
	return m.down.Apply(t, t.SwiGLU(m.gate.Apply(t, x), m.up.Apply(t, x)))
}
