package train

import (
	"context"
	"math"

	"graft/internal/nn"
)

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

// recomputed tells whether a layer runs again on the backward pass.
func (w *walk) recomputed(i int) bool { return w.opt.Recomputes(i, w.model.Layers()) }

// keep keeps the input of a layer for the backward pass.
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

// finite tells whether a loss or a norm is a number.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
