package kernel

import "graft/internal/cpu"

// Tile is the geometry of a microkernel: MR rows by NR columns; a panel's k is rounded up to a multiple of KU (a power of two).
type Tile struct {
	MR, NR, KU int
	BF16       bool // panels hold bfloat16, else float32
	Seamless   bool // a product cut along k at multiples of KU, its parts added in order, is the same to the bit
	path       cpu.Path
	group      [2]uint8 // log₂ of the consecutive k in one element group of a panel, by Side; at most KU
}

// Side is the operand that a panel belongs to.
type Side uint8

// The sides of a product: a panel of MR rows of the left operand, of NR columns of the right one.
const (
	Left Side = iota
	Right
)

// TileF32 is the float32 microkernel of the active path.
func TileF32() Tile {
	p := cpu.Active()
	switch p {
	case cpu.AVX512, cpu.AVX512BF16, cpu.AMXBF16:
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
		return Tile{MR: 14, NR: 32, KU: 2, group: [2]uint8{1, 1}, BF16: true, path: p}
	case cpu.AMXBF16:
		return Tile{MR: 32, NR: 32, KU: 32, group: [2]uint8{5, 1}, BF16: true, Seamless: true, path: p}
	case cpu.NEONBF16:
		return Tile{MR: 8, NR: 12, KU: 4, group: [2]uint8{2, 2}, BF16: true, path: p}
	}
	return TileF32()
}

// Wide is the number of rows (or columns) of a panel: MR or NR.
func (t Tile) Wide(s Side) int {
	if s == Left {
		return t.MR
	}
	return t.NR
}

// PanelLen is the length of a panel of k inner values, in units of float32.
func (t Tile) PanelLen(s Side, k int) int {
	n := t.Wide(s) * t.roundK(k)
	if t.BF16 {
		return n / 2
	}
	return n
}

// PanelsLen is the length of the panels of n rows (or columns), one after the other.
func (t Tile) PanelsLen(s Side, n, k int) int {
	r := t.Wide(s)
	return (n + r - 1) / r * t.PanelLen(s, k)
}

// roundK is k rounded up to whole groups of either side.
func (t Tile) roundK(k int) int { return (k + t.KU - 1) &^ (t.KU - 1) }

// Mul multiplies the panels a (MR rows) and b (NR columns) of k inner values into the tile c of row stride ldc; add keeps what is in c.
func (t Tile) Mul(k int, a, b, c []float32, ldc int, add bool) {
	t.MulPanels(k, Panels{N: 1, Data: a}, Panels{N: 1, Data: b}, c, ldc, add)
}

// Panels is N panels of one operand, Next elements from one to the following. Of the last one the first Last rows (or columns) count, all if Last is 0;
// what a product leaves in c for the others is arbitrary.
type Panels struct {
	N    int
	Data []float32
	Next int
	Last int
}

// at is the memory from panel i on.
func (p Panels) at(i int) []float32 { return p.Data[i*p.Next:] }

// from is p without the first n elements of each panel.
func (p Panels) from(n int) Panels { return Panels{p.N, p.Data[n:], p.Next, p.Last} }

// blockK is how many inner values a microkernel multiplies before the next tile: a panel of NR columns stays in L1.
const blockK = 256

// MulPanels multiplies each panel of a with each of b: the tile of panels i and j starts at row i·MR, column j·NR of c.
func (t Tile) MulPanels(k int, a, b Panels, c []float32, ldc int, add bool) {
	_ = c[(t.MR*a.N-1)*ldc+t.NR*b.N-1]
	if k > 0 {
		_, _ = a.at(a.N - 1)[t.PanelLen(Left, k)-1], b.at(b.N - 1)[t.PanelLen(Right, k)-1]
	}
	step := blockK
	if t.Seamless {
		step = max(k, 1) // the microkernel cuts k itself
	}
	for lo := 0; lo < k || lo == 0; lo += step {
		n := min(step, k-lo)
		t.mulBlock(n, a.from(t.PanelLen(Left, lo)), b.from(t.PanelLen(Right, lo)), c, ldc, add || lo > 0)
	}
}

func (t Tile) mulBlock(k int, a, b Panels, c []float32, ldc int, add bool) {
	if k > 0 && t.mulFast(t.roundK(k)/t.KU, a, b, c, ldc, add) {
		return
	}
	for j := range b.N {
		for i := range a.N {
			t.mulGeneric(k, a.at(i), b.at(j), c[i*t.MR*ldc+j*t.NR:], ldc, add)
		}
	}
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
