package main

import (
	"fmt"
	"regexp"
)

// coder30B and next80B are the config.json files of the real models, with tiny-coder's special tokens.
const (
	coder30B = `{
  "architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe", "torch_dtype": "bfloat16",
  "vocab_size": 151936, "hidden_size": 2048, "intermediate_size": 5472, "num_hidden_layers": 48,
  "num_attention_heads": 32, "num_key_value_heads": 4, "head_dim": 128, "attention_bias": false,
  "num_experts": 128, "num_experts_per_tok": 8, "moe_intermediate_size": 768, "norm_topk_prob": true,
  "shared_expert_intermediate_size": 0, "decoder_sparse_step": 1, "mlp_only_layers": [],
  "router_aux_loss_coef": 0.0, "output_router_logits": false,
  "hidden_act": "silu", "rope_theta": 10000000, "rms_norm_eps": 1e-06, "max_position_embeddings": 262144,
  "tie_word_embeddings": false, "use_sliding_window": false, "initializer_range": 0.02
}
`
	next80B = `{
  "architectures": ["Qwen3NextForCausalLM"], "model_type": "qwen3_next", "torch_dtype": "bfloat16",
  "vocab_size": 151936, "hidden_size": 2048, "intermediate_size": 5120, "num_hidden_layers": 48,
  "num_attention_heads": 16, "num_key_value_heads": 2, "head_dim": 256, "attention_bias": false, "partial_rotary_factor": 0.25,
  "full_attention_interval": 4, "linear_num_key_heads": 16, "linear_num_value_heads": 32, "linear_key_head_dim": 128,
  "linear_value_head_dim": 128, "linear_conv_kernel_dim": 4,
  "num_experts": 512, "num_experts_per_tok": 10, "moe_intermediate_size": 512, "norm_topk_prob": true,
  "shared_expert_intermediate_size": 512, "decoder_sparse_step": 1, "mlp_only_layers": [],
  "router_aux_loss_coef": 0.001, "output_router_logits": false,
  "hidden_act": "silu", "rope_theta": 10000000, "rms_norm_eps": 1e-06, "max_position_embeddings": 262144,
  "tie_word_embeddings": false, "initializer_range": 0.02
}
`
)

// change is how a model differs from the real one; 0 stands for no difference.
type change struct{ layers, experts, interval int }

// configOf is the config.json of a real model with changes.
func configOf(arch string, c change) ([]byte, error) {
	text, ok := map[string]string{"coder-30b": coder30B, "next-80b": next80B}[arch]
	if !ok || min(c.layers, c.experts, c.interval) < 0 {
		return nil, fmt.Errorf("--arch is %q with %+v, expected coder-30b or next-80b", arch, c)
	}
	for key, value := range map[string]int{"num_hidden_layers": c.layers, "num_experts": c.experts, "full_attention_interval": c.interval} {
		if value > 0 {
			text = regexp.MustCompile(`"`+key+`": \d+`).ReplaceAllString(text, fmt.Sprintf(`"%s": %d`, key, value))
		}
	}
	return []byte(text), nil
}
