package nn

import "graft/internal/kernel"

// causalConv is the depthwise causal convolution y_t = Σ_j taps[j] ⊙ x_{t−J+1+j}, J taps, the last one for the present. x holds the J−1 rows
// before y's first one in front; buf is a row of scratch.
func causalConv(y, x grid, taps [][]float32, buf []float32) {
	for t := range y.rows {
		out := y.row(t)
		kernel.Mul(out, x.row(t), taps[0])
		for j := 1; j < len(taps); j++ {
			kernel.Mul(buf[:y.cols], x.row(t+j), taps[j])
			kernel.Add(out, out, buf)
		}
	}
}

// causalConvBack is its input gradient dx_s = Σ_j taps[j] ⊙ dy_{s+J−1−j}. dy holds the J−1 rows behind dx's last one too.
func causalConvBack(dx, dy grid, taps [][]float32, buf []float32) {
	last := len(taps) - 1
	for s := range dx.rows {
		out := dx.row(s)
		kernel.Mul(out, dy.row(s), taps[last])
		for j := last - 1; j >= 0; j-- {
			kernel.Mul(buf[:dx.cols], dy.row(s+last-j), taps[j])
			kernel.Add(out, out, buf)
		}
	}
}
