// Package qwen3next is the Qwen3-Next decoder (Qwen3NextForCausalLM): three layers of gated delta rule for each one of gated attention, norms
// that multiply by 1 + weight, and a mixture of experts with a shared one where the configuration does not put a dense MLP.
//
// The layer for predicting several tokens that comes with a checkpoint (tensors mtp.*) is neither run nor trained; a merge copies it.
package qwen3next

import (
	"slices"

	"graft/internal/model"
	"graft/internal/safetensors"
	"graft/internal/weights"
)

// Arch describes the architecture.
func Arch() model.Arch {
	return model.Arch{Name: "qwen3_next", HF: []string{"Qwen3NextForCausalLM"}, Config: config, Build: build, Sample: model.Sample{
		Config: sample, Beside: []safetensors.Info{{Name: "mtp.norm.weight", Shape: []int{32}}, {Name: "mtp.fc.weight", Shape: []int{32, 64}}},
	}}
}

// config reads the dialects of Qwen3NextConfig.
func config(r *weights.ConfigReader) {
	c := r.Config
	r.Sizes(weights.Sizes{
		Vocab: 151936, Hidden: 2048, Intermediate: 5632, Layers: 48, Positions: 32768, Heads: 16, KVHeads: 2, HeadDim: 256,
	})
	r.AttentionBias()
	c.HeadNorms, c.OutputGate, c.ZeroCentredNorm = true, true, true
	if !r.GivenLayers(weights.LinearAttention, 0) {
		interval := r.Int("full_attention_interval", 4, 1, weights.MaxLayers)
		r.ChooseLayers(weights.LinearAttention, 0, func(i int) bool { return (i+1)%interval != 0 })
	}
	d := deltaNet(r)
	if slices.Contains(c.LayerTypes, weights.LinearAttention) {
		c.DeltaNet = d
	}
	r.Rope(0.25)
	r.Experts(weights.Experts{
		Keys: []string{"num_experts"}, Number: 512, PerToken: 10, Intermediate: 512, SharedIntermediate: 512, NormTopK: true,
	})
}

func deltaNet(r *weights.ConfigReader) *weights.DeltaNet {
	d := &weights.DeltaNet{
		KeyHeads:     r.Int("linear_num_key_heads", 16, 1, weights.MaxHeads),
		ValueHeads:   r.Int("linear_num_value_heads", 32, 1, weights.MaxHeads),
		KeyHeadDim:   r.Int("linear_key_head_dim", 128, 1, weights.MaxHeads),
		ValueHeadDim: r.Int("linear_value_head_dim", 128, 1, weights.MaxHeads),
		ConvKernel:   r.Int("linear_conv_kernel_dim", 4, 1, 64),
	}
	if d.ValueHeads%d.KeyHeads != 0 {
		r.Problem("linear_num_value_heads %d is not a multiple of linear_num_key_heads %d", d.ValueHeads, d.KeyHeads)
	}
	return d
}

func build(b *model.Builder) model.Model {
	b.Ignore("mtp.")
	return model.NewDecoder(b, func(i int, path string) (mixer, mlp model.Part) {
		if b.Config.LayerTypes[i] == weights.LinearAttention {
			mixer = model.NewGatedDeltaNet(b, i, path+".linear_attn")
		} else {
			mixer = model.NewSelfAttention(b, i, path+".self_attn")
		}
		return mixer, model.NewMLP(b, i, path+".mlp")
	})
}

const sample = `{"model_type": "qwen3_next", "architectures": ["Qwen3NextForCausalLM"], "vocab_size": 97, "hidden_size": 32,
		"intermediate_size": 48, "moe_intermediate_size": 24, "shared_expert_intermediate_size": 40, "num_experts": 6,
		"num_experts_per_tok": 2, "num_hidden_layers": 4, "mlp_only_layers": [1], "full_attention_interval": 2,
		"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "partial_rotary_factor": 0.5,
		"linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 8, "linear_value_head_dim": 16,
		"max_position_embeddings": 256, "rope_theta": 10000, "tie_word_embeddings": false, "router_aux_loss_coef": 0.0}`
