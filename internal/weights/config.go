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

// Config is the config.json of a decoder model with the defaults filled in and everything checked. What an architecture always does, whatever
// its file contains, is set here too, so that nobody else needs to know the architecture.
type Config struct {
	ModelType     string   // names the architecture
	Architectures []string // class names of the model in transformers

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
	OutputGate       bool // q_proj gives a query and a gate for each head; the sigmoid of the gate multiplies the head's output
	HeadNorms        bool // the queries and keys of each head are normalised
	ZeroCentredNorm  bool // norms multiply by 1 + weight
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

// DeltaNet describes the layers of LinearAttention, which follow the gated delta rule.
type DeltaNet struct {
	KeyHeads, ValueHeads     int // KeyHeads divides ValueHeads
	KeyHeadDim, ValueHeadDim int
	ConvKernel               int
}

// A Dialect reads the config.json of one architecture.
type Dialect struct {
	ModelType string
	Read      func(r *ConfigReader) // fills in r.Config and reports what is wrong to r
}

// ReadConfig reads config.json and, if there is one, generation_config.json of a model directory in one of the dialects.
func ReadConfig(dir string, dialects []Dialect) (*Config, error) {
	path := filepath.Join(dir, "config.json")
	config, err := readSmall(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("weights: %s: there is no config.json: not a model directory, or an incomplete one", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	var problems []error
	generationPath := filepath.Join(dir, "generation_config.json")
	generation, err := readSmall(generationPath)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("weights: %w", err)
	}
	return parseConfig(dialects, readFields(path, config, &problems), readFields(generationPath, generation, &problems))
}

// ParseConfig reads the text of a config.json and of a generation_config.json, which may be empty. The error names all problems.
func ParseConfig(config, generation []byte, dialects []Dialect) (*Config, error) {
	var problems []error
	return parseConfig(dialects, readFields("config.json", config, &problems), readFields("generation_config.json", generation, &problems))
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

func parseConfig(dialects []Dialect, f, generation Fields) (*Config, error) {
	modelType := f.String("model_type", "")
	i := slices.IndexFunc(dialects, func(d Dialect) bool { return d.ModelType == modelType })
	if i < 0 && len(*f.problems) == 0 {
		var known []string
		for _, d := range dialects {
			known = append(known, d.ModelType)
		}
		f.Problem("model_type %q is not supported; supported are %s", modelType, strings.Join(known, ", "))
	}
	if len(*f.problems) > 0 {
		return nil, fmt.Errorf("weights: %w", errors.Join(*f.problems...))
	}
	r := &ConfigReader{Fields: f, Config: &Config{ModelType: modelType}, BOS: -1, EOS: -1}
	dialects[i].Read(r)
	r.refuse()
	r.Config.Quantization = quantization(f)
	r.tokens(generation)
	if len(*f.problems) > 0 {
		return nil, fmt.Errorf("weights: %w", errors.Join(*f.problems...))
	}
	return r.Config, nil
}
