// Package nntest proves gradients by finite differences.
package nntest

import (
	"math"
	"math/rand/v2"
	"testing"

	"graft/internal/gemm"
	"graft/internal/nn"
	"graft/internal/parallel"
)

// Context is a context of two workers whose memory is poisoned and must be empty at the end of the test.
func Context(t *testing.T, half bool) *nn.Context {
	t.Helper()
	pool := parallel.New(2)
	c := nn.NewContext(pool, half)
	c.Arena.SetPoison(true)
	t.Cleanup(func() {
		pool.Close()
		if n := c.Arena.InUse(); n != 0 {
			t.Errorf("%d bytes of activations were not freed", n)
		}
	})
	return c
}

// Normal is a matrix of normally distributed numbers.
func Normal(r *rand.Rand, rows, cols int, std float64) gemm.F32 {
	m := gemm.NewF32(make([]float32, rows*cols), rows, cols)
	for i := range m.Data {
		m.Data[i] = float32(r.NormFloat64() * std)
	}
	return m
}

// Tensor copies a matrix into a tensor of the context's storage.
func Tensor(c *nn.Context, m gemm.F32) *nn.Tensor {
	x := c.New(m.Rows, m.Cols)
	for i := range m.Rows {
		x.Write(i, 0, m.Data[i*m.Cols:(i+1)*m.Cols])
	}
	return x
}

// Matrix copies a tensor out.
func Matrix(x *nn.Tensor) gemm.F32 {
	m := gemm.NewF32(make([]float32, x.Rows*x.Cols), x.Rows, x.Cols)
	for i := range m.Rows {
		x.Read(m.Data[i*m.Cols:(i+1)*m.Cols], i, 0)
	}
	return m
}

// Func computes one result from inputs.
type Func func(t *nn.Tape, in []*nn.Value) *nn.Value

// GradCheck compares the gradients of inputs, and of the parameters given as memory that f reads, with central differences of
// Σ probe ⊙ f. It walks the tape back three times, with cheap results dropped in between and as a
// layer is recomputed too: all ways must agree exactly.
func GradCheck(t *testing.T, c *nn.Context, inputs []gemm.F32, params []*nn.Param, f Func) {
	t.Helper()
	r := rand.New(rand.NewPCG(11, 13))
	probe, grads := analytic(c, inputs, params, f, gemm.F32{}, c.NewTape(true))
	_, again := analytic(c, inputs, params, f, probe, c.NewTape(true))
	_, lazy := analytic(c, inputs, params, f, probe, c.Recompute())
	places := make([][]float32, 0, len(inputs)+len(params))
	for _, in := range inputs {
		places = append(places, in.Data)
	}
	for _, p := range params {
		places = append(places, p.Data)
	}
	for n, g := range grads {
		for i := range g {
			if g[i] != again[n][i] {
				t.Fatalf("gradient %d, element %d: %v, with dropped results %v", n, i, g[i], again[n][i])
			}
			if g[i] != lazy[n][i] {
				t.Fatalf("gradient %d, element %d: %v, recomputed %v", n, i, g[i], lazy[n][i])
			}
		}
		scale := rms(g)
		for range min(len(g), 12) {
			i := r.IntN(len(g))
			want := difference(c, inputs, f, probe, &places[n][i])
			if math.Abs(float64(g[i])-want) > 1e-2*(scale+math.Abs(want))+1e-5 {
				t.Errorf("gradient %d, element %d: %v, finite difference %v (rms %v)", n, i, g[i], want, scale)
			}
		}
	}
}

func rms(x []float32) float64 {
	var s float64
	for _, v := range x {
		s += float64(v) * float64(v)
	}
	return math.Sqrt(s / float64(len(x)))
}

func analytic(c *nn.Context, inputs []gemm.F32, params []*nn.Param, f Func, probe gemm.F32, tape *nn.Tape) (gemm.F32, [][]float32) {
	for _, p := range params {
		clear(p.Grad)
	}
	drop := probe.Data != nil // as before the backward pass of a training step
	var in []*nn.Value
	for _, m := range inputs {
		in = append(in, tape.Leaf(Tensor(c, m), true))
	}
	out := f(tape, in)
	if probe.Data == nil {
		probe = Normal(rand.New(rand.NewPCG(17, 19)), out.Rows, out.Cols, 1)
	}
	if drop {
		tape.Drop()
	}
	out.SetGrad(Tensor(c, probe))
	tape.Backward()
	var grads [][]float32
	for i, v := range in {
		g := v.TakeGrad()
		if g == nil {
			grads = append(grads, make([]float32, len(inputs[i].Data)))
			continue
		}
		grads = append(grads, Matrix(g).Data)
		g.Free()
	}
	for _, p := range params {
		grads = append(grads, append([]float32(nil), p.Grad...))
	}
	return probe, grads
}

// difference is the derivative of Σ probe ⊙ f in *place.
func difference(c *nn.Context, inputs []gemm.F32, f Func, probe gemm.F32, place *float32) float64 {
	const step = 1.0 / 256
	old := *place
	*place = old + step
	up := value(c, inputs, f, probe)
	*place = old - step
	down := value(c, inputs, f, probe)
	*place = old
	return (up - down) / (2 * step)
}

func value(c *nn.Context, inputs []gemm.F32, f Func, probe gemm.F32) (sum float64) {
	tape := c.NewTape(false)
	defer tape.Free()
	var in []*nn.Value
	for _, m := range inputs {
		in = append(in, tape.Leaf(Tensor(c, m), false))
	}
	out := Matrix(f(tape, in).Data())
	for i, v := range out.Data {
		sum += float64(v) * float64(probe.Data[i])
	}
	return sum
}

// Rand is a source of random numbers for tests.
func Rand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 23)) }
