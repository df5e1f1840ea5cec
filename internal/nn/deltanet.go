package nn

import (
	"math"

	"graft/internal/kernel"
	"graft/internal/parallel"
)

// DeltaNet is the token mixer of a gated delta rule layer (Yang et al., 2024, "Gated Delta Networks") as Qwen3-Next has it: frozen weights
// around a recurrence.
//
// For each value head with a state S (KeyDim, ValueDim), zero at the start of a document, and a token's query q, key k and value v:
//
//	S ← e^g·S;  S ← S + k·(β·(v − Sᵀk))ᵀ;  o = Sᵀq
//
// q, k and v come out of a causal convolution and silu; q and k have unit length, q is divided by √KeyDim as well; β = σ(b) and
// g = −Rate·softplus(a + Bias). The result is norm(o) ⊙ silu(z).
type DeltaNet struct {
	DeltaShape
	Taps [][]float32 // (Kernel, KeyHeads·conv) of the convolution, the present last; channels by key head: query, key, its values
	Rate []float32   // (ValueHeads) e^A_log
	Bias []float32   // (ValueHeads) dt_bias
	Norm []float32   // (ValueDim)
	Eps  float64
}

// DeltaShape are the extents of a DeltaNet.
type DeltaShape struct {
	KeyHeads, ValueHeads int // key head h serves value heads h·r … h·r+r−1, r = ValueHeads/KeyHeads
	KeyDim, ValueDim     int
	Kernel               int // taps of the convolution
}

// group is the number of value heads of a key head.
func (d DeltaShape) group() int { return d.ValueHeads / d.KeyHeads }

// conv is the number of channels of a key head that are convolved: query, key, values.
func (d DeltaShape) conv() int { return 2*d.KeyDim + d.group()*d.ValueDim }

// strip is the number of channels of a key head: query, key, values, gates z.
func (d DeltaShape) strip() int { return d.conv() + d.group()*d.ValueDim }

// Width is the number of channels of the input.
func (d DeltaShape) Width() int { return d.KeyHeads * d.strip() }

const (
	chunkRows = 64            // tokens of a document that are one matrix product
	blockRows = 8 * chunkRows // tokens between two states that are kept for the backward pass
)

// DeltaNet mixes the tokens of each segment. x (T, Width) holds for each key head its query, key, values and gates z, ba (T, 2·ValueHeads)
// for each key head the b of its value heads and then their a; the result is (T, ValueHeads·ValueDim). Inside, all is float32.
//
// The recurrence runs in chunks (formula and gradient in deltanet_chunk.go and deltanet_back.go), one task per segment and key head. For the
// way back the state is kept at every eighth chunk, ValueHeads·KeyDim·ValueDim·4 bytes for 512 tokens (4 KiB a token with 32 heads of 128 ×
// 128); all else is computed again, block by block.
func (t *Tape) DeltaNet(x, ba *Value, d *DeltaNet, segs []Segment) *Value {
	y := t.Make(x.Rows, d.ValueHeads*d.ValueDim, false, x, ba)
	r := &deltaRun{Context: t.Context, DeltaNet: d, m: tiles{kernel.TileF32()}}
	if y.needs {
		r.states = t.NewF32(deltaBlocks(segs)*d.ValueHeads, d.KeyDim*d.ValueDim)
		t.Keep(r.states)
	}
	t.Record(y, Op{Uses: []*Value{x, ba}, Compute: func() {
		y.data = t.New(y.Rows, y.Cols)
		r.x, r.ba, r.y = x.Data(), ba.Data(), y.data
		r.run(segs, 1, (*deltaTask).forward)
		t.Count(float64(x.Rows) * d.work())
	}, Back: func() {
		r.x, r.ba, r.dy = x.Data(), ba.Data(), y.grad
		r.dx, r.addX = t.gradTensor(x)
		r.dba, r.addBA = t.gradTensor(ba)
		r.run(segs, blockRows/chunkRows, (*deltaTask).backward)
		t.Count(backWork * float64(x.Rows) * d.work())
	}})
	return y
}

// work is the floating-point operations for a token forward: its products with keys, values and state.
func (d DeltaShape) work() float64 {
	k, v := float64(d.KeyDim), float64(d.ValueDim)
	return 2 * float64(d.ValueHeads) * (3*k*v + chunkRows*(k+v))
}

// backWork is how much more the gradient of the recurrence is than its result, recomputation of the chunks included.
const backWork = 2.4

// deltaBlocks is the number of states kept for each value head.
func deltaBlocks(segs []Segment) (n int) {
	for _, s := range segs {
		n += (s.End - s.Start + blockRows - 1) / blockRows
	}
	return n
}

// deltaRun is one call: operands and where results go.
type deltaRun struct {
	*Context
	*DeltaNet
	m           tiles
	x, ba, y    *Tensor
	states      *Tensor    // (blocks·ValueHeads, KeyDim·ValueDim), nil without a backward pass
	cache       *recurrent // state and convolution of the tokens before, or nil
	dy, dx, dba *Tensor
	addX, addBA bool
}

// deltaTask is a key head of a segment.
type deltaTask struct {
	*deltaRun
	w     *deltaWork
	seg   Segment
	head  int // key head
	block int // where the segment's states begin
}

// run starts a task per segment and key head, with memory for the given number of chunks each.
func (r *deltaRun) run(segs []Segment, chunks int, f func(t *deltaTask)) {
	first := make([]int, len(segs))
	longest := 0
	for i, s := range segs {
		longest = max(longest, s.End-s.Start)
		if i > 0 {
			first[i] = first[i-1] + deltaBlocks(segs[i-1:i])
		}
	}
	chunks = min(chunks, (longest+chunkRows-1)/chunkRows)
	works := parallel.Each(r.Pool, len(segs)*r.KeyHeads, func() *deltaWork { return r.newWork(chunks, longest) }, func(w *deltaWork, task int) {
		if s := task / r.KeyHeads; segs[s].End > segs[s].Start {
			f(&deltaTask{r, w, segs[s], task % r.KeyHeads, first[s]})
		}
	})
	for _, w := range works {
		w.free()
	}
}

// forward computes the output of the segment.
func (t *deltaTask) forward() {
	ch := t.w.chunks[0]
	t.begin(ch)
	for lo := t.seg.Start; lo < t.seg.End; lo += chunkRows {
		if at := lo - t.seg.Start; t.states != nil && at%blockRows == 0 {
			for j, h := range ch.heads {
				t.pack(t.stateRow(at/blockRows, j), h.s)
			}
		}
		t.chunkForward(ch, lo, ch)
		t.output(ch)
	}
	t.end(ch)
}

// begin sets the state before the first token.
func (t *deltaTask) begin(ch *deltaChunk) {
	for j, h := range ch.heads {
		clear(h.s.c)
		if t.cache != nil {
			t.unpack(h.s, t.cache.stateRow(t.head*t.group()+j))
		}
	}
}

// end leaves the state for the tokens after.
func (t *deltaTask) end(ch *deltaChunk) {
	if t.cache == nil {
		return
	}
	for j, h := range ch.heads {
		t.pack(t.cache.stateRow(t.head*t.group()+j), h.s)
	}
	t.keepTail()
}

// stateRow is the kept state of a block and value head.
func (t *deltaTask) stateRow(block, j int) []float32 {
	n := t.states.Cols
	return t.states.f[((t.block+block)*t.ValueHeads+t.head*t.group()+j)*n:][:n]
}

func (t *deltaTask) pack(dst []float32, s grid) {
	for i := range s.rows {
		copy(dst[i*s.cols:(i+1)*s.cols], s.row(i))
	}
}

func (t *deltaTask) unpack(s grid, src []float32) {
	clear(s.c)
	for i := range s.rows {
		copy(s.row(i), src[i*s.cols:(i+1)*s.cols])
	}
}

// output norms, gates and stores the output of a chunk.
func (t *deltaTask) output(ch *deltaChunk) {
	d, r := t.ValueDim, t.group()
	norm := gatedNorm{t.Norm, t.Eps}
	z, y := t.w.z, t.w.line
	for i := range ch.n {
		t.x.Read(z[:r*d], ch.lo+i, t.head*t.strip()+t.conv())
		for j, h := range ch.heads {
			norm.forward(y[j*d:(j+1)*d], h.o.row(i), z[j*d:(j+1)*d], t.w.buf)
		}
		t.y.Write(ch.lo+i, t.head*r*d, y[:r*d])
	}
}

// gates reads β = σ(b), the logarithms of decay g, and the argument of its softplus, of a token and value head.
func (t *deltaTask) gates(row, j int) (beta, g, arg float64) {
	r := t.group()
	v := t.w.ba[:2*r]
	t.ba.Read(v, row, t.head*2*r)
	h := t.head*r + j
	arg = float64(v[r+j]) + float64(t.Bias[h])
	return sigmoid64(float64(v[j])), -float64(t.Rate[h]) * softplus(arg), arg
}

func sigmoid64(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// softplus is log(1 + eˣ).
func softplus(x float64) float64 {
	if x > 30 {
		return x
	}
	return math.Log1p(math.Exp(x))
}
