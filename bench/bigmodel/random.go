package main

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"

	"graft/internal/dtype"
	"graft/internal/quant"
	"graft/internal/safetensors"
	"graft/internal/weights"
)

// random is content for a plan. A tensor depends on the seed and its name alone.
type random struct {
	seed        uint64
	zeroCentred bool // norms are 1 + weight
	sample      *quant.Nested
	rms         float64 // of the sixteen levels
}

func newRandom(c *weights.Config, seed uint64) (*random, error) {
	ramp := make([]float32, 64*64) // holds every level
	for i := range ramp {
		ramp[i] = float32(i%64) - 31.5
	}
	q, err := quant.QuantizeNF4(ramp, 64, 64, quant.NF4Options{DoubleQuant: true, DType: dtype.F32})
	if err != nil {
		return nil, err
	}
	r := &random{seed: seed, zeroCentred: c.ZeroCentredNorm, sample: q.Nested}
	levels := quant.NF4{Rows: 1, Cols: 16, BlockSize: 64, DType: dtype.F32, Absmax: []float32{1}, Packed: []byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}}
	var v [16]float32
	levels.Decode(v[:], 0)
	for _, x := range v {
		r.rms += float64(x) * float64(x) / 16
	}
	r.rms = math.Sqrt(r.rms)
	return r, nil
}

// of is the random numbers of a tensor.
func (r *random) of(name string) *rand.PCG {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // never fails
	return rand.NewPCG(r.seed, h.Sum64())
}

func fill(b []byte, p *rand.PCG) {
	for ; len(b) >= 8; b = b[8:] {
		binary.LittleEndian.PutUint64(b, p.Uint64())
	}
	for i := range b {
		b[i] = byte(p.Uint64())
	}
}

// NF4 is a matrix whose elements have a standard deviation of about 1/√columns.
func (r *random) NF4(name string, rows, cols int, opt quant.NF4Options) (*quant.NF4, error) {
	q, err := quant.NewNF4(rows, cols, opt)
	if err != nil {
		return nil, err
	}
	p := r.of(name)
	fill(q.Packed, p)
	scale := 1 / (math.Sqrt(float64(cols)) * r.rms)
	n := *r.sample
	n.Codes = make([]byte, q.Blocks())
	n.Absmax = make([]float32, (q.Blocks()+n.BlockSize-1)/n.BlockSize)
	n.Offset = float32(scale)
	fill(n.Codes, p)
	for i := range n.Absmax {
		n.Absmax[i] = float32(0.2 * scale)
	}
	q.Nested, q.Absmax = &n, nil
	return q, nil
}

// Plain draws a tensor as its kind is in trained models: norms around what leaves their input alone, matrices that keep its size.
func (r *random) Plain(t safetensors.Info, write func(p []byte) error) error {
	const piece = 1 << 20
	mean, std := r.spread(t)
	g := rand.New(r.of(t.Name))
	buf := make([]byte, 0, 2*piece)
	for left := t.Elements(); left > 0; left -= piece {
		buf = buf[:0]
		for range min(left, piece) {
			x := mean + std*g.NormFloat64()
			if strings.HasSuffix(t.Name, ".A_log") {
				x = math.Log(1 + 15*g.Float64())
			}
			buf = binary.LittleEndian.AppendUint16(buf, dtype.Float32ToBF16(float32(x)))
		}
		if err := write(buf); err != nil {
			return err
		}
	}
	return nil
}

func (r *random) spread(t safetensors.Info) (mean, std float64) {
	switch {
	case strings.HasSuffix(t.Name, "conv1d.weight"):
		return 0, 0.5
	case strings.HasSuffix(t.Name, "dt_bias"):
		return 1, 0.5
	case len(t.Shape) == 1 && r.zeroCentred && !strings.HasSuffix(t.Name, "linear_attn.norm.weight"):
		return 0, 0.1
	case len(t.Shape) == 1:
		return 1, 0.1
	case strings.HasSuffix(t.Name, "embed_tokens.weight"):
		return 0, 0.02
	}
	return 0, 1 / math.Sqrt(float64(t.Shape[1]))
}
