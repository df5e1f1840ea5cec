package model

import (
	"math"

	"graft/internal/nn"
	"graft/internal/weights"
)

// rotary tabulates the positions that the configuration declares.
func rotary(c *weights.Config) *nn.Rotary {
	return nn.NewRotary(inverseFrequencies(c.Rope), c.Rope.AttentionFactor, c.MaxPositions)
}

// inverseFrequencies are θ^(−2i/R) for i < R/2, stretched as the kind of embedding says. Arithmetic is float32 as in transformers.
func inverseFrequencies(r weights.Rope) []float64 {
	inv := make([]float64, r.Dim/2)
	for i := range inv {
		base := float64(float32(1 / math.Pow(r.Theta, float64(2*i)/float64(r.Dim))))
		switch r.Type {
		case weights.RopeLinear:
			base /= r.Factor
		case weights.RopeYarn:
			ramp := yarnRamp(r, i)
			base = base/r.Factor*ramp + base*(1-ramp)
		}
		if r.Stretch != nil {
			base = float64(r.Stretch(float32(base)))
		}
		inv[i] = base
	}
	return inv
}

// yarnRamp is how far dimension i is interpolated (Peng et al., 2023, equations 17 to 19): 0 for the fast dimensions, 1 for the slow.
func yarnRamp(r weights.Rope, i int) float64 {
	dim := func(rotations float64) float64 {
		return float64(r.Dim) * math.Log(float64(r.OriginalMaxPositions)/(rotations*2*math.Pi)) / (2 * math.Log(r.Theta))
	}
	low, high := dim(r.BetaFast), dim(r.BetaSlow)
	if r.Truncate {
		low, high = math.Floor(low), math.Ceil(high)
	}
	low, high = max(low, 0), min(high, float64(r.Dim-1))
	if low == high {
		high += 0.001
	}
	return min(max((float64(i)-low)/(high-low), 0), 1)
}
