package cli

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"

	"graft/internal/dtype"
	"graft/internal/model/all"
	"graft/internal/safetensors"
)

// tinyModel writes the tiny random checkpoint of an architecture, with the built-in model's tokenizer: tiny DIR ARCH
func tinyModel(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tiny DIR ARCH")
	}
	dir := ts.MkAbs(args[0])
	modelDir(ts, false, args[:1])
	for _, a := range all.Models() {
		if a.Name != args[1] {
			continue
		}
		config, src, err := a.Tiny(7)
		ts.Check(err)
		const vocabulary = 4096 // of the tokenizer
		config = bytes.Replace(config, []byte(`"vocab_size": 97`), []byte(`"vocab_size": 4096`), 1)
		config = bytes.Replace(config, []byte(`"max_position_embeddings": 128`), []byte(`"max_position_embeddings": 2048`), 1)
		var list []safetensors.Tensor
		r := rand.New(rand.NewPCG(1, 2))
		for info := range src.All() {
			data, err := src.Bytes(info.Name)
			ts.Check(err)
			t := safetensors.Tensor{Info: info.Info, Data: data}
			if len(t.Shape) == 2 && t.Shape[0] == 97 {
				t.Shape, t.Data = []int{vocabulary, t.Shape[1]}, nil
				for range t.Elements() {
					t.Data = binary.LittleEndian.AppendUint32(t.Data, math.Float32bits(float32(r.NormFloat64()/6)))
				}
			}
			t.DType = dtype.F32
			list = append(list, t)
		}
		ts.Check(os.WriteFile(filepath.Join(dir, "config.json"), config, 0o644))
		ts.Check(safetensors.WriteFile(filepath.Join(dir, "model.safetensors"), list, nil))
		return
	}
	ts.Fatalf("no architecture %s", args[1])
}
