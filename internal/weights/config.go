package weights

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"graft/internal/dtype"
)

// LayerType is the kind of a decoder layer's token mixer.
type LayerType string

// The layer types.
const (
	FullAttention    LayerType = "full_attention"
	SlidingAttention LayerType = "sliding_attention"
	LinearAttention  LayerType = "linear_attention"
)

// Config is the config.json of a decoder model with the defaults filled in and everything checked.
type Config struct {
	ModelType     string   // qwen2, qwen3, qwen3_moe or qwen3_next
	Architectures []string // as qwen3's Qwen3ForCausalLM

	VocabSize        int
	HiddenSize       int
	IntermediateSize int // of a dense MLP
	Layers           int
	Heads            int // of the queries
	KVHeads          int // divides Heads
	HeadDim          int
	MaxPositions     int
	RMSNormEps       float64
	TieEmbeddings    bool // the head is the embedding matrix
	QKVBias          bool // q_proj, k_proj and v_proj have a bias
	OutputBias       bool // o_proj has a bias
	InitializerRange float64

	LayerTypes    []LayerType // (Layers)
	SlidingWindow int         // positions that a SlidingAttention layer sees; 0 if there is no such layer
	Rope          Rope
	MoE           *MoE         // nil for a dense model
	DeltaNet      *DeltaNet    // nil without LinearAttention layers
	DType         dtype.DType  // of the weights, as far as the file says: Invalid, F32, BF16 or F16
	Quantization  *NF4Settings // nil if the weights are plain

	BOS, PAD int   // token ids; -1 if there is none
	EOS      []int // token ids that end a text: generation_config.json's, else config.json's
}

// MoE describes the mixture-of-experts layers.
type MoE struct {
	Experts            int
	PerToken           int // experts that a token is sent to
	IntermediateSize   int // of an expert
	SharedIntermediate int // of the expert that sees every token; 0 if there is none
	NormTopK           bool
	AuxLossCoef        float64
	OutputRouterLogits bool
	Step               int   // layer i has experts if (i+1)%Step == 0 …
	Dense              []int // … and it is not one of these
}

// Sparse reports whether layer i has experts rather than a dense MLP.
func (m *MoE) Sparse(i int) bool {
	return m != nil && (i+1)%m.Step == 0 && !slices.Contains(m.Dense, i)
}

// DeltaNet describes the gated delta rule layers of qwen3_next.
type DeltaNet struct {
	KeyHeads, ValueHeads     int // KeyHeads divides ValueHeads
	KeyHeadDim, ValueHeadDim int
	ConvKernel               int
}

// OutputGate reports whether q_proj gives a query and a gate for each head; the sigmoid of the gate multiplies the head's output.
func (c *Config) OutputGate() bool { return c.ModelType == "qwen3_next" }

// HeadNorms reports whether the queries and keys of each head have a norm.
func (c *Config) HeadNorms() bool { return c.ModelType != "qwen2" }

// ZeroCentredNorm reports whether norms multiply by 1 + weight.
func (c *Config) ZeroCentredNorm() bool { return c.ModelType == "qwen3_next" }

// The largest sizes believed. They are far above any model and keep products of two within an int.
const (
	maxWidth  = 1 << 20 // hidden and intermediate sizes
	maxVocab  = 1 << 24
	maxLayers = 1 << 12
	maxHeads  = 1 << 12 // heads and the dimension of one
	maxTokens = 1 << 30 // positions
)

// A class holds the defaults of a model type where they differ: those of the configuration classes in transformers 5.23.
type class struct {
	modelType                                   string
	hidden, intermediate, layers, heads, kv     int
	headDim                                     int // 0: hidden size divided by heads
	qkvBias                                     bool
	expertKey                                   string // "" for a dense model; the other names are the same in both
	experts, perToken, expertSize, sharedExpert int
	normTopK                                    bool
	linear                                      bool
	partialRotary                               float64
}

var classes = []class{
	{modelType: "qwen2", hidden: 4096, intermediate: 22016, layers: 32, heads: 32, kv: 32, qkvBias: true, partialRotary: 1},
	{modelType: "qwen3", hidden: 4096, intermediate: 22016, layers: 32, heads: 32, kv: 32, headDim: 128, partialRotary: 1},
	{
		modelType: "qwen3_moe", hidden: 2048, intermediate: 6144, layers: 24, heads: 32, kv: 4, partialRotary: 1,
		expertKey: "num_local_experts", experts: 128, perToken: 8, expertSize: 768,
	},
	{
		modelType: "qwen3_next", hidden: 2048, intermediate: 5632, layers: 48, heads: 16, kv: 2, headDim: 256, partialRotary: 0.25,
		expertKey: "num_experts", experts: 512, perToken: 10, expertSize: 512, sharedExpert: 512, normTopK: true, linear: true,
	},
}

// ReadConfig reads config.json and, if there is one, generation_config.json of a model directory.
func ReadConfig(dir string) (*Config, error) {
	path := filepath.Join(dir, "config.json")
	config, err := readSmall(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("weights: %s: there is no config.json: not a model directory, or an incomplete one", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	generationPath := filepath.Join(dir, "generation_config.json")
	generation, err := readSmall(generationPath)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("weights: %w", err)
	}
	return parseConfig(path, config, generationPath, generation)
}

// ParseConfig reads the text of a config.json and of a generation_config.json, which may be empty. The error names all problems.
func ParseConfig(config, generation []byte) (*Config, error) {
	return parseConfig("config.json", config, "generation_config.json", generation)
}

// readSmall reads a file of at most 16 MiB.
func readSmall(path string) ([]byte, error) {
	const most = 16 << 20
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() || st.Size() > most {
		return nil, fmt.Errorf("%s is no regular file of at most %d bytes", path, most)
	}
	return os.ReadFile(path)
}

func parseConfig(path string, text []byte, generationPath string, generation []byte) (*Config, error) {
	var problems []error
	f := readFields(path, text, &problems)
	g := readFields(generationPath, generation, &problems)
	modelType := f.string("model_type", "")
	i := slices.IndexFunc(classes, func(c class) bool { return c.modelType == modelType })
	if i < 0 && len(problems) == 0 {
		var known []string
		for _, c := range classes {
			known = append(known, c.modelType)
		}
		f.problem("model_type %q is not supported; supported are %s", modelType, strings.Join(known, ", "))
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("weights: %w", errors.Join(problems...))
	}
	p := configParser{f, classes[i], &Config{ModelType: modelType}}
	p.sizes()
	p.layers()
	p.rope()
	p.experts()
	p.refuse()
	p.c.Quantization = quantization(f)
	p.tokens(g)
	if len(problems) > 0 {
		return nil, fmt.Errorf("weights: %w", errors.Join(problems...))
	}
	return p.c, nil
}

// A configParser fills c in; its fields gather the problems.
type configParser struct {
	fields
	class class
	c     *Config
}

func (p configParser) sizes() {
	c, d := p.c, p.class
	if p.has("architectures") {
		p.read("architectures", &c.Architectures)
	}
	c.VocabSize = p.int("vocab_size", 151936, 1, maxVocab)
	c.HiddenSize = p.int("hidden_size", d.hidden, 1, maxWidth)
	c.IntermediateSize = p.int("intermediate_size", d.intermediate, 1, maxWidth)
	c.Layers = p.int("num_hidden_layers", d.layers, 1, maxLayers)
	c.Heads = p.int("num_attention_heads", d.heads, 1, maxHeads)
	c.KVHeads = c.Heads
	if !p.null("num_key_value_heads") || d.expertKey != "" { // the dense classes let null stand for as many as there are heads
		c.KVHeads = p.int("num_key_value_heads", d.kv, 1, maxHeads)
	}
	if c.Heads%c.KVHeads != 0 {
		p.problem("num_attention_heads %d is not a multiple of num_key_value_heads %d", c.Heads, c.KVHeads)
	}
	c.HeadDim = p.int("head_dim", d.headDim, 1, maxHeads)
	if c.HeadDim == 0 {
		c.HeadDim = c.HiddenSize / c.Heads
		if c.HeadDim*c.Heads != c.HiddenSize {
			p.problem("hidden_size %d is not a multiple of num_attention_heads %d, and head_dim is not given", c.HiddenSize, c.Heads)
		}
	}
	c.MaxPositions = p.int("max_position_embeddings", 32768, 1, maxTokens)
	c.RMSNormEps = p.float("rms_norm_eps", 1e-6, 0, 1)
	c.InitializerRange = p.float("initializer_range", 0.02, 0, 1e3)
	c.TieEmbeddings = p.bool("tie_word_embeddings", false)
	c.QKVBias = d.qkvBias
	if !d.qkvBias {
		c.QKVBias = p.bool("attention_bias", false)
		c.OutputBias = c.QKVBias
	}
	p.dtype()
}

// dtype reads dtype, or torch_dtype as the hub dialect calls it.
func (p configParser) dtype() {
	key := "dtype"
	if !p.has(key) {
		key = "torch_dtype"
	}
	if !p.has(key) {
		return
	}
	d, err := dtype.ParseTorch(p.string(key, "float32"))
	if err != nil || d != dtype.F32 && d != dtype.BF16 && d != dtype.F16 {
		p.problem("%s is %s, want float32, bfloat16 or float16", key, abbreviate(p.members[key]))
		return
	}
	p.c.DType = d
}

// layers finds the kind of each layer.
func (p configParser) layers() {
	c := p.c
	window := 0
	if !p.class.linear && p.bool("use_sliding_window", false) && !p.null("sliding_window") {
		window = p.int("sliding_window", 4096, 1, maxTokens)
	}
	c.LayerTypes = make([]LayerType, c.Layers)
	switch {
	case p.has("layer_types") && p.class.modelType != "qwen3_moe":
		p.givenLayers(window)
	case p.class.linear:
		interval := p.int("full_attention_interval", 4, 1, maxLayers)
		p.fill(LinearAttention, func(i int) bool { return (i+1)%interval != 0 })
	case p.class.modelType == "qwen3_moe": // has neither layer_types nor max_window_layers
		p.fill(SlidingAttention, func(int) bool { return window > 0 })
	default:
		from := p.int("max_window_layers", 28, 0, maxLayers)
		p.fill(SlidingAttention, func(i int) bool { return window > 0 && i >= from })
	}
	if slices.Contains(c.LayerTypes, SlidingAttention) {
		c.SlidingWindow = window
	}
	if p.class.linear {
		p.deltaNet()
	}
}

// fill sets the layers that is chooses to t, the others to FullAttention.
func (p configParser) fill(t LayerType, is func(i int) bool) {
	for i := range p.c.LayerTypes {
		p.c.LayerTypes[i] = FullAttention
		if is(i) {
			p.c.LayerTypes[i] = t
		}
	}
}

func (p configParser) givenLayers(window int) {
	var names []string
	p.read("layer_types", &names)
	if len(names) != p.c.Layers {
		p.problem("layer_types has %d entries for %d layers", len(names), p.c.Layers)
		return
	}
	other := SlidingAttention
	if p.class.linear {
		other = LinearAttention
	}
	for i, name := range names {
		t := LayerType(name)
		if t != FullAttention && t != other {
			p.problem("layer_types[%d] is %q, want %s or %s", i, name, FullAttention, other)
		}
		if t == SlidingAttention && window == 0 {
			p.problem("layer_types[%d] is %s, but use_sliding_window and sliding_window do not give a window", i, t)
		}
		p.c.LayerTypes[i] = t
	}
}

func (p configParser) deltaNet() {
	d := &DeltaNet{
		KeyHeads:     p.int("linear_num_key_heads", 16, 1, maxHeads),
		ValueHeads:   p.int("linear_num_value_heads", 32, 1, maxHeads),
		KeyHeadDim:   p.int("linear_key_head_dim", 128, 1, maxHeads),
		ValueHeadDim: p.int("linear_value_head_dim", 128, 1, maxHeads),
		ConvKernel:   p.int("linear_conv_kernel_dim", 4, 1, 64),
	}
	if d.ValueHeads%d.KeyHeads != 0 {
		p.problem("linear_num_value_heads %d is not a multiple of linear_num_key_heads %d", d.ValueHeads, d.KeyHeads)
	}
	if slices.Contains(p.c.LayerTypes, LinearAttention) {
		p.c.DeltaNet = d
	}
}

func (p configParser) experts() {
	d := p.class
	if d.expertKey == "" {
		return
	}
	// The v5 dialect renames num_experts for qwen3_moe; a file with both must mean the same.
	key := "num_experts"
	if p.has(d.expertKey) {
		key = d.expertKey
	}
	m := &MoE{
		Experts:            p.int(key, d.experts, 1, maxHeads),
		PerToken:           p.int("num_experts_per_tok", d.perToken, 1, maxHeads),
		IntermediateSize:   p.int("moe_intermediate_size", d.expertSize, 1, maxWidth),
		NormTopK:           p.bool("norm_topk_prob", d.normTopK),
		AuxLossCoef:        p.float("router_aux_loss_coef", 0.001, 0, 1e3),
		OutputRouterLogits: p.bool("output_router_logits", false),
		Step:               p.int("decoder_sparse_step", 1, 1, maxLayers),
	}
	if key != "num_experts" {
		if n := p.int("num_experts", m.Experts, 1, maxHeads); n != m.Experts {
			p.problem("num_experts is %d and %s is %d", n, key, m.Experts)
		}
	}
	if m.PerToken > m.Experts {
		p.problem("num_experts_per_tok %d is more than the %d experts", m.PerToken, m.Experts)
	}
	if d.sharedExpert > 0 {
		m.SharedIntermediate = p.int("shared_expert_intermediate_size", d.sharedExpert, 1, maxWidth)
	}
	if p.has("mlp_only_layers") {
		p.read("mlp_only_layers", &m.Dense)
	}
	for _, i := range m.Dense {
		if i < 0 || i >= p.c.Layers {
			p.problem("mlp_only_layers names layer %d of %d", i, p.c.Layers)
		}
	}
	p.c.MoE = m
}

// refuse reports what would change the computation and is not supported.
func (p configParser) refuse() {
	if act := p.string("hidden_act", "silu"); act != "silu" {
		p.problem("hidden_act is %q, want silu", act)
	}
	if d := p.float("attention_dropout", 0, 0, 1); d != 0 {
		p.problem("attention_dropout is %v, want 0", d)
	}
	if p.has("per_layer_config") {
		p.problem("per_layer_config is not supported")
	}
	if p.class.modelType == "qwen3_moe" && p.int("shared_expert_intermediate_size", 0, 0, maxWidth) != 0 {
		p.problem("shared_expert_intermediate_size is not 0, but qwen3_moe has no shared expert")
	}
}

func (p configParser) tokens(generation fields) {
	first := func(key string) int {
		for _, f := range []fields{generation, p.fields} {
			if ids := f.ids(key, p.c.VocabSize); len(ids) > 0 {
				return ids[0]
			}
		}
		return -1
	}
	p.c.BOS, p.c.PAD = first("bos_token_id"), first("pad_token_id")
	p.c.EOS = generation.ids("eos_token_id", p.c.VocabSize)
	if p.c.EOS == nil {
		p.c.EOS = p.ids("eos_token_id", p.c.VocabSize)
	}
}
