// Package qwen3next is the Qwen3-Next decoder (Qwen3NextForCausalLM): three layers of gated delta rule for each one of gated attention, norms
// that multiply by 1 + weight, and a mixture of experts with a shared one where the configuration does not put a dense MLP.
//
// The layer for predicting several tokens that comes with a checkpoint (tensors mtp.*) is neither run nor trained; a merge copies it.
package qwen3next

import (
	"graft/internal/model"
	"graft/internal/safetensors"
	"graft/internal/weights"
)

// Arch describes the architecture.
func Arch() model.Arch {
	return model.Arch{Name: "qwen3_next", HF: []string{"Qwen3NextForCausalLM"}, Build: build, Tiny: tiny}
}

func build(b *model.Builder) model.Model {
	b.IgnorePrefix("mtp.")
	return model.NewDecoder(b, func(i int, path string) (mixer, mlp model.Part) {
		if b.Config.LayerTypes[i] == weights.LinearAttention {
			mixer = model.NewGatedDeltaNet(b, i, path+".linear_attn")
		} else {
			mixer = model.NewSelfAttention(b, i, path+".self_attn")
		}
		return mixer, model.NewMLP(b, i, path+".mlp")
	})
}

func tiny(seed uint64) (config []byte, src weights.Source, err error) {
	config = []byte(`{"model_type": "qwen3_next", "architectures": ["Qwen3NextForCausalLM"], "vocab_size": 97, "hidden_size": 32,
		"intermediate_size": 48, "moe_intermediate_size": 24, "shared_expert_intermediate_size": 40, "num_experts": 6,
		"num_experts_per_tok": 2, "num_hidden_layers": 4, "mlp_only_layers": [1], "full_attention_interval": 2,
		"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "partial_rotary_factor": 0.5,
		"linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 8, "linear_value_head_dim": 16,
		"max_position_embeddings": 256, "rope_theta": 10000, "tie_word_embeddings": false, "router_aux_loss_coef": 0.0}`)
	src, err = random(config, seed)
	return config, src, err
}

// random is a checkpoint as the hub has it, with a tensor for predicting several tokens.
func random(config []byte, seed uint64) (weights.Source, error) {
	return model.Random(config, seed, safetensors.Info{Name: "mtp.norm.weight", Shape: []int{32}})
}
