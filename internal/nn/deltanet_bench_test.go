package nn_test

import (
	"runtime"
	"testing"

	"graft/internal/gemm"
	"graft/internal/kernel"
	"graft/internal/nn"
	"graft/internal/nn/nntest"
	"graft/internal/parallel"
)

// BenchmarkDeltaNet is the token mixer of one linear layer of Qwen3-Next-80B-A3B on 4,096 tokens in bfloat16: the gated delta rule alone,
// forward and both ways, and with its projections.
func BenchmarkDeltaNet(b *testing.B) {
	const hidden, tokens = 2048, 4096
	shape := nn.DeltaShape{KeyHeads: 16, ValueHeads: 32, KeyDim: 128, ValueDim: 128, Kernel: 4}
	pool := parallel.New(runtime.GOMAXPROCS(0))
	defer pool.Close()
	c := nn.NewContext(pool, true)
	d := testDelta(shape, 1)
	weight := func(out, in int) *nn.Linear {
		noise := nntest.Normal(rng(2), 1, in, 0.02).Data
		m := gemm.NewBF16(make([]uint16, out*in), out, in)
		for i := range out {
			kernel.Narrow(m.Data[i*in:(i+1)*in], noise)
		}
		return &nn.Linear{W: m}
	}
	qkvz, ba, out := weight(shape.Width(), hidden), weight(64, hidden), weight(hidden, 4096)
	segs := []nn.Segment{{0, tokens}}
	in := nntest.Normal(rng(3), tokens, hidden, 1)
	mixer := func(t *nn.Tape, v []*nn.Value) *nn.Value {
		return out.Apply(t, t.DeltaNet(qkvz.Apply(t, v[0]), ba.Apply(t, v[0]), d, segs))
	}
	delta := func(t *nn.Tape, v []*nn.Value) *nn.Value { return t.DeltaNet(v[0], v[1], d, segs) }
	wide := deltaInputs(shape, segs)
	for _, v := range []struct {
		name string
		in   []gemm.F32
		f    nntest.Func
		back bool
	}{{"rule forward", wide, delta, false}, {"rule", wide, delta, true}, {"mixer", []gemm.F32{in}, mixer, true}} {
		b.Run(v.name, func(b *testing.B) {
			grad := nntest.Tensor(c, nntest.Normal(rng(4), tokens, 4096, 1))
			if v.name == "mixer" {
				grad.Free()
				grad = nntest.Tensor(c, in)
			}
			defer grad.Free()
			var leaves []*nn.Tensor
			for _, m := range v.in {
				leaves = append(leaves, nntest.Tensor(c, m))
			}
			for b.Loop() {
				t := c.NewTape(v.back)
				var values []*nn.Value
				for _, x := range leaves {
					values = append(values, t.Leaf(x.Share(), true))
				}
				y := v.f(t, values)
				if v.back {
					t.Drop()
					y.SetGrad(grad.Share())
					t.Backward()
					for _, x := range values {
						x.TakeGrad().Free()
					}
				}
				t.Free()
			}
			b.ReportMetric(float64(b.N)*tokens/b.Elapsed().Seconds(), "tok/s")
		})
	}
}
