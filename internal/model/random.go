package model

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"graft/internal/dtype"
	"graft/internal/safetensors"
	"graft/internal/weights"
)

// Tiny makes a small random checkpoint: the text of its config.json and its tensors.
func (a Arch) Tiny(seed uint64) (config []byte, src weights.Source, err error) {
	config = []byte(a.Sample.Config)
	src, err = Registry{a}.Random(config, seed, a.Sample.Beside...)
	return config, src, err
}

// Random makes a checkpoint of a configuration in memory, with tensors beside those that the model has. Matrices are normally distributed at
// 1/√columns, so that activations keep their size, vectors around 1 (zero-centred norms around 0): a norm or bias that is forgotten shows.
// A tensor depends on seed and its name alone.
func (r Registry) Random(config []byte, seed uint64, beside ...safetensors.Info) (weights.Source, error) {
	c, err := r.ParseConfig(config, nil)
	if err != nil {
		return nil, err
	}
	v, err := r.Inventory(c)
	if err != nil {
		return nil, err
	}
	for _, t := range beside {
		v.add(Tensor{t.Name, t.Shape, Extra})
	}
	var tensors []safetensors.Tensor
	for _, t := range v.Tensors {
		mean := 1.0
		if t.Role == Norm && c.ZeroCentredNorm {
			mean = 0
		}
		tensors = append(tensors, t.random(seed, mean))
	}
	return weights.Memory(tensors...)
}

// random draws a tensor; mean is that of a vector.
func (t Tensor) random(seed uint64, mean float64) safetensors.Tensor {
	x := safetensors.Tensor{Info: safetensors.Info{Name: t.Name, DType: dtype.F32, Shape: t.Shape}}
	std := 0.3
	if len(t.Shape) > 1 {
		std, mean = 1/math.Sqrt(float64(t.Shape[1])), 0
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(t.Name)) // never fails
	r := rand.New(rand.NewPCG(seed, h.Sum64()))
	for range x.Elements() {
		x.Data = binary.LittleEndian.AppendUint32(x.Data, math.Float32bits(float32(mean+std*r.NormFloat64())))
	}
	return x
}
