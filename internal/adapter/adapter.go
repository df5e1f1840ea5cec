package adapter

import (
	"fmt"
	"math"
	"math/rand/v2"

	"graft/internal/model"
	"graft/internal/nn"
	"graft/internal/parallel"
)

// Adapted is a projection with trainable parameters. Of an expert it is computed together with the other experts.
type Adapted interface {
	nn.Updated
	// Params are the trainable parameters in the order of the file.
	Params() []*nn.Param
	// Factors is the low-rank part.
	Factors() *Factors
	// Merge changes w, which holds the base weight (out, in), into the one that gives the same output without an adapter.
	Merge(pool *parallel.Pool, w []float32) error
}

// Module is one adapted projection.
type Module struct {
	Name    string // module path
	Kind    model.Kind
	R       int
	Alpha   float64
	Adapted Adapted
}

// Adapter is the adapted projections of a model.
type Adapter struct {
	Spec    Spec
	Clock   *Clock
	Modules []Module
	slots   []*model.Slot  // of the model
	index   map[string]int // of Modules by name
	pool    *parallel.Pool
	param   newParam
	outline bool // parameters have no values
}

// Clock is what the adapters of a model share: it tells them where training is.
type Clock struct {
	Seed     uint64
	Version  uint64 // of the parameters: DoRA computes its norms again when it moves
	Step     uint64 // of the optimizer
	Row      uint64 // tokens of this step before the ones at hand
	Training bool   // dropout is on
}

// variants is the table of adapter variants: what wraps a projection.
var variants = map[string]func(c wrap) Adapted{
	"LoRA":   wrapLoRA,
	"rsLoRA": wrapLoRA, // another scale
	"DoRA":   wrapDoRA,
}

// starter is an Adapted whose parameters start from the base weight.
type starter interface{ start(ctx *nn.Context) }

// wrap is what a variant is given.
type wrap struct {
	base  *nn.Linear
	low   Factors
	name  string
	clock *Clock
	param newParam
}

// newParam makes a parameter.
type newParam func(name string, rows, cols int) *nn.Param

// Attach wraps the projections of m that spec names. A starts uniform in ±1/√in (PEFT's kaiming_uniform with a = √5), B at zero, the
// magnitude at the norms of the weight: the adapted model computes what the base does. The numbers of a module depend on seed and its
// name only.
func Attach(ctx *nn.Context, m model.Model, spec Spec, seed uint64) (*Adapter, error) {
	places, err := spec.place(m.Slots())
	if err != nil {
		return nil, err
	}
	a := newAdapter(ctx, m, spec, seed)
	starters, layers := map[int][]starter{}, []int{}
	for _, p := range places { // in the order of the layers
		if s, ok := a.attach(p).(starter); ok {
			n := p.slot.Layer
			if len(starters[n]) == 0 {
				layers = append(layers, n)
			}
			starters[n] = append(starters[n], s)
		}
	}
	model.Visit(m, layers, func(n int) {
		for _, s := range starters[n] {
			s.start(ctx)
		}
	})
	return a, nil
}

func newAdapter(ctx *nn.Context, m model.Model, spec Spec, seed uint64) *Adapter {
	return &Adapter{Spec: spec, Clock: &Clock{Seed: seed}, slots: m.Slots(), index: map[string]int{}, pool: ctx.Pool, param: nn.NewParam}
}

func (a *Adapter) attach(p placement) Adapted {
	in, out := p.slot.Base.Dims()
	name := p.slot.Name
	low := Factors{
		A:     a.param(name+suffixA, p.r, in),
		B:     a.param(name+suffixB, out, p.r),
		Scale: a.Spec.scale(p),
		Drop:  newDropout(a.Spec.Dropout, a.Clock, name),
	}
	if !a.outline {
		r := rand.New(rand.NewPCG(a.Clock.Seed, hash(name)))
		bound := 1 / math.Sqrt(float64(in))
		for i := range low.A.Data {
			low.A.Data[i] = float32(bound * (2*r.Float64() - 1))
		}
	}
	adapted := variants[a.Spec.variant()](wrap{p.slot.Base, low, name, a.Clock, a.param})
	p.slot.Proj = adapted
	a.index[name] = len(a.Modules)
	a.Modules = append(a.Modules, Module{name, p.slot.Kind, p.r, p.alpha, adapted})
	return adapted
}

// Detach gives the model its bare projections back.
func (a *Adapter) Detach(m model.Model) {
	for _, s := range m.Slots() {
		s.Proj = s.Base
	}
}

// Params are the trainable parameters in a fixed order.
func (a *Adapter) Params() []*nn.Param {
	var ps []*nn.Param
	for _, m := range a.Modules {
		ps = append(ps, m.Adapted.Params()...)
	}
	return ps
}

// Merge changes the weight w (out, in) of a module; ok is false if the module is not adapted.
func (a *Adapter) Merge(module string, w []float32) (ok bool, err error) {
	if i, ok := a.index[module]; ok {
		return true, a.Modules[i].Adapted.Merge(a.pool, w)
	}
	return false, nil
}

// Adapted lists the modules that have an adapter.
func (a *Adapter) Adapted() []string {
	var names []string
	for _, m := range a.Modules {
		names = append(names, m.Name)
	}
	return names
}

// FirstLayer is the lowest layer of m with an adapted projection: nothing below it needs a gradient.
func (a *Adapter) FirstLayer(m model.Model) int {
	first := m.Layers()
	for _, s := range m.Slots() {
		if _, ok := s.Proj.(Adapted); ok {
			first = min(first, s.Layer)
		}
	}
	return first
}

// String names the module.
func (m *Module) String() string { return fmt.Sprintf("%s (r %d, alpha %g)", m.Name, m.R, m.Alpha) }
