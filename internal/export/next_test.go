package export_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"graft/internal/adapter"
	"graft/internal/adapter/adaptertest"
	"graft/internal/dtype"
	"graft/internal/export"
	"graft/internal/model"
	"graft/internal/model/modeltest"
	"graft/internal/model/qwen3next"
	"graft/internal/nn/nntest"
	"graft/internal/safetensors"
)

// TestMergeKeepsMultiTokenPrediction: a merge of Qwen3-Next changes the adapted projections and copies all else byte for byte, the tensors
// that the model does not run included.
func TestMergeKeepsMultiTokenPrediction(t *testing.T) {
	base := checkpointOf(t, qwen3next.Arch(), 2, dtype.BF16)
	m := modeltest.Load(t, qwen3next.Arch(), model.Options{})
	a := adaptertest.Attach(t, nntest.Context(t, false), m, adapter.Spec{R: 2, Alpha: 4, Targets: []string{"in_proj_qkvz", "in_proj_ba", "out_proj"}})
	p, err := export.PlanMerge(base, a)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "merged")
	if err := writeMerge(context.Background(), p, out, nil); err != nil {
		t.Fatal(err)
	}
	var kept int
	for _, s := range p.Shards {
		from, err1 := safetensors.Open(filepath.Join(base, s.Name))
		to, err2 := safetensors.Open(filepath.Join(out, s.Name))
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		for _, x := range s.Tensors {
			old, err1 := from.Bytes(x.Name)
			now, err2 := to.Bytes(x.Name)
			if err1 != nil || err2 != nil || bytes.Equal(old, now) != (x.Module == "") {
				t.Errorf("%s: merged into %q, the same bytes %v; %v, %v", x.Name, x.Module, bytes.Equal(old, now), err1, err2)
			}
			if x.Name == "mtp.norm.weight" {
				kept++
			}
		}
		_, _ = from.Close(), to.Close()
	}
	if kept != 1 || p.Merged != 6 {
		t.Errorf("%d tensors of mtp.* kept, %d merged; want 1 and 3 of each of 2 layers", kept, p.Merged)
	}
	modeltest.Open(t, model.Registry{qwen3next.Arch()}, out, model.Options{})
}
