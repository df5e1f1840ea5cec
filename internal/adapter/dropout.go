package adapter

import (
	"hash/fnv"

	"graft/internal/gemm"
	"graft/internal/nn"
)

// Dropout zeroes each element with probability P and multiplies the others by 1/(1−P). Its mask is a function of seed, step, place and
// position, so that a layer computed again has the same one, on any number of threads.
type Dropout struct {
	P     float64
	clock *Clock
	site  uint64
}

func newDropout(p float64, clock *Clock, name string) *Dropout {
	if p == 0 {
		return nil
	}
	return &Dropout{P: p, clock: clock, site: hash(name)}
}

func hash(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // never fails
	return h.Sum64()
}

func (d *Dropout) active() bool { return d != nil && d.clock.Training }

// mask multiplies v, which starts at (row, col) of a matrix, by the mask, or by 1 − mask.
func (d *Dropout) mask(v []float32, row, col int, rest bool) {
	key := mix(mix(mix(d.clock.Seed^d.site)+d.clock.Step) + d.clock.Row + uint64(row))
	limit, keep := uint32(d.P*(1<<32)), float32(1/(1-d.P))
	for i := range v {
		f := keep
		if uint32(mix(key+uint64(col+i))) < limit {
			f = 0
		}
		if rest {
			f = 1 - f
		}
		v[i] *= f
	}
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// apply is the dropped x.
func (d *Dropout) apply(c *nn.Context, x *nn.Tensor) *nn.Tensor {
	return c.Map(x, func(row int, v []float32) { d.mask(v, row, 0, false) })
}

// complement is x minus the dropped x.
func (d *Dropout) complement(c *nn.Context, x *nn.Tensor) *nn.Tensor {
	return c.Map(x, func(row int, v []float32) { d.mask(v, row, 0, true) })
}

// masked multiplies a product by the mask, or by 1 − mask, on its way to a sink.
type masked struct {
	to   gemm.Sink
	drop *Dropout
	rest bool
}

func (m masked) Block(row, col, rows, cols int, c []float32, ld int) {
	for i := range rows {
		m.drop.mask(c[i*ld:i*ld+cols], row+i, col, m.rest)
	}
	m.to.Block(row, col, rows, cols, c, ld)
}
