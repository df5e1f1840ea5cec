package main

import "math"

var negInf = float32(math.Inf(-1))

func f32(names ...string) []param { return typed("*float32", names) }

func typed(typ string, names []string) []param {
	var ps []param
	for _, n := range names {
		ps = append(ps, param{n, typ})
	}
	return ps
}

// programs is every vector program. n counts elements and is a multiple of the lanes.
func programs() []*program {
	return []*program{
		{
			name: "widen", doc: "computes dst[i] = float32(src[i]) from bfloat16.",
			ptrs: []param{{"dst", "*float32"}, {"src", "*uint16"}}, unroll: 4,
			body: func(b *body) { b.store("dst", b.loadBF16("src")) },
		},
		{
			name: "narrow", doc: "computes dst[i] = bfloat16(src[i]), rounded to nearest even.",
			ptrs: []param{{"dst", "*uint16"}, {"src", "*float32"}}, unroll: 2,
			body: func(b *body) { b.storeBF16("dst", b.load("src")) },
		},
		{
			name: "dot", doc: "computes Σ x[i]·y[i] in four partial sums of one vector each.",
			ptrs: f32("x", "y"), unroll: 4, reduce: opAdd,
			body: func(b *body) { b.setAcc(b.fma(b.load("x"), b.load("y"), b.acc())) },
		},
		{
			name: "dot3", doc: "computes Σ x[i]·y[i]·z[i] in four partial sums of one vector each.",
			ptrs: f32("x", "y", "z"), unroll: 4, reduce: opAdd,
			body: func(b *body) {
				b.setAcc(b.fma(b.times(b.load("x"), b.load("y")), b.load("z"), b.acc()))
			},
		},
		{
			name: "sum", doc: "computes Σ x[i] in four partial sums of one vector each.",
			ptrs: f32("x"), unroll: 4, reduce: opAdd,
			body: func(b *body) { b.setAcc(b.plus(b.acc(), b.load("x"))) },
		},
		{
			name: "maxOf", doc: "computes max x[i].",
			ptrs: f32("x"), unroll: 4, reduce: opMax,
			body: func(b *body) { b.setAcc(b.max(b.acc(), b.load("x"))) },
		},
		{
			name: "axpy", doc: "computes y[i] += a·x[i].",
			ptrs: f32("y", "x"), scalars: []string{"a"}, unroll: 4,
			body: func(b *body) { b.store("y", b.fma(b.load("x"), b.scalar("a"), b.load("y"))) },
		},
		{
			name: "scale", doc: "computes dst[i] = a·x[i].",
			ptrs: f32("dst", "x"), scalars: []string{"a"}, unroll: 4,
			body: func(b *body) { b.store("dst", b.times(b.load("x"), b.scalar("a"))) },
		},
		{
			name: "add", doc: "computes dst[i] = x[i] + y[i].",
			ptrs: f32("dst", "x", "y"), unroll: 4,
			body: func(b *body) { b.store("dst", b.plus(b.load("x"), b.load("y"))) },
		},
		{
			name: "mul", doc: "computes dst[i] = x[i]·y[i].",
			ptrs: f32("dst", "x", "y"), unroll: 4,
			body: func(b *body) { b.store("dst", b.times(b.load("x"), b.load("y"))) },
		},
		{
			name: "mulScale", doc: "computes dst[i] = a·x[i]·w[i].",
			ptrs: f32("dst", "x", "w"), scalars: []string{"a"}, unroll: 4,
			body: func(b *body) {
				b.store("dst", b.times(b.times(b.load("x"), b.scalar("a")), b.load("w")))
			},
		},
		{
			name: "normGrad", doc: "computes dst[i] = a·w[i]·dy[i] + c·x[i].",
			ptrs: f32("dst", "w", "dy", "x"), scalars: []string{"a", "c"}, unroll: 2,
			body: func(b *body) {
				wd := b.times(b.load("w"), b.load("dy"))
				b.store("dst", b.fma(wd, b.scalar("a"), b.times(b.load("x"), b.scalar("c"))))
			},
		},
		{
			name: "rotate", doc: "computes (x[i], y[i]) = (x[i]·cos[i] − y[i]·sin[i], y[i]·cos[i] + x[i]·sin[i]).",
			ptrs: f32("x", "y", "cos", "sin"), unroll: 2,
			body: func(b *body) {
				x, y, c, s := b.load("x"), b.load("y"), b.load("cos"), b.load("sin")
				b.store("x", b.fnma(y, s, b.times(x, c)))
				b.store("y", b.fma(x, s, b.times(y, c)))
			},
		},
		{
			name: "rotateBack", doc: "computes (x[i], y[i]) = (x[i]·cos[i] + y[i]·sin[i], y[i]·cos[i] − x[i]·sin[i]).",
			ptrs: f32("x", "y", "cos", "sin"), unroll: 2,
			body: func(b *body) {
				x, y, c, s := b.load("x"), b.load("y"), b.load("cos"), b.load("sin")
				b.store("x", b.fma(y, s, b.times(x, c)))
				b.store("y", b.fnma(x, s, b.times(y, c)))
			},
		},
		{
			name: "expSum", doc: "computes dst[i] = exp(a·x[i] − m) and Σ dst[i].",
			ptrs: f32("dst", "x"), scalars: []string{"a", "m"}, unroll: 2, reduce: opAdd,
			body: func(b *body) {
				e := b.exp(b.minus(b.times(b.load("x"), b.scalar("a")), b.scalar("m")))
				b.store("dst", e)
				b.setAcc(b.plus(b.acc(), e))
			},
		},
		{
			name: "softmaxGrad", doc: "computes dst[i] = a·p[i]·(dp[i] − d).",
			ptrs: f32("dst", "p", "dp"), scalars: []string{"a", "d"}, unroll: 2,
			body: func(b *body) {
				b.store("dst", b.times(b.times(b.load("p"), b.scalar("a")), b.minus(b.load("dp"), b.scalar("d"))))
			},
		},
		{
			name: "swiglu", doc: "computes h[i] = gate[i]·σ(gate[i])·up[i].",
			ptrs: f32("h", "gate", "up"), unroll: 1,
			body: func(b *body) {
				g := b.load("gate")
				b.store("h", b.times(b.times(g, b.sigmoid(g)), b.load("up")))
			},
		},
		{
			name: "swigluGrad", doc: "computes, with s = σ(gate[i]), dup[i] = dh[i]·gate[i]·s and dgate[i] = dh[i]·up[i]·s·(1 + gate[i]·(1 − s)).",
			ptrs: f32("dgate", "dup", "gate", "up", "dh"), unroll: 1,
			body: func(b *body) {
				g := b.load("gate")
				s := b.sigmoid(g)
				dhs := b.times(b.load("dh"), s)
				b.store("dup", b.times(dhs, g))
				one := b.konst(1)
				b.store("dgate", b.times(b.times(dhs, b.load("up")), b.fma(g, b.minus(one, s), one)))
			},
		},
		{
			name: "adamw", doc: "computes m = m + (1−β₁)(g−m), v = v + (1−β₂)(g²−v), g = grad·clip, p = p·decay − rate·m / (√v·root + eps).",
			ptrs: f32("p", "m", "v", "grad"), scalars: []string{"clip", "om1", "om2", "decay", "rate", "root", "eps"}, unroll: 1,
			body: func(b *body) {
				g := b.times(b.load("grad"), b.scalar("clip"))
				m := b.load("m")
				m2 := b.fma(b.minus(g, m), b.scalar("om1"), m)
				b.store("m", m2)
				v := b.load("v")
				v2 := b.fma(b.minus(b.times(g, g), v), b.scalar("om2"), v)
				b.store("v", v2)
				den := b.fma(b.sqrt(v2), b.scalar("root"), b.scalar("eps"))
				b.store("p", b.minus(b.times(b.load("p"), b.scalar("decay")), b.over(b.times(m2, b.scalar("rate")), den)))
			},
		},
	}
}

// exp is e^x to about 2 ulp: x = n·ln2 + r with |r| ≤ ln2/2, a Taylor polynomial of degree 7 in r, n added to the exponent.
// Results below the smallest normal number are 0, the largest argument is 88.37; NaN stays NaN.
func (b *body) exp(x val) val {
	x = b.min(b.konst(88.37), x)
	n := b.round(b.times(x, b.konst(math.Log2E)))
	const hi = 0.693359375 // ln 2 in 10 bits, so that n·hi is exact
	r := b.fnma(n, b.konst(hi), x)
	r = b.fnma(n, b.konst(float32(math.Ln2-hi)), r)
	p := b.konst(1.0 / 5040)
	for _, c := range []float32{1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1, 1} {
		p = b.fma(p, r, b.konst(c))
	}
	return b.zeroIfLess(b.iadd(p, b.pow2(n)), x, b.konst(-87.33))
}

func (b *body) sigmoid(x val) val {
	one := b.konst(1)
	return b.over(one, b.plus(one, b.exp(b.minus(b.konst(0), x))))
}
