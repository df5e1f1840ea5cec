package adapter

import (
	"slices"

	"graft/internal/model"
	"graft/internal/nn"
)

// Ranks are the ranks that spec gives the projections of a model, by path; those that it does not adapt are not listed.
func Ranks(m model.Model, spec Spec) (map[string]int, error) {
	places, err := spec.place(m.Slots())
	ranks := map[string]int{}
	for _, p := range places {
		ranks[p.slot.Name] = p.r
	}
	return ranks, err
}

// Outline wraps the projections of some layers of m as Attach does, for training on a context that only counts (nn.NewCounting). Parameters of
// equal size share their memory, which holds nothing.
func Outline(ctx *nn.Context, m model.Model, spec Spec, layers []int) (*Adapter, error) {
	places, err := spec.place(m.Slots())
	if err != nil {
		return nil, err
	}
	a := newAdapter(ctx, m, spec, 0)
	shared := map[int][]float32{}
	a.outline = true
	a.param = func(name string, rows, cols int) *nn.Param {
		n := rows * cols
		if shared[n] == nil {
			shared[n] = make([]float32, n)
		}
		return &nn.Param{Name: name, Rows: rows, Cols: cols, Data: shared[n], Grad: shared[n]}
	}
	a.Clock.Training = true
	for _, p := range places {
		if slices.Contains(layers, p.slot.Layer) {
			a.attach(p)
		}
	}
	return a, nil
}
