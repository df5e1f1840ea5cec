package nn_test

import (
	"testing"
	"time"

	"graft/internal/nn"
	"graft/internal/nn/nntest"
)

// BenchmarkAttention runs four query heads of one key/value head over a document of 2,048 tokens, forward and back, on one worker.
func BenchmarkAttention(b *testing.B) {
	h, segs := nn.Heads{Q: 4, KV: 1, Dim: 128}, []nn.Segment{{0, 2048}}
	q, k, v := attentionInputs(h, segs)
	ctx := nn.NewContext(nil, true)
	defer ctx.Arena.Release()
	forward, back := time.Hour, time.Hour // the best: others may share the machine
	for b.Loop() {
		tape := ctx.NewTape(true)
		in := []*nn.Value{tape.Leaf(nntest.Tensor(ctx, q), true), tape.Leaf(nntest.Tensor(ctx, k), true), tape.Leaf(nntest.Tensor(ctx, v), true)}
		start := time.Now()
		o := tape.Attention(in[0], in[1], in[2], h, segs)
		forward = min(forward, time.Since(start))
		o.SetGrad(nntest.Tensor(ctx, q))
		start = time.Now()
		tape.Backward()
		back = min(back, time.Since(start))
		for _, x := range in {
			x.TakeGrad().Free()
		}
		tape.Free()
	}
	flop := 2 * 2048 * 2048 * 128 * float64(h.Q) // two products over half of the square
	b.ReportMetric(flop/forward.Seconds()/1e9, "forward-GFLOP/s")
	b.ReportMetric(2.5*flop/back.Seconds()/1e9, "back-GFLOP/s")
}
