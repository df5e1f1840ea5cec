// Package qwen3 is the dense Qwen3 decoder (Qwen3ForCausalLM): pre-norm layers of grouped-query attention, with norms on each head's
// queries and keys, and a gated MLP.
package qwen3

import (
	"graft/internal/model"
	"graft/internal/weights"
)

// Arch describes the architecture.
func Arch() model.Arch {
	return model.Arch{Name: "qwen3", HF: []string{"Qwen3ForCausalLM"}, Config: config, Build: build, Sample: model.Sample{Config: sample}}
}

// config reads the dialects of Qwen3Config.
func config(r *weights.ConfigReader) {
	r.Sizes(weights.Sizes{
		Vocab: 151936, Hidden: 4096, Intermediate: 22016, Layers: 32, Positions: 32768, Heads: 32, KVHeads: 32, HeadDim: 128, NullKVHeads: true,
	})
	r.AttentionBias()
	r.Config.HeadNorms = true
	r.WindowedLayers()
	r.Rope(1)
}

func build(b *model.Builder) model.Model {
	return model.NewDecoder(b, func(i int, path string) (mixer, mlp model.Part) {
		return model.NewSelfAttention(b, i, path+".self_attn"), model.NewGatedMLP(b, i, path+".mlp")
	})
}

const sample = `{"model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"], "vocab_size": 97, "hidden_size": 32,
		"intermediate_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
		"max_position_embeddings": 128, "rope_theta": 10000, "tie_word_embeddings": true}`
