package export_test

import (
	"slices"
	"testing"

	"graft/internal/export"
	"graft/internal/gemm"
	"graft/internal/model"
	"graft/internal/model/all"
)

// TestQuantizeLikeLoading plans for each architecture to quantise what loading in 4 bits quantises, no more and no less.
func TestQuantizeLikeLoading(t *testing.T) {
	for _, a := range all.Models() {
		text, src, err := a.Tiny(1)
		if err != nil {
			t.Fatal(err)
		}
		c, err := all.Models().ParseConfig(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		m, err := model.Registry{a}.Load(c, src, model.Options{FourBit: true})
		if err != nil {
			t.Fatal(err)
		}
		loaded := map[string]bool{}
		for _, s := range m.Slots() {
			_, f32 := s.Base.W.(gemm.F32Matrix)
			_, bf16 := s.Base.W.(gemm.BF16Matrix)
			loaded[s.Name+".weight"] = !f32 && !bf16
		}
		roles, err := all.Models().Inventory(c)
		if err != nil {
			t.Fatal(err)
		}
		p, err := export.PlanQuantize(text, c, roles, slices.Collect(src.All()), export.QuantizeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, s := range p.Shards {
			for _, tensor := range s.Tensors {
				if tensor.NF4 != loaded[tensor.Name] {
					t.Errorf("%s: %s: in 4 bits %v in the file, %v when it is loaded so", a.Name, tensor.Name, tensor.NF4, loaded[tensor.Name])
				}
				if tensor.NF4 {
					n++
				}
			}
		}
		if n == 0 || len(p.Unknown) > 0 {
			t.Errorf("%s: %d matrices in 4 bits, unknown %v", a.Name, n, p.Unknown)
		}
	}
}
