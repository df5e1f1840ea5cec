package weights

import (
	"slices"

	"graft/internal/dtype"
)

// The largest sizes accepted. They are far above any model and keep products of two within an int.
const (
	maxWidth = 1 << 20 // hidden and intermediate sizes
	maxVocab = 1 << 24

	MaxPositions = 1 << 30
	MaxLayers    = 1 << 12
	MaxHeads     = 1 << 12 // heads, the dimension of one, and experts
)

// ConfigReader fills in a Config from the fields of a config.json. Dialects call what their architecture has; the token ids, the
// quantisation and the refusal of what no architecture supports follow by themselves.
type ConfigReader struct {
	Fields   // of config.json
	Config   *Config
	BOS, EOS int // token ids where config.json has no such key; -1 for none
}

// Sizes are the defaults of a configuration class in transformers.
type Sizes struct {
	Vocab, Hidden, Intermediate, Layers, Positions int
	Heads, KVHeads                                 int  // of KVHeads 0 stands for as many as there are heads
	HeadDim                                        int  // 0 stands for the hidden size divided by the heads
	NullKVHeads                                    bool // null stands for as many as there are heads; otherwise it is refused
}

// Sizes reads the sizes of the model and what every decoder has.
func (r *ConfigReader) Sizes(d Sizes) {
	c := r.Config
	if r.Has("architectures") {
		r.read("architectures", &c.Architectures)
	}
	c.VocabSize = r.Int("vocab_size", d.Vocab, 1, maxVocab)
	c.HiddenSize = r.Int("hidden_size", d.Hidden, 1, maxWidth)
	c.IntermediateSize = r.Int("intermediate_size", d.Intermediate, 1, maxWidth)
	c.Layers = r.Int("num_hidden_layers", d.Layers, 1, MaxLayers)
	c.LayerTypes = slices.Repeat([]LayerType{FullAttention}, c.Layers)
	r.heads(d)
	c.MaxPositions = r.Int("max_position_embeddings", d.Positions, 1, MaxPositions)
	c.RMSNormEps = r.Float("rms_norm_eps", 1e-6, 0, 1)
	c.InitializerRange = r.Float("initializer_range", 0.02, 0, 1e3)
	c.TieEmbeddings = r.Bool("tie_word_embeddings", false)
	r.dtype()
}

func (r *ConfigReader) heads(d Sizes) {
	c := r.Config
	c.Heads = r.Int("num_attention_heads", d.Heads, 1, MaxHeads)
	c.KVHeads = c.Heads
	if !d.NullKVHeads || !r.null("num_key_value_heads") {
		if d.KVHeads == 0 {
			d.KVHeads = c.Heads
		}
		c.KVHeads = r.Int("num_key_value_heads", d.KVHeads, 1, MaxHeads)
	}
	if c.Heads%c.KVHeads != 0 {
		r.Problem("num_attention_heads %d is not a multiple of num_key_value_heads %d", c.Heads, c.KVHeads)
	}
	c.HeadDim = d.HeadDim
	if d.HeadDim > 0 || !r.null("head_dim") {
		c.HeadDim = r.Int("head_dim", d.HeadDim, 1, MaxHeads)
	}
	if c.HeadDim == 0 {
		c.HeadDim = c.HiddenSize / c.Heads
		if c.HeadDim*c.Heads != c.HiddenSize {
			r.Problem("hidden_size %d is not a multiple of num_attention_heads %d, and head_dim is not given", c.HiddenSize, c.Heads)
		}
	}
}

// AttentionBias reads whether all four projections of the attention have a bias.
func (r *ConfigReader) AttentionBias() {
	r.Config.QKVBias = r.Bool("attention_bias", false)
	r.Config.OutputBias = r.Config.QKVBias
}

// dtype reads dtype, or torch_dtype as the hub dialect calls it.
func (r *ConfigReader) dtype() {
	key := "dtype"
	if !r.Has(key) {
		key = "torch_dtype"
	}
	if !r.Has(key) {
		return
	}
	d, err := dtype.ParseTorch(r.String(key, "float32"))
	if err != nil || d != dtype.F32 && d != dtype.BF16 && d != dtype.F16 {
		r.Problem("%s is %s, want float32, bfloat16 or float16", key, abbreviate(r.members[key]))
		return
	}
	r.Config.DType = d
}

// Window reads the positions that a layer of SlidingAttention sees, 0 where there is to be no such layer.
func (r *ConfigReader) Window() int {
	if !r.Bool("use_sliding_window", false) || r.null("sliding_window") {
		return 0
	}
	return r.Int("sliding_window", 4096, 1, MaxPositions)
}

// WindowedLayers reads which layers look through a sliding window: those of layer_types, or else those from max_window_layers on.
func (r *ConfigReader) WindowedLayers() {
	window := r.Window()
	if !r.GivenLayers(SlidingAttention, window) {
		from := r.Int("max_window_layers", 28, 0, MaxLayers)
		r.ChooseLayers(SlidingAttention, window, func(i int) bool { return window > 0 && i >= from })
	}
}

// ChooseLayers gives the type other to the layers that chosen returns true for. window belongs to SlidingAttention.
func (r *ConfigReader) ChooseLayers(other LayerType, window int, chosen func(i int) bool) {
	c := r.Config
	for i := range c.LayerTypes {
		if chosen(i) {
			c.LayerTypes[i] = other
		}
	}
	if slices.Contains(c.LayerTypes, SlidingAttention) {
		c.SlidingWindow = window
	}
}

// GivenLayers reads layer_types, each of which is FullAttention or other; ok is false if the file has none.
func (r *ConfigReader) GivenLayers(other LayerType, window int) (ok bool) {
	if !r.Has("layer_types") {
		return false
	}
	var names []string
	r.read("layer_types", &names)
	if len(names) != r.Config.Layers {
		r.Problem("layer_types has %d entries for %d layers", len(names), r.Config.Layers)
		return true
	}
	for i, name := range names {
		t := LayerType(name)
		if t != FullAttention && t != other {
			r.Problem("layer_types[%d] is %q, want %s or %s", i, name, FullAttention, other)
		}
		if t == SlidingAttention && window == 0 {
			r.Problem("layer_types[%d] is %s, but use_sliding_window and sliding_window do not give a window", i, t)
		}
	}
	r.ChooseLayers(other, window, func(i int) bool { return LayerType(names[i]) == other })
	return true
}

// Experts are the defaults of a configuration class with mixtures of experts.
type Experts struct {
	Keys               []string // that the number of experts goes by in the dialects, the one that wins first
	Number, PerToken   int
	Intermediate       int
	SharedIntermediate int // 0 for a class without a shared expert
	NormTopK           bool
}

// Experts reads which layers have experts, and how many.
func (r *ConfigReader) Experts(d Experts) {
	m := &MoE{
		Experts:            r.experts(d),
		PerToken:           r.Int("num_experts_per_tok", d.PerToken, 1, MaxHeads),
		IntermediateSize:   r.Int("moe_intermediate_size", d.Intermediate, 1, maxWidth),
		NormTopK:           r.Bool("norm_topk_prob", d.NormTopK),
		AuxLossCoef:        r.Float("router_aux_loss_coef", 0.001, 0, 1e3),
		OutputRouterLogits: r.Bool("output_router_logits", false),
		Step:               r.Int("decoder_sparse_step", 1, 1, MaxLayers),
	}
	if m.PerToken > m.Experts {
		r.Problem("num_experts_per_tok %d is more than the %d experts", m.PerToken, m.Experts)
	}
	if d.SharedIntermediate > 0 {
		m.SharedIntermediate = r.Int("shared_expert_intermediate_size", d.SharedIntermediate, 1, maxWidth)
	} else if r.Int("shared_expert_intermediate_size", 0, 0, maxWidth) != 0 {
		r.Problem("shared_expert_intermediate_size is not 0, but %s has no shared expert", r.Config.ModelType)
	}
	if r.Has("mlp_only_layers") {
		r.read("mlp_only_layers", &m.Dense)
	}
	for _, i := range m.Dense {
		if i < 0 || i >= r.Config.Layers {
			r.Problem("mlp_only_layers names layer %d of %d", i, r.Config.Layers)
		}
	}
	r.Config.MoE = m
}

// experts reads the number of experts. A file with several of the keys must mean the same.
func (r *ConfigReader) experts(d Experts) int {
	number, key := d.Number, ""
	for _, k := range d.Keys {
		if !r.Has(k) {
			continue
		}
		n := r.Int(k, d.Number, 1, MaxHeads)
		if key != "" && n != number {
			r.Problem("%s is %d and %s is %d", k, n, key, number)
			continue
		}
		number, key = n, k
	}
	if key == "" {
		return r.Int(d.Keys[len(d.Keys)-1], d.Number, 1, MaxHeads)
	}
	return number
}

// refuse reports what would change the computation and is not supported for any architecture.
func (r *ConfigReader) refuse() {
	if act := r.String("hidden_act", "silu"); act != "silu" {
		r.Problem("hidden_act is %q, want silu", act)
	}
	if d := r.Float("attention_dropout", 0, 0, 1); d != 0 {
		r.Problem("attention_dropout is %v, want 0", d)
	}
	if r.Has("per_layer_config") {
		r.Problem("per_layer_config is not supported")
	}
}

// tokens reads the special tokens, those of generation_config.json first.
func (r *ConfigReader) tokens(generation Fields) {
	c := r.Config
	first := func(key string) int {
		for _, f := range []Fields{generation, r.Fields} {
			if ids := f.ids(key, c.VocabSize); len(ids) > 0 {
				return ids[0]
			}
		}
		return -1
	}
	c.BOS, c.PAD = first("bos_token_id"), first("pad_token_id")
	if c.BOS < 0 && !r.null("bos_token_id") {
		c.BOS = r.BOS
	}
	c.EOS = generation.ids("eos_token_id", c.VocabSize)
	if c.EOS == nil {
		c.EOS = r.ids("eos_token_id", c.VocabSize)
	}
	if c.EOS == nil && !r.null("eos_token_id") && r.EOS >= 0 {
		c.EOS = []int{r.EOS}
	}
}
