//go:build interop

package quant

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/dtype"
	"graft/internal/safetensors"
)

// TestInteropQuantize quantises the projections of the model in plain/ and writes bnb/model.safetensors, and decoded.safetensors with
// what they decode to, for ref/formats_interop.py to compare with bitsandbytes.
func TestInteropQuantize(t *testing.T) {
	dir := os.Getenv("GRAFT_INTEROP")
	f, err := safetensors.Open(filepath.Join(dir, "plain", "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	double := filepath.Base(dir) == "double"
	var model, decoded []safetensors.Tensor
	for info := range f.All() {
		_, w := floats(t, f, info.Name)
		if !strings.HasSuffix(info.Name, "_proj.weight") {
			data, err := f.Bytes(info.Name)
			if err != nil {
				t.Fatal(err)
			}
			model = append(model, safetensors.Tensor{Info: info, Data: data})
			continue
		}
		q, err := QuantizeNF4(w, info.Shape[0], info.Shape[1], NF4Options{DoubleQuant: double, DType: info.DType})
		if err != nil {
			t.Fatal(err)
		}
		model = append(model, q.Tensors(info.Name)...)
		q.Decode(w, 0)
		b := make([]byte, info.Size())
		if err := dtype.FromFloat32(b, w, info.DType); err != nil {
			t.Fatal(err)
		}
		decoded = append(decoded, safetensors.Tensor{Info: info, Data: b})
	}
	if err := safetensors.WriteFile(filepath.Join(dir, "bnb", "model.safetensors"), model, nil); err != nil {
		t.Fatal(err)
	}
	if err := safetensors.WriteFile(filepath.Join(dir, "decoded.safetensors"), decoded, nil); err != nil {
		t.Fatal(err)
	}
}
