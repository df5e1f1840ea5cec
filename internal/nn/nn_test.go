package nn_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"graft/internal/cpu/cputest"
	"graft/internal/gemm"
	"graft/internal/kernel"
	"graft/internal/nn"
	"graft/internal/nn/nntest"
)

func rng(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 99)) }

func TestLinearGradient(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		r := rng(1)
		l := &nn.Linear{W: nntest.Normal(r, 9, 21, 0.2), Bias: nntest.Normal(r, 1, 9, 1).Data}
		nntest.GradCheck(t, nntest.Context(t, false), []gemm.F32{nntest.Normal(r, 13, 21, 1)}, nil, func(t *nn.Tape, in []*nn.Value) *nn.Value {
			return l.Apply(t, in[0])
		})
	})
}

// TestLinearFewRows: the path of generation gives what the packed one gives.
func TestLinearFewRows(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		r := rng(2)
		c := nntest.Context(t, false)
		l := &nn.Linear{W: nntest.Normal(r, 40, 70, 0.2), Bias: nntest.Normal(r, 1, 40, 1).Data}
		x := nntest.Normal(r, 7, 70, 1)
		tape := c.NewTape(false)
		defer tape.Free()
		all := nntest.Matrix(l.Apply(tape, tape.Leaf(nntest.Tensor(c, x), false)).Data())
		few := nntest.Matrix(l.Apply(tape, tape.Leaf(nntest.Tensor(c, gemm.NewF32(x.Data[:3*70], 3, 70)), false)).Data())
		for i, v := range few.Data {
			if math.Abs(float64(v-all.Data[i])) > 1e-5 {
				t.Fatalf("element %d: %v, packed %v", i, v, all.Data[i])
			}
		}
	})
}

func TestRMSNormGradient(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		r := rng(3)
		x := nntest.Normal(r, 11, 24, 2)
		for _, n := range []int{24, 8} {
			w := nntest.Normal(r, 1, n, 1).Data
			nntest.GradCheck(t, nntest.Context(t, false), []gemm.F32{x}, nil, func(t *nn.Tape, in []*nn.Value) *nn.Value {
				return t.RMSNorm(in[0], w, 1e-6)
			})
		}
	})
}

func TestSwiGLUGradient(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		r := rng(4)
		in := []gemm.F32{nntest.Normal(r, 5, 37, 2), nntest.Normal(r, 5, 37, 1)}
		nntest.GradCheck(t, nntest.Context(t, false), in, nil, func(t *nn.Tape, in []*nn.Value) *nn.Value {
			return t.SwiGLU(in[0], in[1])
		})
	})
}

// TestAddGradient uses both operands again, before and after the sum: shared gradients must be copied, not spoilt.
func TestAddGradient(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		r := rng(5)
		in := []gemm.F32{nntest.Normal(r, 18, 10, 1), nntest.Normal(r, 18, 10, 1)}
		w := nntest.Normal(r, 1, 10, 1).Data
		nntest.GradCheck(t, nntest.Context(t, false), in, nil, func(t *nn.Tape, in []*nn.Value) *nn.Value {
			a, b := in[0], in[1]
			n := t.RMSNorm(a, w, 1e-6)
			s := t.Add(a, b)
			return t.Add(t.Add(s, t.SwiGLU(a, n)), t.Add(b, s))
		})
	})
}

func testRotary(half, positions int) *nn.Rotary {
	inv := make([]float64, half)
	for i := range inv {
		inv[i] = math.Pow(100, -float64(i)/float64(half))
	}
	return nn.NewRotary(inv, 1.1, positions)
}

func TestRotateGradient(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		r := rng(6)
		rot := testRotary(3, 20) // 6 of 8 channels turn
		pos := []int32{0, 1, 2, 0, 1, 19, 7}
		nntest.GradCheck(t, nntest.Context(t, false), []gemm.F32{nntest.Normal(r, 7, 16, 1)}, nil, func(t *nn.Tape, in []*nn.Value) *nn.Value {
			return t.Rotate(in[0], rot, 8, pos)
		})
	})
}

var attentionCases = []struct {
	name  string
	heads nn.Heads
	segs  []nn.Segment
}{
	{"one short document", nn.Heads{Q: 2, KV: 2, Dim: 8}, []nn.Segment{{0, 7}}},
	{"grouped queries, ragged", nn.Heads{Q: 6, KV: 2, Dim: 20}, []nn.Segment{{0, 1}, {1, 100}, {100, 113}}},
	{"several tiles", nn.Heads{Q: 2, KV: 1, Dim: 16}, []nn.Segment{{0, 217}}},
	{"window inside a tile", nn.Heads{Q: 2, KV: 1, Dim: 8, Window: 5}, []nn.Segment{{0, 60}, {60, 64}}},
	{"window over tiles", nn.Heads{Q: 1, KV: 1, Dim: 8, Window: 100}, []nn.Segment{{0, 310}}},
}

func TestAttentionAgainstFloat64(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		for _, c := range attentionCases {
			for _, half := range []bool{false, true} {
				q, k, v := attentionInputs(c.heads, c.segs)
				ctx := nntest.Context(t, half)
				tape := ctx.NewTape(false)
				leaf := func(m gemm.F32) *nn.Value { return tape.Leaf(nntest.Tensor(ctx, m), false) }
				got := nntest.Matrix(tape.Attention(leaf(q), leaf(k), leaf(v), c.heads, c.segs).Data())
				tape.Free()
				tol := 1e-5
				if half {
					tol = 0.03
				}
				want := naiveAttention(q, k, v, c.heads, c.segs)
				for i := range want {
					if math.Abs(float64(got.Data[i])-want[i]) > tol {
						t.Fatalf("%s half=%v: (%d, %d) = %v, want %v", c.name, half, i/q.Cols, i%q.Cols, got.Data[i], want[i])
					}
				}
			}
		}
	})
}

func attentionInputs(h nn.Heads, segs []nn.Segment) (q, k, v gemm.F32) {
	r := rng(7)
	rows := segs[len(segs)-1].End
	return nntest.Normal(r, rows, h.Q*h.Dim, 1.5), nntest.Normal(r, rows, h.KV*h.Dim, 1.5), nntest.Normal(r, rows, h.KV*h.Dim, 1)
}

// naiveAttention is the definition.
func naiveAttention(q, k, v gemm.F32, h nn.Heads, segs []nn.Segment) []float64 {
	out := make([]float64, len(q.Data))
	for _, s := range segs {
		for i := s.Start; i < s.End; i++ {
			first := s.Start
			if h.Window > 0 {
				first = max(first, i-h.Window+1)
			}
			for head := range h.Q {
				kv := head * h.KV / h.Q
				p := make([]float64, i+1-first)
				var sum float64
				for j := range p {
					for d := range h.Dim {
						p[j] += float64(q.Data[i*q.Cols+head*h.Dim+d]) * float64(k.Data[(first+j)*k.Cols+kv*h.Dim+d])
					}
					p[j] = math.Exp(p[j] / math.Sqrt(float64(h.Dim)))
					sum += p[j]
				}
				for j := range p {
					for d := range h.Dim {
						out[i*q.Cols+head*h.Dim+d] += p[j] / sum * float64(v.Data[(first+j)*v.Cols+kv*h.Dim+d])
					}
				}
			}
		}
	}
	return out
}

func TestAttentionGradient(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		for _, c := range attentionCases {
			q, k, v := attentionInputs(c.heads, c.segs)
			for i := range q.Data { // flat enough for differences in float32
				q.Data[i] *= 0.3
			}
			nntest.GradCheck(t, nntest.Context(t, false), []gemm.F32{q, k, v}, nil, func(t *nn.Tape, in []*nn.Value) *nn.Value {
				return t.Attention(in[0], in[1], in[2], c.heads, c.segs)
			})
		}
	})
}

func TestEmbed(t *testing.T) {
	c := nntest.Context(t, true)
	table := nntest.Normal(rng(8), 5, 6, 1)
	tape := c.NewTape(true)
	defer tape.Free()
	v := tape.Embed(table, []int32{4, 0, 4})
	if v.Needs() {
		t.Error("the embedding asks for a gradient")
	}
	got, want := nntest.Matrix(v.Data()), nntest.Tensor(c, gemm.NewF32(append(append(append([]float32{}, table.Data[24:]...), table.Data[:6]...), table.Data[24:]...), 3, 6))
	defer want.Free()
	for i, w := range nntest.Matrix(want).Data {
		if got.Data[i] != w {
			t.Fatalf("element %d: %v, want %v", i, got.Data[i], w)
		}
	}
}

func TestCrossEntropy(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		const rows, width, vocab, scale = 9, 12, 50, 0.25
		r := rng(9)
		x, w := nntest.Normal(r, rows, width, 1), nntest.Normal(r, vocab, width, 0.5)
		targets := []int32{3, nn.Ignore, 49, 0, nn.Ignore, 7, 7, 21, nn.Ignore}
		c := nntest.Context(t, false)
		loss := func(grad bool) (float64, []float32, []float32) {
			tape := c.NewTape(grad)
			v := tape.Leaf(nntest.Tensor(c, x), true)
			each := make([]float32, rows)
			sum := tape.CrossEntropy(v, w, targets, scale, each)
			var g []float32
			if grad {
				gt := v.TakeGrad()
				g = nntest.Matrix(gt).Data
				gt.Free()
			}
			tape.Free()
			return sum, each, g
		}
		sum, each, g := loss(true)
		want, rowsWant := naiveLoss(x, w, targets)
		if math.Abs(sum-want) > 1e-5*want {
			t.Errorf("loss %v, want %v", sum, want)
		}
		for i, v := range rowsWant {
			if math.Abs(float64(each[i])-v) > 1e-5*(1+v) {
				t.Errorf("loss of row %d: %v, want %v", i, each[i], v)
			}
		}
		for i := range x.Data {
			const step = 1.0 / 512
			old := x.Data[i]
			x.Data[i] = old + step
			up, _ := naiveLoss(x, w, targets)
			x.Data[i] = old - step
			down, _ := naiveLoss(x, w, targets)
			x.Data[i] = old
			if d := scale * (up - down) / (2 * step); math.Abs(float64(g[i])-d) > 1e-4 {
				t.Fatalf("gradient %d: %v, difference %v", i, g[i], d)
			}
		}
	})
}

func naiveLoss(x, w gemm.F32, targets []int32) (sum float64, each []float64) {
	each = make([]float64, x.Rows)
	for i, target := range targets {
		if target == nn.Ignore {
			continue
		}
		var norm, own float64
		for v := range w.Rows {
			var z float64
			for d := range x.Cols {
				z += float64(x.Data[i*x.Cols+d]) * float64(w.Data[v*w.Cols+d])
			}
			norm += math.Exp(z)
			if v == int(target) {
				own = z
			}
		}
		each[i] = math.Log(norm) - own
		sum += each[i]
	}
	return sum, each
}

// TestHalfStorage runs a block in bfloat16 and compares with float32 to the precision of bfloat16.
func TestHalfStorage(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		r := rng(10)
		x := nntest.Normal(r, 20, 32, 1)
		w := nntest.Normal(r, 1, 32, 1).Data
		gate, up := &nn.Linear{W: nntest.Normal(r, 48, 32, 0.2)}, &nn.Linear{W: nntest.Normal(r, 48, 32, 0.2)}
		var results [2][2]gemm.F32
		for n, half := range []bool{false, true} {
			c := nntest.Context(t, half)
			tape := c.NewTape(true)
			in := tape.Leaf(nntest.Tensor(c, x), true)
			h := tape.RMSNorm(in, w, 1e-6)
			out := tape.SwiGLU(gate.Apply(tape, h), up.Apply(tape, h))
			results[n][0] = nntest.Matrix(out.Data())
			tape.Drop()
			ones := gemm.NewF32(make([]float32, out.Rows*out.Cols), out.Rows, out.Cols)
			for i := range ones.Data {
				ones.Data[i] = 1
			}
			out.SetGrad(nntest.Tensor(c, ones))
			tape.Backward()
			g := in.TakeGrad()
			results[n][1] = nntest.Matrix(g)
			g.Free()
		}
		for k, what := range []string{"result", "gradient"} {
			full, half := results[0][k].Data, results[1][k].Data
			if d, n := distance(full, half), math.Sqrt(float64(kernel.Dot(full, full))); d > 0.02*n {
				t.Errorf("%s: distance %v of norm %v", what, d, n)
			}
		}
	})
}

func distance(a, b []float32) float64 {
	var s float64
	for i := range a {
		d := float64(a[i]) - float64(b[i])
		s += d * d
	}
	return math.Sqrt(s)
}
