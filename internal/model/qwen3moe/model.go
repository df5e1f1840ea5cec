// Package qwen3moe is the Qwen3 decoder with experts (Qwen3MoeForCausalLM): layers of Qwen3 attention, and a mixture of experts where the
// configuration does not put a dense MLP.
package qwen3moe

import (
	"fmt"

	"graft/internal/model"
	"graft/internal/nn"
	"graft/internal/weights"
)

// Arch describes the architecture.
func Arch() model.Arch {
	return model.Arch{Name: "qwen3_moe", HF: []string{"Qwen3MoeForCausalLM"}, Build: build, Tiny: tiny}
}

// Model is a Qwen3 decoder with experts.
type Model struct {
	model.Decoder
	layers []layer
	eps    float64
}

type layer struct {
	inputNorm, postNorm []float32 // (H)
	attn                *model.SelfAttention
	dense               *model.GatedMLP  // or
	sparse              *model.SparseMLP // the other is nil
}

func build(b *model.Builder) model.Model {
	c := b.Config
	m := &Model{Decoder: model.NewDecoder(b), eps: c.RMSNormEps}
	for i := range c.Layers {
		p := fmt.Sprintf("model.layers.%d", i)
		l := layer{
			inputNorm: b.Vector(p+".input_layernorm.weight", c.HiddenSize),
			attn:      model.NewSelfAttention(b, i, p+".self_attn", true),
			postNorm:  b.Vector(p+".post_attention_layernorm.weight", c.HiddenSize),
		}
		if c.MoE.Sparse(i) {
			l.sparse = model.NewSparseMLP(b, i, p+".mlp")
		} else {
			l.dense = model.NewGatedMLP(b, i, p+".mlp")
		}
		m.layers = append(m.layers, l)
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
	h := t.RMSNorm(x, l.postNorm, m.eps)
	if l.sparse != nil {
		return t.Add(x, l.sparse.Apply(t, h, b))
	}
	return t.Add(x, l.dense.Apply(t, h))
}

func tiny(seed uint64) (config []byte, src weights.Source, err error) {
	config = []byte(`{"model_type": "qwen3_moe", "architectures": ["Qwen3MoeForCausalLM"], "vocab_size": 97, "hidden_size": 32,
		"intermediate_size": 48, "moe_intermediate_size": 24, "num_experts": 6, "num_experts_per_tok": 2, "norm_topk_prob": true,
		"num_hidden_layers": 3, "mlp_only_layers": [1], "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
		"max_position_embeddings": 128, "rope_theta": 10000, "tie_word_embeddings": false, "router_aux_loss_coef": 0.0}`)
	src, err = model.Random(config, seed, func(c *weights.Config, add func(name string, shape ...int)) {
		model.RandomDecoder(c, add)
		for i := range c.Layers {
			p := fmt.Sprintf("model.layers.%d.self_attn.", i)
			add(p+"q_norm.weight", c.HeadDim)
			add(p+"k_norm.weight", c.HeadDim)
		}
	})
	return config, src, err
}
