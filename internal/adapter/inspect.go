package adapter

import (
	"fmt"
	"slices"
	"strings"
)

// Inspection is what an adapter's files say, without a model.
type Inspection struct {
	Dir        string         `json:"dir"`
	Base       string         `json:"base_model_name_or_path"`
	Variant    string         `json:"variant"`
	R          int            `json:"r"`
	Alpha      float64        `json:"lora_alpha"`
	Experts    Form           `json:"experts"` // form of their updates
	Modules    map[string]int `json:"modules"` // adapted, by last name; "experts.*" by projection
	Parameters int            `json:"parameters"`
	PEFT       string         `json:"peft"` // why PEFT 0.21 does not load it; "" if it does
	VLLM       string         `json:"vllm"` // why vLLM 0.33 does not serve it; "" if it does
}

// Inspect describes the adapter.
func (v *Converter) Inspect() (*Inspection, error) {
	f, overrides, err := v.config.unfuse(v.file)
	if err != nil {
		return nil, fmt.Errorf("adapter: %s: %w", v.dir, err)
	}
	spec := Spec{DoRA: v.config.DoRA, RSLoRA: v.config.RSLoRA}
	r := &Inspection{
		Dir: v.dir, Base: v.config.Base, Variant: spec.variant(), R: v.config.R, Alpha: v.config.Alpha, Experts: v.Form, Modules: map[string]int{},
	}
	for t := range v.file.All() {
		r.Parameters += t.Elements()
	}
	ranks := map[int]bool{}
	for t := range f.All() {
		module, ok := moduleOf(t.Name)
		if !ok {
			return nil, fmt.Errorf("adapter: %s: tensor %q is no part of a LoRA or DoRA adapter of a linear projection", v.dir, t.Name)
		}
		if !strings.HasSuffix(t.Name, suffixA) {
			continue
		}
		name := last(module)
		if expertName.MatchString(t.Name) {
			name = "experts.*." + name
			ranks[t.Shape[0]] = true
		}
		r.Modules[name]++
	}
	r.judge(len(ranks) > 1 || len(overrides) == 0 && v.Form == PerExpert && !ranks[v.config.R])
	return r, nil
}

// judge says who reads the adapter; unequal says that experts have a rank that PEFT's conversion would not find.
func (r *Inspection) judge(unequal bool) {
	dora := strings.Contains(r.Variant, "DoRA")
	switch {
	case dora && r.Experts != NoExperts:
		r.PEFT = "DoRA on experts is unknown to it; merge the adapter into the base with graft merge"
	case unequal && r.Experts == PerExpert:
		r.PEFT = "it stacks experts with the rank r of the configuration alone, and theirs differ"
	}
	switch {
	case dora:
		r.VLLM = "it serves no DoRA; merge the adapter into the base with graft merge"
	case r.Experts == Fused:
		r.VLLM = "it takes the fused form only with --enable-mixed-moe-lora-format; graft adapter convert --to per-expert makes the other one"
	}
}

// String is the inspection as text.
func (r *Inspection) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of %s, rank %d, alpha %g, %d parameters\n", r.Variant, r.Base, r.R, r.Alpha, r.Parameters)
	names := make([]string, 0, len(r.Modules))
	for n := range r.Modules {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		fmt.Fprintf(&b, "  %-24s %d modules\n", n, r.Modules[n])
	}
	if r.Experts != NoExperts {
		fmt.Fprintf(&b, "experts are in the form %s\n", r.Experts)
	}
	for _, reader := range [][2]string{{"PEFT", r.PEFT}, {"vLLM", r.VLLM}} {
		why := "reads it"
		if reader[1] != "" {
			why = "does not read it: " + reader[1]
		}
		fmt.Fprintf(&b, "%s %s\n", reader[0], why)
	}
	return b.String()
}
