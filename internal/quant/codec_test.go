package quant_test

import (
	"testing"

	"graft/internal/dtype"
	"graft/internal/quant"
	"graft/internal/quant/quanttest"
	"graft/internal/safetensors"
)

// TestCodecs runs the conformance kit over the table.
func TestCodecs(t *testing.T) {
	goldens := map[string]func(*testing.T) []quanttest.Golden{"nf4": nf4Goldens}
	for _, c := range quant.Codecs() {
		t.Run(c.Name, func(t *testing.T) {
			g, ok := goldens[c.Name]
			if !ok {
				t.Fatal("this test knows no goldens for it")
			}
			quanttest.Run(t, c, g(t))
		})
	}
}

// nf4Goldens takes the float32 matrices of whole blocks from what bitsandbytes quantised.
func nf4Goldens(t *testing.T) (goldens []quanttest.Golden) {
	f, err := safetensors.Open("testdata/golden/nf4.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	bytes := func(name string) []byte {
		b, err := f.Bytes(name)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	floats := func(name string) []float32 {
		b := bytes(name)
		x := make([]float32, len(b)/4)
		if err := dtype.ToFloat32(x, b, dtype.F32); err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, name := range []string{"zeros", "subnormal", "ties"} {
		g := quanttest.Golden{Name: name, Src: floats(name + ".input"), Decoded: floats(name + ".decoded")}
		packed, absmax := bytes(name), bytes(name+".plain")
		for b := range len(g.Src) / 64 {
			g.Encoded = append(g.Encoded, absmax[4*b:4*b+4]...)
			g.Encoded = append(g.Encoded, packed[32*b:32*b+32]...)
		}
		goldens = append(goldens, g)
	}
	return goldens
}
