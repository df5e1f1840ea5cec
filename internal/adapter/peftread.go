package adapter

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"graft/internal/dtype"
	"graft/internal/model"
	"graft/internal/nn"
	"graft/internal/safetensors"
)

// The last components of PEFT's tensor names.
const (
	suffixA   = ".lora_A.weight"
	suffixB   = ".lora_B.weight"
	magnitude = "lora_magnitude_vector"
)

// Load wraps the projections of m with the PEFT adapter in dir. Everything in it must find its place: what we cannot apply is refused by
// name. dropout is the one to train with from here on.
func Load(ctx *nn.Context, m model.Model, dir string, dropout float64, seed uint64) (*Adapter, error) {
	f, c, places, err := open(m, dir)
	if err != nil {
		return nil, err
	}
	a := newAdapter(ctx, m, c.spec(places), seed)
	a.Spec.Dropout = dropout
	for _, p := range places {
		a.attach(p)
	}
	if err := errors.Join(a.fill(f), f.Close()); err != nil {
		a.Detach(m)
		return nil, fmt.Errorf("adapter: %s: %w", dir, err)
	}
	return a, nil
}

// Saved is a PEFT adapter in a directory, seen from a model.
type Saved struct {
	Spec     Spec      // that it follows, its targets as full paths
	Coverage *Coverage // of the model
	Base     string    // name of the model that it was made for
}

// Read tells what the PEFT adapter in dir is on m. Nothing is wrapped.
func Read(m model.Model, dir string) (*Saved, error) {
	f, c, places, err := open(m, dir)
	if err != nil {
		return nil, err
	}
	s := &Saved{Spec: c.spec(places), Base: c.Base}
	s.Coverage = cover(m, &s.Spec, places)
	return s, f.Close()
}

// open reads the configuration of an adapter and finds the modules of its tensors.
func open(m model.Model, dir string) (tensors, *peftConfig, []placement, error) {
	c, err := readConfig(dir)
	if err != nil {
		return nil, nil, nil, err
	}
	f, err := safetensors.Open(filepath.Join(dir, WeightsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil, fmt.Errorf("adapter: %s has no %s", dir, WeightsFile)
	}
	if err != nil {
		return nil, nil, nil, fmt.Errorf("adapter: %w", err)
	}
	found, fused, err := c.unfuse(f)
	if err == nil && len(c.Parameters) > 0 && !sparse(m.Slots()) {
		err = fmt.Errorf("target_parameters is %q; graft applies it to models with experts only", c.Parameters)
	}
	var places []placement
	if err == nil {
		places, err = c.place(m.Slots(), found, fused)
	}
	if err == nil {
		err = c.checkTargets(m.Slots(), places)
	}
	if err != nil {
		return nil, nil, nil, fmt.Errorf("adapter: %s: %w", dir, errors.Join(err, f.Close()))
	}
	return found, c, places, nil
}

// spec says the same as the file, module by module.
func (c *peftConfig) spec(places []placement) Spec {
	s := Spec{
		R: c.R, Alpha: c.Alpha, Dropout: c.Dropout, RSLoRA: c.RSLoRA, DoRA: c.DoRA,
		RankPattern: map[string]int{}, AlphaPattern: map[string]float64{},
	}
	for _, p := range places {
		s.Targets = append(s.Targets, p.slot.Name)
		if p.r != s.R {
			s.RankPattern[p.slot.Name] = p.r
		}
		if p.alpha != s.Alpha {
			s.AlphaPattern[p.slot.Name] = p.alpha
		}
	}
	return s
}

// place finds the module of every tensor in the file.
func (c *peftConfig) place(slots []*model.Slot, f tensors, fused map[string]override) ([]placement, error) {
	ranks, err1 := compile("rank_pattern", c.RankPattern)
	alphas, err2 := compile("alpha_pattern", c.AlphaPattern)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	found, errs := sortTensors(slots, f)
	var places []placement
	for _, s := range slots {
		if !found[s.Name] {
			continue
		}
		r, alpha := first(ranks, s.Name, c.R), first(alphas, s.Name, c.Alpha)
		if o, ok := fused[s.Name]; ok {
			r, alpha = o.r, o.alpha
		}
		if r < 1 {
			errs = append(errs, fmt.Errorf("%s has rank %d", s.Name, r))
			continue
		}
		places = append(places, placement{s, r, alpha})
	}
	if len(found) == 0 {
		errs = append(errs, errors.New("holds no adapter tensors"))
	}
	return places, errors.Join(errs...)
}

// checkTargets reports modules that the configuration names and the file has no tensors for.
func (c *peftConfig) checkTargets(slots []*model.Slot, places []placement) error {
	if len(c.Layers) > 0 && string(c.Layers) != "null" {
		return nil // only some of the layers have an adapter
	}
	in, err1 := c.Targets.matcher()
	out, err2 := c.Exclude.matcher()
	if err := errors.Join(err1, err2); err != nil {
		return fmt.Errorf("target_modules: %w", err)
	}
	placed := map[*model.Slot]bool{}
	for _, p := range places {
		placed[p.slot] = true
	}
	some := sparse(slots)
	var errs []error
	for _, s := range slots {
		if some && (s.Kind == model.MLP || s.Kind == model.SharedExpert || s.Kind == model.Router) {
			continue // with experts PEFT takes a bare gate_proj for theirs alone
		}
		if in(s.Name) && !out(s.Name) && !placed[s] {
			errs = append(errs, fmt.Errorf("target_modules cover %s, but there are no tensors for it", s.Name))
		}
	}
	return errors.Join(errs[:min(len(errs), 8)]...)
}

// sparse tells whether a model has routed experts.
func sparse(slots []*model.Slot) bool {
	return slices.ContainsFunc(slots, func(s *model.Slot) bool { return s.Kind == model.Expert })
}

// sortTensors gives the adapted modules and a problem for each tensor that has no place.
func sortTensors(slots []*model.Slot, f tensors) (map[string]bool, []error) {
	found, known := map[string]bool{}, map[string]bool{}
	for _, s := range slots {
		known[s.Name] = true
	}
	var errs []error
	for t := range f.All() {
		module, ok := moduleOf(t.Name)
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("tensor %q is no part of a LoRA or DoRA adapter of a linear projection", t.Name))
		case !known[module]:
			errs = append(errs, fmt.Errorf("tensor %q: the model has no projection %q", t.Name, module))
		default:
			found[module] = true
		}
		if len(errs) == 8 {
			break
		}
	}
	return found, errs
}

// moduleOf is the module path in a tensor's name.
func moduleOf(name string) (string, bool) {
	path, ok := strings.CutPrefix(name, keyPrefix)
	if !ok {
		return "", false
	}
	for _, suffix := range []string{suffixA, suffixB, "." + magnitude} {
		if m, ok := strings.CutSuffix(path, suffix); ok {
			return m, true
		}
	}
	return "", false
}

// fill reads the parameters. Each must be there in the shape that the configuration and the model give it, and no other tensor.
func (a *Adapter) fill(f tensors) error {
	var errs []error
	known := 0
	wanted := map[string]bool{}
	for _, p := range a.Params() {
		name := TensorName(p)
		wanted[name] = true
		info, err := f.Info(name)
		if err != nil {
			errs = append(errs, fmt.Errorf("tensor %q is missing", name))
			continue
		}
		known++
		if want := Tensor(name, p, p.Data).Shape; !slices.Equal(info.Shape, want) {
			errs = append(errs, fmt.Errorf("tensor %q has shape %v, the model and %s want %v", name, info.Shape, ConfigFile, want))
			continue
		}
		data, err := f.Bytes(name)
		if err == nil {
			err = dtype.ToFloat32(p.Data, data, info.DType)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("tensor %q: %w", name, err))
		}
	}
	for t := range f.All() {
		if known == 0 {
			break
		}
		if !wanted[t.Name] {
			errs = append(errs, fmt.Errorf("tensor %q is not part of a %s adapter", t.Name, a.Spec.variant()))
		}
	}
	return errors.Join(errs[:min(len(errs), 8)]...)
}
