package nn

import "graft/internal/kernel"

// recurrent is what a DeltaNet layer remembers.
type recurrent struct {
	tail  *Tensor // (taps−1, KeyHeads·conv) last inputs of the convolution, zero before the first token
	state *Tensor // (ValueHeads, KeyDim·ValueDim)
}

func newRecurrent(c *Context, d DeltaShape) *recurrent {
	r := &recurrent{tail: c.NewF32(d.Kernel-1, d.KeyHeads*d.conv()), state: c.NewF32(d.ValueHeads, d.KeyDim*d.ValueDim)}
	clear(r.tail.f)
	clear(r.state.f)
	return r
}

func (r *recurrent) free() {
	if r != nil {
		r.tail.Free()
		r.state.Free()
	}
}

// stateRow is the state of a value head.
func (r *recurrent) stateRow(head int) []float32 { return r.state.f[head*r.state.Cols:][:r.state.Cols] }

// CachedDeltaNet is DeltaNet of new tokens, which follow the ones in the cache. It has no gradient. Whoever runs the layers adds to Cache.Len
// afterwards.
func (t *Tape) CachedDeltaNet(x, ba *Value, d *DeltaNet, s *Cache, layer int) *Value {
	y := t.Make(x.Rows, d.ValueHeads*d.ValueDim, false)
	t.Record(y, Op{Compute: func() {
		y.data = t.New(y.Rows, y.Cols)
		r := &deltaRun{Context: t.Context, DeltaNet: d, m: tiles{kernel.TileF32()}, x: x.Data(), ba: ba.Data(), y: y.data}
		r.cache = s.layers[layer].recurrent
		r.run([]Segment{{0, x.Rows}}, 1, (*deltaTask).forward)
		t.Count(float64(x.Rows) * d.work())
	}})
	return y
}

// keepTail moves the last inputs of the convolution into the cache.
func (t *deltaTask) keepTail() {
	past, tail := len(t.Taps)-1, t.cache.tail
	buf := t.w.line[:t.conv()]
	for i := range past {
		row, at := t.seg.End-past+i, t.head*t.conv()
		if row >= t.seg.Start {
			t.x.Read(buf, row, t.head*t.strip())
		} else {
			tail.Read(buf, row-t.seg.Start+past, at) // not overwritten yet: it moves up
		}
		tail.Write(i, at, buf)
	}
}
