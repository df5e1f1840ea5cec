package nn

import "graft/internal/kernel"

// gatedNorm is y = w ⊙ x/√(mean(x²) + eps) ⊙ silu(z): the norm before the gate.
type gatedNorm struct {
	w   []float32
	eps float64
}

// forward computes y; buf is scratch of y's length.
func (g gatedNorm) forward(y, x, z, buf []float32) {
	kernel.MulScale(buf[:len(y)], x, g.w, inverseRMS(x, g.eps))
	kernel.SwiGLU(y, z, buf)
}

// back computes the gradients of x and z; buf is scratch of twice their length.
func (g gatedNorm) back(dx, dz, x, z, dy, buf []float32) {
	normed, dnormed := buf[:len(dx)], buf[len(dx):2*len(dx)]
	kernel.MulScale(normed, x, g.w, inverseRMS(x, g.eps))
	kernel.SwiGLUGrad(dz, dnormed, z, normed, dy)
	normBack(dx, x, dnormed, g.w, g.eps)
}
