// Package llama is the dense Llama decoder (LlamaForCausalLM), from Llama 2 to 3.3 and those that kept its form, such as SmolLM2: pre-norm layers of
// grouped-query attention without norms on heads, and a gated MLP. Llama 3.1 stretches the rotary embedding in a way of its own (rope_type llama3).
package llama

import (
	"math"

	"graft/internal/model"
	"graft/internal/weights"
)

// Arch describes the architecture.
func Arch() model.Arch {
	return model.Arch{Name: "llama", HF: []string{"LlamaForCausalLM"}, Config: config, Build: build, Sample: model.Sample{Config: sample}}
}

// config reads the dialects of LlamaConfig.
func config(r *weights.ConfigReader) {
	r.BOS, r.EOS = 1, 2
	r.Sizes(weights.Sizes{
		Vocab: 32000, Hidden: 4096, Intermediate: 11008, Layers: 32, Positions: 2048, Heads: 32, NullKVHeads: true,
	})
	r.AttentionBias()
	if r.Bool("mlp_bias", false) {
		r.Problem("mlp_bias is true; projections of the MLP with a bias are not supported")
	}
	if n := r.Int("pretraining_tp", 1, 1, weights.MaxHeads); n != 1 {
		r.Problem("pretraining_tp is %d; projections that are computed in slices are not supported, want 1", n)
	}
	if r.Bool("rope_interleaved", false) {
		r.Problem("rope_interleaved is true; only the half-split form of the rotary embedding is supported")
	}
	r.Rope(1, weights.RopeKind{
		Name: "llama3", Keys: []string{"factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"}, Read: stretch,
	})
}

// stretch reads the embedding of Llama 3.1: frequencies whose wavelength is beyond the original context are divided by factor, those of short
// wavelengths stay, and between there is a ramp (transformers, _compute_llama3_parameters).
func stretch(f weights.Fields, c *weights.Config) func(frequency float32) float32 {
	rope := &c.Rope
	rope.Factor = f.Factor("factor")
	low, high := f.Factor("low_freq_factor"), f.Factor("high_freq_factor")
	rope.OriginalMaxPositions = f.Int("original_max_position_embeddings", c.MaxPositions, 1, weights.MaxPositions)
	if high <= low {
		f.Problem("high_freq_factor %v is not above low_freq_factor %v", high, low)
		return nil
	}
	context, factor := float32(rope.OriginalMaxPositions), float32(rope.Factor)
	return func(frequency float32) float32 {
		wavelength := float32(2*math.Pi) / frequency
		switch {
		case wavelength > context/float32(low):
			return frequency / factor
		case wavelength < context/float32(high):
			return frequency
		}
		smooth := (context/wavelength - float32(low)) / float32(high-low)
		return (1-smooth)*frequency/factor + smooth*frequency
	}
}

func build(b *model.Builder) model.Model {
	return model.NewDecoder(b, func(i int, path string) (mixer, mlp model.Part) {
		b.Ignore(path + ".self_attn.rotary_emb.inv_freq") // old checkpoints hold the table
		return model.NewSelfAttention(b, i, path+".self_attn"), model.NewGatedMLP(b, i, path+".mlp")
	})
}

const sample = `{"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 97, "hidden_size": 32,
		"intermediate_size": 40, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 128,
		"rope_theta": 10000, "rope_scaling": {"rope_type": "llama3", "factor": 4, "low_freq_factor": 1, "high_freq_factor": 4,
		"original_max_position_embeddings": 32}, "tie_word_embeddings": true}`
