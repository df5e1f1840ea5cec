package model_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"graft/internal/dtype"
	"graft/internal/model"
	"graft/internal/model/all"
	"graft/internal/nn/nntest"
	"graft/internal/quant"
	"graft/internal/safetensors"
	"graft/internal/weights"
)

// asBitsandbytes is a checkpoint in which every linear layer but the head is in 4 bits, as bitsandbytes leaves it that was told to skip
// nothing: experts, routers, the shared expert's gate and what is never run too. plain has the numbers that it stands for.
func asBitsandbytes(t *testing.T, src weights.Source) (packed, plain weights.Source) {
	t.Helper()
	var four, full []safetensors.Tensor
	for info := range src.All() {
		w := make([]float32, info.Elements())
		if err := src.Rows(info.Name, 0, w); err != nil {
			t.Fatal(err)
		}
		linear := len(info.Shape) == 2 && !strings.HasSuffix(info.Name, "embed_tokens.weight") && info.Name != "lm_head.weight"
		if linear {
			q, err := quant.QuantizeNF4(w, info.Shape[0], info.Shape[1], quant.NF4Options{DType: dtype.F32, DoubleQuant: len(four)%2 == 0})
			if err != nil {
				t.Fatal(err)
			}
			q.Decode(w, 0)
			four = append(four, q.Tensors(info.Name)...)
		}
		data := make([]byte, 4*len(w))
		if err := dtype.FromFloat32(data, w, dtype.F32); err != nil {
			t.Fatal(err)
		}
		x := safetensors.Tensor{Info: safetensors.Info{Name: info.Name, DType: dtype.F32, Shape: info.Shape}, Data: data}
		if full = append(full, x); !linear {
			four = append(four, x)
		}
	}
	var err error
	if packed, err = weights.Memory(four...); err != nil {
		t.Fatal(err)
	}
	if plain, err = weights.Memory(full...); err != nil {
		t.Fatal(err)
	}
	return packed, plain
}

// TestPrequantisedCheckpoints: what the hub has in 4 bits is loaded as it is, whatever of it is in 4 bits.
func TestPrequantisedCheckpoints(t *testing.T) {
	for _, a := range all.Models() {
		t.Run(a.Name, func(t *testing.T) {
			text, src, err := a.Tiny(1)
			if err != nil {
				t.Fatal(err)
			}
			packed, plain := asBitsandbytes(t, src)
			got, want := tinyLogits(t, a, text, packed, model.Options{FourBit: true}), tinyLogits(t, a, text, plain, model.Options{})
			if !slices.Equal(got, want) {
				t.Error("logits are not those of the numbers that the checkpoint stands for")
			}
		})
	}
}

func tinyLogits(t *testing.T, a model.Arch, config []byte, src weights.Source, opt model.Options) []float32 {
	t.Helper()
	c, err := all.Models().ParseConfig(config, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.Registry{a}.Load(c, src, opt)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(8, 9))
	ids := make([]int32, 70)
	for i := range ids {
		ids[i] = int32(r.IntN(c.VocabSize))
	}
	ctx := nntest.Context(t, false)
	h := model.Forward(ctx, m, model.NewBatch(ids))
	defer h.Free()
	return model.Logits(ctx, m, h, nil).Data
}
