package weights

import (
	"math"
	"strings"
)

// The kinds of rotary embedding.
const (
	RopeDefault = "default"
	RopeLinear  = "linear"
	RopeYarn    = "yarn"
)

// Rope describes the rotary position embedding.
type Rope struct {
	Type  string // RopeDefault, RopeLinear or RopeYarn
	Theta float64
	Dim   int // leading dimensions of a head that are rotated; even

	Factor               float64 // of the linear and yarn kinds: how much longer the context became
	AttentionFactor      float64 // what cos and sin are multiplied by; 1 but for yarn
	OriginalMaxPositions int     // of the yarn kind: positions trained before the context became longer
	BetaFast, BetaSlow   float64 // of the yarn kind: rotations at the ends of the ramp
	Truncate             bool    // of the yarn kind: the ends of the ramp are whole dimensions

	// Stretch changes the inverse frequency of a pair of dimensions, in float32, for a kind that an architecture brings; nil for the others.
	Stretch func(frequency float32) float32 `json:"-"`
}

// RopeKind is a kind of rotary embedding that belongs to an architecture.
type RopeKind struct {
	Name string   // rope_type in config.json
	Keys []string // that it reads, beside rope_theta
	// Read reads them and returns what becomes of a frequency.
	Read func(f Fields, c *Config) func(frequency float32) float32
}

const (
	maxTheta  = 1e15
	maxFactor = 1e6
)

// Rope reads the rotary embedding in either dialect: rope_scaling beside rope_theta and partial_rotary_factor, or rope_parameters with all of
// them. partial is the default of partial_rotary_factor; with 1 no other value is accepted. kinds are those that the architecture brings.
func (r *ConfigReader) Rope(partial float64, kinds ...RopeKind) {
	f := r.sub("rope_scaling")
	if len(f.members) == 0 {
		f = r.sub("rope_parameters")
	}
	rope := &r.Config.Rope
	rope.Theta = r.Float("rope_theta", 10000, 1, maxTheta)
	rope.Theta = f.Float("rope_theta", rope.Theta, 1, maxTheta)
	share := r.Float("partial_rotary_factor", partial, 0, 1)
	share = f.Float("partial_rotary_factor", share, 0, 1)
	if share != 1 && partial == 1 {
		r.Problem("partial_rotary_factor is %v; %s rotates whole heads", share, r.Config.ModelType)
	}
	rope.Dim = int(float64(r.Config.HeadDim) * share)
	if rope.Dim < 2 || rope.Dim%2 != 0 {
		r.Problem("head_dim %d times partial_rotary_factor %v leaves %d dimensions to rotate, want an even number", r.Config.HeadDim, share, rope.Dim)
	}
	rope.AttentionFactor = 1
	rope.Type = f.String("rope_type", f.String("type", RopeDefault))
	known := []string{"rope_type", "type", "rope_theta", "partial_rotary_factor"}
	switch rope.Type {
	case RopeDefault:
		f.only(known)
	case RopeLinear:
		f.only(append(known, "factor"))
		rope.Factor = f.required("factor")
	case RopeYarn:
		f.only(append(known, "factor", "original_max_position_embeddings", "attention_factor", "beta_fast", "beta_slow", "mscale",
			"mscale_all_dim", "truncate"))
		r.yarn(f)
	default:
		r.ropeKind(f, known, kinds)
	}
}

// ropeKind reads an embedding of one of kinds.
func (r *ConfigReader) ropeKind(f Fields, known []string, kinds []RopeKind) {
	rope := &r.Config.Rope
	names := []string{RopeDefault, RopeLinear, RopeYarn}
	for _, k := range kinds {
		if k.Name == rope.Type {
			f.only(append(known, k.Keys...))
			rope.Stretch = k.Read(f, r.Config)
			return
		}
		names = append(names, k.Name)
	}
	last := len(names) - 1
	f.Problem("rope_type %q is not supported; supported are %s and %s", rope.Type, strings.Join(names[:last], ", "), names[last])
}

// Factor reads a number above 0 that must be there.
func (f Fields) Factor(key string) float64 {
	if _, ok := f.members[key]; !ok {
		f.Problem("%s is missing", key)
		return 1
	}
	return f.Float(key, 1, 1.0/maxFactor, maxFactor)
}

// required reads a factor of at least 1 that must be there.
func (f Fields) required(key string) float64 {
	if _, ok := f.members[key]; !ok {
		f.Problem("%s is missing", key)
		return 1
	}
	return f.Float(key, 1, 1, maxFactor)
}

func (r *ConfigReader) yarn(f Fields) {
	rope, c := &r.Config.Rope, r.Config
	rope.OriginalMaxPositions = f.Int("original_max_position_embeddings", c.MaxPositions, 1, MaxPositions)
	rope.OriginalMaxPositions = r.Int("original_max_position_embeddings", rope.OriginalMaxPositions, 1, MaxPositions)
	if f.null("factor") {
		rope.Factor = float64(c.MaxPositions) / float64(rope.OriginalMaxPositions)
	} else {
		rope.Factor = f.required("factor")
	}
	rope.BetaFast, rope.BetaSlow = 32, 1
	if b := f.optionalFloat("beta_fast"); b != 0 {
		rope.BetaFast = b
	}
	if b := f.optionalFloat("beta_slow"); b != 0 {
		rope.BetaSlow = b
	}
	if rope.BetaFast < rope.BetaSlow {
		f.Problem("beta_fast %v is less than beta_slow %v", rope.BetaFast, rope.BetaSlow)
	}
	rope.Truncate = f.Bool("truncate", true)
	mscale, all := f.optionalFloat("mscale"), f.optionalFloat("mscale_all_dim")
	switch {
	case f.Has("attention_factor"):
		rope.AttentionFactor = f.Float("attention_factor", 1, 0, maxFactor)
	case mscale != 0 && all != 0:
		rope.AttentionFactor = yarnScale(rope.Factor, mscale) / yarnScale(rope.Factor, all)
	default:
		rope.AttentionFactor = yarnScale(rope.Factor, 1)
	}
}

// yarnScale is the attention temperature of YaRN (Peng et al., 2023, equation 22) with a weight on its logarithm.
func yarnScale(factor, weight float64) float64 {
	if factor <= 1 {
		return 1
	}
	return 0.1*weight*math.Log(factor) + 1
}
