package model

import "graft/internal/nn"

// Paged is m with its layers fetched and forgotten by p as they run, for passes that only go forward. Of a nil p it is m itself.
func Paged(m Model, p *Pager) Model {
	if p == nil {
		return m
	}
	return &paged{m, p}
}

type paged struct {
	Model
	pager *Pager
}

// Layer runs decoder layer i. A pass begins with the first.
func (m *paged) Layer(i int, t *nn.Tape, x *nn.Value, b *Batch) *nn.Value {
	if i == 0 {
		m.pager.Walk(m.order(len(b.IDs))...)
	}
	m.pager.Enter()
	defer m.pager.Leave()
	return m.Model.Layer(i, t, x, b)
}

// order is the layers that a pass of some tokens has fetched as a whole: all, or, where the tokens reach less than half of the experts, none.
// Then the system reads the experts that are chosen, and keeps those that are chosen often.
func (m *paged) order(tokens int) []int {
	if e := m.Config().MoE; e != nil && 2*tokens*e.PerToken < e.Experts {
		return nil
	}
	order := make([]int, m.Layers())
	for i := range order {
		order[i] = i
	}
	return order
}

// Visit calls f with each of some layers in turn, which finds the layer's weights in memory if m is paged.
func Visit(m Model, layers []int, f func(layer int)) {
	p, ok := m.(*paged)
	if ok {
		p.pager.Walk(layers...)
	}
	for _, i := range layers {
		if ok {
			p.pager.Enter()
		}
		f(i)
		if ok {
			p.pager.Leave()
		}
	}
}
