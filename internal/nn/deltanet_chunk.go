package nn

import (
	"math"

	"graft/internal/kernel"
)

// A chunk of n tokens with state S before it (Yang et al., 2024, "Parallelizing Linear Transformers with the Delta Rule"; here solved for X
// directly). γ = cumsum(g), Γ_ij = e^(γ_i−γ_j) for i ≥ j, ε = e^γ, ω = e^(γ_n−γ), λ = e^γ_n; no exponent is above 0.
//
//	A = stril(β ⊙ KKᵀ ⊙ Γ)    P = tril(QKᵀ ⊙ Γ)    E = V − ε⊙(KS)    X = (I + A)⁻¹(β⊙E)
//	O = ε⊙(QS) + PX           S⁺ = λS + Kᵀ(ω⊙X)

// chunkForward computes the chunk that starts at row lo, output still without norm and gate, and sets the state of the chunk after it, which
// may be the same memory or nil.
func (t *deltaTask) chunkForward(ch *deltaChunk, lo int, next *deltaChunk) {
	w := t.w
	ch.lo, ch.n = lo, min(chunkRows, t.seg.End-lo)
	ch.pad = roundUp(ch.n, w.MR)
	t.convolve(ch)
	t.units(ch)
	left := w.tiles.left(w.leftQK, ch.qk.from(0, 2*ch.pad))
	dots := ch.dots.from(0, 2*ch.pad)
	dots.cols = ch.n
	w.mul(dots, t.KeyDim, left, w.rightT(w.right, ch.keys()), false)
	var kT panels
	if next != nil {
		kT = w.leftT(w.leftKT, ch.keys())
	}
	for j := range ch.heads {
		t.headForward(ch, j, left)
		if next != nil {
			t.advance(ch, &ch.heads[j], kT, next.heads[j].s)
		}
	}
}

func (c *deltaChunk) queries() grid { return c.qk.from(0, c.n) }

func (c *deltaChunk) keys() grid { return c.qk.from(c.pad, c.n) }

// convolve reads the chunk and sets pre and act.
func (t *deltaTask) convolve(ch *deltaChunk) {
	w, conv := t.w, t.conv()
	past := len(t.Taps) - 1
	for j := range t.Taps {
		w.taps[j] = t.Taps[j][t.head*conv:][:conv]
	}
	for i := range past + ch.n {
		switch row := ch.lo - past + i; {
		case row >= t.seg.Start:
			t.x.Read(w.raw.row(i), row, t.head*t.strip())
		case t.cache != nil:
			t.cache.tail.Read(w.raw.row(i), row-t.seg.Start+past, t.head*conv)
		default:
			clear(w.raw.row(i))
		}
	}
	causalConv(ch.pre.from(0, ch.n), w.raw, w.taps, w.buf)
	for i := range ch.n {
		kernel.SwiGLU(w.act.row(i), ch.pre.row(i), w.ones)
	}
}

// units sets queries and keys from act.
func (t *deltaTask) units(ch *deltaChunk) {
	d := t.KeyDim
	for i := range ch.n {
		a := t.w.act.row(i)
		ch.inv[i] = unit(ch.qk.row(i), a[:d], t.queryScale())
		ch.inv[chunkRows+i] = unit(ch.qk.row(ch.pad+i), a[d:2*d], 1)
	}
}

func (t *deltaTask) queryScale() float32 { return float32(1 / math.Sqrt(float64(t.KeyDim))) }

// headForward computes E, X and O of a value head; left is queries and keys.
func (t *deltaTask) headForward(ch *deltaChunk, j int, left panels) {
	w, h := t.w, &ch.heads[j]
	t.decays(ch, j)
	w.mul(w.sums.from(0, 2*ch.pad), t.KeyDim, left, w.tiles.right(w.right, h.s), false)
	v := 2*t.KeyDim + j*t.ValueDim
	for i := range ch.n {
		e := h.e.row(i)
		kernel.Scale(e, w.sums.row(ch.pad+i), -h.eps[i])
		kernel.Add(e, e, w.act.row(i)[v:])
		kernel.Scale(h.x.row(i), e, h.beta[i])
		kernel.Scale(h.o.row(i), w.sums.row(i), h.eps[i])
	}
	neg, p := t.scores(ch, h)
	x := panels{w.right, 0, ch.n}
	w.solveLower(h.x.from(0, ch.n), neg, w.tiles.left(w.left, neg), x)
	w.mulLower(h.o.from(0, ch.n), w.tiles.left(w.left, p), x)
}

// decays sets β, γ, ε, ω and Γ of a value head.
func (t *deltaTask) decays(ch *deltaChunk, j int) {
	h := &ch.heads[j]
	var sum float64
	for i := range ch.n {
		beta, g, _ := t.gates(ch.lo+i, j)
		sum += g
		h.beta[i], h.gamma[i] = float32(beta), float32(sum)
	}
	gamma := h.gamma[:ch.n]
	for i, v := range gamma {
		kernel.ExpSum(h.decay.row(i)[:i+1], gamma, -1, -v)
	}
	kernel.ExpSum(h.eps[:ch.n], gamma, 1, 0)
	kernel.ExpSum(h.omega[:ch.n], gamma, -1, -gamma[ch.n-1])
}

// scores computes −A and P of a value head, (pad, n) with arbitrary rows behind n.
func (t *deltaTask) scores(ch *deltaChunk, h *deltaHead) (neg, p grid) {
	n := ch.n
	neg, p = t.w.neg.from(0, ch.pad), t.w.p.from(0, ch.pad)
	neg.cols, p.cols = n, n
	for i := range n {
		d, a, q := h.decay.row(i), neg.row(i), p.row(i)
		kernel.MulScale(a[:i], ch.dots.row(ch.pad + i)[:i], d, -h.beta[i])
		kernel.Mul(q[:i+1], ch.dots.row(i)[:i+1], d)
		clear(a[i:])
		clear(q[i+1:])
	}
	return neg, p
}

// advance computes the state after the chunk; kT is the keys, transposed. next may be the state before.
func (t *deltaTask) advance(ch *deltaChunk, h *deltaHead, kT panels, next grid) {
	w := t.w
	for i := range ch.n {
		kernel.Scale(w.sums.row(i), h.x.row(i), h.omega[i])
	}
	whole := h.s.ld * h.s.rows
	kernel.Scale(next.c[:whole], h.s.c, h.eps[ch.n-1])
	w.mul(next, ch.n, kT, w.tiles.right(w.right, w.sums.from(0, ch.n)), true)
}
