// Package qwen2 is the dense Qwen2 and Qwen2.5 decoder (Qwen2ForCausalLM): pre-norm layers of grouped-query attention, with biases on queries,
// keys and values, and a gated MLP; old checkpoints may look through a sliding window from some layer on.
package qwen2

import (
	"graft/internal/model"
	"graft/internal/weights"
)

// Arch describes the architecture.
func Arch() model.Arch {
	return model.Arch{Name: "qwen2", HF: []string{"Qwen2ForCausalLM"}, Config: config, Build: build, Sample: model.Sample{Config: sample}}
}

// config reads the dialects of Qwen2Config.
func config(r *weights.ConfigReader) {
	r.Sizes(weights.Sizes{
		Vocab: 151936, Hidden: 4096, Intermediate: 22016, Layers: 32, Positions: 32768, Heads: 32, KVHeads: 32, NullKVHeads: true,
	})
	r.Config.QKVBias = true
	r.WindowedLayers()
	r.Rope(1)
}

func build(b *model.Builder) model.Model {
	return model.NewDecoder(b, func(i int, path string) (mixer, mlp model.Part) {
		return model.NewSelfAttention(b, i, path+".self_attn"), model.NewGatedMLP(b, i, path+".mlp")
	})
}

const sample = `{"model_type": "qwen2", "architectures": ["Qwen2ForCausalLM"], "vocab_size": 97, "hidden_size": 32,
		"intermediate_size": 40, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "max_window_layers": 1,
		"use_sliding_window": true, "sliding_window": 5, "max_position_embeddings": 128, "rope_theta": 10000,
		"tie_word_embeddings": false}`
