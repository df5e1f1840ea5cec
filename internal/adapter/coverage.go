package adapter

import (
	"fmt"
	"strings"

	"graft/internal/model"
)

// Coverage is what an adapter trains and what it leaves, by kind of projection.
type Coverage struct {
	Rows       []CoverageRow `json:"rows"`
	Trainable  int           `json:"trainable_parameters"`
	Base       int           `json:"base_parameters"`   // of the projections
	Private    string        `json:"private,omitempty"` // why PEFT and vLLM will not read it
	NotAdapted []string      `json:"never_adapted"`     // parts of the model that no target reaches
	Outputs    int           `json:"-"`                 // widths of the adapted projections together
}

// CoverageRow is one projection name over all layers.
type CoverageRow struct {
	Kind      model.Kind `json:"kind"`
	Name      string     `json:"name"` // last component of the path
	Modules   int        `json:"modules"`
	Adapted   int        `json:"adapted"`
	Trainable int        `json:"trainable_parameters"`
}

// Cover reports how spec would cover a model, without wrapping anything.
func Cover(m model.Model, spec Spec) (*Coverage, error) {
	places, err := spec.place(m.Slots())
	if err != nil {
		return nil, err
	}
	return cover(m, &spec, places), nil
}

func cover(m model.Model, spec *Spec, places []placement) *Coverage {
	c := &Coverage{NotAdapted: []string{"embed_tokens", "lm_head", "norms"}}
	rank := map[string]int{}
	for _, p := range places {
		rank[p.slot.Name] = p.r
	}
	rows := map[string]*CoverageRow{}
	var order []string
	for _, s := range m.Slots() {
		name := last(s.Name)
		key := string(s.Kind) + " " + name
		row := rows[key]
		if row == nil {
			row = &CoverageRow{Kind: s.Kind, Name: name}
			rows[key], order = row, append(order, key)
		}
		in, out := s.Base.Dims()
		row.Modules++
		c.Base += in * out
		if r, ok := rank[s.Name]; ok {
			if spec.DoRA && s.Kind == model.Expert {
				c.Private = privateDoRA
			}
			row.Adapted++
			c.Outputs += out
			row.Trainable += r * (in + out)
			if spec.DoRA {
				row.Trainable += out
			}
		}
	}
	for _, name := range order {
		c.Rows = append(c.Rows, *rows[name])
		c.Trainable += rows[name].Trainable
	}
	return c
}

// String is the report as a table.
func (c *Coverage) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-16s %-18s %13s %14s\n", "kind", "projection", "adapted", "trainable")
	for _, r := range c.Rows {
		fmt.Fprintf(&b, "%-16s %-18s %6d/%-6d %14d\n", r.Kind, r.Name, r.Adapted, r.Modules, r.Trainable)
	}
	fmt.Fprintf(&b, "%-16s %-18s %13s %14d  (%.3f %% of the projections' %d)\n", "total", "", "", c.Trainable,
		100*float64(c.Trainable)/float64(max(c.Base, 1)), c.Base)
	fmt.Fprintf(&b, "never adapted: %s\n", strings.Join(c.NotAdapted, ", "))
	if c.Private != "" {
		fmt.Fprintf(&b, "note: this is %s\n", c.Private)
	}
	return b.String()
}
