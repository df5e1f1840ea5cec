package nn_test

import (
	"fmt"
	"math"
	"testing"

	"graft/internal/cpu/cputest"
	"graft/internal/gemm"
	"graft/internal/nn"
	"graft/internal/nn/nntest"
)

func testDelta(s nn.DeltaShape, seed uint64) *nn.DeltaNet {
	r := rng(seed)
	d := &nn.DeltaNet{DeltaShape: s, Eps: 1e-6, Norm: nntest.Normal(r, 1, s.ValueDim, 1).Data}
	for range s.Kernel {
		d.Taps = append(d.Taps, nntest.Normal(r, 1, s.Width(), 0.6).Data[:s.KeyHeads*2*s.KeyDim+s.ValueHeads*s.ValueDim])
	}
	for h := range s.ValueHeads {
		d.Rate = append(d.Rate, float32(0.02*math.Pow(20, float64(h)/float64(s.ValueHeads))))
		d.Bias = append(d.Bias, float32(r.NormFloat64()))
	}
	return d
}

// naiveDelta is the definition, token by token in float64. x is (T, Width), ba (T, 2·ValueHeads).
func naiveDelta(x, ba []float64, d *nn.DeltaNet, segs []nn.Segment) []float64 {
	width, group := d.Width(), d.ValueHeads/d.KeyHeads
	conv := 2*d.KeyDim + group*d.ValueDim
	y := make([]float64, len(x)/width*d.ValueHeads*d.ValueDim)
	for _, s := range segs {
		for h := range d.ValueHeads {
			g := h / group
			state := make([][]float64, d.KeyDim)
			for i := range state {
				state[i] = make([]float64, d.ValueDim)
			}
			for t := s.Start; t < s.End; t++ {
				at := func(c int) float64 { // silu of the convolution, channel c of the key head
					var sum float64
					for j := range d.Kernel {
						if row := t - d.Kernel + 1 + j; row >= s.Start {
							sum += float64(d.Taps[j][g*conv+c]) * x[row*width+g*(width/d.KeyHeads)+c]
						}
					}
					return sum / (1 + math.Exp(-sum))
				}
				q, k, v := make([]float64, d.KeyDim), make([]float64, d.KeyDim), make([]float64, d.ValueDim)
				var qq, kk float64
				for i := range q {
					q[i], k[i] = at(i), at(d.KeyDim+i)
					qq, kk = qq+q[i]*q[i], kk+k[i]*k[i]
				}
				for i := range q {
					q[i] /= math.Sqrt(qq+1e-6) * math.Sqrt(float64(d.KeyDim))
					k[i] /= math.Sqrt(kk + 1e-6)
				}
				b, a := ba[t*2*d.ValueHeads+g*2*group+h%group], ba[t*2*d.ValueHeads+g*2*group+group+h%group]
				beta := 1 / (1 + math.Exp(-b))
				decay := math.Exp(-float64(d.Rate[h]) * math.Log1p(math.Exp(a+float64(d.Bias[h]))))
				o := make([]float64, d.ValueDim)
				var oo float64
				for c := range v {
					v[c] = at(2*d.KeyDim + h%group*d.ValueDim + c)
					var seen float64
					for i := range state {
						state[i][c] *= decay
						seen += state[i][c] * k[i]
					}
					for i := range state {
						state[i][c] += k[i] * beta * (v[c] - seen)
						o[c] += state[i][c] * q[i]
					}
					oo += o[c] * o[c]
				}
				for c := range o {
					z := x[t*width+g*(width/d.KeyHeads)+conv+h%group*d.ValueDim+c]
					y[(t*d.ValueHeads+h)*d.ValueDim+c] = float64(d.Norm[c]) * o[c] / math.Sqrt(oo/float64(d.ValueDim)+d.Eps) * z / (1 + math.Exp(-z))
				}
			}
		}
	}
	return y
}

func float64s(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

var deltaCases = []struct {
	shape nn.DeltaShape
	segs  []nn.Segment
}{
	{nn.DeltaShape{KeyHeads: 1, ValueHeads: 1, KeyDim: 4, ValueDim: 4, Kernel: 4}, []nn.Segment{{0, 2}}},
	{nn.DeltaShape{KeyHeads: 2, ValueHeads: 4, KeyDim: 8, ValueDim: 12, Kernel: 4}, []nn.Segment{{0, 1}, {1, 4}, {4, 4}, {4, 68}, {68, 214}}},
	{nn.DeltaShape{KeyHeads: 1, ValueHeads: 3, KeyDim: 32, ValueDim: 16, Kernel: 2}, []nn.Segment{{0, 20}, {20, 149}}},
	{nn.DeltaShape{KeyHeads: 1, ValueHeads: 2, KeyDim: 72, ValueDim: 40, Kernel: 4}, []nn.Segment{{0, 90}}},
	{nn.DeltaShape{KeyHeads: 1, ValueHeads: 2, KeyDim: 5, ValueDim: 7, Kernel: 1}, []nn.Segment{{0, 600}}},
}

func deltaInputs(s nn.DeltaShape, segs []nn.Segment) []gemm.F32 {
	r := rng(21)
	rows := segs[len(segs)-1].End
	return []gemm.F32{nntest.Normal(r, rows, s.Width(), 1), nntest.Normal(r, rows, 2*s.ValueHeads, 1.5)}
}

// deltaReference is what the definition says of a case: output, and some derivatives of Σ probe ⊙ output, by input and element.
type deltaReference struct {
	y     []float64
	probe gemm.F32
	grads [2]map[int]float64
}

func newDeltaReference(d *nn.DeltaNet, in []gemm.F32, segs []nn.Segment) deltaReference {
	data := [2][]float64{float64s(in[0].Data), float64s(in[1].Data)}
	ref := deltaReference{y: naiveDelta(data[0], data[1], d, segs)}
	ref.probe = nntest.Normal(rng(22), in[0].Rows, d.ValueHeads*d.ValueDim, 1)
	loss := func() (sum float64) {
		for i, v := range naiveDelta(data[0], data[1], d, segs) {
			sum += v * float64(ref.probe.Data[i])
		}
		return sum
	}
	r := rng(23)
	for n, x := range data {
		ref.grads[n] = map[int]float64{}
		for range 12 {
			i := r.IntN(len(x))
			old := x[i]
			x[i] = old + 1e-5
			up := loss()
			x[i] = old - 1e-5
			ref.grads[n][i] = (up - loss()) / 2e-5
			x[i] = old
		}
	}
	return ref
}

// TestDeltaNetAgainstFloat64 compares output and gradients with the recurrence and its differences.
func TestDeltaNetAgainstFloat64(t *testing.T) {
	for i, c := range deltaCases {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			d, in := testDelta(c.shape, 20), deltaInputs(c.shape, c.segs)
			ref := newDeltaReference(d, in, c.segs)
			cputest.EachPath(t, func(t *testing.T) {
				ctx := nntest.Context(t, false)
				tape := ctx.NewTape(true)
				leaves := [2]*nn.Value{tape.Leaf(nntest.Tensor(ctx, in[0]), true), tape.Leaf(nntest.Tensor(ctx, in[1]), true)}
				out := tape.DeltaNet(leaves[0], leaves[1], d, c.segs)
				for i, v := range nntest.Matrix(out.Data()).Data {
					if !(math.Abs(float64(v)-ref.y[i]) <= 2e-5*(1+math.Abs(ref.y[i]))) {
						t.Fatalf("(%d, %d) = %v, want %v", i/out.Cols, i%out.Cols, v, ref.y[i])
					}
				}
				out.SetGrad(nntest.Tensor(ctx, ref.probe))
				tape.Backward()
				for n, leaf := range leaves {
					grad := leaf.TakeGrad()
					data := nntest.Matrix(grad).Data
					grad.Free()
					for i, want := range ref.grads[n] {
						if !(math.Abs(float64(data[i])-want) <= 1e-4*(1+math.Abs(want))) {
							t.Errorf("gradient of row %d, column %d of input %d: %v, want %v", i/leaf.Cols, i%leaf.Cols, n, data[i], want)
						}
					}
				}
			})
		})
	}
}
