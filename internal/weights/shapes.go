package weights

import "fmt"

// Shapes lists the tensors of a model by the names and shapes that they have on the hub, experts one by one.
func Shapes(c *Config, add func(name string, shape ...int)) {
	add("model.embed_tokens.weight", c.VocabSize, c.HiddenSize)
	add("model.norm.weight", c.HiddenSize)
	if !c.TieEmbeddings {
		add("lm_head.weight", c.VocabSize, c.HiddenSize)
	}
	for i := range c.Layers {
		p := fmt.Sprintf("model.layers.%d.", i)
		add(p+"input_layernorm.weight", c.HiddenSize)
		add(p+"post_attention_layernorm.weight", c.HiddenSize)
		if c.LayerTypes[i] == LinearAttention {
			c.deltaNetShapes(func(name string, shape ...int) { add(p+"linear_attn."+name, shape...) })
		} else {
			c.attentionShapes(func(name string, shape ...int) { add(p+"self_attn."+name, shape...) })
		}
		mlp := func(name string, shape ...int) { add(p+"mlp."+name, shape...) }
		if c.MoE.Sparse(i) {
			c.expertShapes(mlp)
		} else {
			c.mlpShapes("", c.IntermediateSize, mlp)
		}
	}
}

func (c *Config) attentionShapes(add func(name string, shape ...int)) {
	q, kv := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	wide := q
	if c.OutputGate() {
		wide = 2 * q
	}
	add("q_proj.weight", wide, c.HiddenSize)
	add("k_proj.weight", kv, c.HiddenSize)
	add("v_proj.weight", kv, c.HiddenSize)
	add("o_proj.weight", c.HiddenSize, q)
	if c.QKVBias {
		add("q_proj.bias", wide)
		add("k_proj.bias", kv)
		add("v_proj.bias", kv)
	}
	if c.OutputBias {
		add("o_proj.bias", c.HiddenSize)
	}
	if c.HeadNorms() {
		add("q_norm.weight", c.HeadDim)
		add("k_norm.weight", c.HeadDim)
	}
}

func (c *Config) deltaNetShapes(add func(name string, shape ...int)) {
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

func (c *Config) expertShapes(add func(name string, shape ...int)) {
	m := c.MoE
	add("gate.weight", m.Experts, c.HiddenSize)
	for e := range m.Experts {
		c.mlpShapes(fmt.Sprintf("experts.%d.", e), m.IntermediateSize, add)
	}
	if m.SharedIntermediate > 0 {
		c.mlpShapes("shared_expert.", m.SharedIntermediate, add)
		add("shared_expert_gate.weight", 1, c.HiddenSize)
	}
}

func (c *Config) mlpShapes(prefix string, size int, add func(name string, shape ...int)) {
	add(prefix+"gate_proj.weight", size, c.HiddenSize)
	add(prefix+"up_proj.weight", size, c.HiddenSize)
	add(prefix+"down_proj.weight", c.HiddenSize, size)
}
