package native

import (
	"errors"

	"graft/internal/adapter"
	"graft/internal/engine"
	"graft/internal/model"
	"graft/internal/model/all"
	"graft/internal/nn"
	"graft/internal/parallel"
)

// Loaded is a model ready to run, with or without an adapter.
type Loaded struct {
	Base    *engine.Base
	Model   model.Model
	Context *nn.Context
	pool    *parallel.Pool
}

// Open loads a model, and the adapter in adapterDir unless that is "". The model names directory, compute type and quantisation.
func (e Engine) Open(m engine.Model, adapterDir string) (*Loaded, error) {
	b, err := engine.OpenBase(m.Dir)
	if err != nil {
		return nil, engine.Input(err)
	}
	return e.load(b, m, adapterDir)
}

// load loads the weights of an opened model, which the result owns.
func (e Engine) load(b *engine.Base, m engine.Model, adapterDir string) (_ *Loaded, err error) {
	l := &Loaded{Base: b, pool: parallel.New(e.Threads)}
	defer func() {
		if err != nil {
			err = errors.Join(engine.Input(err), l.Close())
		}
	}()
	opt := model.Options{Half: m.Half, FourBit: m.FourBit, DoubleQuant: m.DoubleQuant, Pool: l.pool}
	if l.Model, err = all.Models().Load(l.Base.Config, l.Base.Source, opt); err != nil {
		return nil, err
	}
	l.Context = nn.NewContext(l.pool, m.Half)
	if adapterDir != "" {
		_, err = adapter.Load(l.Context, l.Model, adapterDir, 0, 0)
	}
	return l, err
}

// Close releases the model.
func (l *Loaded) Close() error {
	l.pool.Close()
	return l.Base.Close()
}
