package optim

import (
	"fmt"
	"math"
)

// Schedule gives the learning rate of each step.
type Schedule struct {
	Name   string  // cosine, linear, constant, constant_with_warmup
	Peak   float64 // learning rate after the warm-up
	Warmup int     // steps
	Total  int     // steps of the whole run
}

// NewSchedule checks the name. A constant schedule has no warm-up.
func NewSchedule(name string, peak float64, warmup, total int) (Schedule, error) {
	switch name {
	case "constant":
		warmup = 0
	case "cosine", "linear", "constant_with_warmup":
	default:
		return Schedule{}, fmt.Errorf("optim: unknown schedule %q; there are cosine, linear, constant, constant_with_warmup", name)
	}
	return Schedule{name, peak, warmup, total}, nil
}

// Rate is the learning rate of step t, counted from 0: t/warmup of the peak during the warm-up, so that the first such step has rate 0,
// then the decay to 0 at Total.
func (s Schedule) Rate(t int) float64 {
	if t < s.Warmup {
		return s.Peak * float64(t) / float64(max(1, s.Warmup))
	}
	progress := float64(t-s.Warmup) / float64(max(1, s.Total-s.Warmup))
	switch s.Name {
	case "linear":
		return s.Peak * max(0, 1-progress)
	case "cosine":
		return s.Peak * max(0, 0.5*(1+math.Cos(math.Pi*progress)))
	}
	return s.Peak
}
