package native

import (
	"math/rand/v2"
	"time"

	"graft/internal/gemm"
	"graft/internal/nn"
	"graft/internal/parallel"
)

// measureRate is the speed of a matrix product here and now, in FLOP/s: the shapes of a layer, operands packed as in training.
func measureRate(pool *parallel.Pool, half bool) float64 {
	const rows, in, out, budget = 512, 1024, 1024, 300 * time.Millisecond
	ctx := nn.NewContext(pool, half)
	defer ctx.Arena.Release()
	r := rand.New(rand.NewPCG(1, 1))
	x, w := gemm.NewF32(make([]float32, rows*in), rows, in), gemm.NewF32(make([]float32, out*in), out, in)
	for _, m := range []gemm.F32{x, w} {
		for i := range m.Data {
			m.Data[i] = float32(r.NormFloat64())
		}
	}
	y := gemm.NewF32(make([]float32, rows*out), rows, out)
	once := func() {
		left := ctx.Pack(x)
		ctx.Mul(y, gemm.Term{A: left, B: w, Trans: true})
		left.Free()
	}
	once()
	n, start := 0, time.Now()
	for time.Since(start) < budget {
		once()
		n++
	}
	return 2 * rows * in * out * float64(n) / time.Since(start).Seconds()
}

// Rate is the measured speed of a matrix product in bfloat16 (half) or float32, in FLOP/s.
func (e Engine) Rate(half bool) float64 {
	pool := parallel.New(e.Threads)
	defer pool.Close()
	return measureRate(pool, half)
}
