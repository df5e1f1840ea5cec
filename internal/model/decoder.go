package model

import (
	"fmt"

	"graft/internal/gemm"
	"graft/internal/nn"
	"graft/internal/weights"
)

// Decoder is a Model of pre-norm layers: x + mixer(norm(x)), then x + mlp(norm(x)). Architectures say what the two parts of a layer are.
type Decoder struct {
	cfg     *weights.Config
	embed   gemm.Matrix // (V, H)
	head    gemm.Matrix // (V, H), embed itself where they are tied
	norm    []float32   // (H)
	layers  []layer
	slots   []*Slot
	inPlace []string
}

var _ Model = (*Decoder)(nil)

// A Part is half a layer.
type Part interface {
	// Apply runs the part on x (T, H), which is normed; the result (T, H) is added to what the norm was given.
	Apply(t *nn.Tape, x *nn.Value, b *Batch) *nn.Value
}

type layer struct {
	inputNorm, postNorm []float32 // (H)
	mixer, mlp          Part
}

// NewDecoder loads a decoder. parts makes the mixer and the MLP of a layer, whose tensors have names that begin with path, in this order.
func NewDecoder(b *Builder, parts func(i int, path string) (mixer, mlp Part)) *Decoder {
	c := b.Config
	d := &Decoder{
		cfg:   c,
		embed: b.Matrix(Embedding, "model.embed_tokens.weight", c.VocabSize, c.HiddenSize),
		norm:  b.Norm("model.norm.weight", c.HiddenSize),
	}
	d.head = d.embed
	if c.TieEmbeddings {
		b.Ignore("lm_head.weight") // some checkpoints hold a copy of the tied matrix
	} else {
		d.head = b.Matrix(Linear, "lm_head.weight", c.VocabSize, c.HiddenSize)
	}
	for i := range c.Layers {
		path := fmt.Sprintf("model.layers.%d", i)
		l := layer{
			inputNorm: b.Norm(path+".input_layernorm.weight", c.HiddenSize),
			postNorm:  b.Norm(path+".post_attention_layernorm.weight", c.HiddenSize),
		}
		l.mixer, l.mlp = parts(i, path)
		d.layers = append(d.layers, l)
	}
	d.slots, d.inPlace = b.slots, b.inPlace
	b.progress(c.Layers)
	return d
}

// Config is what the model was built from.
func (d *Decoder) Config() *weights.Config { return d.cfg }

// Embed looks up the tokens of a batch: (T, H).
func (d *Decoder) Embed(t *nn.Tape, b *Batch) *nn.Value { return t.Embed(d.embed, b.IDs) }

// Layers is the number of decoder layers.
func (d *Decoder) Layers() int { return len(d.layers) }

// Layer runs decoder layer i on x (T, H).
func (d *Decoder) Layer(i int, t *nn.Tape, x *nn.Value, b *Batch) *nn.Value {
	l := &d.layers[i]
	x = t.Add(x, l.mixer.Apply(t, t.RMSNorm(x, l.inputNorm, d.cfg.RMSNormEps), b))
	return t.Add(x, l.mlp.Apply(t, t.RMSNorm(x, l.postNorm, d.cfg.RMSNormEps), b))
}

// Norm is the final norm.
func (d *Decoder) Norm(t *nn.Tape, x *nn.Value) *nn.Value {
	return t.RMSNorm(x, d.norm, d.cfg.RMSNormEps)
}

// Head is the output projection (V, H).
func (d *Decoder) Head() gemm.Matrix { return d.head }

// Slots are the linear projections of the layers in order.
func (d *Decoder) Slots() []*Slot { return d.slots }

// InPlace names the matrices that are used where the files have them, mapped into memory.
func (d *Decoder) InPlace() []string { return d.inPlace }
