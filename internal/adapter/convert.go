package adapter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"graft/internal/dtype"
	"graft/internal/durable"
	"graft/internal/safetensors"
)

// Form is how a file keeps the updates of experts.
type Form string

// The forms.
const (
	PerExpert Form = "per-expert" // two matrices per expert and projection: what graft writes, PEFT loads and vLLM serves
	Fused     Form = "fused"      // two matrices per layer and stacked parameter: what PEFT from 0.20 on writes
	NoExperts Form = "none"       // no expert is adapted
)

var expertName = regexp.MustCompile(`^(.*\.mlp\.experts)\.(\d+)\.(gate_proj|up_proj|down_proj)\.(lora_[AB]\.weight|lora_magnitude_vector)$`)

// Converter is an adapter opened for changing its form. No model is needed.
type Converter struct {
	Form   Form
	dir    string
	config *peftConfig
	raw    map[string]json.RawMessage // adapter_config.json
	file   *safetensors.File
}

// OpenFile opens the adapter in dir. Close it.
func OpenFile(dir string) (*Converter, error) {
	c, err := readConfig(dir)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, ConfigFile))
	if err != nil {
		return nil, fmt.Errorf("adapter: %w", err)
	}
	v := &Converter{Form: NoExperts, dir: dir, config: c}
	if err := json.Unmarshal(text, &v.raw); err != nil {
		return nil, fmt.Errorf("adapter: %s: %w", dir, err)
	}
	if v.file, err = safetensors.Open(filepath.Join(dir, WeightsFile)); err != nil {
		return nil, fmt.Errorf("adapter: %w", err)
	}
	for t := range v.file.All() {
		switch {
		case fusedName.MatchString(t.Name):
			v.Form = Fused
		case expertName.MatchString(t.Name):
			v.Form = PerExpert
		}
	}
	return v, nil
}

// Close closes the file.
func (v *Converter) Close() error { return v.file.Close() }

// Convert writes the adapter in the other form into output, which must not exist. Nothing is lost: converted back it is the same.
func (v *Converter) Convert(to Form, output string) error {
	ts, err := v.plan(to, output)
	if err != nil {
		return err
	}
	return durable.WriteDir(output, func(dir string) error {
		text, err := json.MarshalIndent(v.raw, "", "  ")
		if err != nil {
			return err
		}
		return errors.Join(
			durable.WriteBytes(filepath.Join(dir, ConfigFile), append(text, '\n')),
			safetensors.WriteFile(filepath.Join(dir, WeightsFile), ts, v.file.Metadata()),
		)
	})
}

// Check reports what Convert would refuse, and writes nothing. Convert cannot follow it.
func (v *Converter) Check(to Form, output string) error {
	_, err := v.plan(to, output)
	return err
}

// plan makes the tensors of the other form, to be read as they are written.
func (v *Converter) plan(to Form, output string) (ts []safetensors.Tensor, err error) {
	switch {
	case v.Form == NoExperts:
		return nil, fmt.Errorf("adapter: %s adapts no experts: there is one form only", v.dir)
	case to == v.Form:
		return nil, fmt.Errorf("adapter: %s is in the form %s already", v.dir, to)
	case to == PerExpert:
		ts, err = v.perExpert()
	case to == Fused:
		ts, err = v.fuse()
	default:
		return nil, fmt.Errorf("adapter: form %q; known are %s and %s", to, PerExpert, Fused)
	}
	if err != nil {
		return nil, fmt.Errorf("adapter: %s: %w", v.dir, err)
	}
	if _, err := os.Stat(output); err == nil {
		return nil, fmt.Errorf("adapter: %s exists; choose another directory or remove it", output)
	}
	return ts, nil
}

// set changes a key of the configuration.
func (v *Converter) set(key string, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // maps, lists and numbers
	}
	v.raw[key] = text
}

// stream is a tensor whose content is made when it is written.
func stream(info safetensors.Info, content func() ([]byte, error)) safetensors.Tensor {
	return safetensors.Tensor{Info: info, Stream: func(w io.Writer) error {
		b, err := content()
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	}}
}

// perExpert takes the stacks apart.
func (v *Converter) perExpert() ([]safetensors.Tensor, error) {
	f, overrides, err := v.config.unfuse(v.file)
	if err != nil {
		return nil, err
	}
	var ts []safetensors.Tensor
	for t := range f.All() {
		ts = append(ts, stream(t, func() ([]byte, error) { return f.Bytes(t.Name) }))
	}
	targets := slices.Clone(v.config.Targets.names)
	ranks, alphas := v.patterns(func(key string) bool {
		return strings.Contains(key, "gate_up_proj") || strings.HasSuffix(key, "down_proj")
	})
	r, alpha := v.config.R, v.config.Alpha
	for _, module := range slices.Sorted(maps.Keys(overrides)) {
		o, name := overrides[module], last(module)
		if !slices.Contains(targets, name) {
			targets = append(targets, name)
		}
		if key := `experts\.\d+\.` + name; o.r != r || o.alpha != alpha {
			ranks[key], alphas[key] = o.r, o.alpha
		}
	}
	slices.Sort(targets)
	v.set("target_modules", targets)
	v.set("rank_pattern", ranks)
	v.set("alpha_pattern", alphas)
	v.setParameters(nil)
	return ts, nil
}

// patterns are the entries of both patterns that drop does not want.
func (v *Converter) patterns(drop func(key string) bool) (ranks map[string]int, alphas map[string]float64) {
	ranks, alphas = map[string]int{}, map[string]float64{}
	for _, e := range v.config.RankPattern {
		if !drop(e.key) {
			ranks[e.key] = e.value
		}
	}
	for _, e := range v.config.AlphaPattern {
		if !drop(e.key) {
			alphas[e.key] = e.value
		}
	}
	return ranks, alphas
}

// setParameters replaces the stacked parameters among target_parameters.
func (v *Converter) setParameters(stacked []string) {
	list := stacked
	for _, p := range v.config.Parameters {
		if n := last(p); n != "gate_up_proj" && n != "down_proj" {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		v.raw["target_parameters"] = json.RawMessage("null")
		return
	}
	slices.Sort(list)
	v.set("target_parameters", list)
}

// stack is the matrices of one projection of all experts of a layer.
type stack struct {
	a, b []safetensors.Info // (E)
	r    int
	s    float64 // alpha
}

// fuse stacks the experts of each layer.
func (v *Converter) fuse() ([]safetensors.Tensor, error) {
	if v.config.DoRA {
		return nil, errors.New("DoRA on experts has no fused form: PEFT does not know it")
	}
	layers, ts, err := v.stacks()
	if err != nil {
		return nil, err
	}
	ranks, alphas := v.patterns(func(key string) bool { return strings.Contains(key, `experts\.`) })
	var errs []error
	seen := map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(layers)) {
		l := layers[path]
		gate, up, down := l["gate_proj"], l["up_proj"], l["down_proj"]
		if (gate == nil) != (up == nil) {
			errs = append(errs, fmt.Errorf("%s has only one of gate_proj and up_proj, which are one parameter in the fused form", path))
			continue
		}
		if gate != nil {
			more, err := v.fuseGateUp(path, gate, up, down != nil)
			errs = append(errs, err)
			ts = append(ts, more.tensors...)
			seen["gate_up_proj"] = true
			v.pattern(ranks, alphas, "gate_up_proj", more.r, more.alpha)
		}
		if down != nil {
			ts = append(ts, v.fusePair(path, down, down.r, nil)...)
			seen["down_proj"] = true
			v.pattern(ranks, alphas, "down_proj", down.r, down.s)
		}
	}
	v.set("target_modules", slices.DeleteFunc(slices.Clone(v.config.Targets.names), func(n string) bool {
		return n == "gate_proj" || n == "up_proj" || n == "down_proj"
	}))
	v.setParameters(slices.Sorted(maps.Keys(seen)))
	v.set("rank_pattern", ranks)
	v.set("alpha_pattern", alphas)
	return ts, errors.Join(errs...)
}

// pattern notes the rank and alpha of a stacked parameter where they are not the common ones.
func (v *Converter) pattern(ranks map[string]int, alphas map[string]float64, name string, r int, alpha float64) {
	if key := `.*\.` + name; r != v.config.R || alpha != v.config.Alpha {
		ranks[key], alphas[key] = r, alpha
	}
}

// stacks gathers the experts by layer and projection, and everything else as it is.
func (v *Converter) stacks() (map[string]map[string]*stack, []safetensors.Tensor, error) {
	ranks, err1 := compile("rank_pattern", v.config.RankPattern)
	alphas, err2 := compile("alpha_pattern", v.config.AlphaPattern)
	if err := errors.Join(err1, err2); err != nil {
		return nil, nil, err
	}
	layers := map[string]map[string]*stack{}
	var rest []safetensors.Tensor
	var errs []error
	for t := range v.file.All() {
		m := expertName.FindStringSubmatch(t.Name)
		if m == nil {
			rest = append(rest, stream(t, func() ([]byte, error) { return v.file.Bytes(t.Name) }))
			continue
		}
		if layers[m[1]] == nil {
			layers[m[1]] = map[string]*stack{}
		}
		s := layers[m[1]][m[3]]
		module := strings.TrimPrefix(m[1]+"."+m[2]+"."+m[3], keyPrefix)
		if s == nil {
			s = &stack{r: first(ranks, module, v.config.R), s: first(alphas, module, v.config.Alpha)}
			layers[m[1]][m[3]] = s
		}
		if first(ranks, module, v.config.R) != s.r || first(alphas, module, v.config.Alpha) != s.s {
			errs = append(errs, fmt.Errorf("%s has another rank or alpha than the experts before it", module))
		}
		errs = append(errs, s.put(m[2], m[4], t))
	}
	for path, l := range layers {
		for name, s := range l {
			errs = append(errs, s.check(path+".*."+name))
		}
	}
	err := errors.Join(errs...)
	return layers, rest, err
}

// maxExperts bounds what a file can make us allocate.
const maxExperts = 1 << 14

func (s *stack) put(expert, matrix string, t safetensors.Info) error {
	e, err := strconv.Atoi(expert)
	if err != nil || e >= maxExperts {
		return fmt.Errorf("tensor %q: expert %s", t.Name, expert)
	}
	list := &s.a
	if matrix == "lora_B.weight" {
		list = &s.b
	}
	for len(*list) <= e {
		*list = append(*list, safetensors.Info{})
	}
	(*list)[e] = t
	return nil
}

// check reports experts that are missing or differ in shape.
func (s *stack) check(what string) error {
	if len(s.a) != len(s.b) || len(s.a) == 0 {
		return fmt.Errorf("%s: %d lora_A and %d lora_B", what, len(s.a), len(s.b))
	}
	for e := range s.a {
		a, b := s.a[e].Shape, s.b[e].Shape
		if len(a) != 2 || len(b) != 2 || a[0] != s.r || b[1] != s.r || !slices.Equal(a, s.a[0].Shape) || !slices.Equal(b, s.b[0].Shape) {
			return fmt.Errorf("%s: expert %d has matrices of shapes %v and %v, want those of expert 0 and rank %d", what, e, a, b, s.r)
		}
	}
	return nil
}

// floats are the elements of a matrix.
func (v *Converter) floats(t safetensors.Info) ([]float32, error) {
	data, err := v.file.Bytes(t.Name)
	if err != nil {
		return nil, err
	}
	x := make([]float32, t.Elements())
	return x, dtype.ToFloat32(x, data, t.DType)
}

// fusedGateUp is a stacked gate_up_proj.
type fusedGateUp struct {
	tensors []safetensors.Tensor
	r       int
	alpha   float64
}

// fuseGateUp joins gate_proj and up_proj. Where both have the same A it is kept once; otherwise the rank doubles and B is block-diagonal.
func (v *Converter) fuseGateUp(path string, gate, up *stack, inner bool) (g fusedGateUp, err error) {
	if gate.r != up.r || gate.s != up.s || len(gate.a) != len(up.a) {
		return g, fmt.Errorf("%s: gate_proj and up_proj differ in rank, alpha or number of experts", path)
	}
	same := true
	for e := range gate.a {
		x, err1 := v.file.Bytes(gate.a[e].Name)
		y, err2 := v.file.Bytes(up.a[e].Name)
		if err := errors.Join(err1, err2); err != nil {
			return g, err
		}
		same = same && bytes.Equal(x, y)
	}
	g.r, g.alpha = gate.r, gate.s
	if !same {
		g.r = 2 * gate.r
		g.alpha = rescaled(gate.s, gate.r, g.r, v.config.RSLoRA)
	}
	if inner {
		path += ".base_layer"
	}
	g.tensors = v.fusePair(path, gate, g.r, up)
	return g, nil
}

// fusePair is the two matrices of a stacked parameter: of one projection, or of gate (s) and up side by side. r is the rank of the result.
func (v *Converter) fusePair(path string, s *stack, r int, up *stack) []safetensors.Tensor {
	experts, in, out := len(s.a), s.a[0].Shape[1], s.b[0].Shape[0]
	rows := out
	if up != nil {
		rows = 2 * out
	}
	a := safetensors.Info{Name: path + suffixA, DType: dtype.F32, Shape: []int{experts * r, in}}
	b := safetensors.Info{Name: path + suffixB, DType: dtype.F32, Shape: []int{rows, r * experts}}
	return []safetensors.Tensor{
		stream(a, func() ([]byte, error) {
			parts := []*stack{s}
			if r > s.r {
				parts = append(parts, up)
			}
			var all []float32
			for e := range experts {
				for _, p := range parts {
					x, err := v.floats(p.a[e])
					if err != nil {
						return nil, err
					}
					all = append(all, x...)
				}
			}
			return encode(all)
		}),
		stream(b, func() ([]byte, error) {
			all := make([]float32, rows*r*experts)
			parts := []*stack{s}
			if up != nil {
				parts = append(parts, up)
			}
			for i, p := range parts {
				if err := v.scatterB(all, p, column{row: i * out, rank: i * (r - s.r), of: r}); err != nil {
					return nil, err
				}
			}
			return encode(all)
		}),
	}
}

// column is where a B lies in a stacked one.
type column struct{ row, rank, of int }

// scatterB writes the B of each expert of p into its columns.
func (v *Converter) scatterB(all []float32, p *stack, at column) error {
	experts := len(p.b)
	for e, t := range p.b {
		x, err := v.floats(t)
		if err != nil {
			return err
		}
		for i, value := range x {
			all[((at.row+i/p.r)*at.of+at.rank+i%p.r)*experts+e] = value
		}
	}
	return nil
}

func encode(x []float32) ([]byte, error) {
	b := make([]byte, 4*len(x))
	return b, dtype.FromFloat32(b, x, dtype.F32)
}
