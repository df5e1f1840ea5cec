// Package qwen3next is the Qwen3-Next decoder (Qwen3NextForCausalLM): three layers of gated delta rule for each one of gated attention, norms
// that multiply by 1 + weight, and a mixture of experts with a shared one where the configuration does not put a dense MLP.
//
// The layer for predicting several tokens that comes with a checkpoint (tensors mtp.*) is neither run nor trained; a merge copies it.
package qwen3next

import (
	"fmt"

	"graft/internal/model"
	"graft/internal/nn"
	"graft/internal/weights"
)

// Arch describes the architecture.
func Arch() model.Arch {
	return model.Arch{Name: "qwen3_next", HF: []string{"Qwen3NextForCausalLM"}, Build: build, Tiny: tiny}
}

// Model is a Qwen3-Next decoder.
type Model struct {
	model.Decoder
	layers []layer
	eps    float64
}

type layer struct {
	inputNorm, postNorm []float32            // (H)
	attn                *model.SelfAttention // or
	delta               *model.GatedDeltaNet // the other is nil
	dense               *model.GatedMLP      // or
	sparse              *model.SparseMLP     // the other is nil
}

func build(b *model.Builder) model.Model {
	c := b.Config
	b.IgnorePrefix("mtp.")
	m := &Model{Decoder: model.NewDecoder(b), eps: c.RMSNormEps}
	for i := range c.Layers {
		p := fmt.Sprintf("model.layers.%d", i)
		l := layer{
			inputNorm: b.Norm(p+".input_layernorm.weight", c.HiddenSize),
			postNorm:  b.Norm(p+".post_attention_layernorm.weight", c.HiddenSize),
		}
		if c.LayerTypes[i] == weights.LinearAttention {
			l.delta = model.NewGatedDeltaNet(b, i, p+".linear_attn")
		} else {
			l.attn = model.NewSelfAttention(b, i, p+".self_attn", true)
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
	h := t.RMSNorm(x, l.inputNorm, m.eps)
	if l.delta != nil {
		h = l.delta.Apply(t, h, b)
	} else {
		h = l.attn.Apply(t, h, b)
	}
	x = t.Add(x, h)
	h = t.RMSNorm(x, l.postNorm, m.eps)
	if l.sparse != nil {
		return t.Add(x, l.sparse.Apply(t, h, b))
	}
	return t.Add(x, l.dense.Apply(t, h))
}

func tiny(seed uint64) (config []byte, src weights.Source, err error) {
	config = []byte(`{"model_type": "qwen3_next", "architectures": ["Qwen3NextForCausalLM"], "vocab_size": 97, "hidden_size": 32,
		"intermediate_size": 48, "moe_intermediate_size": 24, "shared_expert_intermediate_size": 40, "num_experts": 6,
		"num_experts_per_tok": 2, "num_hidden_layers": 4, "mlp_only_layers": [1], "full_attention_interval": 2,
		"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "partial_rotary_factor": 0.5,
		"linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 8, "linear_value_head_dim": 16,
		"max_position_embeddings": 256, "rope_theta": 10000, "tie_word_embeddings": false, "router_aux_loss_coef": 0.0}`)
	src, err = model.Random(config, seed, list)
	return config, src, err
}

// list names the tensors of a checkpoint.
func list(c *weights.Config, add func(name string, shape ...int)) {
	model.RandomDecoder(c, add)
	for i, t := range c.LayerTypes {
		if t == weights.FullAttention {
			p := fmt.Sprintf("model.layers.%d.self_attn.", i)
			add(p+"q_norm.weight", c.HeadDim)
			add(p+"k_norm.weight", c.HeadDim)
		}
	}
	add("mtp.norm.weight", c.HiddenSize)
}
