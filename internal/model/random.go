package model

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"graft/internal/dtype"
	"graft/internal/safetensors"
	"graft/internal/weights"
)

// Random makes a checkpoint in memory: list names every tensor and its shape. Matrices are normally distributed at 1/√columns, so that
// activations keep their size, vectors around 1 (zero-centred norms around 0): a norm or bias that is forgotten shows.
func Random(config []byte, seed uint64, list func(c *weights.Config, add func(name string, shape ...int))) (weights.Source, error) {
	c, err := weights.ParseConfig(config, nil)
	if err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(seed, 0))
	var tensors []safetensors.Tensor
	list(c, func(name string, shape ...int) {
		t := safetensors.Tensor{Info: safetensors.Info{Name: name, DType: dtype.F32, Shape: shape}}
		std, mean := 0.3, 1.0
		switch {
		case len(shape) > 1:
			std, mean = 1/math.Sqrt(float64(shape[1])), 0
		case c.ZeroCentredNorm() && strings.HasSuffix(name, "norm.weight") && !strings.HasSuffix(name, "linear_attn.norm.weight"):
			mean = 0
		}
		for range t.Elements() {
			t.Data = binary.LittleEndian.AppendUint32(t.Data, math.Float32bits(float32(mean+std*r.NormFloat64())))
		}
		tensors = append(tensors, t)
	})
	return weights.Memory(tensors...)
}

// RandomDecoder lists what decoders share: embedding, head, norms, attention, and the MLP or experts of each layer.
func RandomDecoder(c *weights.Config, add func(name string, shape ...int)) {
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
			randomDeltaNet(c, p+"linear_attn.", add)
		} else {
			randomAttention(c, p+"self_attn.", add)
		}
		if m := c.MoE; m.Sparse(i) {
			randomExperts(c, p+"mlp.", add)
		} else {
			randomMLP(c.HiddenSize, c.IntermediateSize, p+"mlp.", add)
		}
	}
}

func randomAttention(c *weights.Config, prefix string, add func(name string, shape ...int)) {
	q, kv := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	add(prefix+"o_proj.weight", c.HiddenSize, q)
	if c.OutputGate() {
		q *= 2
	}
	add(prefix+"q_proj.weight", q, c.HiddenSize)
	add(prefix+"k_proj.weight", kv, c.HiddenSize)
	add(prefix+"v_proj.weight", kv, c.HiddenSize)
}

func randomDeltaNet(c *weights.Config, prefix string, add func(name string, shape ...int)) {
	d := c.DeltaNet
	k, v := d.KeyHeads*d.KeyHeadDim, d.ValueHeads*d.ValueHeadDim
	add(prefix+"in_proj_qkvz.weight", 2*k+2*v, c.HiddenSize)
	add(prefix+"in_proj_ba.weight", 2*d.ValueHeads, c.HiddenSize)
	add(prefix+"conv1d.weight", 2*k+v, 1, d.ConvKernel)
	add(prefix+"A_log", d.ValueHeads)
	add(prefix+"dt_bias", d.ValueHeads)
	add(prefix+"norm.weight", d.ValueHeadDim)
	add(prefix+"out_proj.weight", c.HiddenSize, v)
}

func randomMLP(hidden, intermediate int, prefix string, add func(name string, shape ...int)) {
	add(prefix+"gate_proj.weight", intermediate, hidden)
	add(prefix+"up_proj.weight", intermediate, hidden)
	add(prefix+"down_proj.weight", hidden, intermediate)
}

func randomExperts(c *weights.Config, prefix string, add func(name string, shape ...int)) {
	m := c.MoE
	add(prefix+"gate.weight", m.Experts, c.HiddenSize)
	for e := range m.Experts {
		randomMLP(c.HiddenSize, m.IntermediateSize, fmt.Sprintf("%sexperts.%d.", prefix, e), add)
	}
	if m.SharedIntermediate > 0 {
		randomMLP(c.HiddenSize, m.SharedIntermediate, prefix+"shared_expert.", add)
		add(prefix+"shared_expert_gate.weight", 1, c.HiddenSize)
	}
}
