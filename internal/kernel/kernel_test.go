package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"graft/internal/cpu/cputest"
)

const guardWord = 0xdeadbeef

// guarded is a slice between guard words: size classes would hide an overrun of a few bytes from every other check.
type guarded struct {
	all []float32
	n   int
}

const guardLen = 32

func newGuarded(n int, fill func(i int) float32) guarded {
	g := guarded{make([]float32, n+2*guardLen), n}
	for i := range g.all {
		g.all[i] = math.Float32frombits(guardWord)
	}
	for i := range n {
		g.all[guardLen+i] = fill(i)
	}
	return g
}

func (g guarded) s() []float32 { return g.all[guardLen : guardLen+g.n : guardLen+g.n] }

func (g guarded) check(t *testing.T, what string) {
	t.Helper()
	for i, v := range g.all {
		if (i < guardLen || i >= guardLen+g.n) && math.Float32bits(v) != guardWord {
			t.Fatalf("%s: wrote outside its slice, at %d of %d", what, i-guardLen, g.n)
		}
	}
}

func lengths() []int {
	n := []int{255, 256, 1000}
	for i := range 150 {
		n = append(n, i)
	}
	return n
}

func normal(r *rand.Rand) func(int) float32 {
	return func(int) float32 { return float32(r.NormFloat64()) }
}

// vectorOp is one operation in its three forms: fast, plain Go, and what it means in float64.
type vectorOp struct {
	name     string
	ins      int // slices read or written
	outs     int // of these the first outs are results
	fast     func(s [][]float32) float32
	generic  func(s [][]float32) float32
	tol      float64 // relative to the largest magnitude of the result
	positive []int   // slices that must not be negative
}

func noResult(f func(s [][]float32)) func(s [][]float32) float32 {
	return func(s [][]float32) float32 { f(s); return 0 }
}

var adamTest = AdamStep{Clip: 0.5, OneMinusB1: 0.1, OneMinusB2: 0.001, Decay: 0.99, Rate: 0.02, Root: 3, Epsilon: 1e-8}

var vectorOps = []vectorOp{
	{
		name: "Dot", ins: 2, tol: 1e-5,
		fast:    func(s [][]float32) float32 { return Dot(s[0], s[1]) },
		generic: func(s [][]float32) float32 { return dotGeneric(s[0], s[1]) },
	},
	{
		name: "Dot3", ins: 3, tol: 1e-5,
		fast:    func(s [][]float32) float32 { return Dot3(s[0], s[1], s[2]) },
		generic: func(s [][]float32) float32 { return dot3Generic(s[0], s[1], s[2]) },
	},
	{
		name: "Sum", ins: 1, tol: 1e-5,
		fast:    func(s [][]float32) float32 { return Sum(s[0]) },
		generic: func(s [][]float32) float32 { return sumGeneric(s[0]) },
	},
	{
		name: "Max", ins: 1,
		fast:    func(s [][]float32) float32 { return Max(s[0]) },
		generic: func(s [][]float32) float32 { return maxOfGeneric(s[0]) },
	},
	{
		name: "Axpy", ins: 2, outs: 1, tol: 1e-6,
		fast:    noResult(func(s [][]float32) { Axpy(s[0], s[1], 0.7) }),
		generic: noResult(func(s [][]float32) { axpyGeneric(s[0], s[1], 0.7) }),
	},
	{
		name: "Scale", ins: 2, outs: 1,
		fast:    noResult(func(s [][]float32) { Scale(s[0], s[1], -1.3) }),
		generic: noResult(func(s [][]float32) { scaleGeneric(s[0], s[1], -1.3) }),
	},
	{
		name: "Scale in place", ins: 1, outs: 1,
		fast:    noResult(func(s [][]float32) { Scale(s[0], s[0], -1.3) }),
		generic: noResult(func(s [][]float32) { scaleGeneric(s[0], s[0], -1.3) }),
	},
	{
		name: "Add", ins: 3, outs: 1,
		fast:    noResult(func(s [][]float32) { Add(s[0], s[1], s[2]) }),
		generic: noResult(func(s [][]float32) { addGeneric(s[0], s[1], s[2]) }),
	},
	{
		name: "Add in place", ins: 2, outs: 1,
		fast:    noResult(func(s [][]float32) { Add(s[0], s[0], s[1]) }),
		generic: noResult(func(s [][]float32) { addGeneric(s[0], s[0], s[1]) }),
	},
	{
		name: "Mul", ins: 3, outs: 1,
		fast:    noResult(func(s [][]float32) { Mul(s[0], s[1], s[2]) }),
		generic: noResult(func(s [][]float32) { mulGeneric(s[0], s[1], s[2]) }),
	},
	{
		name: "MulScale", ins: 3, outs: 1, tol: 1e-6,
		fast:    noResult(func(s [][]float32) { MulScale(s[0], s[1], s[2], 0.3) }),
		generic: noResult(func(s [][]float32) { mulScaleGeneric(s[0], s[1], s[2], 0.3) }),
	},
	{
		name: "NormGrad", ins: 4, outs: 1, tol: 1e-6,
		fast:    noResult(func(s [][]float32) { NormGrad(s[0], s[1], s[2], s[3], 0.3, -0.2) }),
		generic: noResult(func(s [][]float32) { normGradGeneric(s[0], s[1], s[2], s[3], 0.3, -0.2) }),
	},
	{
		name: "Rotate", ins: 4, outs: 2, tol: 1e-6,
		fast:    noResult(func(s [][]float32) { Rotate(s[0], s[1], s[2], s[3]) }),
		generic: noResult(func(s [][]float32) { rotateGeneric(s[0], s[1], s[2], s[3]) }),
	},
	{
		name: "RotateBack", ins: 4, outs: 2, tol: 1e-6,
		fast:    noResult(func(s [][]float32) { RotateBack(s[0], s[1], s[2], s[3]) }),
		generic: noResult(func(s [][]float32) { rotateBackGeneric(s[0], s[1], s[2], s[3]) }),
	},
	{
		name: "ExpSum", ins: 2, outs: 1, tol: 1e-6,
		fast:    func(s [][]float32) float32 { return ExpSum(s[0], s[1], 3, 1.5) },
		generic: func(s [][]float32) float32 { return expSumGeneric(s[0], s[1], 3, 1.5) },
	},
	{
		name: "SoftmaxGrad", ins: 3, outs: 1, tol: 1e-6,
		fast:    noResult(func(s [][]float32) { SoftmaxGrad(s[0], s[1], s[2], 0.3, 0.4) }),
		generic: noResult(func(s [][]float32) { softmaxGradGeneric(s[0], s[1], s[2], 0.3, 0.4) }),
	},
	{
		name: "SwiGLU", ins: 3, outs: 1, tol: 1e-6,
		fast:    noResult(func(s [][]float32) { SwiGLU(s[0], s[1], s[2]) }),
		generic: noResult(func(s [][]float32) { swigluGeneric(s[0], s[1], s[2]) }),
	},
	{
		name: "SwiGLUGrad", ins: 5, outs: 2, tol: 1e-6,
		fast:    noResult(func(s [][]float32) { SwiGLUGrad(s[0], s[1], s[2], s[3], s[4]) }),
		generic: noResult(func(s [][]float32) { swigluGradGeneric(s[0], s[1], s[2], s[3], s[4]) }),
	},
	{
		name: "AdamW", ins: 4, outs: 3, tol: 1e-6, positive: []int{2},
		fast:    noResult(func(s [][]float32) { AdamW(s[0], s[1], s[2], s[3], adamTest) }),
		generic: noResult(func(s [][]float32) { adamwGeneric(s[0], s[1], s[2], s[3], adamTest) }),
	},
}

func TestVectorOpsAgreeWithGeneric(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		for _, op := range vectorOps {
			for _, n := range lengths() {
				checkVectorOp(t, op, n)
			}
		}
	})
}

func checkVectorOp(t *testing.T, op vectorOp, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(n), 7))
	got, want := make([]guarded, op.ins), make([]guarded, op.ins)
	sg, sw := make([][]float32, op.ins), make([][]float32, op.ins)
	for i := range got {
		got[i] = newGuarded(n, normal(r))
		for _, p := range op.positive {
			if p == i {
				for j, v := range got[i].s() {
					got[i].s()[j] = v * v
				}
			}
		}
		want[i] = newGuarded(n, func(j int) float32 { return got[i].s()[j] })
		sg[i], sw[i] = got[i].s(), want[i].s()
	}
	what := fmt.Sprintf("%s n=%d", op.name, n)
	rg, rw := op.fast(sg), op.generic(sw)
	if !close32(rg, rw, op.tol*math.Max(math.Sqrt(float64(n)), math.Abs(float64(rw)))) {
		t.Fatalf("%s: result %v, want %v", what, rg, rw)
	}
	for i := range got {
		got[i].check(t, what)
		for j := range sg[i] {
			tol := op.tol
			if i >= op.outs {
				tol = 0 // inputs stay
			}
			if !close32(sg[i][j], sw[i][j], tol*math.Max(1, math.Abs(float64(sw[i][j])))) {
				t.Fatalf("%s: slice %d, element %d: %v, want %v", what, i, j, sg[i][j], sw[i][j])
			}
		}
	}
}

func close32(a, b float32, tol float64) bool {
	return a == b || math.Abs(float64(a)-float64(b)) <= tol
}

func TestExpAgainstFloat64(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		var x []float32
		for v := -88.0; v < 89; v += 0.0107 {
			x = append(x, float32(v))
		}
		y := make([]float32, len(x))
		ExpSum(y, x, 1, 0)
		for i, v := range x {
			want := math.Exp(float64(min(v, 88.37)))
			if v < -87.33 {
				want = 0
			}
			if math.Abs(float64(y[i])-want) > 3e-7*want {
				t.Fatalf("exp(%v) = %v, want %v", v, y[i], want)
			}
		}
		special := make([]float32, 32)
		for i := range special {
			special[i] = [4]float32{float32(math.Inf(-1)), float32(math.NaN()), -1e30, 0}[i%4]
		}
		ExpSum(special, special, 1, 0)
		for i, v := range special {
			if i%4 == 1 && v == v || i%4 != 1 && v != [4]float32{0, 0, 0, 1}[i%4] {
				t.Fatalf("exp of special value %d is %v", i%4, v)
			}
		}
	})
}

func TestBF16Conversions(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		var bits []uint32
		r := rand.New(rand.NewPCG(3, 4))
		for range 20000 {
			bits = append(bits, r.Uint32())
		}
		for _, hi := range []uint32{0, 1, 0x7f, 0x80, 0x7f7f, 0x7f80, 0x7fc0, 0xff80, 0xffff, 0x3f80, 0x3f81} {
			for _, lo := range []uint32{0, 1, 0x7fff, 0x8000, 0x8001, 0xffff} {
				bits = append(bits, hi<<16|lo)
			}
		}
		src := make([]float32, len(bits))
		for i, b := range bits {
			src[i] = math.Float32frombits(b)
		}
		got, want := make([]uint16, len(src)), make([]uint16, len(src))
		Narrow(got, src)
		narrowGeneric(want, src)
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("bfloat16(%08x) = %04x, want %04x", bits[i], got[i], want[i])
			}
		}
		all := make([]uint16, 1<<16)
		for i := range all {
			all[i] = uint16(i)
		}
		wide := make([]float32, len(all))
		Widen(wide, all)
		for i, v := range wide {
			if math.Float32bits(v) != uint32(i)<<16 {
				t.Fatalf("float32(%04x) = %08x", i, math.Float32bits(v))
			}
		}
	})
}

func TestBF16LengthsAndGuards(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		for _, n := range lengths() {
			src := newGuarded(n, normal(rand.New(rand.NewPCG(1, uint64(n)))))
			h := make([]uint16, n+64)
			for i := range h {
				h[i] = 0xbeef
			}
			Narrow(h[32:32+n], src.s())
			back := newGuarded(n, func(int) float32 { return 0 })
			Widen(back.s(), h[32:32+n])
			back.check(t, "Widen")
			for i, v := range h {
				if inside := i >= 32 && i < 32+n; !inside && v != 0xbeef {
					t.Fatalf("Narrow n=%d wrote at %d", n, i-32)
				} else if inside && back.s()[i-32] != math.Float32frombits(uint32(bf16(src.s()[i-32]))<<16) {
					t.Fatalf("round trip n=%d at %d", n, i-32)
				}
			}
		}
	})
}

func TestNF4AgreesWithGeneric(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		src := make([]byte, 256)
		for i := range src {
			src[i] = byte(i)
		}
		for _, round := range []bool{false, true} {
			for _, n := range []int{0, 1, 2, 15, 16, 17, 31, 32, 33, 64, 100, 512} {
				absmax := float32(r.ExpFloat64())
				got := newGuarded(n, func(int) float32 { return 9 })
				want := make([]float32, n)
				NF4(got.s(), src, absmax, round)
				nf4Generic(want, src, absmax, round)
				got.check(t, "NF4")
				for i := range want {
					if got.s()[i] != want[i] {
						t.Fatalf("n=%d round=%v element %d: %v, want %v", n, round, i, got.s()[i], want[i])
					}
				}
			}
		}
	})
}

func TestNF4BF16AgreesWithGeneric(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		for _, block := range []int{32, 64, 128, 4096} {
			for _, cols := range []int{1, 2, 31, 32, 63, 64, 65, 96, 128, 200, 512} {
				for _, rows := range []int{1, 3} {
					stride, n := (cols+1)/2+5, (cols+block-1)/block
					q := NF4Rows{Rows: rows, Cols: cols, Src: make([]byte, rows*stride), Stride: stride, Block: block, Absmax: make([]float32, rows*n)}
					for i := range q.Src {
						q.Src[i] = byte(r.Uint32())
					}
					for i := range q.Absmax {
						q.Absmax[i] = float32(r.ExpFloat64() * math.Exp2(float64(r.IntN(300)-160)))
					}
					checkNF4Rows(t, q)
				}
			}
		}
	})
}

func checkNF4Rows(t *testing.T, q NF4Rows) {
	t.Helper()
	ld := q.Cols + 3
	got, want := make([]uint16, q.Rows*ld+32), make([]uint16, q.Rows*ld+32)
	for i := range got {
		got[i], want[i] = 0xbeef, 0xbeef
	}
	NF4BF16(got, ld, q)
	nf4RowsGeneric(want, ld, q)
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%d × %d, block %d: element (%d, %d) is %04x, want %04x", q.Rows, q.Cols, q.Block, i/ld, i%ld, got[i], want[i])
		}
	}
}

func BenchmarkNF4BF16(b *testing.B) {
	q := NF4Rows{Rows: 32, Cols: 512, Src: make([]byte, 32*256), Stride: 256, Block: 64, Absmax: make([]float32, 32*8)}
	dst := make([]uint16, 32*512)
	best := time.Hour // of a call: others may share the machine
	for b.Loop() {
		start := time.Now()
		NF4BF16(dst, 512, q)
		best = min(best, time.Since(start))
	}
	b.ReportMetric(float64(q.Rows*q.Cols)/best.Seconds()/1e9, "best-G/s")
}
