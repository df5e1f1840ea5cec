package native

import (
	"math/rand/v2"
	"strings"
	"time"

	"graft/internal/base"
	"graft/internal/gemm"
	"graft/internal/kernel"
	"graft/internal/nn"
	"graft/internal/parallel"
	"graft/internal/safetensors"
)

// measureRate is the speed of a matrix product here and now, in FLOP/s: the shapes of a layer, operands packed as in training. Few rows tell
// enough where kernels are slow.
func measureRate(pool *parallel.Pool, half bool) float64 {
	const few, many, slow, budget = 32, 512, 10e9, 300 * time.Millisecond
	ctx := nn.NewContext(pool, half)
	defer ctx.Arena.Release()
	if rate := productRate(ctx, few, budget/10); rate < slow {
		return rate
	}
	return productRate(ctx, many, budget)
}

// storage is memory that a product reads or writes.
type storage interface {
	gemm.Matrix
	gemm.Sink
}

// productRate multiplies (rows, 1024) by (1024, 1024) for about the time given and returns the FLOP/s. Operands and result are stored as in training.
func productRate(ctx *nn.Context, rows int, budget time.Duration) float64 {
	const width = 1024
	r := rand.New(rand.NewPCG(1, 1))
	random := func(rows int) storage {
		x := make([]float32, rows*width)
		for i := range x {
			x[i] = float32(r.NormFloat64())
		}
		if !ctx.Half {
			return gemm.NewF32(x, rows, width)
		}
		h := make([]uint16, len(x))
		kernel.Narrow(h, x)
		return gemm.NewBF16(h, rows, width)
	}
	x, w, y := random(rows), random(width), random(rows)
	once := func() {
		left := ctx.Pack(x)
		ctx.Mul(y, gemm.Term{A: left, B: w, Trans: true})
		left.Free()
	}
	once()
	n, start := 0, time.Now()
	for n == 0 || time.Since(start) < budget {
		once()
		n++
	}
	return 2 * float64(rows) * width * width * float64(n) / time.Since(start).Seconds()
}

// Rate is the measured speed of a matrix product in bfloat16 (half) or float32, in FLOP/s.
func (e Engine) Rate(half bool) float64 {
	pool := parallel.New(e.Threads)
	defer pool.Close()
	return measureRate(pool, half)
}

// readRate is how fast the disk reads a layer, in bytes per second; 0 where layers do not lie in files.
func readRate(b *base.Base) float64 {
	const most = 256 << 20
	var names []string
	n := 0
	for t := range b.Source.All() {
		if strings.HasPrefix(t.Name, "model.layers.") && n < most {
			names = append(names, t.Name)
			n += t.Size()
		}
	}
	regions, err := b.Source.Regions(names)
	if err != nil {
		return 0
	}
	return timed(regions)
}

// timed evicts regions and reads them again.
func timed(regions []safetensors.Region) float64 {
	n, seconds := 0, 0.0
	for _, r := range regions {
		if r.Advise(safetensors.Evict) != nil {
			return 0
		}
	}
	for _, r := range regions {
		start := time.Now()
		if r.Advise(safetensors.WillNeed) != nil {
			return 0
		}
		seconds += time.Since(start).Seconds()
		n += r.Size()
		if r.Advise(safetensors.DontNeed) != nil {
			return 0
		}
	}
	if seconds == 0 {
		return 0
	}
	return float64(n) / seconds
}
