// Package qwen2 is the dense Qwen2 and Qwen2.5 decoder (Qwen2ForCausalLM): pre-norm layers of grouped-query attention, with biases on queries,
// keys and values, and a gated MLP; old checkpoints may look through a sliding window from some layer on.
package qwen2

import (
	"fmt"

	"graft/internal/model"
	"graft/internal/nn"
	"graft/internal/weights"
)

// Arch describes the architecture.
func Arch() model.Arch {
	return model.Arch{Name: "qwen2", HF: []string{"Qwen2ForCausalLM"}, Build: build, Tiny: tiny}
}

// Model is a Qwen2 decoder.
type Model struct {
	model.Decoder
	layers []layer
	eps    float64
}

type layer struct {
	inputNorm, postNorm []float32 // (H)
	attn                *model.SelfAttention
	mlp                 *model.GatedMLP
}

func build(b *model.Builder) model.Model {
	c := b.Config
	m := &Model{Decoder: model.NewDecoder(b), eps: c.RMSNormEps}
	for i := range c.Layers {
		p := fmt.Sprintf("model.layers.%d", i)
		m.layers = append(m.layers, layer{
			inputNorm: b.Vector(p+".input_layernorm.weight", c.HiddenSize),
			attn:      model.NewSelfAttention(b, i, p+".self_attn", false),
			postNorm:  b.Vector(p+".post_attention_layernorm.weight", c.HiddenSize),
			mlp:       model.NewGatedMLP(b, i, p+".mlp"),
		})
	}
	m.Finish(b)
	return m
}

// Layers is the number of decoder layers.
func (m *Model) Layers() int { return len(m.layers) }

// Layer runs decoder layer i.
func (m *Model) Layer(i int, t *nn.Tape, x *nn.Value, b *model.Batch) *nn.Value {
	l := &m.layers[i]
	x = t.Add(x, l.attn.Apply(t, t.RMSNorm(x, l.inputNorm, m.eps), b))
	return t.Add(x, l.mlp.Apply(t, t.RMSNorm(x, l.postNorm, m.eps)))
}

func tiny(seed uint64) (config []byte, src weights.Source, err error) {
	config = []byte(`{"model_type": "qwen2", "architectures": ["Qwen2ForCausalLM"], "vocab_size": 97, "hidden_size": 32,
		"intermediate_size": 40, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "max_window_layers": 1,
		"use_sliding_window": true, "sliding_window": 5, "max_position_embeddings": 128, "rope_theta": 10000,
		"tie_word_embeddings": false}`)
	src, err = model.Random(config, seed, func(c *weights.Config, add func(name string, shape ...int)) {
		model.RandomDecoder(c, add)
		for i := range c.Layers {
			p := fmt.Sprintf("model.layers.%d.self_attn.", i)
			add(p+"q_proj.bias", c.Heads*c.HeadDim)
			add(p+"k_proj.bias", c.KVHeads*c.HeadDim)
			add(p+"v_proj.bias", c.KVHeads*c.HeadDim)
		}
	})
	return config, src, err
}
