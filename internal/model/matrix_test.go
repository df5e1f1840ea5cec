package model

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"graft/internal/cpu/cputest"
	"graft/internal/dtype"
	"graft/internal/gemm"
	"graft/internal/kernel"
	"graft/internal/mem"
	"graft/internal/quant"
)

// TestNF4ReadBF16: what is decoded to bfloat16 at once is what Read gives, rounded.
func TestNF4ReadBF16(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		for _, cols := range []int{30, 64, 96, 192, 4096 * 9} {
			for _, opt := range []quant.NF4Options{
				{},
				{DoubleQuant: true},
				{BlockSize: 32, DType: dtype.F32},
				{BlockSize: 4096, DType: dtype.BF16},
				{DType: dtype.F16},
			} {
				checkReadBF16(t, cols, opt)
			}
		}
	})
}

func checkReadBF16(t *testing.T, cols int, opt quant.NF4Options) {
	t.Helper()
	const rows = 7
	r := rand.New(rand.NewPCG(uint64(cols), 3))
	w := make([]float32, rows*cols)
	for i := range w {
		w[i] = float32(r.NormFloat64())
	}
	q, err := quant.QuantizeNF4(w, rows, cols, opt)
	if err != nil {
		t.Fatal(err)
	}
	m := newNF4(q)
	for _, part := range [][4]int{{0, 0, rows, cols}, {2, 0, 3, cols / 2}, {1, 1, 4, 9}, {3, 2, 2, 20}, {1, cols - 13, 5, 13}, {6, cols / 2, 1, cols / 2}} {
		row, col, n, wide := part[0], part[1], part[2], part[3]
		ld := wide + 5
		got, want := make([]uint16, n*ld), make([]uint16, n*ld)
		f := make([]float32, wide)
		for i := range n {
			m.Read(f, row+i, col)
			kernel.Narrow(want[i*ld:i*ld+wide], f)
		}
		m.ReadBF16(got, ld, row, col, n, wide)
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%s: element (%d, %d) is %04x, want %04x", fmt.Sprintf("%d columns %+v part %v", cols, opt, part), i/ld, i%ld, got[i], want[i])
			}
		}
	}
}

// BenchmarkExpert multiplies the tokens of one expert with its projection (768, 2048), forward and backward, on one worker, packing included.
func BenchmarkExpert(b *testing.B) {
	const out, in = 768, 2048
	r := rand.New(rand.NewPCG(1, 4))
	w := make([]float32, out*in)
	for i := range w {
		w[i] = float32(r.NormFloat64())
	}
	half := make([]uint16, len(w))
	kernel.Narrow(half, w)
	e := &gemm.Engine{Arena: mem.New(), Tile: kernel.TileBF16()}
	defer e.Arena.Release()
	const experts = 32 // more than L2 holds
	forms := map[string][]gemm.Matrix{}
	for i := range experts {
		q, err := quant.QuantizeNF4(w, out, in, quant.NF4Options{DoubleQuant: true})
		if err != nil {
			b.Fatal(err)
		}
		forms["nf4"] = append(forms["nf4"], newNF4(q))
		if i < experts/4 {
			forms["bf16"] = append(forms["bf16"], gemm.NewBF16(slices.Clone(half), out, in))
		}
	}
	for name, ms := range forms {
		for _, rows := range []int{1, 4, 16, 64, 256} {
			for _, trans := range []bool{true, false} {
				b.Run(fmt.Sprintf("%s/%d/trans=%v", name, rows, trans), func(b *testing.B) {
					k, n := in, out
					if !trans {
						k, n = out, in
					}
					a, c := gemm.NewBF16(half[:rows*k], rows, k), gemm.NewBF16(make([]uint16, rows*n), rows, n)
					best := time.Hour // others may share the machine
					b.ReportAllocs()
					for i := 0; b.Loop(); i++ {
						m := ms[i%len(ms)]
						start := time.Now()
						l := e.Pack(a)
						e.Mul(c, gemm.Term{A: l, B: m, Trans: trans})
						l.Free()
						best = min(best, time.Since(start))
					}
					b.ReportMetric(2*float64(rows*out*in)/best.Seconds()/1e9, "best-GFLOP/s")
				})
			}
		}
	}
}
