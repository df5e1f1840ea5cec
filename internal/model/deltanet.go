package model

import (
	"math"

	"graft/internal/nn"
	"graft/internal/weights"
)

// GatedDeltaNet is a layer's token mixer with a recurrent state in place of attention (nn.DeltaNet).
type GatedDeltaNet struct {
	qkvz, ba, out *Slot
	delta         *nn.DeltaNet
	layer         int
}

func deltaShape(d *weights.DeltaNet) nn.DeltaShape {
	return nn.DeltaShape{
		KeyHeads: d.KeyHeads, ValueHeads: d.ValueHeads, KeyDim: d.KeyHeadDim, ValueDim: d.ValueHeadDim, Kernel: d.ConvKernel,
	}
}

// NewGatedDeltaNet loads the mixer of a layer.
func NewGatedDeltaNet(b *Builder, layer int, prefix string) *GatedDeltaNet {
	c, s := b.Config, deltaShape(b.Config.DeltaNet)
	g := &GatedDeltaNet{layer: layer}
	g.qkvz = b.Slot(LinearAttention, layer, prefix+".in_proj_qkvz", c.HiddenSize, s.Width(), false)
	g.ba = b.Slot(LinearAttention, layer, prefix+".in_proj_ba", c.HiddenSize, 2*s.ValueHeads, false)
	g.out = b.Slot(LinearAttention, layer, prefix+".out_proj", s.ValueHeads*s.ValueDim, c.HiddenSize, false)
	g.delta = &nn.DeltaNet{
		DeltaShape: s,
		Taps:       b.taps(prefix+".conv1d.weight", s),
		Rate:       b.Floats(prefix+".A_log", s.ValueHeads),
		Bias:       b.Floats(prefix+".dt_bias", s.ValueHeads),
		Norm:       b.Floats(prefix+".norm.weight", s.ValueDim), // not zero-centred
		Eps:        c.RMSNormEps,
	}
	for i, a := range g.delta.Rate {
		g.delta.Rate[i] = float32(math.Exp(float64(a)))
	}
	return g
}

// taps reads the convolution (channels, 1, kernel), whose channels are all queries, all keys, all values, and puts together the
// channels of each key head.
func (b *Builder) taps(name string, s nn.DeltaShape) [][]float32 {
	keys, values := s.KeyHeads*s.KeyDim, s.ValueHeads*s.ValueDim
	w := b.Floats(name, 2*keys+values, 1, s.Kernel)
	taps := make([][]float32, s.Kernel)
	take := func(first, n int) {
		for c := first; c < first+n; c++ {
			for j := range taps {
				taps[j] = append(taps[j], w[c*s.Kernel+j])
			}
		}
	}
	for h := range s.KeyHeads {
		take(h*s.KeyDim, s.KeyDim)
		take(keys+h*s.KeyDim, s.KeyDim)
		take(2*keys+h*values/s.KeyHeads, values/s.KeyHeads)
	}
	return taps
}

// Apply runs the mixer on x (T, H).
func (g *GatedDeltaNet) Apply(t *nn.Tape, x *nn.Value, b *Batch) *nn.Value {
	qkvz, ba := g.qkvz.Apply(t, x), g.ba.Apply(t, x)
	if b.Cache != nil {
		return g.out.Apply(t, t.CachedDeltaNet(qkvz, ba, g.delta, b.Cache, g.layer))
	}
	return g.out.Apply(t, t.DeltaNet(qkvz, ba, g.delta, b.Segs))
}
