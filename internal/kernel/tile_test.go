package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

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

// TestMulColumn: several tiles at once are the same as one after the other.
func TestMulColumn(t *testing.T) {
	cputest.EachPath(t, func(t *testing.T) {
		for _, tile := range tiles() {
			const n, k = 5, 19
			r := rand.New(rand.NewPCG(3, 1))
			next := tile.PanelLen(Left, k) + 16
			a, b := make([]float32, 0, n*next), randomPanel(r, tile, Right, k)
			for range n {
				a = append(append(a, randomPanel(r, tile, Left, k)...), make([]float32, 16)...)
			}
			ldc := tile.NR + 3
			for _, add := range []bool{false, true} {
				start := func(i int) float32 { return float32(i % 13) }
				got, want := newGuarded(n*tile.MR*ldc, start), newGuarded(n*tile.MR*ldc, start)
				tile.MulColumn(k, Column{n, a, next}, b, got.s(), ldc, add)
				for i := range n {
					tile.Mul(k, a[i*next:], b, want.s()[i*tile.MR*ldc:], ldc, add)
				}
				got.check(t, "MulColumn")
				for i := range got.s() {
					if got.s()[i] != want.s()[i] {
						t.Fatalf("%+v add=%v: element (%d, %d) is %v, want %v", tile, add, i/ldc, i%ldc, got.s()[i], want.s()[i])
					}
				}
			}
		}
	})
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

func BenchmarkMul(b *testing.B) {
	for _, tile := range tiles() {
		b.Run(fmt.Sprintf("%dx%d_bf16=%v", tile.MR, tile.NR, tile.BF16), func(b *testing.B) {
			const k = 256
			r := rand.New(rand.NewPCG(1, 1))
			pa, pb := randomPanel(r, tile, Left, k), randomPanel(r, tile, Right, k)
			c := make([]float32, tile.MR*tile.NR)
			for b.Loop() {
				tile.Mul(k, pa, pb, c, tile.NR, true)
			}
			b.ReportMetric(2*float64(tile.MR*tile.NR*k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
