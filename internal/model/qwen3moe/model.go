// Package qwen3moe is the Qwen3 decoder with experts (Qwen3MoeForCausalLM): layers of Qwen3 attention, and a mixture of experts where the
// configuration does not put a dense MLP.
package qwen3moe

import (
	"graft/internal/model"
	"graft/internal/weights"
)

// Arch describes the architecture.
func Arch() model.Arch {
	return model.Arch{Name: "qwen3_moe", HF: []string{"Qwen3MoeForCausalLM"}, Config: config, Build: build, Sample: model.Sample{Config: sample}}
}

// config reads the dialects of Qwen3MoeConfig. The class has neither layer_types nor max_window_layers: all layers look through a window,
// or none does.
func config(r *weights.ConfigReader) {
	r.Sizes(weights.Sizes{Vocab: 151936, Hidden: 2048, Intermediate: 6144, Layers: 24, Positions: 32768, Heads: 32, KVHeads: 4})
	r.AttentionBias()
	r.Config.HeadNorms = true
	window := r.Window()
	r.ChooseLayers(weights.SlidingAttention, window, func(int) bool { return window > 0 })
	r.Rope(1)
	r.Experts(weights.Experts{
		Keys:   []string{"num_local_experts", "num_experts"}, // as transformers 5 and the files of the hub call it
		Number: 128, PerToken: 8, Intermediate: 768,
	})
}

func build(b *model.Builder) model.Model {
	return model.NewDecoder(b, func(i int, path string) (mixer, mlp model.Part) {
		return model.NewSelfAttention(b, i, path+".self_attn"), model.NewMLP(b, i, path+".mlp")
	})
}

const sample = `{"model_type": "qwen3_moe", "architectures": ["Qwen3MoeForCausalLM"], "vocab_size": 97, "hidden_size": 32,
		"intermediate_size": 48, "moe_intermediate_size": 24, "num_experts": 6, "num_experts_per_tok": 2, "norm_topk_prob": true,
		"num_hidden_layers": 3, "mlp_only_layers": [1], "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
		"max_position_embeddings": 128, "rope_theta": 10000, "tie_word_embeddings": false, "router_aux_loss_coef": 0.0}`
