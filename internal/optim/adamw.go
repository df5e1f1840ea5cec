package optim

import (
	"math"

	"graft/internal/kernel"
	"graft/internal/nn"
	"graft/internal/parallel"
)

// AdamW is the optimizer (Loshchilov and Hutter, 2019). Its moments are float32.
type AdamW struct {
	Beta1, Beta2, Epsilon float64
	WeightDecay           float64 // decoupled: p ← p·(1 − lr·decay)

	Params []*nn.Param
	M, V   [][]float32 // first and second moment of each parameter
	Step   int         // updates done
}

// NewAdamW starts with zero moments.
func NewAdamW(params []*nn.Param, beta1, beta2, epsilon, decay float64) *AdamW {
	a := &AdamW{Beta1: beta1, Beta2: beta2, Epsilon: epsilon, WeightDecay: decay, Params: params}
	for _, p := range params {
		a.M = append(a.M, make([]float32, len(p.Data)))
		a.V = append(a.V, make([]float32, len(p.Data)))
	}
	return a
}

// updateChunk is the grain of an update, in elements.
const updateChunk = 1 << 14

// Update takes one step at learning rate lr; clip multiplies the gradients.
func (a *AdamW) Update(pool *parallel.Pool, lr, clip float64) {
	a.Step++
	s := kernel.AdamStep{
		Clip:       float32(clip),
		OneMinusB1: float32(1 - a.Beta1),
		OneMinusB2: float32(1 - a.Beta2),
		Decay:      float32(1 - lr*a.WeightDecay),
		Rate:       float32(lr / (1 - math.Pow(a.Beta1, float64(a.Step)))),
		Root:       float32(1 / math.Sqrt(1-math.Pow(a.Beta2, float64(a.Step)))),
		Epsilon:    float32(a.Epsilon),
	}
	for i, p := range a.Params {
		pool.Ranges(len(p.Data), updateChunk, func(_, lo, hi int) {
			kernel.AdamW(p.Data[lo:hi], a.M[i][lo:hi], a.V[i][lo:hi], p.Grad[lo:hi], s)
		})
	}
}

// GradNorm is the L2 norm of all gradients together. The sum is taken in a fixed order.
func GradNorm(params []*nn.Param) float64 {
	var sum float64
	for _, p := range params {
		for lo := 0; lo < len(p.Grad); lo += updateChunk {
			g := p.Grad[lo:min(lo+updateChunk, len(p.Grad))]
			sum += float64(kernel.Dot(g, g))
		}
	}
	return math.Sqrt(sum)
}

// ClipFactor is what gradients of the given norm are multiplied with so that their norm is at most limit; limit 0 clips nothing.
// The 1e-6 is torch.nn.utils.clip_grad_norm_'s.
func ClipFactor(norm, limit float64) float64 {
	if limit <= 0 {
		return 1
	}
	return min(1, limit/(norm+1e-6))
}

// ZeroGrad clears the gradients.
func ZeroGrad(params []*nn.Param) {
	for _, p := range params {
		clear(p.Grad)
	}
}
