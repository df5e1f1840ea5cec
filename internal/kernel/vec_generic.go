package kernel

import "math"

func widenGeneric(dst []float32, src []uint16) {
	for i := range dst {
		dst[i] = math.Float32frombits(uint32(src[i]) << 16)
	}
}

func narrowGeneric(dst []uint16, src []float32) {
	for i := range dst {
		dst[i] = bf16(src[i])
	}
}

func bf16(v float32) uint16 {
	u := math.Float32bits(v)
	if v != v {
		return uint16(u>>16) | 0x40
	}
	return uint16((u + 0x7fff + u>>16&1) >> 16)
}

func dotGeneric(x, y []float32) (s float32) {
	for i := range x {
		s += x[i] * y[i]
	}
	return s
}

func dot3Generic(x, y, z []float32) (s float32) {
	for i := range x {
		s += x[i] * y[i] * z[i]
	}
	return s
}

func sumGeneric(x []float32) (s float32) {
	for i := range x {
		s += x[i]
	}
	return s
}

func maxOfGeneric(x []float32) float32 {
	m := float32(math.Inf(-1))
	for _, v := range x {
		m = max(m, v)
	}
	return m
}

func axpyGeneric(y, x []float32, a float32) {
	for i := range y {
		y[i] += a * x[i]
	}
}

func scaleGeneric(dst, x []float32, a float32) {
	for i := range dst {
		dst[i] = a * x[i]
	}
}

func addGeneric(dst, x, y []float32) {
	for i := range dst {
		dst[i] = x[i] + y[i]
	}
}

func mulGeneric(dst, x, y []float32) {
	for i := range dst {
		dst[i] = x[i] * y[i]
	}
}

func mulScaleGeneric(dst, x, w []float32, a float32) {
	for i := range dst {
		dst[i] = x[i] * a * w[i]
	}
}

func normGradGeneric(dst, w, dy, x []float32, a, c float32) {
	for i := range dst {
		dst[i] = a*w[i]*dy[i] + c*x[i]
	}
}

func rotateGeneric(x, y, cos, sin []float32) {
	for i := range x {
		a, b := x[i], y[i]
		x[i], y[i] = a*cos[i]-b*sin[i], b*cos[i]+a*sin[i]
	}
}

func rotateBackGeneric(x, y, cos, sin []float32) {
	for i := range x {
		a, b := x[i], y[i]
		x[i], y[i] = a*cos[i]+b*sin[i], b*cos[i]-a*sin[i]
	}
}

// exp32 agrees with the vector form: nothing below the normal numbers.
func exp32(x float32) float32 {
	if x < -87.33 {
		return 0
	}
	return float32(math.Exp(float64(min(x, 88.37))))
}

func expSumGeneric(dst, x []float32, a, m float32) (s float32) {
	for i := range dst {
		dst[i] = exp32(a*x[i] - m)
		s += dst[i]
	}
	return s
}

func softmaxGradGeneric(dst, p, dp []float32, a, d float32) {
	for i := range dst {
		dst[i] = a * p[i] * (dp[i] - d)
	}
}

func sigmoid(x float32) float32 { return 1 / (1 + exp32(-x)) }

func swigluGeneric(h, g, u []float32) {
	for i := range h {
		h[i] = g[i] * sigmoid(g[i]) * u[i]
	}
}

func swigluGradGeneric(dg, du, g, u, dh []float32) {
	for i := range dg {
		gi, ui, d, s := g[i], u[i], dh[i], sigmoid(g[i])
		du[i] = d * gi * s
		dg[i] = d * ui * s * (1 + gi*(1-s))
	}
}

func adamwGeneric(p, m, v, g []float32, s AdamStep) {
	for i := range p {
		gi := g[i] * s.Clip
		m[i] += s.OneMinusB1 * (gi - m[i])
		v[i] += s.OneMinusB2 * (gi*gi - v[i])
		root := float32(math.Sqrt(float64(v[i])))
		p[i] = p[i]*s.Decay - s.Rate*m[i]/(root*s.Root+s.Epsilon)
	}
}
