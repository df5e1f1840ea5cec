package nn

import (
	"math"

	"graft/internal/kernel"
)

// unit is y = a·x/√(Σx² + 1e-6), the l2 norm of queries and keys, and returns 1/√…
func unit(y, x []float32, a float32) (inv float32) {
	inv = float32(1 / math.Sqrt(float64(kernel.Dot(x, x))+1e-6))
	kernel.Scale(y, x, inv*a)
	return inv
}

// unitBack is its gradient dx = inv·(a·dy − y/a·⟨dy, y⟩).
func unitBack(dx, y, dy []float32, inv, a float32) {
	kernel.Scale(dx, dy, inv*a)
	kernel.Axpy(dx, y, -inv/a*kernel.Dot(dy, y))
}
