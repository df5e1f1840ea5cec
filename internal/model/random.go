package model

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"

	"graft/internal/dtype"
	"graft/internal/safetensors"
	"graft/internal/weights"
)

// Random makes a checkpoint of a configuration in memory, with tensors beside those that the model has. Matrices are normally distributed at
// 1/√columns, so that activations keep their size, vectors around 1 (zero-centred norms around 0): a norm or bias that is forgotten shows. A tensor depends on seed
// and its name alone.
func Random(config []byte, seed uint64, beside ...safetensors.Info) (weights.Source, error) {
	c, err := weights.ParseConfig(config, nil)
	if err != nil {
		return nil, err
	}
	var tensors []safetensors.Tensor
	add := func(name string, shape ...int) {
		t := safetensors.Tensor{Info: safetensors.Info{Name: name, DType: dtype.F32, Shape: shape}}
		std, mean := 0.3, 1.0
		switch {
		case len(shape) > 1:
			std, mean = 1/math.Sqrt(float64(shape[1])), 0
		case c.ZeroCentredNorm() && strings.HasSuffix(name, "norm.weight") && !strings.HasSuffix(name, "linear_attn.norm.weight"):
			mean = 0
		}
		h := fnv.New64a()
		_, _ = h.Write([]byte(name)) // never fails
		r := rand.New(rand.NewPCG(seed, h.Sum64()))
		for range t.Elements() {
			t.Data = binary.LittleEndian.AppendUint32(t.Data, math.Float32bits(float32(mean+std*r.NormFloat64())))
		}
		tensors = append(tensors, t)
	}
	weights.Shapes(c, add)
	for _, t := range beside {
		add(t.Name, t.Shape...)
	}
	return weights.Memory(tensors...)
}
