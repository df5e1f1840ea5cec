package gemm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"graft/internal/cpu/cputest"
	"graft/internal/kernel"
	"graft/internal/mem"
	"graft/internal/parallel"
)

func engines(t testing.TB, workers int) []*Engine {
	t.Helper()
	pool, arena := parallel.New(workers), mem.New()
	arena.SetPoison(true)
	t.Cleanup(func() {
		pool.Close()
		arena.Release()
	})
	es := []*Engine{{Pool: pool, Arena: arena, Tile: kernel.TileF32()}}
	if b := kernel.TileBF16(); b.BF16 {
		es = append(es, &Engine{Pool: pool, Arena: arena, Tile: b})
	}
	return es
}

// random fills a matrix with values that are exact in bfloat16.
func random(r *rand.Rand, rows, cols int) F32 {
	m := NewF32(make([]float32, rows*cols), rows, cols)
	h := make([]uint16, len(m.Data))
	for i := range m.Data {
		m.Data[i] = float32(r.NormFloat64())
	}
	kernel.Narrow(h, m.Data)
	kernel.Widen(m.Data, h)
	return m
}

func asBF16(m F32) BF16 {
	h := make([]uint16, len(m.Data))
	kernel.Narrow(h, m.Data)
	return NewBF16(h, m.Rows, m.Cols)
}

// opaque hides the memory of a matrix: it is read through Read only.
type opaque struct{ m F32 }

func (o opaque) Dims() (int, int)                 { return o.m.Dims() }
func (o opaque) Read(dst []float32, row, col int) { o.m.Read(dst, row, col) }

func at(m Matrix, i, j int) float64 {
	v := []float32{0}
	m.Read(v, i, j)
	return float64(v[0])
}

// reference is Σ A·B in float64; lefts are the unpacked left operands (M, K).
func reference(terms []Term, lefts []F32, i, j int) (sum float64) {
	for n, t := range terms {
		for k := range t.A.K {
			b := 0.0
			if t.Trans {
				b = at(t.B, j, k)
			} else {
				b = at(t.B, k, j)
			}
			sum += at(lefts[n], i, k) * b
		}
	}
	return sum
}

var forms = map[string]func(F32) Matrix{
	"f32":    func(m F32) Matrix { return m },
	"bf16":   func(m F32) Matrix { return asBF16(m) },
	"opaque": func(m F32) Matrix { return opaque{m} },
}

func TestMulAgainstFloat64(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		for _, e := range engines(t, 2) {
			for name, form := range forms {
				for _, s := range [][3]int{{1, 1, 1}, {1, 300, 200}, {4, 130, 50}, {5, 7, 3}, {17, 33, 64}, {150, 130, 70}, {3, 200, 600}, {40, 16, 5000}} {
					t.Run(fmt.Sprintf("bf16=%v/%s/%v", e.Tile.BF16, name, s), func(t *testing.T) {
						checkMul(t, e, form, s[0], s[1], s[2])
					})
				}
			}
		}
	})
}

// checkMul multiplies two terms, one of each orientation, the second with a small inner dimension as an adapter has.
func checkMul(t *testing.T, e *Engine, form func(F32) Matrix, m, n, k int) {
	r := rand.New(rand.NewPCG(uint64(m), uint64(n*k)))
	a1, a2t := random(r, m, k), random(r, 5, m)
	terms := []Term{
		{A: e.Pack(form(a1)), B: form(random(r, n, k)), Trans: true},
		{A: e.PackT(form(a2t)), B: form(random(r, 5, n))},
	}
	a2 := NewF32(make([]float32, m*5), m, 5)
	for i := range m {
		for j := range 5 {
			a2.Data[i*5+j] = a2t.Data[j*m+i]
		}
	}
	got := NewF32(make([]float32, m*n), m, n)
	e.Mul(got, terms...)
	for range 300 {
		i, j := r.IntN(m), r.IntN(n)
		want := reference(terms, []F32{a1, a2}, i, j)
		if g := at(got, i, j); math.Abs(g-want) > 1e-5*float64(k+5) {
			t.Fatalf("(%d, %d) = %v, want %v", i, j, g, want)
		}
	}
	terms[0].A.Free()
	terms[1].A.Free()
	if e.Arena.InUse() != 0 {
		t.Errorf("%d bytes leaked", e.Arena.InUse())
	}
}

// TestSameBytes compares whole results between numbers of workers and with a product of some of the rows.
func TestSameBytes(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		const m, n, k = 301, 150, 700
		r := rand.New(rand.NewPCG(1, 2))
		a, b := random(r, m, k), random(r, n, k)
		var wants [2][]float32 // of the float32 and the bfloat16 microkernel
		for _, workers := range []int{1, 2, 4} {
			for i, e := range engines(t, workers) {
				want := wants[i]
				got := NewF32(make([]float32, m*n), m, n)
				l := e.Pack(a)
				e.Mul(got, Term{A: l, B: b, Trans: true})
				l.Free()
				if want == nil {
					want, wants[i] = got.Data, got.Data
				}
				compareBits(t, fmt.Sprintf("%d workers", workers), got.Data, want)
				for _, m := range []int{5, 20, 40} {
					rows := NewF32(make([]float32, m*n), m, n)
					l = e.Pack(F32{m, k, k, a.Data[200*k:]})
					e.Mul(rows, Term{A: l, B: b, Trans: true})
					l.Free()
					compareBits(t, "rows apart", rows.Data, want[200*n:(200+m)*n])
				}
			}
		}
	})
}

func compareBits(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i := range got {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

func TestNothingToSum(t *testing.T) {
	for _, e := range engines(t, 1) {
		l := e.Pack(F32{3, 0, 0, []float32{}})
		got := NewF32([]float32{1, 2, 3, 4, 5, 6}, 3, 2)
		e.Mul(got, Term{A: l, B: F32{2, 0, 0, []float32{}}, Trans: true})
		l.Free()
		compareBits(t, "empty inner dimension", got.Data, make([]float32, 6))
	}
}

func TestExtentsAreChecked(t *testing.T) {
	e := engines(t, 1)[0]
	l := e.Pack(NewF32(make([]float32, 6), 2, 3))
	defer l.Free()
	defer func() {
		if recover() == nil {
			t.Error("product of (2, 3) and (4, 5) did not panic")
		}
	}()
	e.Mul(NewF32(make([]float32, 10), 2, 5), Term{A: l, B: NewF32(make([]float32, 20), 4, 5)})
}

func TestBF16Result(t *testing.T) {
	e := engines(t, 1)[0]
	r := rand.New(rand.NewPCG(8, 9))
	a, b := random(r, 9, 20), random(r, 20, 11)
	full := NewF32(make([]float32, 99), 9, 11)
	half := NewBF16(make([]uint16, 99), 9, 11)
	var blocks int
	l := e.Pack(a)
	e.Mul(full, Term{A: l, B: b})
	e.Mul(SinkFunc(func(row, col, rows, cols int, c []float32, ld int) {
		blocks++
		half.Block(row, col, rows, cols, c, ld)
	}), Term{A: l, B: b})
	l.Free()
	want := asBF16(full)
	for i := range want.Data {
		if half.Data[i] != want.Data[i] {
			t.Fatalf("element %d is %04x, want %04x", i, half.Data[i], want.Data[i])
		}
	}
	if blocks == 0 {
		t.Error("the sink was not called")
	}
}

// BenchmarkMul is the forward product of a Linear layer, packing of both sides included.
func BenchmarkMul(b *testing.B) {
	for _, s := range [][3]int{{1024, 3072, 1024}, {1024, 1024, 3072}, {1024, 16, 1024}, {16, 1024, 1024}} {
		for _, trans := range []bool{true, false} {
			b.Run(fmt.Sprintf("%v/trans=%v", s, trans), func(b *testing.B) {
				m, n, k := s[0], s[1], s[2]
				r := rand.New(rand.NewPCG(1, 2))
				es := engines(b, 2)
				e := es[len(es)-1]
				e.Arena.SetPoison(false)
				a, w := asBF16(random(r, m, k)), asBF16(random(r, n, k))
				if !trans {
					w = asBF16(random(r, k, n))
				}
				out := NewBF16(make([]uint16, m*n), m, n)
				best := time.Hour // others may share the machine
				for b.Loop() {
					start := time.Now()
					l := e.Pack(a)
					e.Mul(out, Term{A: l, B: w, Trans: trans})
					l.Free()
					best = min(best, time.Since(start))
				}
				b.ReportMetric(2*float64(m)*float64(n)*float64(k)/best.Seconds()/1e9, "best-GFLOP/s")
			})
		}
	}
}
