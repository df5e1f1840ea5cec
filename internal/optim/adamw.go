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

	tasks []task
}

// task is some parameters, or a part of a long one: tens of thousands of experts' are updated together.
type task []piece

// piece is a run of elements of a parameter.
type piece struct{ param, lo, hi int }

// NewAdamW starts with zero moments.
func NewAdamW(params []*nn.Param, beta1, beta2, epsilon, decay float64) *AdamW {
	a := &AdamW{Beta1: beta1, Beta2: beta2, Epsilon: epsilon, WeightDecay: decay, Params: params}
	for _, p := range params {
		a.M = append(a.M, make([]float32, len(p.Data)))
		a.V = append(a.V, make([]float32, len(p.Data)))
	}
	a.tasks = cut(params)
	return a
}

// updateChunk is the grain of an update, in elements.
const updateChunk = 1 << 14

// taskElements is about how many elements a task has.
const taskElements = 4 * updateChunk

// cut lists the chunks of all parameters in order and gathers them into tasks.
func cut(params []*nn.Param) []task {
	var tasks []task
	var now task
	size := 0
	for i, p := range params {
		for lo := 0; lo < len(p.Data); lo += updateChunk {
			hi := min(lo+updateChunk, len(p.Data))
			now, size = append(now, piece{i, lo, hi}), size+hi-lo
			if size >= taskElements {
				tasks, now, size = append(tasks, now), nil, 0
			}
		}
	}
	if now != nil {
		tasks = append(tasks, now)
	}
	return tasks
}

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
	pool.Run(len(a.tasks), func(_, n int) {
		for _, c := range a.tasks[n] {
			p := a.Params[c.param]
			kernel.AdamW(p.Data[c.lo:c.hi], a.M[c.param][c.lo:c.hi], a.V[c.param][c.lo:c.hi], p.Grad[c.lo:c.hi], s)
		}
	})
}

// GradNorm is the L2 norm of all gradients together. The sum over chunks is taken in their order.
func (a *AdamW) GradNorm(pool *parallel.Pool) float64 {
	sums := make([][]float64, len(a.tasks))
	pool.Run(len(a.tasks), func(_, n int) {
		for _, c := range a.tasks[n] {
			g := a.Params[c.param].Grad[c.lo:c.hi]
			sums[n] = append(sums[n], float64(kernel.Dot(g, g)))
		}
	})
	var sum float64
	for _, s := range sums {
		for _, v := range s {
			sum += v
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
