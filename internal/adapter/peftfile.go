package adapter

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sort"

	"graft/internal/dtype"
	"graft/internal/durable"
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
	return safetensors.WriteFile(filepath.Join(dir, WeightsFile), a.tensors(), nil)
}

// config is adapter_config.json: the classic keys, which every PEFT and vLLM reads. A map is written with its keys sorted.
func (a *Adapter) config(base Base) map[string]any {
	ranks, alphas := map[string]any{}, map[string]any{}
	for name, ms := range a.byName() {
		addPattern(ranks, name, ms, a.Spec.R, func(m Module) int { return m.R })
		addPattern(alphas, name, ms, a.Spec.Alpha, func(m Module) float64 { return m.Alpha })
	}
	c := map[string]any{
		"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": base.Name, "revision": nil,
		"r": a.Spec.R, "lora_alpha": a.Spec.Alpha, "lora_dropout": a.Spec.Dropout, "use_rslora": a.Spec.RSLoRA, "use_dora": a.Spec.DoRA,
		"target_modules": a.targets(), "rank_pattern": ranks, "alpha_pattern": alphas, "bias": "none", "init_lora_weights": true,
		"inference_mode": true, "fan_in_fan_out": false, "lora_bias": false, "exclude_modules": nil, "modules_to_save": nil,
		"target_parameters": nil, "layers_to_transform": nil, "layers_pattern": nil, "trainable_token_indices": nil,
	}
	if base.Revision != "" {
		c["revision"] = base.Revision
	}
	return c
}

// byName groups the modules by the last component of their paths.
func (a *Adapter) byName() map[string][]Module {
	g := map[string][]Module{}
	for _, m := range a.Modules {
		g[last(m.Name)] = append(g[last(m.Name)], m)
	}
	return g
}

// targets is the shortest list of names and paths that matches exactly the adapted modules.
func (a *Adapter) targets() []string {
	var list []string
	for name, ms := range a.byName() {
		if len(ms) == a.named[name] {
			list = append(list, name)
			continue
		}
		for _, m := range ms {
			list = append(list, m.Name)
		}
	}
	sort.Strings(list)
	return list
}

// addPattern notes the modules of a name whose value is not the common one.
func addPattern[T comparable](to map[string]any, name string, ms []Module, common T, value func(Module) T) {
	same := !slices.ContainsFunc(ms, func(m Module) bool { return value(m) != value(ms[0]) })
	for _, m := range ms {
		switch {
		case value(m) == common:
		case same:
			to[name] = value(m)
		default:
			to[m.Name] = value(m)
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
