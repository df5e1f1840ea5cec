package export_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/adapter"
	"graft/internal/adapter/adaptertest"
	"graft/internal/dtype"
	"graft/internal/export"
	"graft/internal/gemm"
	"graft/internal/model"
	"graft/internal/model/modeltest"
	"graft/internal/model/qwen2"
	"graft/internal/nn/nntest"
	"graft/internal/safetensors"
)

// checkpoint writes the tiny Qwen2 model, split over shards files, in type d.
func checkpoint(t *testing.T, shards int, d dtype.DType) string {
	t.Helper()
	return checkpointOf(t, qwen2.Arch(), shards, d)
}

func checkpointOf(t *testing.T, a model.Arch, shards int, d dtype.DType) string {
	t.Helper()
	dir := t.TempDir()
	config, src, err := a.Tiny(1)
	if err != nil {
		t.Fatal(err)
	}
	files := make([][]safetensors.Tensor, shards)
	x := &safetensors.Index{WeightMap: map[string]string{}}
	i := 0
	for info := range src.All() {
		f := make([]float32, info.Elements())
		if err := src.Rows(info.Name, 0, f); err != nil {
			t.Fatal(err)
		}
		s := safetensors.Tensor{Info: info.Info}
		s.DType = d
		s.Data = make([]byte, s.Size())
		if err := dtype.FromFloat32(s.Data, f, d); err != nil {
			t.Fatal(err)
		}
		files[i%shards] = append(files[i%shards], s)
		x.WeightMap[s.Name] = safetensors.ShardName(i%shards+1, shards)
		x.TotalSize += len(s.Data)
		i++
	}
	write(t, filepath.Join(dir, "config.json"), config)
	write(t, filepath.Join(dir, "tokenizer.json"), []byte(`{"a": "tokenizer"}`))
	write(t, filepath.Join(dir, "pytorch_model.bin"), []byte("old weights"))
	for n, ts := range files {
		name := "model.safetensors"
		if shards > 1 {
			name = safetensors.ShardName(n+1, shards)
		}
		if err := safetensors.WriteFile(filepath.Join(dir, name), ts, map[string]string{"format": "pt", "made": "by test"}); err != nil {
			t.Fatal(err)
		}
	}
	if shards > 1 {
		if err := x.WriteFile(filepath.Join(dir, "model.safetensors.index.json")); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func attached(t *testing.T) *adapter.Adapter {
	t.Helper()
	return adaptertest.Attach(t, nntest.Context(t, false), adaptertest.Model(t), adapter.Spec{R: 2, Alpha: 4, Targets: []string{"q_proj", "down_proj"}})
}

func TestMergeChangesAdaptedWeightsOnlyAndRoundsOnce(t *testing.T) {
	for _, shards := range []int{1, 3} {
		for _, d := range []dtype.DType{dtype.F32, dtype.BF16, dtype.F16} {
			base, a := checkpoint(t, shards, d), attached(t)
			p, err := export.PlanMerge(base, a)
			if err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "merged")
			var last, total int
			if err := writeMerge(context.Background(), p, out, func(done, all int) { last, total = done, all }); err != nil {
				t.Fatal(err)
			}
			if p.Merged != len(a.Modules) || last != total || total != p.Bytes {
				t.Errorf("%d merged of %d modules, progress %d of %d of %d", p.Merged, len(a.Modules), last, total, p.Bytes)
			}
			for _, s := range p.Shards {
				compareShard(t, base, out, s, a)
			}
			for _, name := range p.Copy {
				x, err1 := os.ReadFile(filepath.Join(base, name))
				y, err2 := os.ReadFile(filepath.Join(out, name))
				if err1 != nil || err2 != nil || !bytes.Equal(x, y) {
					t.Errorf("%s was not copied: %v, %v", name, err1, err2)
				}
			}
			if _, err := os.Stat(filepath.Join(out, "pytorch_model.bin")); err == nil {
				t.Error("weights of another format were copied unmerged")
			}
		}
	}
}

func compareShard(t *testing.T, base, out string, s export.Shard, a *adapter.Adapter) {
	t.Helper()
	from, err1 := safetensors.Open(filepath.Join(base, s.Name))
	to, err2 := safetensors.Open(filepath.Join(out, s.Name))
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	defer func() { _, _ = from.Close(), to.Close() }()
	if to.Metadata()["made"] != "by test" {
		t.Errorf("metadata is %v", to.Metadata())
	}
	for _, x := range s.Tensors {
		old, err1 := from.Bytes(x.Name)
		now, err2 := to.Bytes(x.Name)
		info, err3 := to.Info(x.Name)
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(err1, err2, err3)
		}
		want := old
		if x.Module != "" {
			f := make([]float32, x.Elements())
			if err := dtype.ToFloat32(f, old, x.DType); err != nil {
				t.Fatal(err)
			}
			if _, err := a.Merge(x.Module, f); err != nil {
				t.Fatal(err)
			}
			want = make([]byte, len(old))
			for i, v := range f {
				f[i] = x.DType.Round(v)
			}
			if err := dtype.FromFloat32(want, f, x.DType); err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(old, now) {
				t.Errorf("%s is as it was", x.Name)
			}
		}
		if !bytes.Equal(now, want) || info.DType != x.DType {
			t.Errorf("%s (%v) is not what it should be", x.Name, info.DType)
		}
	}
}

// fake is an adapter of modules that may not exist.
type fake struct{ names []string }

func (f fake) Adapted() []string { return f.names }

func (f fake) Merge(string, []float32) (bool, error) { return false, nil }

func TestPlanRefuses(t *testing.T) {
	base := checkpoint(t, 1, dtype.BF16)
	quantised := t.TempDir()
	q := "model.layers.0.mlp.up_proj"
	if err := safetensors.WriteFile(filepath.Join(quantised, "model.safetensors"), []safetensors.Tensor{
		{Info: safetensors.Info{Name: q + ".weight", DType: dtype.U8, Shape: []int{4, 1}}, Data: make([]byte, 4)},
	}, nil); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		dir  string
		m    export.Merger
		want string
	}{
		"a module that is not there": {base, fake{[]string{"model.layers.7.mlp.up_proj"}}, "layers.7"},
		"a quantised weight":         {quantised, fake{[]string{q}}, "quantised"},
		"no weights":                 {t.TempDir(), fake{nil}, "model.safetensors"},
		"no directory":               {filepath.Join(base, "nothing"), fake{nil}, "nothing"},
	} {
		if _, err := export.PlanMerge(c.dir, c.m); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWriteInterrupted: what a cancelled merge has written is used by the next one, whose output holds nothing else.
func TestWriteInterrupted(t *testing.T) {
	base, a := checkpoint(t, 2, dtype.F32), attached(t)
	p, err := export.PlanMerge(base, a)
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	out := filepath.Join(parent, "out")
	ctx, cancel := context.WithCancel(context.Background())
	if err := writeMerge(ctx, p, out, func(int, int) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Fatalf("a cancelled merge: %v", err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("an unfinished directory has its name")
	}
	if err := writeMerge(context.Background(), p, out, nil); err != nil {
		t.Fatal(err)
	}
	if es, err := os.ReadDir(parent); err != nil || len(es) != 1 {
		t.Errorf("left behind: %v (%v)", es, err)
	}
	if err := writeMerge(context.Background(), p, parent, nil); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("into a directory that is not empty: %v", err)
	}
	lame, err := export.PlanMerge(base, fake{a.Adapted()})
	if err != nil {
		t.Fatal(err)
	}
	if err := writeMerge(context.Background(), lame, filepath.Join(parent, "lame"), nil); err == nil || !strings.Contains(err.Error(), "the adapter does not have it") {
		t.Errorf("an adapter that merges nothing: %v", err)
	}
}

func TestEmptyOutputDirectoryIsUsed(t *testing.T) {
	base, a := checkpoint(t, 1, dtype.F32), attached(t)
	p, err := export.PlanMerge(base, a)
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	if err := writeMerge(context.Background(), p, out, nil); err != nil {
		t.Fatal(err)
	}
	if f, err := safetensors.Open(filepath.Join(out, "model.safetensors")); err != nil || f.Close() != nil {
		t.Error(err)
	}
}

func TestCompare(t *testing.T) {
	m := func(v ...float32) gemm.F32 { return gemm.NewF32(v, 2, 3) }
	base, adapted := m(1, 2, 3, 4, 5, 6), m(1, 2, 4, 9, 5, 6)
	if p := export.Compare(base, adapted, adapted, export.Tolerance(dtype.F32, false)); !p.OK || p.Error != 0 || p.Agreement != 1 || p.Effect < 0.3 {
		t.Errorf("equal: %+v", p)
	}
	p := export.Compare(base, adapted, base, export.Tolerance(dtype.BF16, false))
	if p.OK || p.Error != p.Effect || p.Agreement != 0.5 || p.MaxDiff != 5 || !strings.Contains(p.String(), "NOT EQUAL") {
		t.Errorf("the base instead of the merged model: %+v", p)
	}
	// An adapter whose effect is far below the tolerance of rounding.
	faint := m(1, 2, 3.0001, 4, 5.0001, 6)
	if p := export.Compare(base, faint, faint, export.Tolerance(dtype.BF16, false)); !p.OK || p.Kept != 1 || strings.Contains(p.String(), "lost") {
		t.Errorf("a faint adapter that is there: %+v", p)
	}
	if p := export.Compare(base, faint, base, export.Tolerance(dtype.BF16, false)); p.OK || p.Error > p.Tolerance || p.Kept != 0 {
		t.Errorf("a faint adapter that is lost: %+v", p)
	}
	if p := export.Compare(base, faint, m(1, 2, 3.0001, 4, 5, 6), export.Tolerance(dtype.BF16, false)); !p.OK || !strings.Contains(p.String(), "lost in rounding") {
		t.Errorf("half of a faint adapter: %+v", p)
	}
	if p := export.Compare(base, base, base, export.Tolerance(dtype.BF16, false)); !p.OK || p.Kept != 1 {
		t.Errorf("an adapter without effect: %+v", p)
	}
	nan := float32(math.NaN())
	if p := export.Compare(base, adapted, m(nan, 2, 4, 9, 5, 6), export.Tolerance(dtype.BF16, false)); p.OK {
		t.Errorf("NaN: %+v", p)
	}
}

// TestTolerance: experts get more, for tokens that a rounding sends elsewhere.
func TestTolerance(t *testing.T) {
	if dense, sparse := export.Tolerance(dtype.BF16, false), export.Tolerance(dtype.BF16, true); dense != 0.03 || sparse != 3*dense {
		t.Errorf("%v without and %v with experts", dense, sparse)
	}
}

// TestMergedLogits loads what a merge wrote and compares it with the adapted model.
func TestMergedLogits(t *testing.T) {
	ctx := nntest.Context(t, false)
	seqs := [][]int32{{1, 2, 3, 50, 96}, {7, 7, 8}}
	for d, load := range map[dtype.DType]model.Options{dtype.F32: {}, dtype.BF16: {}} {
		dir := checkpoint(t, 2, d)
		bare, adapted := open(t, dir, load), open(t, dir, load)
		a := adaptertest.Attach(t, ctx, adapted, adapter.Spec{R: 2, Alpha: 4, DoRA: true, Targets: []string{adapter.AllLinear}})
		p, err := export.PlanMerge(dir, a)
		if err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(t.TempDir(), "merged")
		if err := writeMerge(context.Background(), p, out, nil); err != nil {
			t.Fatal(err)
		}
		parity := export.Compare(export.Logits(ctx, bare, seqs), export.Logits(ctx, adapted, seqs), export.Logits(ctx, open(t, out, load), seqs), export.Tolerance(d, false))
		if !parity.OK || parity.Effect < 10*parity.Error || parity.Positions != 8 {
			t.Errorf("%v: %+v", d, parity)
		}
	}
}

func open(t *testing.T, dir string, opt model.Options) model.Model {
	t.Helper()
	return modeltest.Open(t, model.Registry{qwen2.Arch()}, dir, opt)
}
