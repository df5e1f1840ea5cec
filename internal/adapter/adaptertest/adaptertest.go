// Package adaptertest is the conformance kit of adapter variants.
package adaptertest

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/adapter"
	"graft/internal/cpu/cputest"
	"graft/internal/gemm"
	"graft/internal/model"
	"graft/internal/model/modeltest"
	"graft/internal/model/qwen2"
	"graft/internal/model/qwen3moe"
	"graft/internal/nn"
	"graft/internal/nn/nntest"
)

// Run checks the variant that spec asks for on a model with biases and on one with experts, which are trained too unless the spec has
// dropout.
func Run(t *testing.T, spec adapter.Spec) {
	cputest.EachPath(t, func(t *testing.T) {
		k := kit{qwen2.Arch(), spec}
		k.run(t)
		t.Run("few rows give what many do", func(t *testing.T) { fewRows(t, spec) })
		t.Run("experts", func(t *testing.T) {
			sparse := kit{qwen3moe.Arch(), spec}
			sparse.spec.Experts.Off = spec.Dropout > 0
			sparse.run(t)
			if spec.Dropout == 0 {
				t.Run("gradients of experts are finite differences", sparse.expertGradients)
			}
		})
	})
}

// kit is a variant on an architecture.
type kit struct {
	arch model.Arch
	spec adapter.Spec
}

func (k kit) run(t *testing.T) {
	t.Run("it starts as identity", k.identity)
	t.Run("gradients are finite differences", k.gradients)
	t.Run("merged is unmerged", k.merged)
	t.Run("the file comes back", k.roundTrip)
}

func (k kit) model(t *testing.T) model.Model { return modeltest.Load(t, k.arch, model.Options{}) }

// Model is the tiny model that the kit adapts.
func Model(t *testing.T) model.Model { return modeltest.Load(t, qwen2.Arch(), model.Options{}) }

// Attach adapts m and gives every parameter a random value, so that no term of the formulas is zero.
func Attach(t *testing.T, ctx *nn.Context, m model.Model, spec adapter.Spec) *adapter.Adapter {
	t.Helper()
	a, err := adapter.Attach(ctx, m, spec, 3)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(21, 22))
	for _, p := range a.Params() {
		for i := range p.Data {
			if p.Cols == 1 {
				p.Data[i] *= float32(1 + 0.3*r.NormFloat64()) // a magnitude
			} else {
				p.Data[i] = float32(0.2 * r.NormFloat64())
			}
		}
	}
	a.Clock.Version++
	return a
}

func logits(ctx *nn.Context, m model.Model) gemm.F32 {
	h := model.Forward(ctx, m, model.NewBatch([]int32{5, 17, 3, 96, 4, 4, 20, 1, 0, 31}))
	defer h.Free()
	return model.Logits(ctx, m, h, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
}

func difference(a, b gemm.F32) float64 {
	var d float64
	for i := range a.Data {
		d = max(d, math.Abs(float64(a.Data[i]-b.Data[i])))
	}
	return d
}

func (k kit) identity(t *testing.T) {
	ctx, m := nntest.Context(t, false), k.model(t)
	want := logits(ctx, m)
	a, err := adapter.Attach(ctx, m, k.spec, 3)
	if err != nil {
		t.Fatal(err)
	}
	if d := difference(logits(ctx, m), want); d > 1e-5 {
		t.Errorf("a fresh adapter moves the logits by %g", d)
	}
	a.Detach(m)
	if d := difference(logits(ctx, m), want); d != 0 {
		t.Errorf("after Detach the logits differ by %g", d)
	}
}

// gradients checks one adapted projection with bias: of its input and of every parameter. DoRA's norm is a constant in its gradient, so
// that the finite difference holds it by leaving the clock alone.
func (k kit) gradients(t *testing.T) {
	ctx, m := nntest.Context(t, false), k.model(t)
	a := Attach(t, ctx, m, k.spec)
	for _, drop := range []bool{false, k.spec.Dropout > 0} {
		a.Clock.Training = drop
		module := a.Modules[0].Adapted
		in, _ := module.Dims()
		x := nntest.Normal(rand.New(rand.NewPCG(1, 9)), 9, in, 1)
		for _, p := range module.Params() {
			if p.Cols == 1 { // c = m/norm is computed once per step: differences in m need it anew
				checkMagnitude(t, ctx, a, x, p, module.Apply)
			}
		}
		nntest.GradCheck(t, ctx, []gemm.F32{x}, module.Params()[:2], func(t *nn.Tape, in []*nn.Value) *nn.Value {
			return module.Apply(t, in[0])
		})
	}
}

// expertGradients checks the experts of a layer, of which every projection takes part: one of each for every parameter.
func (k kit) expertGradients(t *testing.T) {
	ctx, m := nntest.Context(t, false), k.model(t)
	a := Attach(t, ctx, m, k.spec)
	b := model.NewBatch([]int32{1, 2, 3, 4, 5, 6, 7}, []int32{8, 9, 10, 11})
	x := nntest.Normal(rand.New(rand.NewPCG(1, 9)), len(b.IDs), m.Config().HiddenSize, 1)
	layer := func(t *nn.Tape, v *nn.Value) *nn.Value { return m.Layer(0, t, v, b) }
	checked := 0
	for _, mod := range a.Modules {
		if mod.Kind != model.Expert || !strings.Contains(mod.Name, "layers.0.") || !strings.Contains(mod.Name, "experts.2.") {
			continue
		}
		checked++
		ps := mod.Adapted.Params()
		nntest.GradCheck(t, ctx, []gemm.F32{x}, ps[:2], func(t *nn.Tape, in []*nn.Value) *nn.Value { return layer(t, in[0]) })
		if len(ps) > 2 {
			checkMagnitude(t, ctx, a, x, ps[2], layer)
		}
	}
	if checked == 0 {
		t.Error("no expert is adapted")
	}
}

// checkMagnitude compares the magnitude's gradient with finite differences, moving the clock at each change.
func checkMagnitude(t *testing.T, ctx *nn.Context, a *adapter.Adapter, x gemm.F32, p *nn.Param, apply func(*nn.Tape, *nn.Value) *nn.Value) {
	t.Helper()
	probe := gemm.F32{}
	run := func(grad bool) float64 {
		tape := ctx.NewTape(grad)
		defer tape.Free()
		in := tape.Leaf(nntest.Tensor(ctx, x), true)
		y := apply(tape, in)
		if probe.Data == nil {
			probe = nntest.Normal(rand.New(rand.NewPCG(2, 2)), y.Rows, y.Cols, 1)
		}
		var sum float64
		for i, v := range nntest.Matrix(y.Data()).Data {
			sum += float64(v) * float64(probe.Data[i])
		}
		if grad {
			y.SetGrad(nntest.Tensor(ctx, probe))
			clear(p.Grad)
			tape.Backward()
			in.TakeGrad().Free()
		}
		return sum
	}
	run(true)
	for i := 0; i < len(p.Data); i += 3 {
		const step = 1.0 / 128
		old := p.Data[i]
		at := func(v float32) float64 {
			p.Data[i] = v
			a.Clock.Version++
			return run(false)
		}
		want := (at(old+step) - at(old-step)) / (2 * step)
		at(old)
		if math.Abs(float64(p.Grad[i])-want) > 0.02*(1+math.Abs(want)) {
			t.Errorf("magnitude %d: gradient %v, finite difference %v", i, p.Grad[i], want)
		}
	}
}

func (k kit) merged(t *testing.T) {
	ctx, m := nntest.Context(t, false), k.model(t)
	bare := logits(ctx, m)
	a := Attach(t, ctx, m, k.spec)
	want := logits(ctx, m)
	if difference(bare, want) < 0.1 {
		t.Fatal("the adapter does next to nothing")
	}
	for _, s := range m.Slots() {
		in, out := s.Base.Dims()
		w := gemm.NewF32(make([]float32, in*out), out, in)
		for i := range out {
			s.Base.W.Read(w.Data[i*in:(i+1)*in], i, 0)
		}
		ok, err := a.Merge(s.Name, w.Data)
		if err != nil {
			t.Fatal(err)
		}
		if _, adapted := s.Proj.(adapter.Adapted); adapted != ok {
			t.Fatalf("%s: adapted %v, merged %v", s.Name, adapted, ok)
		}
		s.Base = &nn.Linear{W: w, Bias: s.Base.Bias}
	}
	a.Detach(m)
	if d := difference(logits(ctx, m), want); d > 1e-4 {
		t.Errorf("merged logits differ by %g", d)
	}
	if _, err := a.Merge(a.Modules[0].Name, make([]float32, 3)); err == nil {
		t.Error("a weight of another size was merged")
	}
}

func (k kit) roundTrip(t *testing.T) {
	ctx, m := nntest.Context(t, false), k.model(t)
	a := Attach(t, ctx, m, k.spec)
	want := logits(ctx, m)
	dir, again := t.TempDir(), t.TempDir()
	if err := a.Save(dir, adapter.Base{Name: "some/model", Revision: "main"}); err != nil {
		t.Fatal(err)
	}
	other := k.model(t)
	b, err := adapter.Load(ctx, other, dir, k.spec.Dropout, 3)
	if err != nil {
		t.Fatal(err)
	}
	if d := difference(logits(ctx, other), want); d != 0 {
		t.Errorf("logits of the adapter read back differ by %g", d)
	}
	if err := b.Save(again, adapter.Base{Name: "some/model", Revision: "main"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{adapter.ConfigFile, adapter.WeightsFile} {
		x, err1 := os.ReadFile(filepath.Join(dir, name))
		y, err2 := os.ReadFile(filepath.Join(again, name))
		if err1 != nil || err2 != nil || !bytes.Equal(x, y) {
			t.Errorf("%s is not the same after reading and writing again (%v, %v)", name, err1, err2)
		}
	}
}

func fewRows(t *testing.T, spec adapter.Spec) {
	ctx, m := nntest.Context(t, false), Model(t)
	a := Attach(t, ctx, m, spec)
	module := a.Modules[0].Adapted
	in, out := module.Dims()
	x := nntest.Normal(rand.New(rand.NewPCG(4, 4)), 12, in, 1)
	run := func(rows int) gemm.F32 {
		tape := ctx.NewTape(false)
		defer tape.Free()
		v := tape.Leaf(nntest.Tensor(ctx, gemm.NewF32(x.Data[:rows*in], rows, in)), false)
		return nntest.Matrix(module.Apply(tape, v).Data())
	}
	many, few := run(12), run(2)
	if d := difference(few, gemm.NewF32(many.Data[:2*out], 2, out)); d > 1e-4 {
		t.Errorf("two rows differ by %g", d)
	}
}
