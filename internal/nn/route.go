package nn

import (
	"math"
	"sort"

	"graft/internal/kernel"
)

// Route says which tokens go to which expert. A row is one token at one of its experts; rows are sorted by expert, then by token.
// N = T·k rows, E experts.
type Route struct {
	Token  []int32 // (N) token of each row
	Slot   []int32 // (N) which of its token's k choices the row is
	Start  []int   // (E+1) rows of expert e are Start[e] to Start[e+1]
	Weight *Value  // (T, k) what the outputs of a token's experts are multiplied by
	order  []int   // experts by falling number of rows: the order of tasks
}

// Experts is the number of experts.
func (r *Route) Experts() int { return len(r.Start) - 1 }

// Rows is the number of rows.
func (r *Route) Rows() int { return len(r.Token) }

// Router is how tokens choose their experts.
type Router struct {
	TopK      int
	Normalize bool // the weights of a token are divided by their sum
	Layer     int
	Balance   *Balance // takes part in the load-balancing loss; nil without
}

// Route sends each token to its k most likely experts: p = softmax(logits) in float32, weights the k largest p. logits is (T, E). Ties go
// to the lower index.
//
// Back, for the chosen with weight w: normalised, dlogit = w·(dw − Σ w·dw); otherwise dp = dw and dlogit = p·(dp − Σ p·dp). The choice
// itself has no gradient.
func (t *Tape) Route(logits *Value, opt Router) *Route {
	k, experts := opt.TopK, logits.Cols
	chosen := make([]int32, logits.Rows*k)
	w := t.Make(logits.Rows, k, false, logits)
	t.Record(w, Op{Uses: []*Value{logits}, Compute: func() {
		w.data = t.New(logits.Rows, k)
		probs := t.NewF32(logits.Rows, experts)
		in := logits.Data()
		t.Rows(logits.Rows, 1, k, func(i int, buf [][]float32) {
			p := probs.row(nil, i)
			in.Read(p, i, 0)
			softmax(p)
			topK(chosen[i*k:(i+1)*k], p)
			pickWeights(buf[0], p, chosen[i*k:(i+1)*k], opt.Normalize)
			w.data.Write(i, 0, buf[0])
		})
		if opt.Balance != nil {
			opt.Balance.see(t.Context, opt.Layer, probs, chosen, k)
		}
		probs.Free()
	}, Back: func() {
		in := logits.Data()
		dl, add := t.gradTensor(logits)
		var balance []float32
		if opt.Balance != nil {
			balance = opt.Balance.gradient()
		}
		t.Rows(logits.Rows, 4, experts, func(i int, buf [][]float32) {
			p, dp, dw := buf[0], buf[1], buf[2][:k]
			in.Read(p, i, 0)
			softmax(p)
			w.grad.Read(dw, i, 0)
			routeBack(dp, p, dw, chosen[i*k:(i+1)*k], opt.Normalize)
			if balance != nil {
				kernel.Add(dp, dp, balance[int(opt.Balance.part[i])*experts:])
			}
			softmaxBack(buf[2], p, dp)
			dl.put(buf[2], buf[3], i, add)
		})
	}})
	r := &Route{Weight: w}
	if t.Counting() {
		spread(chosen, experts, min(2*len(chosen)/experts+64, logits.Rows), t.Pool.Workers())
	}
	r.sort(chosen, k, experts)
	return r
}

// softmax in place.
func softmax(x []float32) {
	top := float32(math.Inf(-1))
	for _, v := range x {
		top = max(top, v)
	}
	var sum float64
	for i, v := range x {
		e := math.Exp(float64(v - top))
		x[i] = float32(e)
		sum += e
	}
	for i := range x {
		x[i] = float32(float64(x[i]) / sum)
	}
}

// topK sets pick to the indices of the largest elements, falling.
func topK(pick []int32, p []float32) {
	n := 0
	for i, v := range p {
		if n == len(pick) && v <= p[pick[n-1]] {
			continue
		}
		j := min(n, len(pick)-1)
		for j > 0 && v > p[pick[j-1]] {
			pick[j] = pick[j-1]
			j--
		}
		pick[j] = int32(i)
		n = min(n+1, len(pick))
	}
}

// pickWeights sets w to the probabilities of the chosen experts.
func pickWeights(w, p []float32, pick []int32, normalize bool) {
	var sum float32
	for j, e := range pick {
		w[j] = p[e]
		sum += p[e]
	}
	if normalize {
		for j := range w {
			w[j] /= sum
		}
	}
}

// routeBack turns the gradient of the weights into the gradient of the probabilities.
func routeBack(dp, p, dw []float32, pick []int32, normalize bool) {
	clear(dp)
	var sum, dot float64
	for j, e := range pick {
		sum += float64(p[e])
		dot += float64(dw[j]) * float64(p[e])
	}
	for j, e := range pick {
		dp[e] = dw[j]
		if normalize {
			dp[e] = float32((float64(dw[j]) - dot/sum) / sum)
		}
	}
}

// softmaxBack is dx = p·(dp − Σ p·dp).
func softmaxBack(dx, p, dp []float32) {
	var dot float64
	for i, v := range p {
		dot += float64(v) * float64(dp[i])
	}
	for i, v := range p {
		dx[i] = float32(float64(v) * (float64(dp[i]) - dot))
	}
}

// sort lists the rows by expert.
func (r *Route) sort(chosen []int32, k, experts int) {
	r.Start = make([]int, experts+1)
	for _, e := range chosen {
		r.Start[e+1]++
	}
	for e := range experts {
		r.Start[e+1] += r.Start[e]
	}
	at := append([]int(nil), r.Start...)
	r.Token, r.Slot = make([]int32, len(chosen)), make([]int32, len(chosen))
	for i, e := range chosen {
		r.Token[at[e]], r.Slot[at[e]] = int32(i/k), int32(i%k)
		at[e]++
	}
	r.order = make([]int, experts)
	for e := range r.order {
		r.order[e] = e
	}
	sort.SliceStable(r.order, func(a, b int) bool { return r.size(r.order[a]) > r.size(r.order[b]) })
}

// spread stands for the choices of a router that was not run: the first experts, one for each worker, get as many rows as the fullest one does
// unless routing is very uneven, the others share the rest evenly.
func spread(chosen []int32, experts, fullest, workers int) {
	i := 0
	for e := range min(workers, experts-1) {
		for n := 0; n < fullest && i < len(chosen); n++ {
			chosen[i] = int32(e)
			i++
		}
	}
	first := min(workers, experts-1)
	for j := range chosen[i:] {
		chosen[i+j] = int32(first + j%(experts-first))
	}
}

func (r *Route) size(e int) int { return r.Start[e+1] - r.Start[e] }
