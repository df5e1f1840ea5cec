package train

import (
	"graft/internal/model"
	"graft/internal/nn"
)

// Footprint is what the passes of a step take in memory and work. It is counted, not listed: each kind of layer runs forward and backward on a
// context that allocates and multiplies nothing.
type Footprint struct {
	Input int // bytes of the input of a layer

	tokens int // of a pass
	first  int // no layer below it has an adapter
	kinds  []int
	parts  map[int]layerPart // by the first layer of each kind
	head   work              // norm, head and loss, forward and backward
	logits int               // bytes of a block of logits for which the arena needs a slab of its own, else 0
}

// layerPart is what a layer takes: bytes in use, its input with it, and floating-point operations.
type layerPart struct {
	plain    work // forward, when nothing is kept
	recorded work // forward, when its results are kept
	kept     int  // bytes that it keeps then, until its backward pass is over
	backward work // from what was kept
	again    work // recomputation and backward pass
}

// work is the most memory in use, in bytes, and the floating-point operations of a part of a pass.
type work struct {
	peak int
	flop float64
}

// Size is the extent of a pass.
type Size struct {
	Tokens  int
	Longest int // tokens of the longest document
}

// CountPass counts what a pass takes. c only counts (nn.NewCounting). kinds tells which layers are alike (model.LayerKinds); the first of each kind
// has its adapter (adapter.Outline), and no layer below first has one.
func CountPass(c *nn.Context, m model.Model, kinds []int, first int, size Size) *Footprint {
	p := &counter{c, m, model.CountBatch(size.Tokens, size.Longest)}
	f := &Footprint{tokens: size.Tokens, first: first, kinds: kinds, parts: map[int]layerPart{}}
	x := p.input()
	f.Input = c.Arena.InUse()
	x.Free()
	f.head = p.head()
	f.logits = c.Arena.OwnSlab()
	for i, kind := range kinds {
		if i == kind {
			f.parts[i] = p.layer(i)
		}
	}
	return f
}

// counter runs parts of a model on sizes alone.
type counter struct {
	*nn.Context
	model model.Model
	batch *model.Batch
}

func (p *counter) input() *nn.Tensor { return p.New(len(p.batch.IDs), p.model.Config().HiddenSize) }

// measure counts what run takes beside what is in use.
func (p *counter) measure(run func()) (w work, left int) {
	before := *p.Work
	w.peak, left = p.Arena.Measure(run)
	w.flop = *p.Work - before
	return w, left
}

// layer counts layer i: on its own, recorded, and recomputed. The steps are those of walk.
func (p *counter) layer(i int) (l layerPart) {
	l.plain, _ = p.measure(func() { p.forward(i, p.NewTape(false)).tape.Free() })
	var kept *layerTape
	l.recorded, l.kept = p.measure(func() {
		kept = p.forward(i, p.NewTape(true))
		kept.tape.Drop()
	})
	l.backward, _ = p.measure(func() { p.backward(kept, p.input()) })
	l.backward.peak += l.kept
	l.again, _ = p.measure(func() {
		dx := p.input()
		t := p.forward(i, p.Recompute())
		t.tape.Drop()
		p.backward(t, dx)
	})
	return l
}

func (p *counter) forward(i int, t *nn.Tape) *layerTape {
	l := &layerTape{tape: t, in: t.Leaf(p.input(), true)}
	l.out = p.model.Layer(i, t, l.in, p.batch)
	return l
}

func (p *counter) backward(l *layerTape, dx *nn.Tensor) {
	l.out.SetGrad(dx)
	l.tape.Backward()
	l.in.TakeGrad().Free()
}

// head counts norm, head and loss with every token trained.
func (p *counter) head() work {
	targets := make([]int32, len(p.batch.IDs))
	w, _ := p.measure(func() {
		t := p.NewTape(true)
		in := t.Leaf(p.input(), true)
		t.CrossEntropy(p.model.Norm(t, in), p.model.Head(), targets, 1, nil)
		t.Backward()
		in.TakeGrad().Free()
	})
	return w
}

// trained tells whether layer i has a backward pass.
func (f *Footprint) trained(i int) bool { return i >= f.first }

// keeps is what layer i leaves in memory for its backward pass.
func (f *Footprint) keeps(i int, o *Options) int {
	switch {
	case !f.trained(i):
		return 0
	case !o.Recomputes(i, len(f.kinds)):
		return f.parts[f.kinds[i]].kept
	case o.Offload:
		return 0
	}
	return f.Input
}

// Activations is the memory of a pass at its fullest, in bytes: what waits for the backward pass, and the layer or the head at work.
func (f *Footprint) Activations(o *Options) int {
	layers, head := f.peaks(o)
	return max(layers, head)
}

// Touched is the memory that the arena takes from the system for a pass, in bytes: Activations, or more where the logits find no room in what the
// layers have left.
func (f *Footprint) Touched(o *Options) int {
	layers, head := f.peaks(o)
	return max(layers+f.logits, head)
}

// peaks is the memory of a pass while the layers run, at its fullest, and while the head does.
func (f *Footprint) peaks(o *Options) (layers, head int) {
	waiting, most := 0, f.Input
	for i, kind := range f.kinds {
		l := f.parts[kind]
		if w := l.plain.peak; !f.trained(i) || o.Recomputes(i, len(f.kinds)) {
			most = max(most, waiting+w)
		} else {
			most = max(most, waiting+l.recorded.peak)
		}
		waiting += f.keeps(i, o)
	}
	head = waiting + f.head.peak
	for i := len(f.kinds) - 1; i >= f.first; i-- {
		waiting -= f.keeps(i, o) // part of what backward and again take
		if l := f.parts[f.kinds[i]]; o.Recomputes(i, len(f.kinds)) {
			most = max(most, waiting+l.again.peak)
		} else {
			most = max(most, waiting+l.backward.peak)
		}
	}
	return most, head
}

// FLOP is the work of training on one token, of which a share has a loss.
func (f *Footprint) FLOP(o *Options, trained float64) float64 {
	sum := trained * f.head.flop
	for i, kind := range f.kinds {
		l := f.parts[kind]
		switch {
		case !f.trained(i):
			sum += l.plain.flop
		case o.Recomputes(i, len(f.kinds)):
			sum += l.plain.flop + l.again.flop
		default:
			sum += l.recorded.flop + l.backward.flop
		}
	}
	return sum / float64(max(f.tokens, 1))
}
