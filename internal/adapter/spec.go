package adapter

import (
	"errors"
	"fmt"
	"maps"
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
	Experts          ExpertSpec
	// Patterns give modules another rank or alpha. A key is a regular expression that must match the end of the path, from a component on.
	RankPattern  map[string]int
	AlphaPattern map[string]float64
}

// ExpertSpec is what is different for routed experts, of which there are many.
type ExpertSpec struct {
	Off   bool    // names in Targets do not reach experts
	R     int     // 0: as for the others
	Alpha float64 // 0: as for the others
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
		if !s.targeted(slot, used) {
			continue
		}
		commonR, commonAlpha := s.common(slot.Kind)
		r, err := choose(ranks, slot.Name, commonR)
		alpha, errA := choose(alphas, slot.Name, commonAlpha)
		errs = append(errs, err, errA)
		if r < 1 {
			errs = append(errs, fmt.Errorf("adapter: rank_pattern gives %s rank %d, want at least 1", slot.Name, r))
		}
		out = append(out, placement{slot, r, alpha})
	}
	errs = append(errs, err1, err2, s.checkExperts(slots, out), s.unmatched(slots, used), unused("rank_pattern", ranks), unused("alpha_pattern", alphas))
	if err := errors.Join(errs...); err != nil || len(out) > 0 {
		return out, err
	}
	return nil, errors.New("adapter: nothing is left to train after exclude_modules")
}

// common are the rank and alpha of a projection that no pattern names.
func (s *Spec) common(kind model.Kind) (r int, alpha float64) {
	r, alpha = s.R, s.Alpha
	if kind == model.Expert && s.Experts.R > 0 {
		r = s.Experts.R
	}
	if kind == model.Expert && s.Experts.Alpha > 0 {
		alpha = s.Experts.Alpha
	}
	return r, alpha
}

// checkExperts refuses settings for experts where there are none to apply them to, and dropout where it cannot be.
func (s *Spec) checkExperts(slots []*model.Slot, placed []placement) error {
	isExpert := func(x *model.Slot) bool { return x.Kind == model.Expert }
	adapted := slices.ContainsFunc(placed, func(p placement) bool { return isExpert(p.slot) })
	switch has := slices.ContainsFunc(slots, isExpert); {
	case s.Experts != (ExpertSpec{}) && !has:
		return errors.New("adapter: lora.experts is set, but the model has no routed experts; remove it")
	case s.Experts.R+int(s.Experts.Alpha) > 0 && !adapted:
		return errors.New("adapter: lora.experts gives routed experts a rank or alpha, but none is adapted: name gate_proj, up_proj or down_proj in " +
			"target_modules and leave lora.experts.enabled true, or remove it")
	case s.Dropout > 0 && adapted:
		return fmt.Errorf("adapter: lora.dropout is %g, and routed experts are adapted, which take no dropout (PEFT refuses it too): set it to 0, "+
			"or lora.experts.enabled to false", s.Dropout)
	}
	return nil
}

// targeted tells whether a module is adapted and notes which names matched. The router is meant by its name alone.
func (s *Spec) targeted(slot *model.Slot, used map[string]bool) bool {
	path := slot.Name
	in, out := false, false
	for _, t := range s.Targets {
		if t == AllLinear && slot.Kind != model.Router || matches(path, t) {
			in, used[t] = true, true
		}
	}
	for _, t := range s.Exclude {
		if matches(path, t) {
			out, used[t] = true, true
		}
	}
	return in && !out && (slot.Kind != model.Expert || !s.Experts.Off)
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
	return fmt.Errorf("adapter: no projection of the model is named %s; %sthere are %s, full paths such as %s, and %s (the head is never adapted)",
		strings.Join(missing, ", "), containers(slots, missing), strings.Join(lastNames(slots), ", "), slots[0].Name, AllLinear)
}

// containers tells of names that are modules which hold projections.
func containers(slots []*model.Slot, names []string) string {
	var b strings.Builder
	for _, n := range names {
		held := map[string]string{} // last name: the path from n on
		for _, s := range slots {
			if _, rest, ok := strings.Cut("."+s.Name, "."+n+"."); ok && held[last(rest)] == "" {
				held[last(rest)] = n + "." + rest
			}
		}
		if list := slices.Sorted(maps.Keys(held)); len(list) > 0 {
			fmt.Fprintf(&b, "%s holds %s: name them as %s; ", n, strings.Join(list, ", "), held[list[0]])
		}
	}
	return b.String()
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
