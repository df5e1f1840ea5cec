// Package modeltest is the conformance kit of architectures.
package modeltest

import (
	"encoding/binary"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"graft/internal/dtype"
	"graft/internal/gemm"
	"graft/internal/model"
	"graft/internal/model/builtin"
	"graft/internal/nn"
	"graft/internal/nn/nntest"
	"graft/internal/safetensors"
	"graft/internal/weights"
)

// Run checks an architecture on its tiny checkpoint.
func Run(t *testing.T, a model.Arch) {
	t.Run("slots have the shapes of their tensors", func(t *testing.T) { slots(t, a) })
	t.Run("every tensor has a role", func(t *testing.T) { roles(t, a) })
	t.Run("sequences in a batch do not see each other", func(t *testing.T) { batch(t, a) })
	t.Run("generation with a cache gives the same logits", func(t *testing.T) { cache(t, a) })
	t.Run("input gradients are finite differences", func(t *testing.T) { gradients(t, a) })
	t.Run("a missing, a misshapen and an extra tensor are reported", func(t *testing.T) { broken(t, a) })
	t.Run("NF4 and bfloat16 stay near", func(t *testing.T) { precisions(t, a) })
}

// Load builds the tiny model.
func Load(t *testing.T, a model.Arch, opt model.Options) model.Model {
	t.Helper()
	text, src, err := a.Tiny(1)
	if err != nil {
		t.Fatal(err)
	}
	c, err := model.Registry{a}.ParseConfig(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.Registry{a}.Load(c, src, opt)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Open loads the checkpoint in dir, whose files stay open until the test ends.
func Open(t *testing.T, r model.Registry, dir string, opt model.Options) model.Model {
	t.Helper()
	c, err := r.ReadConfig(dir)
	if err != nil {
		t.Fatal(err)
	}
	src, err := weights.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	})
	m, err := r.Load(c, src, opt)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Logits compares what a model in dir makes of the tokens in expected.safetensors with the logits of transformers there; ref/model_golden.py writes such
// folders. It returns the largest difference, in parts of the largest logit.
func Logits(t *testing.T, r model.Registry, dir string) float64 {
	t.Helper()
	m := Open(t, r, dir, model.Options{})
	f, docs := Golden(t, dir)
	ctx := nntest.Context(t, false)
	h := model.Forward(ctx, m, model.NewBatch(docs...))
	defer h.Free()
	got := model.Logits(ctx, m, h, nil)
	want := Floats(t, f, "logits")
	if len(want) != len(got.Data) {
		t.Fatalf("%d logits, want %d", len(got.Data), len(want))
	}
	var worst, largest float64
	for i, v := range want {
		worst = max(worst, math.Abs(float64(got.Data[i]-v)))
		largest = max(largest, math.Abs(float64(v)))
	}
	tol := 2e-5
	if c := m.Config(); c.Quantization != nil && c.DType == dtype.BF16 {
		tol = 0.02 // transformers loads such a checkpoint in bfloat16 whatever it is asked for
	}
	if !(worst <= tol*largest) || largest < 1 {
		t.Errorf("logits up to %.3g are off by up to %.3g", largest, worst)
	}
	return worst / largest
}

// Golden opens expected.safetensors in a folder of ref/*_golden.py until the test ends and returns the documents in it, input_ids cut to lengths.
func Golden(t *testing.T, dir string) (f *safetensors.File, docs [][]int32) {
	t.Helper()
	f, err := safetensors.Open(filepath.Join(dir, "expected.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	ids := Ints(t, f, "input_ids")
	for _, n := range Ints(t, f, "lengths") {
		docs, ids = append(docs, ids[:n]), ids[n:]
	}
	return f, docs
}

// TinyCoder is a copy of the built-in model that a test may change.
func TinyCoder(t *testing.T) (dir string) {
	t.Helper()
	files, _ := builtin.Files("tiny-coder")
	dir = filepath.Join(t.TempDir(), "model")
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Ints is an int64 tensor of a golden file.
func Ints(t *testing.T, f *safetensors.File, name string) []int32 {
	t.Helper()
	b, err := f.Bytes(name)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]int32, len(b)/8)
	for i := range out {
		out[i] = int32(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return out
}

// Floats is a tensor of floats of a golden file.
func Floats(t *testing.T, f *safetensors.File, name string) []float32 {
	t.Helper()
	info, err := f.Info(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := f.Bytes(name)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, info.Elements())
	if err := dtype.ToFloat32(x, b, info.DType); err != nil {
		t.Fatal(err)
	}
	return x
}

func ids(seed uint64, n, vocab int) []int32 {
	r := rand.New(rand.NewPCG(seed, 5))
	s := make([]int32, n)
	for i := range s {
		s[i] = int32(r.IntN(vocab))
	}
	return s
}

func logits(c *nn.Context, m model.Model, b *model.Batch) gemm.F32 {
	h := model.Forward(c, m, b)
	defer h.Free()
	return model.Logits(c, m, h, nil)
}

func compare(t *testing.T, what string, got, want []float32, tol float64) {
	t.Helper()
	if len(got) != len(want) || len(got) == 0 {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range got {
		if math.Abs(float64(got[i]-want[i])) > tol {
			t.Fatalf("%s: number %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

func slots(t *testing.T, a model.Arch) {
	m := Load(t, a, model.Options{})
	_, src, err := a.Tiny(1)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Slots()) == 0 {
		t.Fatal("no slots")
	}
	for _, s := range m.Slots() {
		info, err := src.Info(s.Name + ".weight")
		if err != nil {
			t.Fatal(err)
		}
		in, out := s.Proj.Dims()
		if info.Shape[0] != out || info.Shape[1] != in || s.Proj != nn.Proj(s.Base) {
			t.Errorf("%s is %d → %d, its tensor %v", s.Name, in, out, info.Shape)
		}
	}
}

// roles compares the inventory with the checkpoint and with what loading in 4 bits quantises.
func roles(t *testing.T, a model.Arch) {
	m := Load(t, a, model.Options{FourBit: true})
	v, err := model.Registry{a}.Inventory(m.Config())
	if err != nil {
		t.Fatal(err)
	}
	_, src, err := a.Tiny(1)
	if err != nil {
		t.Fatal(err)
	}
	stored := 0
	for info := range src.All() {
		stored++
		if v.Role(info.Name) == model.Unknown {
			t.Errorf("%s has no role", info.Name)
		}
	}
	if want := len(v.Tensors) + len(a.Sample.Beside); stored != want || len(v.Tensors) == 0 {
		t.Errorf("the checkpoint has %d tensors, the inventory and what stands beside %d", stored, want)
	}
	for _, s := range m.Slots() {
		_, plain := s.Base.W.(gemm.F32Matrix)
		want, skipped := model.Projection, ""
		if plain {
			want, skipped = model.Linear, s.Name
		}
		if r := v.Role(s.Name + ".weight"); r != want || v.Skipped(s.Name+".weight") != skipped {
			t.Errorf("%s is %q and skipped as %q, want %q and %q", s.Name, r, v.Skipped(s.Name+".weight"), want, skipped)
		}
	}
	for name, want := range map[string]model.Role{
		"model.embed_tokens.weight": model.Embedding, "model.norm.weight": model.Norm, "model.surprise.weight": model.Unknown,
		"lm_head.weight": map[bool]model.Role{true: model.Extra, false: model.Linear}[m.Config().TieEmbeddings],
	} {
		if r := v.Role(name); r != want {
			t.Errorf("%s is %q, want %q", name, r, want)
		}
	}
	if s := v.Skipped("lm_head.weight"); s != "lm_head" {
		t.Errorf("the head is skipped as %q", s)
	}
}

func batch(t *testing.T, a model.Arch) {
	c, m := nntest.Context(t, false), Load(t, a, model.Options{})
	vocab := m.Config().VocabSize
	one, two := ids(1, 17, vocab), ids(2, 33, vocab)
	both := logits(c, m, model.NewBatch(one, two))
	tol := 1e-5
	if m.Config().MoE != nil {
		tol = 1e-4 // how many tokens meet at an expert decides how their product is rounded
	}
	compare(t, "first", both.Data[:17*vocab], logits(c, m, model.NewBatch(one)).Data, tol)
	compare(t, "second", both.Data[17*vocab:], logits(c, m, model.NewBatch(two)).Data, tol)
	longer := logits(c, m, model.NewBatch(append(append([]int32{}, one...), 3, 4)))
	compare(t, "prefix", longer.Data[:17*vocab], both.Data[:17*vocab], tol)
}

func cache(t *testing.T, a model.Arch) {
	c, m := nntest.Context(t, false), Load(t, a, model.Options{})
	cfg := m.Config()
	seq := ids(3, 21, cfg.VocabSize)
	want := logits(c, m, model.NewBatch(seq))
	s := model.NewCache(c, m, len(seq))
	defer s.Free()
	for _, n := range []int{9, 1, 1, 3, 1, 6} {
		b := model.NewBatch(seq[s.Len : s.Len+n])
		for i := range b.Pos {
			b.Pos[i] += int32(s.Len)
		}
		b.Cache = s
		got := logits(c, m, b)
		compare(t, "step", got.Data, want.Data[s.Len*cfg.VocabSize:(s.Len+n)*cfg.VocabSize], 1e-4)
		s.Len += n
	}
}

func gradients(t *testing.T, a model.Arch) {
	c, m := nntest.Context(t, false), Load(t, a, model.Options{})
	cfg := m.Config()
	b := model.NewBatch(ids(4, 7, cfg.VocabSize), ids(5, 4, cfg.VocabSize))
	x := nntest.Normal(rand.New(rand.NewPCG(6, 6)), len(b.IDs), cfg.HiddenSize, 1)
	for i := range m.Layers() {
		nntest.GradCheck(t, c, []gemm.F32{x}, nil, func(t *nn.Tape, in []*nn.Value) *nn.Value {
			return m.Norm(t, m.Layer(i, t, in[0], b))
		})
	}
}

// edited is a Source with a tensor hidden, renamed or given another shape.
type edited struct { // nothing of it is closed

	weights.Source
	hide, extra, reshape string
}

func (e edited) All() iter.Seq[weights.Info] {
	return func(yield func(weights.Info) bool) {
		for i := range e.Source.All() {
			if i.Name != e.hide && !yield(i) {
				return
			}
		}
		if e.extra != "" {
			var i weights.Info
			i.Name = e.extra
			yield(i)
		}
	}
}

func (e edited) Info(name string) (weights.Info, error) {
	if name == e.hide {
		name += " (hidden)"
	}
	i, err := e.Source.Info(name)
	if name == e.reshape {
		i.Shape = append([]int{1}, i.Shape...)
	}
	return i, err
}

func broken(t *testing.T, a model.Arch) {
	text, src, err := a.Tiny(1)
	if err != nil {
		t.Fatal(err)
	}
	c, err := model.Registry{a}.ParseConfig(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	name := Load(t, a, model.Options{}).Slots()[0].Name + ".weight"
	for what, e := range map[string]edited{
		"missing": {src, name, "", ""}, "misshapen": {src, "", "", name}, "extra": {src, "", "model.surprise.weight", ""},
	} {
		if _, err := (model.Registry{a}).Load(c, e, model.Options{}); err == nil {
			t.Errorf("a checkpoint with a tensor that is %s was loaded", what)
		}
	}
}

func precisions(t *testing.T, a model.Arch) {
	full := Load(t, a, model.Options{})
	b := model.NewBatch(ids(7, 30, full.Config().VocabSize))
	want := logits(nntest.Context(t, false), full, b)
	for _, opt := range []model.Options{{Half: true}, {FourBit: true}, {FourBit: true, DoubleQuant: true}, {Half: true, FourBit: true, DoubleQuant: true}} {
		got := logits(nntest.Context(t, opt.Half), Load(t, a, opt), b)
		limit := 0.05
		if opt.FourBit {
			limit = 0.5
		}
		if full.Config().MoE != nil {
			limit *= 3 // a rounding can send a token to another expert
		}
		var d, n float64
		for i := range want.Data {
			e := float64(got.Data[i] - want.Data[i])
			d, n = d+e*e, n+float64(want.Data[i])*float64(want.Data[i])
		}
		if r := math.Sqrt(d / n); r > limit || r == 0 {
			t.Errorf("%+v: logits differ by %.3g of their norm, want more than 0 and at most %v", opt, r, limit)
		}
	}
}
