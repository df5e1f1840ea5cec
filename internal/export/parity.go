package export

import (
	"fmt"
	"math"

	"graft/internal/dtype"
	"graft/internal/gemm"
	"graft/internal/model"
	"graft/internal/nn"
)

// Parity compares the logits of what was trained with the logits of what was written, over the same tokens.
type Parity struct {
	Positions int     `json:"positions"`
	MaxDiff   float64 `json:"max_difference"` // of one logit
	Error     float64 `json:"relative_error"` // root mean square of the difference over that of the logits
	Agreement float64 `json:"top1_agreement"` // share of positions with the same most likely token
	Effect    float64 `json:"adapter_effect"` // the same relative measure between base and base + adapter
	Kept      float64 `json:"effect_kept"`    // the share of that effect that the merged model has; 1 if the adapter has none
	Tolerance float64 `json:"tolerance"`      // of Error, for the type written
	OK        bool    `json:"ok"`
}

// Tolerance is the largest relative error of logits that rounding the merged weights once to a type explains. With routed experts a rounding
// can send a token to another expert: 4 % were seen on random weights of the real shape in bfloat16.
func Tolerance(stored dtype.DType, experts bool) float64 {
	t := map[dtype.DType]float64{dtype.F32: 1e-4, dtype.F16: 0.01, dtype.BF16: 0.03}[stored]
	if experts {
		t *= 3
	}
	return t
}

// Compare measures how far apart the logits of merged are from those of adapted, and what the adapter does to base.
func Compare(base, adapted, merged gemm.F32, tolerance float64) Parity {
	p := Parity{Positions: merged.Rows, Tolerance: tolerance}
	same := 0
	for i := range merged.Rows {
		if argmax(adapted, i) == argmax(merged, i) {
			same++
		}
	}
	p.Agreement = float64(same) / float64(max(merged.Rows, 1))
	for i := range merged.Data {
		p.MaxDiff = max(p.MaxDiff, math.Abs(float64(merged.Data[i]-adapted.Data[i])))
	}
	p.Error, p.Effect = relative(adapted, merged), relative(adapted, base)
	p.Kept = kept(base, adapted, merged)
	p.OK = p.Error <= p.Tolerance && p.Kept >= leastKept // false for NaN
	return p
}

// leastKept is the share of the adapter's effect below which a merge has lost it. A barely trained adapter is partly lost in the rounding of
// bfloat16 weights, which the report says; one that did not get into the file at all has a share of 0.
const leastKept = 0.1

// kept projects what merging did to the logits on what the adapter does to them. Rounding is nearly orthogonal to that, so that an
// adapter smaller than the tolerance is still seen to be there or to be lost.
func kept(base, adapted, merged gemm.F32) float64 {
	var along, whole float64
	for i := range base.Data {
		effect := float64(adapted.Data[i]) - float64(base.Data[i])
		along += effect * (float64(merged.Data[i]) - float64(base.Data[i]))
		whole += effect * effect
	}
	if whole == 0 {
		return 1
	}
	return along / whole
}

func argmax(m gemm.F32, row int) int {
	r, best := m.Data[row*m.Cols:(row+1)*m.Cols], 0
	for j, v := range r {
		if v > r[best] {
			best = j
		}
	}
	return best
}

func relative(of, to gemm.F32) float64 {
	var d, n float64
	for i := range of.Data {
		e := float64(to.Data[i]) - float64(of.Data[i])
		d, n = d+e*e, n+float64(of.Data[i])*float64(of.Data[i])
	}
	return math.Sqrt(d / n)
}

// String is the comparison in words.
func (p Parity) String() string {
	verdict := "equal within rounding"
	if !p.OK {
		verdict = "NOT EQUAL"
	}
	text := fmt.Sprintf("merged against base + adapter over %d positions: %s\n  relative error %.2e (allowed %.0e), largest logit difference %.3g, same top token %.1f %%\n"+
		"  the adapter itself moves the logits by %.2e, of which the merged model has %.1f %%",
		p.Positions, verdict, p.Error, p.Tolerance, p.MaxDiff, 100*p.Agreement, p.Effect, 100*p.Kept)
	if p.Kept < 0.9 {
		text += "\n  the rest is lost in rounding: the adapter changes weights by less than their type can hold; train it longer, or serve base and adapter apart"
	}
	return text
}

// Logits are the logits of a model at every position of some sequences.
func Logits(ctx *nn.Context, m model.Model, seqs [][]int32) gemm.F32 {
	h := model.Forward(ctx, m, model.NewBatch(seqs...))
	defer h.Free()
	return model.Logits(ctx, m, h, nil)
}
