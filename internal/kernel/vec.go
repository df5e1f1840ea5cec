package kernel

// The functions of this file take slices of equal length: the length is that of the first one; the others may be longer.

// Widen converts bfloat16 to float32: dst[i] = src[i].
func Widen(dst []float32, src []uint16) {
	src = src[:len(dst)]
	n := widenFast(dst, src)
	widenGeneric(dst[n:], src[n:])
}

// Narrow converts float32 to bfloat16, to nearest, ties to even; NaN stays NaN.
func Narrow(dst []uint16, src []float32) {
	src = src[:len(dst)]
	n := narrowFast(dst, src)
	narrowGeneric(dst[n:], src[n:])
}

// Dot is Σ x·y.
func Dot(x, y []float32) float32 {
	y = y[:len(x)]
	n, r := dotFast(x, y)
	return r + dotGeneric(x[n:], y[n:])
}

// Dot3 is Σ x·y·z.
func Dot3(x, y, z []float32) float32 {
	y, z = y[:len(x)], z[:len(x)]
	n, r := dot3Fast(x, y, z)
	return r + dot3Generic(x[n:], y[n:], z[n:])
}

// Sum is Σ x.
func Sum(x []float32) float32 {
	n, r := sumFast(x)
	return r + sumGeneric(x[n:])
}

// Max is the largest element; −Inf for an empty slice.
func Max(x []float32) float32 {
	n, r := maxOfFast(x)
	if n == 0 {
		return maxOfGeneric(x)
	}
	return max(r, maxOfGeneric(x[n:]))
}

// Axpy adds a·x to y.
func Axpy(y, x []float32, a float32) {
	x = x[:len(y)]
	n := axpyFast(y, x, a)
	axpyGeneric(y[n:], x[n:], a)
}

// Scale sets dst = a·x; dst may be x.
func Scale(dst, x []float32, a float32) {
	x = x[:len(dst)]
	n := scaleFast(dst, x, a)
	scaleGeneric(dst[n:], x[n:], a)
}

// Add sets dst = x + y; dst may be x or y.
func Add(dst, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	n := addFast(dst, x, y)
	addGeneric(dst[n:], x[n:], y[n:])
}

// Mul sets dst = x·y; dst may be x or y.
func Mul(dst, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	n := mulFast(dst, x, y)
	mulGeneric(dst[n:], x[n:], y[n:])
}

// MulScale sets dst = a·x·w: RMSNorm with a the inverse root mean square.
func MulScale(dst, x, w []float32, a float32) {
	x, w = x[:len(dst)], w[:len(dst)]
	n := mulScaleFast(dst, x, w, a)
	mulScaleGeneric(dst[n:], x[n:], w[n:], a)
}

// NormGrad sets dst = a·w·dy + c·x, the input gradient of RMSNorm.
func NormGrad(dst, w, dy, x []float32, a, c float32) {
	w, dy, x = w[:len(dst)], dy[:len(dst)], x[:len(dst)]
	n := normGradFast(dst, w, dy, x, a, c)
	normGradGeneric(dst[n:], w[n:], dy[n:], x[n:], a, c)
}

// Rotate rotates the pairs (x, y) by the angles of cos and sin: RoPE on the two halves of a head.
func Rotate(x, y, cos, sin []float32) {
	y, cos, sin = y[:len(x)], cos[:len(x)], sin[:len(x)]
	n := rotateFast(x, y, cos, sin)
	rotateGeneric(x[n:], y[n:], cos[n:], sin[n:])
}

// RotateBack rotates the pairs (x, y) by the negative angles: the gradient of Rotate.
func RotateBack(x, y, cos, sin []float32) {
	y, cos, sin = y[:len(x)], cos[:len(x)], sin[:len(x)]
	n := rotateBackFast(x, y, cos, sin)
	rotateBackGeneric(x[n:], y[n:], cos[n:], sin[n:])
}

// ExpSum sets dst = exp(a·x − m) and returns Σ dst. Values below the smallest normal float32 become 0. dst may be x.
func ExpSum(dst, x []float32, a, m float32) float32 {
	x = x[:len(dst)]
	n, r := expSumFast(dst, x, a, m)
	return r + expSumGeneric(dst[n:], x[n:], a, m)
}

// SoftmaxGrad sets dst = a·p·(dp − d), the gradient through a softmax with probabilities p and d = Σ p·dp. dst may be p or dp.
func SoftmaxGrad(dst, p, dp []float32, a, d float32) {
	p, dp = p[:len(dst)], dp[:len(dst)]
	n := softmaxGradFast(dst, p, dp, a, d)
	softmaxGradGeneric(dst[n:], p[n:], dp[n:], a, d)
}

// SwiGLU sets h = silu(g)·u.
func SwiGLU(h, g, u []float32) {
	g, u = g[:len(h)], u[:len(h)]
	n := swigluFast(h, g, u)
	swigluGeneric(h[n:], g[n:], u[n:])
}

// SwiGLUGrad sets dg and du from dh. dg may be g, du may be u or dh.
func SwiGLUGrad(dg, du, g, u, dh []float32) {
	du, g, u, dh = du[:len(dg)], g[:len(dg)], u[:len(dg)], dh[:len(dg)]
	n := swigluGradFast(dg, du, g, u, dh)
	swigluGradGeneric(dg[n:], du[n:], g[n:], u[n:], dh[n:])
}

// AdamStep holds the scalars of one AdamW update (Loshchilov and Hutter; torch.optim.AdamW), bias corrections folded in.
type AdamStep struct {
	Clip       float32 // factor on the gradient
	OneMinusB1 float32
	OneMinusB2 float32
	Decay      float32 // 1 − lr·weight decay
	Rate       float32 // lr / (1 − β₁ᵗ)
	Root       float32 // 1 / √(1 − β₂ᵗ)
	Epsilon    float32
}

// AdamW updates parameters p and moments m, v by gradients g.
func AdamW(p, m, v, g []float32, s AdamStep) {
	m, v, g = m[:len(p)], v[:len(p)], g[:len(p)]
	n := adamwFast(p, m, v, g, s.Clip, s.OneMinusB1, s.OneMinusB2, s.Decay, s.Rate, s.Root, s.Epsilon)
	adamwGeneric(p[n:], m[n:], v[n:], g[n:], s)
}
