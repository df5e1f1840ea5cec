package weights

import "math"

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
}

const (
	maxTheta  = 1e15
	maxFactor = 1e6
)

// rope reads either dialect: rope_scaling beside rope_theta and partial_rotary_factor, or rope_parameters with all of them.
func (p configParser) rope() {
	f := p.sub("rope_scaling")
	if len(f.members) == 0 {
		f = p.sub("rope_parameters")
	}
	r := &p.c.Rope
	r.Theta = p.float("rope_theta", 10000, 1, maxTheta)
	r.Theta = f.float("rope_theta", r.Theta, 1, maxTheta)
	partial := p.float("partial_rotary_factor", p.class.partialRotary, 0, 1)
	partial = f.float("partial_rotary_factor", partial, 0, 1)
	if partial != 1 && !p.class.linear {
		p.problem("partial_rotary_factor is %v; %s rotates whole heads", partial, p.class.modelType)
	}
	r.Dim = int(float64(p.c.HeadDim) * partial)
	if r.Dim < 2 || r.Dim%2 != 0 {
		p.problem("head_dim %d times partial_rotary_factor %v leaves %d dimensions to rotate, want an even number", p.c.HeadDim, partial, r.Dim)
	}
	r.AttentionFactor = 1
	r.Type = f.string("rope_type", f.string("type", RopeDefault))
	known := []string{"rope_type", "type", "rope_theta", "partial_rotary_factor"}
	switch r.Type {
	case RopeDefault:
		f.only(known)
	case RopeLinear:
		f.only(append(known, "factor"))
		r.Factor = f.required("factor")
	case RopeYarn:
		f.only(append(known, "factor", "original_max_position_embeddings", "attention_factor", "beta_fast", "beta_slow", "mscale",
			"mscale_all_dim", "truncate"))
		p.yarn(f)
	default:
		f.problem("rope_type %q is not supported; supported are %s, %s and %s", r.Type, RopeDefault, RopeLinear, RopeYarn)
	}
}

// required reads a factor of at least 1 that must be there.
func (f fields) required(key string) float64 {
	if _, ok := f.members[key]; !ok {
		f.problem("%s is missing", key)
		return 1
	}
	return f.float(key, 1, 1, maxFactor)
}

func (p configParser) yarn(f fields) {
	r := &p.c.Rope
	r.OriginalMaxPositions = f.int("original_max_position_embeddings", p.c.MaxPositions, 1, maxTokens)
	r.OriginalMaxPositions = p.int("original_max_position_embeddings", r.OriginalMaxPositions, 1, maxTokens)
	if f.null("factor") {
		r.Factor = float64(p.c.MaxPositions) / float64(r.OriginalMaxPositions)
	} else {
		r.Factor = f.required("factor")
	}
	r.BetaFast, r.BetaSlow = 32, 1
	if b := f.optionalFloat("beta_fast"); b != 0 {
		r.BetaFast = b
	}
	if b := f.optionalFloat("beta_slow"); b != 0 {
		r.BetaSlow = b
	}
	if r.BetaFast < r.BetaSlow {
		f.problem("beta_fast %v is less than beta_slow %v", r.BetaFast, r.BetaSlow)
	}
	r.Truncate = f.bool("truncate", true)
	mscale, all := f.optionalFloat("mscale"), f.optionalFloat("mscale_all_dim")
	switch {
	case f.has("attention_factor"):
		r.AttentionFactor = f.float("attention_factor", 1, 0, maxFactor)
	case mscale != 0 && all != 0:
		r.AttentionFactor = yarnScale(r.Factor, mscale) / yarnScale(r.Factor, all)
	default:
		r.AttentionFactor = yarnScale(r.Factor, 1)
	}
}

// yarnScale is the attention temperature of YaRN (Peng et al., 2023, equation 22) with a weight on its logarithm.
func yarnScale(factor, weight float64) float64 {
	if factor <= 1 {
		return 1
	}
	return 0.1*weight*math.Log(factor) + 1
}
