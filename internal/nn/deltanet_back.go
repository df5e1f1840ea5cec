package nn

import "graft/internal/kernel"

// The backward pass of a chunk, given dO and the gradient dS⁺ of the state after it:
//
//	dX = Pᵀ·dO + ω⊙(K·dS⁺)    R = (I + A)⁻ᵀ·dX    dP = tril(dO·Xᵀ)    dA = −stril(R·Xᵀ)
//	dK̄ = X·dS⁺ᵀ               dQ̂ = dO·Sᵀ          dK̂ = −(β⊙R)·Sᵀ      dV = β⊙R            G_ij = dA_ij·β_i·Γ_ij
//	dβ_i = ⟨R_i, E_i⟩ + Σ_j dA_ij·Γ_ij·(k_i·k_j)
//	dQ = ε⊙dQ̂ + (dP⊙Γ)·K
//	dK = ε⊙dK̂ + ω⊙dK̄ + (dP⊙Γ)ᵀ·Q + (G + Gᵀ)·K
//	D = dA⊙A + dP⊙P           τ_i = ω_i·⟨dK̄_i, k_i⟩
//	dγ_i = Σ_j D_ij − Σ_j D_ji + ε_i·(⟨dQ̂_i, q_i⟩ + ⟨dK̂_i, k_i⟩) − τ_i;   dγ_n += Σ τ + λ·⟨S, dS⁺⟩
//	dg = reverse cumsum of dγ
//	dS = λ·dS⁺ + Qᵀ(ε⊙dO) − Kᵀ(ε⊙β⊙R)

// backward computes the gradients of the segment, from its end, block by block: a block's chunks are computed again from its kept state.
func (t *deltaTask) backward() {
	w := t.w
	for _, ds := range w.back.ds {
		clear(ds.c)
	}
	clear(w.back.pre.c[:(len(t.Taps)-1)*t.conv()]) // nothing comes from behind the segment
	size := t.seg.End - t.seg.Start
	for block := (size - 1) / blockRows; block >= 0; block-- {
		for j, h := range w.chunks[0].heads {
			t.unpack(h.s, t.stateRow(block, j))
		}
		n, end := 0, min((block+1)*blockRows, size)
		for at := block * blockRows; at < end; at += chunkRows {
			var next *deltaChunk
			if at+chunkRows < end {
				next = w.chunks[n+1]
			}
			t.chunkForward(w.chunks[n], t.seg.Start+at, next)
			n++
		}
		for n--; n >= 0; n-- {
			t.chunkBackward(w.chunks[n])
		}
	}
}

func (t *deltaTask) chunkBackward(ch *deltaChunk) {
	w, b := t.w, t.w.back
	b.m1.cols, b.g.cols = ch.n, ch.n
	for i := range ch.n {
		clear(b.m1.row(i))
		clear(b.g.row(i))
		clear(b.dqk.row(i))
		clear(b.dqk.row(ch.pad + i))
	}
	o := deltaOperands{
		k:  w.tiles.left(w.leftQK, ch.qk.from(ch.pad, ch.pad)),
		kT: w.leftT(w.leftKT, ch.keys()),
		qT: w.leftT(b.leftQT, ch.queries()),
	}
	for j := range ch.heads {
		t.headBackward(ch, j, o)
	}
	t.scoresBackward(ch)
	t.inputBackward(ch)
}

// deltaOperands are left operands that the value heads of a chunk share: keys, keys and queries transposed.
type deltaOperands struct{ k, kT, qT panels }

// headBackward adds what a value head gives to the gradients of queries, keys and scores, sets those of its values, gates, b and a, and
// takes the gradient of the state from the end of the chunk to its start.
func (t *deltaTask) headBackward(ch *deltaChunk, j int, o deltaOperands) {
	w, b, h := t.w, t.w.back, &ch.heads[j]
	n, ds := ch.n, b.ds[j]
	do, r := b.dor.from(0, n), b.dor.from(ch.pad, n)
	t.normBackward(ch, j, do)

	neg, p := t.scores(ch, h)
	w.mul(r, t.KeyDim, o.k, w.tiles.right(w.right, ds), false)
	for i := range n {
		kernel.Scale(r.row(i), r.row(i), h.omega[i])
	}
	w.mulUpper(r, w.leftT(w.left, p.from(0, n)), w.tiles.right(w.right, do))
	w.solveUpper(r, neg, w.leftT(w.left, neg.from(0, n)), panels{w.right, 0, n})

	left := w.tiles.left(w.left, b.dor.from(0, 2*ch.pad))
	b.dots.cols = n
	w.mul(b.dots.from(0, 2*ch.pad), t.ValueDim, left, w.rightT(w.right, h.x.from(0, n)), false)
	w.mul(b.hat.from(0, 2*ch.pad), t.ValueDim, left, w.rightT(w.right, h.s), false)
	w.mul(b.bar.from(0, ch.pad), t.ValueDim, w.tiles.left(w.left, h.x.from(0, ch.pad)), w.rightT(w.right, ds), false)

	t.decayBackward(ch, j)
	for i := range n {
		dq, dk := b.dqk.row(i), b.dqk.row(ch.pad+i)
		kernel.Axpy(dq, b.hat.row(i), h.eps[i])
		kernel.Axpy(dk, b.hat.row(ch.pad+i), -h.eps[i]*h.beta[i])
		kernel.Axpy(dk, b.bar.row(i), h.omega[i])
		kernel.Scale(b.act.row(i)[2*t.KeyDim+j*t.ValueDim:][:t.ValueDim], r.row(i), h.beta[i])
		kernel.Scale(do.row(i), do.row(i), h.eps[i])
		kernel.Scale(r.row(i), r.row(i), -h.eps[i]*h.beta[i])
	}
	whole := ds.c[:ds.ld*ds.rows]
	kernel.Scale(whole, whole, h.eps[n-1])
	w.mul(ds, n, o.qT, w.tiles.right(w.right, do), true)
	w.mul(ds, n, o.kT, w.tiles.right(w.right, r), true)
}

// normBackward takes the output's gradient through gate and norm: dO, and the gradient of z in the strip.
func (t *deltaTask) normBackward(ch *deltaChunk, j int, do grid) {
	w, d := t.w, t.ValueDim
	norm := gatedNorm{t.Norm, t.Eps}
	z, dy := w.z[:d], w.line[:d]
	for i := range ch.n {
		at := t.conv() + j*d
		t.x.Read(z, ch.lo+i, t.head*t.strip()+at)
		t.dy.Read(dy, ch.lo+i, (t.head*t.group()+j)*d)
		norm.back(do.row(i), w.back.strip.row(i)[at:at+d], ch.heads[j].o.row(i), z, dy, w.buf)
	}
}

// decayBackward goes from dP and dA to the gradients of b and a, and adds dP⊙Γ and G to the sums over heads.
func (t *deltaTask) decayBackward(ch *deltaChunk, j int) {
	b, h, n := t.w.back, &ch.heads[j], ch.n
	t1, t2 := t.w.line[:n], t.w.buf[:n]
	clear(b.colSum[:n])
	dgamma := b.dgamma[:n]
	var after float64 // Σ τ + λ⟨S, dS⁺⟩
	for i := range n {
		gamma := h.decay.row(i)[:i+1]
		p, a := t1[:i+1], t2[:i]
		kernel.Mul(p, b.dots.row(i)[:i+1], gamma) // dP⊙Γ
		kernel.Add(b.m1.row(i)[:i+1], b.m1.row(i)[:i+1], p)
		kernel.Mul(p, p, ch.dots.row(i)[:i+1]) // dP⊙P
		kernel.MulScale(a, b.dots.row(ch.pad + i)[:i], gamma, -1)
		kernel.Axpy(b.g.row(i)[:i], a, h.beta[i])
		kernel.Mul(a, a, ch.dots.row(ch.pad + i)[:i]) // dA⊙A/β
		own := float64(kernel.Sum(a))
		kernel.Axpy(p[:i], a, h.beta[i]) // D
		kernel.Add(b.colSum[:i+1], b.colSum[:i+1], p)

		q, k := ch.qk.row(i), ch.qk.row(ch.pad+i)
		hat := float64(kernel.Dot(b.hat.row(i), q)) - float64(h.beta[i])*float64(kernel.Dot(b.hat.row(ch.pad+i), k))
		tau := float64(h.omega[i]) * float64(kernel.Dot(b.bar.row(i), k))
		dgamma[i] = float64(kernel.Sum(p)) + float64(h.eps[i])*hat - tau
		after += tau
		b.dba.row(i)[j] = float32(float64(kernel.Dot(b.dor.row(ch.pad+i), h.e.row(i))) + own) // dβ
	}
	ds := b.ds[j]
	after += float64(h.eps[n-1]) * float64(kernel.Dot(h.s.c[:ds.ld*ds.rows], ds.c))
	for i := n - 1; i >= 0; i-- {
		after += dgamma[i] - float64(b.colSum[i])
		t.gatesBackward(ch, i, j, after)
	}
}

// gatesBackward turns dβ, which dba holds, and dg of a token into the gradients of b and a.
func (t *deltaTask) gatesBackward(ch *deltaChunk, i, j int, dg float64) {
	beta, _, arg := t.gates(ch.lo+i, j)
	d := t.w.back.dba.row(i)
	d[j] *= float32(beta * (1 - beta))
	d[t.group()+j] = float32(-dg * float64(t.Rate[t.head*t.group()+j]) * sigmoid64(arg))
}

// scoresBackward adds what flows through the products of queries and keys, once for all value heads.
func (t *deltaTask) scoresBackward(ch *deltaChunk) {
	w, b, n := t.w, t.w.back, ch.n
	dq, dk := b.dqk.from(0, n), b.dqk.from(ch.pad, n)
	w.mul(dk, n, w.leftT(w.left, b.m1.from(0, n)), w.tiles.right(w.right, ch.queries()), true)
	keys := w.tiles.right(w.right, ch.keys())
	w.mul(dq, n, w.tiles.left(w.left, b.m1.from(0, ch.pad)), keys, true)
	for i := range n {
		row := b.g.row(i)
		for j := range i {
			b.g.c[j*b.g.ld+i] = row[j] // G + Gᵀ
		}
	}
	w.mul(dk, n, w.tiles.left(w.left, b.g.from(0, ch.pad)), keys, true)
}

// inputBackward takes the gradients of queries, keys and values through unit length, silu and convolution, and stores the strip.
func (t *deltaTask) inputBackward(ch *deltaChunk) {
	w, b, n, d := t.w, t.w.back, ch.n, t.KeyDim
	// What the chunk after this one gave lies at the start of pre and belongs behind this one's rows.
	past := len(t.Taps) - 1
	copy(b.pre.c[n*t.conv():], b.pre.c[:past*t.conv()])
	for i := range n {
		a := b.act.row(i)
		unitBack(a[:d], ch.qk.row(i), b.dqk.row(i), ch.inv[i], t.queryScale())
		unitBack(a[d:2*d], ch.qk.row(ch.pad+i), b.dqk.row(ch.pad+i), ch.inv[chunkRows+i], 1)
		kernel.SwiGLUGrad(b.pre.row(i), w.buf[:t.conv()], ch.pre.row(i), w.ones, a)
	}
	dx := grid{b.strip.c, b.strip.ld, n, t.conv()}
	causalConvBack(dx, b.pre, w.taps, w.buf)
	for i := range n {
		t.store(t.dx, t.addX, ch.lo+i, b.strip.row(i))
		t.store(t.dba, t.addBA, ch.lo+i, b.dba.row(i))
	}
}

// store puts the key head's part of a row of gradient.
func (t *deltaTask) store(to *Tensor, add bool, row int, v []float32) {
	at := t.head * len(v)
	if add {
		old := t.w.line[:len(v)]
		to.Read(old, row, at)
		kernel.Add(v, v, old)
	}
	to.Write(row, at, v)
}
