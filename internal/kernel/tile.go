package kernel

import "graft/internal/cpu"

// Tile is the geometry of a microkernel: MR rows by NR columns, KU (a power of two) consecutive k in one panel element group.
type Tile struct {
	MR, NR, KU int
	BF16       bool // panels hold bfloat16, else float32
	path       cpu.Path
	log        uint8 // log₂ KU
}

// TileF32 is the float32 microkernel of the active path.
func TileF32() Tile {
	p := cpu.Active()
	switch p {
	case cpu.AVX512, cpu.AVX512BF16:
		return Tile{MR: 14, NR: 32, KU: 1, path: p}
	case cpu.AVX2:
		return Tile{MR: 6, NR: 16, KU: 1, path: p}
	case cpu.NEON, cpu.NEONBF16:
		return Tile{MR: 8, NR: 12, KU: 1, path: p}
	}
	return Tile{MR: 4, NR: 4, KU: 1, path: p}
}

// TileBF16 is the microkernel for bfloat16 operands. Where the path has no instruction for them it is TileF32.
func TileBF16() Tile {
	switch p := cpu.Active(); p {
	case cpu.AVX512BF16:
		return Tile{MR: 14, NR: 32, KU: 2, log: 1, BF16: true, path: p}
	case cpu.NEONBF16:
		return Tile{MR: 8, NR: 12, KU: 4, log: 2, BF16: true, path: p}
	}
	return TileF32()
}

// PanelLen is the length of a panel of r rows (or columns) and k inner values, in units of float32.
// For bfloat16 k is rounded up to whole groups.
func (t Tile) PanelLen(r, k int) int {
	n := r * t.groups(k) << t.log
	if t.BF16 {
		return n / 2
	}
	return n
}

func (t Tile) groups(k int) int { return (k + t.KU - 1) >> t.log }

// Mul multiplies the panels a (MR rows) and b (NR columns) of k inner values into the tile c of row stride ldc; add keeps what is in c.
func (t Tile) Mul(k int, a, b, c []float32, ldc int, add bool) {
	t.MulColumn(k, Column{1, a, 0}, b, c, ldc, add)
}

// Column is N panels of left operands, Next elements from one to the following.
type Column struct {
	N     int
	Panel []float32
	Next  int
}

// MulColumn multiplies each panel of a with b, into tiles of c that lie one below the other.
func (t Tile) MulColumn(k int, a Column, b, c []float32, ldc int, add bool) {
	_ = c[(t.MR*a.N-1)*ldc+t.NR-1]
	if k > 0 {
		_, _ = a.Panel[(a.N-1)*a.Next+t.PanelLen(t.MR, k)-1], b[t.PanelLen(t.NR, k)-1]
	}
	if !t.mulFast(t.groups(k), a, b, c, ldc, add) {
		for i := range a.N {
			t.mulGeneric(k, a.Panel[i*a.Next:], b, c[i*t.MR*ldc:], ldc, add)
		}
	}
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
