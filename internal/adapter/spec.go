package adapter

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"graft/internal/model"
)

// AllLinear stands in a Spec's targets for every projection of the layers.
const AllLinear = "all-linear"

// Spec says what is adapted and how.
type Spec struct {
	R       int
	Alpha   float64
	Dropout float64
	RSLoRA  bool // scale alpha/√r
	DoRA    bool
	// Targets and Exclude are names of modules: a full path, or its last components. Targets may be AllLinear.
	Targets, Exclude []string
	// Patterns give modules another rank or alpha. A key is a regular expression that must match the end of the path, from a component on.
	RankPattern  map[string]int
	AlphaPattern map[string]float64
}

// placement is a Spec applied to one module.
type placement struct {
	slot  *model.Slot
	r     int
	alpha float64
}

// scale is the factor on B·A.
func (s *Spec) scale(p placement) float32 {
	if s.RSLoRA {
		return float32(p.alpha / math.Sqrt(float64(p.r)))
	}
	return float32(p.alpha / float64(p.r))
}

// variant names what the Spec makes of a projection.
func (s *Spec) variant() string {
	switch {
	case s.DoRA:
		return "DoRA"
	case s.RSLoRA:
		return "rsLoRA"
	}
	return "LoRA"
}

// place finds the modules of a model that s adapts. A name or pattern that matches nothing is an error, as is a module with two ranks.
func (s *Spec) place(slots []*model.Slot) ([]placement, error) {
	if s.R < 1 {
		return nil, fmt.Errorf("adapter: rank %d, want at least 1", s.R)
	}
	ranks, err1 := compile("rank_pattern", sorted(s.RankPattern))
	alphas, err2 := compile("alpha_pattern", sorted(s.AlphaPattern))
	used := map[string]bool{}
	var out []placement
	var errs []error
	for _, slot := range slots {
		if !s.targeted(slot.Name, used) {
			continue
		}
		r, err := choose(ranks, slot.Name, s.R)
		alpha, errA := choose(alphas, slot.Name, s.Alpha)
		errs = append(errs, err, errA)
		if r < 1 {
			errs = append(errs, fmt.Errorf("adapter: rank_pattern gives %s rank %d, want at least 1", slot.Name, r))
		}
		out = append(out, placement{slot, r, alpha})
	}
	errs = append(errs, err1, err2, s.unmatched(slots, used), unused("rank_pattern", ranks), unused("alpha_pattern", alphas))
	if err := errors.Join(errs...); err != nil || len(out) > 0 {
		return out, err
	}
	return nil, errors.New("adapter: nothing is left to train after exclude_modules")
}

// targeted tells whether a module is adapted and notes which names matched.
func (s *Spec) targeted(path string, used map[string]bool) bool {
	in, out := false, false
	for _, t := range s.Targets {
		if t == AllLinear || matches(path, t) {
			in, used[t] = true, true
		}
	}
	for _, t := range s.Exclude {
		if matches(path, t) {
			out, used[t] = true, true
		}
	}
	return in && !out
}

// matches tells whether name is a path or its last components.
func matches(path, name string) bool { return path == name || strings.HasSuffix(path, "."+name) }

// unmatched reports names that no module has, with the ones there are.
func (s *Spec) unmatched(slots []*model.Slot, used map[string]bool) error {
	var missing []string
	for _, t := range append(slices.Clone(s.Targets), s.Exclude...) {
		if !used[t] {
			missing = append(missing, t)
		}
	}
	if len(missing) == 0 && len(s.Targets) > 0 {
		return nil
	}
	return fmt.Errorf("adapter: no projection of the model is named %s; there are %s, full paths such as %s, and %s (the head is never adapted)",
		strings.Join(missing, ", "), strings.Join(lastNames(slots), ", "), slots[0].Name, AllLinear)
}

// lastNames are the last components of the modules' paths, once each.
func lastNames(slots []*model.Slot) []string {
	var names []string
	for _, s := range slots {
		if n := last(s.Name); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

func last(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }
