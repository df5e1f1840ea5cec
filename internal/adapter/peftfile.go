package adapter

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"graft/internal/dtype"
	"graft/internal/durable"
	"graft/internal/model"
	"graft/internal/nn"
	"graft/internal/safetensors"
)

// The files of a PEFT adapter.
const (
	ConfigFile  = "adapter_config.json"
	WeightsFile = "adapter_model.safetensors"
)

// keyPrefix is what PEFT puts before a module path in the names of tensors.
const keyPrefix = "base_model.model."

// Base names the model that an adapter belongs to, for its configuration file.
type Base struct {
	Name     string
	Revision string // "" if there is none
}

// Save writes the adapter into an existing directory as PEFT's two files, parameters in float32. Targets and patterns are written
// as names where all modules of a name agree and as full paths where they do not, so that PEFT finds exactly the adapted modules.
func (a *Adapter) Save(dir string, base Base) error {
	text, err := json.MarshalIndent(a.config(base), "", "  ")
	if err != nil {
		return fmt.Errorf("adapter: %w", err)
	}
	if err := durable.WriteBytes(filepath.Join(dir, ConfigFile), append(text, '\n')); err != nil {
		return err
	}
	return safetensors.WriteFile(filepath.Join(dir, WeightsFile), a.tensors(), a.metadata())
}

// metadata tells whoever opens the file what other readers make of it; nil where they read all.
func (a *Adapter) metadata() map[string]string {
	if why := a.Private(); why != "" {
		return map[string]string{"format": "pt", "graft": why}
	}
	return nil
}

const privateDoRA = "DoRA on experts, which neither PEFT nor vLLM reads: merge it into the base with graft merge"

// Private says why PEFT and vLLM cannot read the adapter, "" if they can.
func (a *Adapter) Private() string {
	if a.Spec.DoRA && slices.ContainsFunc(a.Modules, func(m Module) bool { return m.Kind == model.Expert }) {
		return privateDoRA
	}
	return ""
}

// config is adapter_config.json: the classic keys, which every PEFT and vLLM reads. A map is written with its keys sorted.
func (a *Adapter) config(base Base) map[string]any {
	r, alpha := a.common()
	ranks, alphas := map[string]any{}, map[string]any{}
	for _, g := range a.groups() {
		addPattern(ranks, g, r, func(m Module) int { return m.R })
		addPattern(alphas, g, alpha, func(m Module) float64 { return m.Alpha })
	}
	modules, parameters := a.targets()
	c := map[string]any{
		"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": base.Name, "revision": nil,
		"r": r, "lora_alpha": alpha, "lora_dropout": a.Spec.Dropout, "use_rslora": a.Spec.RSLoRA, "use_dora": a.Spec.DoRA,
		"target_modules": modules, "rank_pattern": ranks, "alpha_pattern": alphas, "bias": "none", "init_lora_weights": true,
		"inference_mode": true, "fan_in_fan_out": false, "lora_bias": false, "exclude_modules": nil, "modules_to_save": nil,
		"target_parameters": nil, "layers_to_transform": nil, "layers_pattern": nil, "trainable_token_indices": nil,
	}
	if parameters != nil {
		c["target_parameters"] = parameters
		c["lora_dropout"] = 0.0 // a matter of training only, and PEFT takes none with target_parameters
	}
	if base.Revision != "" {
		c["revision"] = base.Revision
	}
	return c
}

// common are the rank and alpha that patterns make exceptions from. With adapted experts they are the experts': PEFT doubles this rank, not a
// pattern's, when it fuses gate_proj and up_proj.
func (a *Adapter) common() (r int, alpha float64) {
	for _, m := range a.Modules {
		if m.Kind == model.Expert {
			return m.R, m.Alpha
		}
	}
	return a.Spec.R, a.Spec.Alpha
}

// group is the modules that share the end of their paths.
type group struct {
	tail    string // matches these modules only
	pattern string // the same as a key of a pattern
	all     bool   // every such module of the model is adapted
	peft    bool   // PEFT finds them as modules; otherwise as parameters
	modules []Module
}

// groups sorts the modules by tail. In a model with experts PEFT takes a bare gate_proj for the experts', so that those of a shared expert
// or of a dense layer are named with what they are in, and reached as parameters.
func (a *Adapter) groups() []*group {
	some := sparse(a.slots)
	byTail := map[string]*group{}
	total := map[string]int{}
	for _, s := range a.slots {
		total[tail(s.Name, s.Kind, some)]++
	}
	for _, m := range a.Modules {
		t := tail(m.Name, m.Kind, some)
		g := byTail[t]
		if g == nil {
			g = &group{tail: t, pattern: t, peft: !strings.Contains(t, ".")}
			switch {
			case m.Kind == model.Expert:
				g.pattern = `experts\.\d+\.` + t
			case !g.peft: // PEFT matches the parameter's path, others the module's
				g.pattern += `(\.weight)?`
			}
			byTail[t] = g
		}
		g.modules = append(g.modules, m)
	}
	var list []*group
	for _, t := range slices.Sorted(maps.Keys(byTail)) {
		byTail[t].all = len(byTail[t].modules) == total[t]
		list = append(list, byTail[t])
	}
	return list
}

func tail(path string, kind model.Kind, sparse bool) string {
	name := last(path)
	if sparse && (kind == model.MLP || kind == model.SharedExpert && name != "shared_expert_gate") {
		return last(strings.TrimSuffix(path, "."+name)) + "." + name
	}
	return name
}

// targets are the shortest lists of names and paths that match exactly the adapted modules.
func (a *Adapter) targets() (modules, parameters []string) {
	for _, g := range a.groups() {
		names := []string{g.tail}
		if !g.all {
			names = nil
			for _, m := range g.modules {
				names = append(names, m.Name)
			}
		}
		if g.peft {
			modules = append(modules, names...)
			continue
		}
		for _, n := range names {
			parameters = append(parameters, n+".weight")
		}
	}
	sort.Strings(modules)
	sort.Strings(parameters)
	return modules, parameters
}

// addPattern notes the modules of a group whose value is not the common one.
func addPattern[T comparable](to map[string]any, g *group, common T, value func(Module) T) {
	same := !slices.ContainsFunc(g.modules, func(m Module) bool { return value(m) != value(g.modules[0]) })
	for _, m := range g.modules {
		switch {
		case value(m) == common:
		case same:
			to[g.pattern] = value(m)
		case g.peft:
			to[m.Name] = value(m)
		default:
			to[m.Name+`(\.weight)?`] = value(m)
		}
	}
}

// tensors are the parameters under PEFT's names.
func (a *Adapter) tensors() []safetensors.Tensor {
	var ts []safetensors.Tensor
	for _, p := range a.Params() {
		ts = append(ts, Tensor(TensorName(p), p, p.Data))
	}
	return ts
}

// Tensor is a parameter-shaped float32 tensor for a file; the magnitude of DoRA is a vector there.
func Tensor(name string, p *nn.Param, data []float32) safetensors.Tensor {
	shape := []int{p.Rows, p.Cols}
	if p.Cols == 1 && last(p.Name) == magnitude {
		shape = shape[:1]
	}
	return safetensors.Tensor{
		Info: safetensors.Info{Name: name, DType: dtype.F32, Shape: shape},
		Stream: func(w io.Writer) error {
			buf := make([]byte, 4*len(data))
			return errors.Join(dtype.FromFloat32(buf, data, dtype.F32), write(w, buf))
		},
	}
}

func write(w io.Writer, b []byte) error {
	_, err := w.Write(b)
	return err
}

// TensorName is the name of a parameter in the adapter's file.
func TensorName(p *nn.Param) string { return keyPrefix + p.Name }
