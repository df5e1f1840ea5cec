package train

import (
	"context"
	"math"

	"graft/internal/model"
	"graft/internal/nn"
)

// passTokens bounds the tokens that go through the layers at a time with gradient checkpointing; a step of more is done in several passes,
// cut between batches. Without checkpointing each batch is a pass, so that accumulation bounds memory.
const passTokens = 32768

// pass is some batches of a step, laid out for the model.
type pass struct {
	batch   *model.Batch
	targets []int32 // (T) the next token where it is trained, else nn.Ignore
	part    []int32 // (T) which of the pass's batches a token is of
	batches int
	trained int
}

// newPass lays batches out. The first token of a document is never a target, the last position has none.
func newPass(batches ...[]Row) *pass {
	p := &pass{batches: len(batches)}
	var docs [][]int32
	for b, rows := range batches {
		for _, r := range rows {
			for _, s := range r {
				docs = append(docs, s.IDs)
				p.add(s, int32(b))
			}
		}
	}
	p.batch = model.NewBatch(docs...)
	return p
}

// add appends the targets of a document.
func (p *pass) add(s Sample, batch int32) {
	for i := range s.IDs {
		t := int32(nn.Ignore)
		if i+1 < len(s.IDs) && s.Trained[i+1] {
			t = s.IDs[i+1]
			p.trained++
		}
		p.targets = append(p.targets, t)
		p.part = append(p.part, batch)
	}
}

// trainedTokens counts the targets of rows.
func trainedTokens(rows []Row) int {
	n := 0
	for _, r := range rows {
		for _, s := range r {
			for i := 1; i < len(s.IDs); i++ {
				if s.Trained[i] {
					n++
				}
			}
		}
	}
	return n
}

func tokens(rows []Row) int {
	n := 0
	for _, r := range rows {
		for _, s := range r {
			n += len(s.IDs)
		}
	}
	return n
}

// passes cuts the batches of a step.
func (r *Run) passes(batches [][]Row) []*pass {
	var ps []*pass
	first, size := 0, 0
	for i, b := range batches {
		n := tokens(b)
		if size > 0 && (!r.opt.Checkpointing || size+n > passTokens) {
			ps = append(ps, newPass(batches[first:i]...))
			first, size = i, 0
		}
		size += n
	}
	return append(ps, newPass(batches[first:]...))
}

// gradients adds the gradient of the mean loss over all trained tokens of the batches, and of the routers' loss, to the parameters. It
// returns that mean and the mean of the routers' losses over the batches.
func (r *Run) gradients(ctx context.Context, batches [][]Row) (loss, aux float64, err error) {
	trained := 0
	for _, b := range batches {
		trained += trainedTokens(b)
	}
	scale := float32(1 / float64(max(trained, 1)))
	r.adapter.Clock.Training = true
	defer func() { r.adapter.Clock.Training = false }()
	r.adapter.Clock.Row = 0
	var sum float64
	for _, p := range r.passes(batches) {
		if coef := r.auxCoef(); coef > 0 {
			p.batch.Balance = nn.NewBalance(p.part, float32(coef/float64(len(batches))))
		}
		s, err := r.forwardBackward(ctx, p, scale)
		if err != nil {
			return 0, 0, err
		}
		sum += s
		if b := p.batch.Balance; b != nil {
			aux += b.Loss() * float64(p.batches) / float64(len(batches))
		}
		r.adapter.Clock.Row += uint64(len(p.targets))
	}
	return sum / float64(max(trained, 1)), aux, nil
}

// auxCoef is the coefficient of the routers' loss, 0 for none.
func (r *Run) auxCoef() float64 {
	if m := r.model.Config().MoE; m != nil && r.opt.RouterAuxLoss {
		return m.AuxLossCoef
	}
	return 0
}

// forwardBackward runs one pass through the model and back and returns the sum of its losses.
func (r *Run) forwardBackward(ctx context.Context, p *pass, scale float32) (float64, error) {
	w := &walk{Run: r, ctx: ctx, pass: p, first: r.adapter.FirstLayer(r.model)}
	defer w.free()
	x, err := w.forward()
	if err != nil {
		return 0, err
	}
	loss, dx := w.head(x, scale)
	return loss, w.backward(dx)
}

// walk is one pass through the layers.
type walk struct {
	*Run
	ctx   context.Context
	pass  *pass
	first int // no layer below it has an adapter

	inputs []*nn.Tensor // of the layers, kept for recomputation
	spill  *spill       // where they are kept instead; nil in memory
	tapes  []*layerTape // of the layers, where they are not recomputed
}

type layerTape struct {
	tape    *nn.Tape
	in, out *nn.Value
}

// free gives back what an interrupted walk still holds.
func (w *walk) free() {
	for _, x := range w.inputs {
		x.Free()
	}
	w.spill.close()
	for _, l := range w.tapes {
		if l != nil {
			l.tape.Free()
		}
	}
}

// forward runs embedding and layers and returns the last hidden states.
func (w *walk) forward() (*nn.Tensor, error) {
	t := w.nn.NewTape(false)
	x := t.Detach(w.model.Embed(t, w.pass.batch))
	t.Free()
	w.inputs = make([]*nn.Tensor, w.model.Layers())
	w.tapes = make([]*layerTape, w.model.Layers())
	w.Pager.Walk(w.order()...)
	if w.opt.Offload && w.opt.Checkpointing {
		var err error
		if w.spill, err = newSpill(w.Dir, w.model.Layers()); err != nil {
			x.Free()
			return nil, err
		}
	}
	for i := range w.model.Layers() {
		err := w.ctx.Err()
		if err == nil && i >= w.first && w.recomputed(i) {
			err = w.keep(i, x)
		}
		if err != nil {
			x.Free()
			return nil, err
		}
		x = w.layerForward(i, x)
	}
	return x, nil
}

// recomputed tells whether a layer runs again on the way back. The last layers are the first to give back what they kept.
func (w *walk) recomputed(i int) bool { return w.opt.Checkpointing && i < w.model.Layers()-w.opt.Kept }

// keep keeps the input of a layer for the way back.
func (w *walk) keep(i int, x *nn.Tensor) error {
	if w.spill != nil {
		return w.spill.put(i, x)
	}
	w.inputs[i] = x.Share()
	return nil
}

// kept gives the input of a layer back.
func (w *walk) kept(i int) (*nn.Tensor, error) {
	if w.spill != nil {
		return w.spill.take(w.nn, i)
	}
	x := w.inputs[i]
	w.inputs[i] = nil
	return x, nil
}

// order is the order in which layers run: all of them forward, those above the first adapter back.
func (w *walk) order() []int {
	var order []int
	for i := range w.model.Layers() {
		order = append(order, i)
	}
	for i := w.model.Layers() - 1; i >= w.first; i-- {
		order = append(order, i)
	}
	return order
}

// layerForward runs layer i on x, which it takes over.
func (w *walk) layerForward(i int, x *nn.Tensor) *nn.Tensor {
	record := i >= w.first && !w.recomputed(i)
	w.Pager.Enter()
	defer w.Pager.Leave()
	l := w.run(i, x, w.nn.NewTape(record))
	y := l.tape.Detach(l.out)
	if record {
		l.tape.Drop()
		w.tapes[i] = l
	} else {
		l.tape.Free()
	}
	return y
}

func (w *walk) run(i int, x *nn.Tensor, t *nn.Tape) *layerTape {
	l := &layerTape{tape: t}
	l.in = l.tape.Leaf(x, i > w.first)
	l.out = w.model.Layer(i, l.tape, l.in, w.pass.batch)
	return l
}

// head computes the loss from the last hidden states, which it takes over, and their gradient.
func (w *walk) head(x *nn.Tensor, scale float32) (float64, *nn.Tensor) {
	t := w.nn.NewTape(true)
	in := t.Leaf(x, w.first < w.model.Layers())
	h := w.model.Norm(t, in)
	loss := t.CrossEntropy(h, w.model.Head(), w.pass.targets, scale, nil)
	t.Backward()
	return loss, in.TakeGrad()
}

// backward walks the layers back from the gradient dx of the last hidden states, which it takes over.
func (w *walk) backward(dx *nn.Tensor) error {
	for i := w.model.Layers() - 1; i >= w.first; i-- {
		err := w.ctx.Err()
		if err == nil && w.tapes[i] == nil {
			err = w.again(i)
		}
		if err != nil {
			dx.Free()
			return err
		}
		dx = w.layerBackward(i, dx)
	}
	dx.Free()
	return nil
}

// again runs a layer forward once more, for its gradient.
func (w *walk) again(i int) error {
	x, err := w.kept(i)
	if err != nil {
		return err
	}
	w.Pager.Enter()
	w.tapes[i] = w.run(i, x, w.nn.Recompute())
	w.tapes[i].tape.Drop()
	return nil
}

// layerBackward turns the gradient of the output of layer i, which it takes over, into that of its input.
func (w *walk) layerBackward(i int, dx *nn.Tensor) *nn.Tensor {
	w.Pager.Enter()
	defer w.Pager.Leave()
	l := w.tapes[i]
	l.out.SetGrad(dx)
	l.tape.Backward()
	w.tapes[i] = nil
	return l.in.TakeGrad()
}

// Loss is the mean loss of a model over the trained tokens of rows, batch rows at a time, and their number.
func Loss(ctx context.Context, c *nn.Context, m model.Model, rows []Row, batch int) (loss float64, trained int, err error) {
	var sum float64
	for lo := 0; lo < len(rows); lo += batch {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		p := newPass(rows[lo:min(lo+batch, len(rows))])
		h := model.Forward(c, m, p.batch)
		t := c.NewTape(false)
		sum += t.CrossEntropy(t.Leaf(h, false), m.Head(), p.targets, 1, nil)
		t.Free()
		trained += p.trained
	}
	return sum / float64(max(trained, 1)), trained, nil
}

// finite tells whether a loss or a norm is a number.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
