package main

import (
	"fmt"
	"strings"

	"graft/internal/weights"
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

// configOf is the config.json of a real model, cut to a number of layers.
func configOf(arch string, layers int) ([]byte, error) {
	text, ok := map[string]string{"coder-30b": coder30B, "next-80b": next80B}[arch]
	if !ok || layers < 0 {
		return nil, fmt.Errorf("--arch is %q with %d layers, expected coder-30b or next-80b", arch, layers)
	}
	if layers > 0 {
		text = strings.Replace(text, `"num_hidden_layers": 48`, fmt.Sprintf(`"num_hidden_layers": %d`, layers), 1)
	}
	return []byte(text), nil
}

// tensors lists the tensors of a Qwen3-MoE or Qwen3-Next.
func tensors(c *weights.Config, add func(name string, shape ...int)) {
	add("model.embed_tokens.weight", c.VocabSize, c.HiddenSize)
	add("model.norm.weight", c.HiddenSize)
	if !c.TieEmbeddings {
		add("lm_head.weight", c.VocabSize, c.HiddenSize)
	}
	for i := range c.Layers {
		p := fmt.Sprintf("model.layers.%d.", i)
		add(p+"input_layernorm.weight", c.HiddenSize)
		add(p+"post_attention_layernorm.weight", c.HiddenSize)
		if c.LayerTypes[i] == weights.LinearAttention {
			deltaNet(c, func(name string, shape ...int) { add(p+"linear_attn."+name, shape...) })
		} else {
			attention(c, func(name string, shape ...int) { add(p+"self_attn."+name, shape...) })
		}
		experts(c, func(name string, shape ...int) { add(p+"mlp."+name, shape...) })
	}
}

func attention(c *weights.Config, add func(name string, shape ...int)) {
	q, kv := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	wide := q
	if c.ModelType == "qwen3_next" {
		wide = 2 * q // queries and the output gate
	}
	add("q_proj.weight", wide, c.HiddenSize)
	add("k_proj.weight", kv, c.HiddenSize)
	add("v_proj.weight", kv, c.HiddenSize)
	add("o_proj.weight", c.HiddenSize, q)
	add("q_norm.weight", c.HeadDim)
	add("k_norm.weight", c.HeadDim)
}

func deltaNet(c *weights.Config, add func(name string, shape ...int)) {
	d := c.DeltaNet
	k, v := d.KeyHeads*d.KeyHeadDim, d.ValueHeads*d.ValueHeadDim
	add("in_proj_qkvz.weight", 2*k+2*v, c.HiddenSize)
	add("in_proj_ba.weight", 2*d.ValueHeads, c.HiddenSize)
	add("conv1d.weight", 2*k+v, 1, d.ConvKernel)
	add("dt_bias", d.ValueHeads)
	add("A_log", d.ValueHeads)
	add("norm.weight", d.ValueHeadDim)
	add("out_proj.weight", c.HiddenSize, v)
}

func experts(c *weights.Config, add func(name string, shape ...int)) {
	m := c.MoE
	mlp := func(name string, size int) {
		add(name+".gate_proj.weight", size, c.HiddenSize)
		add(name+".up_proj.weight", size, c.HiddenSize)
		add(name+".down_proj.weight", c.HiddenSize, size)
	}
	add("gate.weight", m.Experts, c.HiddenSize)
	for e := range m.Experts {
		mlp(fmt.Sprintf("experts.%d", e), m.IntermediateSize)
	}
	if m.SharedIntermediate > 0 {
		mlp("shared_expert", m.SharedIntermediate)
		add("shared_expert_gate.weight", 1, c.HiddenSize)
	}
}
