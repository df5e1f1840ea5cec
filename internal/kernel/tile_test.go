package kernel

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/pprof"
	"sync"
	"testing"
	"time"

	"graft/internal/cpu/cputest"
)

// tiles are the geometries of the active path.
func tiles() []Tile {
	ts := []Tile{TileF32()}
	if b := TileBF16(); b.BF16 {
		ts = append(ts, b)
	}
	return ts
}

func TestMulAgreesWithGeneric(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		for _, tile := range tiles() {
			for _, k := range []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 64, 257} {
				for _, add := range []bool{false, true} {
					checkMul(t, tile, k, add)
				}
			}
		}
	})
}

func checkMul(t *testing.T, tile Tile, k int, add bool) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(k), 1))
	ldc := tile.NR + 5
	a, b := randomPanel(r, tile, Left, k), randomPanel(r, tile, Right, k)
	start := func(i int) float32 { return float32(i % 17) }
	got, want := newGuarded(tile.MR*ldc, start), newGuarded(tile.MR*ldc, start)
	tile.Mul(k, a, b, got.s(), ldc, add)
	tile.mulGeneric(k, a, b, want.s(), ldc, add)
	what := fmt.Sprintf("%+v k=%d add=%v", tile, k, add)
	got.check(t, what)
	for i := range got.s() {
		g, w := got.s()[i], want.s()[i]
		if i%ldc >= tile.NR && g != w || !close32(g, w, 1e-5*math.Sqrt(float64(k+1))) {
			t.Fatalf("%s: c[%d, %d] = %v, want %v", what, i/ldc, i%ldc, g, w)
		}
	}
}

// TestMulPanels: several tiles at once are the same as one after the other, and inner values at once the same as in two parts.
func TestMulPanels(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		for _, tile := range tiles() {
			for _, k := range []int{19, 288, 600} {
				for _, last := range [][2]int{{0, 0}, {tile.MR / 2, 0}, {0, tile.NR / 2}, {1, 1}, {tile.MR, tile.NR/2 + 1}} {
					checkMulPanels(t, tile, k, last[0], last[1])
				}
			}
		}
	})
}

func checkMulPanels(t *testing.T, tile Tile, k, lastRows, lastCols int) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, uint64(k)))
	panels := func(s Side, n int) Panels {
		p := Panels{N: n, Next: tile.PanelLen(s, k) + 16}
		for range n {
			p.Data = append(append(p.Data, randomPanel(r, tile, s, k)...), make([]float32, 16)...)
		}
		return p
	}
	a, b := panels(Left, 5), panels(Right, 3)
	a.Last, b.Last = lastRows, lastCols
	rows, cols := 5*tile.MR, 3*tile.NR
	if lastRows > 0 {
		rows += lastRows - tile.MR
	}
	if lastCols > 0 {
		cols += lastCols - tile.NR
	}
	ldc := 3*tile.NR + 3
	for _, add := range []bool{false, true} {
		start := func(i int) float32 { return float32(i % 13) }
		got, want := newGuarded(5*tile.MR*ldc, start), newGuarded(5*tile.MR*ldc, start)
		tile.MulPanels(k, a, b, got.s(), ldc, add)
		for i := range a.N {
			for j := range b.N {
				tile.Mul(k, a.at(i), b.at(j), want.s()[i*tile.MR*ldc+j*tile.NR:], ldc, add)
			}
		}
		if cut := 288; tile.Seamless && cut < k {
			for i := range got.s() {
				got.s()[i] = start(i)
			}
			tile.MulPanels(cut, a, b, got.s(), ldc, add)
			tile.MulPanels(k-cut, a.from(tile.PanelLen(Left, cut)), b.from(tile.PanelLen(Right, cut)), got.s(), ldc, true)
		}
		got.check(t, "MulPanels")
		for i := range got.s() {
			beyond := i/ldc >= rows || i%ldc >= cols && i%ldc < 3*tile.NR // arbitrary
			if !beyond && got.s()[i] != want.s()[i] {
				t.Fatalf("%+v k=%d add=%v: element (%d, %d) is %v, want %v", tile, k, add, i/ldc, i%ldc, got.s()[i], want.s()[i])
			}
		}
	}
}

// randomPanel is a panel whose values beyond k are zero, as packing leaves them.
func randomPanel(r *rand.Rand, t Tile, s Side, k int) []float32 {
	p := make([]float32, t.PanelLen(s, k))
	for q := range k {
		for i := range t.Wide(s) {
			v := float32(r.NormFloat64())
			if n := t.index(s, q, i); t.BF16 {
				half(p)[n] = bf16(v)
			} else {
				p[n] = v
			}
		}
	}
	return p
}

// TestMul4x4 compares the microkernel without assembly with the definition.
func TestMul4x4(t *testing.T) {
	tile := Tile{MR: 4, NR: 4, KU: 1}
	for _, k := range []int{0, 1, 5, 100} {
		for _, add := range []bool{false, true} {
			r := rand.New(rand.NewPCG(uint64(k), 2))
			a, b := randomPanel(r, tile, Left, k), randomPanel(r, tile, Right, k)
			got, want := make([]float32, 20), make([]float32, 20)
			for i := range got {
				got[i] = float32(i)
				want[i] = float32(i)
			}
			mul4x4(k, a, b, got, 5, add)
			for i := range 4 {
				for j := range 4 {
					var s float32
					for p := range k {
						s += tile.at(a, Left, p, i) * tile.at(b, Right, p, j)
					}
					if add {
						s += want[i*5+j]
					}
					want[i*5+j] = s
				}
			}
			for i := range got {
				if !close32(got[i], want[i], 1e-5) {
					t.Fatalf("k=%d add=%v element %d: %v, want %v", k, add, i, got[i], want[i])
				}
			}
		}
	}
}

func TestPackRowsAndCols(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		for _, tile := range tiles() {
			for _, s := range []Side{Left, Right} {
				r := tile.Wide(s)
				for _, k := range []int{1, 2, 3, 7, 8, 9, 16, 24, 31, 33, 520, 1025} {
					for _, missing := range []int{0, 1, r / 2, r - 1} {
						checkPack(t, tile, s, r-missing, k, 0)
						checkPack(t, tile, s, r-missing, k, 8)
					}
				}
			}
		}
	})
}

// checkPack packs a matrix whose element (row, p) is row·2048+p as rows and as columns and reads it back through Tile.at.
// more gives the source further rows after the ones of the panel.
func checkPack(t *testing.T, tile Tile, s Side, valid, k, more int) {
	t.Helper()
	r := tile.Wide(s)
	value := func(i, p int) float32 { return float32(i%16*8+p%8) + 1 } // exact in bfloat16
	for _, cols := range []bool{false, true} {
		stride := (k+3)/4*4 + 4
		n := (valid+more-1)*stride + k
		if cols {
			stride = (r+3)/4*4 + 4
			n = (k-1)*stride + valid
		}
		src := make([]float32, n)
		for i := range valid {
			for p := range k {
				if cols {
					src[p*stride+i] = value(i, p)
				} else {
					src[i*stride+p] = value(i, p)
				}
			}
		}
		for _, half := range []bool{false, true} {
			if tile.BF16 && !half {
				continue
			}
			panel := newGuarded(tile.PanelLen(s, k), func(int) float32 { return 99 })
			packAny(tile, panel.s(), s, src, stride, valid, k, cols, half)
			what := fmt.Sprintf("%+v side=%d valid=%d k=%d cols=%v half=%v", tile, s, valid, k, cols, half)
			panel.check(t, what)
			checkPanel(t, what, tile, panel.s(), s, valid, k, value)
		}
	}
}

func checkPanel(t *testing.T, what string, tile Tile, panel []float32, s Side, valid, k int, value func(i, p int) float32) {
	t.Helper()
	for p := range tile.roundK(k) {
		for i := range tile.Wide(s) {
			want := float32(0)
			if i < valid && p < k {
				want = value(i, p)
			}
			if got := tile.at(panel, s, p, i); got != want {
				t.Fatalf("%s: (%d, %d) = %v, want %v", what, i, p, got, want)
			}
		}
	}
}

// packAny packs float32, or, half, bfloat16 memory.
func packAny(tile Tile, panel []float32, s Side, src []float32, stride, valid, k int, cols, half bool) {
	h := make([]uint16, len(src))
	Narrow(h, src)
	switch {
	case tile.BF16 && cols:
		tile.PackColsBF16(panel, s, h, stride, valid, k)
	case tile.BF16:
		tile.PackRowsBF16(panel, s, h, stride, valid, k)
	case half && cols:
		tile.PackColsWiden(panel, s, h, stride, valid, k)
	case half:
		tile.PackRowsWiden(panel, s, h, stride, valid, k)
	case cols:
		tile.PackCols(panel, s, src, stride, valid, k)
	default:
		tile.PackRows(panel, s, src, stride, valid, k)
	}
}

// TestSignals: neither signals nor switches between threads and goroutines disturb a product. The state of AMX has to survive what Go does to a
// running thread: preemption, a profile, collection.
func TestSignals(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		var profile bytes.Buffer
		if err := pprof.StartCPUProfile(&profile); err == nil { // else one is running, which serves as well
			defer pprof.StopCPUProfile()
		}
		var work sync.WaitGroup
		for g := range 8 {
			work.Add(1)
			go func() {
				defer work.Done()
				for _, tile := range tiles() {
					hammer(t, tile, uint64(g))
				}
			}()
		}
		work.Wait()
	})
}

// hammer multiplies the same operands again and again and compares the bits.
func hammer(t *testing.T, tile Tile, seed uint64) {
	const k = 500
	r := rand.New(rand.NewPCG(seed, 5))
	a := Panels{N: 1, Data: randomPanel(r, tile, Left, k)}
	b := Panels{N: 1, Data: randomPanel(r, tile, Right, k)}
	want := make([]float32, tile.MR*tile.NR)
	tile.MulPanels(k, a, b, want, tile.NR, false)
	for i := range 100 {
		c := make([]float32, len(want)) // garbage, which is collected meanwhile
		tile.MulPanels(k, a, b, c, tile.NR, false)
		for j := range c {
			if math.Float32bits(c[j]) != math.Float32bits(want[j]) {
				t.Errorf("%+v, product %d: element %d is %v, want %v", tile, i, j, c[j], want[j])
				return
			}
		}
		if i%10 == 0 {
			runtime.GC()
		}
	}
}

// BenchmarkMul multiplies four panels by four of some k, data in L2.
func BenchmarkMul(b *testing.B) {
	for _, tile := range tiles() {
		for _, k := range []int{256, 2048} {
			b.Run(fmt.Sprintf("%dx%d_bf16=%v_k%d", tile.MR, tile.NR, tile.BF16, k), func(b *testing.B) {
				pa, pb := Panels{N: 4, Next: tile.PanelLen(Left, k)}, Panels{N: 4, Next: tile.PanelLen(Right, k)}
				r := rand.New(rand.NewPCG(1, 1))
				for range 4 {
					pa.Data, pb.Data = append(pa.Data, randomPanel(r, tile, Left, k)...), append(pb.Data, randomPanel(r, tile, Right, k)...)
				}
				m, n := pa.N*tile.MR, pb.N*tile.NR
				n += 16
				c := make([]float32, m*n)
				best := time.Hour // of a call: others may share the machine
				for b.Loop() {
					start := time.Now()
					tile.MulPanels(k, pa, pb, c, n, false)
					best = min(best, time.Since(start))
				}
				b.ReportMetric(2*float64(m*(n-16)*k)/best.Seconds()/1e9, "best-GFLOP/s")
			})
		}
	}
}

// BenchmarkPack packs panels of 512 inner values from a matrix of bfloat16 that lies in L1 or L2.
func BenchmarkPack(b *testing.B) {
	tile := TileBF16()
	if !tile.BF16 {
		return
	}
	const k = 512
	for _, side := range []Side{Left, Right} {
		for _, cols := range []bool{false, true} {
			for _, stride := range []int{k, k + 32, 2048} {
				b.Run(fmt.Sprintf("side=%d/cols=%v/stride=%d", side, cols, stride), func(b *testing.B) {
					r := tile.Wide(side)
					src, panel := make([]uint16, k*stride), make([]float32, tile.PanelLen(side, k))
					for i := range src {
						src[i] = uint16(i) // untouched memory would be one page of zeroes
					}
					best := time.Hour // of a call: others may share the machine
					for b.Loop() {
						start := time.Now()
						if cols {
							tile.PackColsBF16(panel, side, src, stride, r, k)
						} else {
							tile.PackRowsBF16(panel, side, src, stride, r, k)
						}
						best = min(best, time.Since(start))
					}
					b.ReportMetric(float64(r*k)/best.Seconds()/1e9, "best-G/s")
				})
			}
		}
	}
}
