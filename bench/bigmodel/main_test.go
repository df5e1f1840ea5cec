package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/base"
	"graft/internal/model/all"
	"graft/internal/weights"
)

// tiny shrinks a real configuration.
func tiny(t *testing.T, arch string) []byte {
	t.Helper()
	config, err := configOf(arch, change{layers: 4})
	if err != nil {
		t.Fatal(err)
	}
	text := string(config)
	for _, s := range [][2]string{
		{`"vocab_size": 151936`, `"vocab_size": 4096`},
		{`"hidden_size": 2048`, `"hidden_size": 64`},
		{`"num_experts": 128`, `"num_experts": 11`},
		{`"num_experts": 512`, `"num_experts": 11`},
		{`_intermediate_size": 768`, `_intermediate_size": 32`},
		{`_intermediate_size": 512`, `_intermediate_size": 32`},
		{`"head_dim": 128`, `"head_dim": 16`},
		{`"head_dim": 256`, `"head_dim": 16`},
		{`_head_dim": 128`, `_head_dim": 16`},
	} {
		text = strings.ReplaceAll(text, s[0], s[1])
	}
	return []byte(text)
}

// TestGenerate writes small models of both kinds, which open, hold numbers of the right size, and are the same each time.
func TestGenerate(t *testing.T) {
	for arch, matrices := range map[string]int{"coder-30b": 4 * (4 + 3*11), "next-80b": 4*3*12 + 3*3 + 4} {
		config := tiny(t, arch)
		a, b := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
		for _, dir := range []string{a, b} {
			if err := generate(t.Context(), config, dir, 7); err != nil {
				t.Fatal(err)
			}
		}
		x, err1 := os.ReadFile(filepath.Join(a, "model.safetensors"))
		y, err2 := os.ReadFile(filepath.Join(b, "model.safetensors"))
		if err1 != nil || err2 != nil || string(x) != string(y) {
			t.Errorf("%s: two calls differ: %v, %v", arch, err1, err2)
		}
		base, err := base.Open(a)
		if err != nil {
			t.Fatal(err)
		}
		if n := checkValues(t, base.Source); n != matrices {
			t.Errorf("%s: %d matrices in 4 bits, want %d", arch, n, matrices)
		}
		if base.Config.Quantization == nil || base.Config.Layers != 4 || base.Tokenizer.VocabSize() > base.Config.VocabSize {
			t.Errorf("%s: config %+v", arch, base.Config)
		}
		if err := base.Close(); err != nil {
			t.Error(err)
		}
	}
}

// checkValues looks at every tensor and counts those in 4 bits.
func checkValues(t *testing.T, src weights.Source) (n int) {
	t.Helper()
	for info := range src.All() {
		w := make([]float32, info.Elements())
		if err := src.Rows(info.Name, 0, w); err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, x := range w {
			sum += float64(x) * float64(x)
		}
		rms := math.Sqrt(sum / float64(len(w)))
		if info.NF4 {
			n++
			if want := 1 / math.Sqrt(float64(info.Shape[1])); math.Abs(rms/want-1) > 0.2 {
				t.Errorf("%s has size %v, want about %v", info.Name, rms, want)
			}
		}
		if !(rms > 0.01 && rms < 10) {
			t.Errorf("%s has size %v", info.Name, rms)
		}
	}
	return n
}

// TestShapes counts the parameters of the real models (formats.md: from the hub's index for the one, from shapes for the other).
func TestShapes(t *testing.T) {
	for arch, want := range map[string]int{"coder-30b": 30532122624, "next-80b": 79674391296} {
		config, err := configOf(arch, change{layers: 0})
		if err != nil {
			t.Fatal(err)
		}
		c, err := all.Models().ParseConfig(config, nil)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		inventory, err := all.Models().Inventory(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range inventory.Tensors {
			n := 1
			for _, d := range x.Shape {
				n *= d
			}
			sum += n
		}
		if sum != want {
			t.Errorf("%s has %d parameters, want %d", arch, sum, want)
		}
	}
}

func TestUnknownArch(t *testing.T) {
	if _, err := configOf("llama", change{layers: 0}); err == nil {
		t.Error("no error")
	}
}
