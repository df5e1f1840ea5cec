package native

import (
	"errors"
	"fmt"

	"graft/internal/adapter"
	"graft/internal/base"
	"graft/internal/engine"
	"graft/internal/fault"
	"graft/internal/model"
	"graft/internal/model/all"
	"graft/internal/nn"
	"graft/internal/parallel"
)

// Loaded is a model ready to run, with or without an adapter. Where not all of it fits into memory, its layers come from disk as they run.
type Loaded struct {
	Base      *base.Base
	Model     model.Model
	Context   *nn.Context
	Placement Placement
	pool      *parallel.Pool
	pager     *model.Pager
}

// use is what a model is opened for, which memory is kept free for.
type use struct {
	tokens int  // of the longest pass
	logits int  // rows of them that are kept
	cached bool // tokens are generated: keys and values are kept
}

// conversation is a chat of usual length. What a longer one takes is not kept free.
var conversation = use{tokens: 4096, logits: 1, cached: true}

// Open loads a model, and the adapter in adapterDir unless that is "". The model names directory, compute type and quantisation.
func (e Engine) Open(m engine.Model, adapterDir string) (*engine.Opened, error) {
	l, err := e.open(m, adapterDir)
	if err != nil {
		return nil, err
	}
	o := &engine.Opened{Base: l.Base, Model: l.Model, Context: l.Context, Loss: l.Loss, Close: l.Close}
	if l.Placement.Mode == Streamed {
		o.Streamed = l.Placement.String()
	}
	return o, nil
}

func (e Engine) open(m engine.Model, adapterDir string) (*Loaded, error) {
	b, err := base.Open(m.Dir)
	if err != nil {
		return nil, fault.Input(err)
	}
	return e.load(b, m, adapterDir, conversation)
}

// load loads the weights of an opened model, which the result owns.
func (e Engine) load(b *base.Base, m engine.Model, adapterDir string, u use) (_ *Loaded, err error) {
	l := &Loaded{Base: b, pool: parallel.New(e.Threads)}
	defer func() {
		if err != nil {
			err = errors.Join(fault.Input(err), l.Close())
		}
	}()
	outline, err := all.Models().Outline(b.Config, b.Source)
	if err != nil {
		return nil, err
	}
	if l.Placement, err = e.place(b, outline, m, adapterDir, u); err != nil {
		return nil, err
	}
	bare, err := all.Models().Load(b.Config, b.Source, options(m, l.pool))
	if err != nil {
		return nil, err
	}
	if l.pager, err = model.NewPager(bare, b.Source, l.Placement.budget); err != nil {
		return nil, err
	}
	l.Model, l.Context = model.Paged(bare, l.pager), nn.NewContext(l.pool, m.Half)
	if adapterDir != "" {
		_, err = adapter.Load(l.Context, l.Model, adapterDir, 0, 0)
	}
	return l, err
}

// options are how the weights of m are held.
func options(m engine.Model, pool *parallel.Pool) model.Options {
	return model.Options{Half: m.Half, FourBit: m.FourBit, DoubleQuant: m.DoubleQuant, Pool: pool}
}

// place decides where the weights of a model, with the names and shapes of outline, are while it is used, and refuses one that does not fit.
func (e Engine) place(b *base.Base, outline model.Model, m engine.Model, adapterDir string, u use) (_ Placement, err error) {
	s := shape{cfg: b.Config, job: engine.Job{Model: m}, cover: &adapter.Coverage{}, pass: u.tokens, threads: e.Threads}
	if adapterDir != "" {
		saved, err := adapter.Read(outline, adapterDir)
		if err != nil {
			return Placement{}, err
		}
		s.job.Spec, s.cover = saved.Spec, saved.Coverage
	}
	if s.held, err = newHeld(m, b, outline, u.tokens); err != nil {
		return Placement{}, err
	}
	forward, err := s.forward(outline, u)
	if err != nil {
		return Placement{}, err
	}
	work := forward + 4*(u.logits*b.Config.VocabSize+s.cover.Trainable) + s.norms()
	work += s.overhead(work)
	free := available(e.MaxMemory)
	p := s.held.place(free-work, free > 0)
	if p.Mode != NoFit {
		return p, nil
	}
	if p.way == "" {
		p.way = noRoom
		if u.cached && b.Config.Quantization == nil {
			p.way += "; written in 4 bits with graft quantize the model is smaller"
		}
	}
	return p, fmt.Errorf("native: %s needs about %s of memory, %s are available; %s", b.Dir, size(p.Resident+work), size(free), p.way)
}

// forward is the memory of a pass that only goes forward, and of the cache of a conversation.
func (s *shape) forward(outline model.Model, u use) (n int, err error) {
	err = onSizes(outline, &s.job, s.threads, func(c *nn.Context, kinds []int, _ int) {
		n = model.CountForward(c, outline, kinds, u.tokens, u.cached)
	})
	return n, err
}

// Close releases the model.
func (l *Loaded) Close() error {
	err := l.pager.Close()
	l.pool.Close()
	return errors.Join(err, l.Base.Close())
}
