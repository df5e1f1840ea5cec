// Package qwen3 is the dense Qwen3 decoder (Qwen3ForCausalLM): pre-norm layers of grouped-query attention, with norms on each head's
// queries and keys, and a gated MLP.
package qwen3

import (
	"graft/internal/model"
	"graft/internal/weights"
)

// Arch describes the architecture.
func Arch() model.Arch {
	return model.Arch{Name: "qwen3", HF: []string{"Qwen3ForCausalLM"}, Build: build, Tiny: tiny}
}

func build(b *model.Builder) model.Model {
	return model.NewDecoder(b, func(i int, path string) (mixer, mlp model.Part) {
		return model.NewSelfAttention(b, i, path+".self_attn"), model.NewGatedMLP(b, i, path+".mlp")
	})
}

func tiny(seed uint64) (config []byte, src weights.Source, err error) {
	config = []byte(`{"model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"], "vocab_size": 97, "hidden_size": 32,
		"intermediate_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
		"max_position_embeddings": 128, "rope_theta": 10000, "tie_word_embeddings": true}`)
	src, err = model.Random(config, seed)
	return config, src, err
}
