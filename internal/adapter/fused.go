package adapter

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"regexp"
	"slices"
	"strings"

	"graft/internal/dtype"
	"graft/internal/safetensors"
)

// tensors are the tensors of an adapter's file, or what they stand for.
type tensors interface {
	All() iter.Seq[safetensors.Info]
	Info(name string) (safetensors.Info, error)
	Bytes(name string) ([]byte, error)
	Close() error
}

// PEFT from 0.20 on keeps the updates of all experts of a layer in one pair of matrices per parameter (transformers 5 stacks the weights so):
//
//	….mlp.experts.base_layer.lora_A/B   gate_up_proj: A (E·R, H), B (2I, R·E)
//	….mlp.experts.lora_A/B              down_proj:    A (E·R, I), B (H, R·E)
//
// or, where only one of the two is adapted, the second pair of names for that one. Rows of A are expert by expert, columns of B rank by
// rank: expert e has A[e·R:(e+1)·R] and B[:, e::E]. Of gate_up_proj the first I rows of B are gate_proj's.
var fusedName = regexp.MustCompile(`^(.*\.mlp\.experts)(\.base_layer)?\.lora_([AB])\.weight$`)

// override is the rank and alpha of a module that the fused form implies.
type override struct {
	r     int
	alpha float64
}

// unfused shows a file in the fused form as one with a pair of matrices per expert and projection.
type unfused struct {
	tensors
	infos     []safetensors.Info
	parts     map[string]fusedPart
	overrides map[string]override
}

// fusedPart is where the elements of one expert's matrix are.
type fusedPart struct {
	name         string // tensor of the file
	b            bool   // a B, else an A
	expert, of   int    // E
	rank         int    // R of the file
	lo, hi       int    // ranks that the matrix has
	rows, offset int    // of B: rows and the first of them
	cols         int    // of A: columns
	info         safetensors.Info
}

// fusedPair is one parameter of one layer.
type fusedPair struct {
	experts string // module path
	down    bool
	a, b    safetensors.Info
	r       int
	alpha   float64
}

// unfuse looks for the fused form in f and undoes it.
func (c *peftConfig) unfuse(f tensors) (tensors, map[string]override, error) {
	pairs, err := c.fusedPairs(f)
	if err != nil || len(pairs) == 0 {
		return f, nil, err
	}
	u := &unfused{tensors: f, parts: map[string]fusedPart{}, overrides: map[string]override{}}
	for t := range f.All() {
		if !fusedName.MatchString(t.Name) {
			u.infos = append(u.infos, t)
		}
	}
	var errs []error
	for _, p := range pairs {
		errs = append(errs, u.add(p, c.RSLoRA))
	}
	return u, u.overrides, errors.Join(errs[:min(len(errs), 8)]...)
}

// fusedPairs finds the pairs of matrices, in the order of their names.
func (c *peftConfig) fusedPairs(f tensors) ([]*fusedPair, error) {
	found := map[string]*fusedPair{}
	inner := map[string]bool{}
	var names []string
	for t := range f.All() {
		m := fusedName.FindStringSubmatch(t.Name)
		if m == nil {
			continue
		}
		key := m[1] + m[2]
		if found[key] == nil {
			found[key] = &fusedPair{experts: m[1], down: m[2] == ""}
			names = append(names, key)
		}
		inner[m[1]] = inner[m[1]] || m[2] != ""
		if m[3] == "A" {
			found[key].a = t
		} else {
			found[key].b = t
		}
	}
	slices.Sort(names)
	ranks, err1 := compile("rank_pattern", c.RankPattern)
	alphas, err2 := compile("alpha_pattern", c.AlphaPattern)
	errs := []error{err1, err2}
	var pairs []*fusedPair
	for _, n := range names {
		p := found[n]
		if p.a.Name == "" || p.b.Name == "" {
			errs = append(errs, fmt.Errorf("%s has only one of lora_A and lora_B", n))
			continue
		}
		if p.down && !inner[p.experts] { // a pair alone
			p.down = !slices.ContainsFunc(c.Parameters, func(n string) bool { return last(n) == "gate_up_proj" })
		}
		module := strings.TrimPrefix(p.experts, keyPrefix) + ".gate_up_proj"
		if p.down {
			module = strings.TrimPrefix(p.experts, keyPrefix) + ".down_proj"
		}
		p.r, p.alpha = first(ranks, module, c.R), first(alphas, module, c.Alpha)
		p.experts = strings.TrimPrefix(p.experts, keyPrefix)
		pairs = append(pairs, p)
	}
	return pairs, errors.Join(errs...)
}

// add lists what a pair stands for.
func (u *unfused) add(p *fusedPair, rslora bool) error {
	if len(p.a.Shape) != 2 || len(p.b.Shape) != 2 || p.r < 1 || p.a.Shape[0]%p.r != 0 || p.a.Shape[0] != p.b.Shape[1] || !p.down && p.b.Shape[0]%2 != 0 {
		return fmt.Errorf("tensors %q and lora_B: shapes %v and %v are not those of stacked experts of rank %d", p.a.Name, p.a.Shape, p.b.Shape, p.r)
	}
	out := p.b.Shape[0]
	if p.down {
		u.addExperts(p, half{"down_proj", 0, p.r, 0, out}, p.alpha)
		return nil
	}
	split, err := u.blockDiagonal(p)
	if err != nil {
		return err
	}
	gate, up, alpha := half{"gate_proj", 0, p.r, 0, out / 2}, half{"up_proj", 0, p.r, out / 2, out / 2}, p.alpha
	if split {
		gate.hi, up.lo = p.r/2, p.r/2
		alpha = rescaled(p.alpha, p.r, p.r/2, rslora)
	}
	u.addExperts(p, gate, alpha)
	u.addExperts(p, up, alpha)
	return nil
}

// rescaled is the alpha that gives rank to the scale that alpha gives rank from.
func rescaled(alpha float64, from, to int, rslora bool) float64 {
	share := float64(to) / float64(from)
	if rslora {
		return alpha * math.Sqrt(share)
	}
	return alpha * share
}

// count is the number of experts.
func (p *fusedPair) count() int { return p.a.Shape[0] / p.r }

// half is the part of a fused pair that is one projection: ranks and rows of B.
type half struct {
	name         string
	lo, hi       int
	offset, rows int
}

func (u *unfused) addExperts(p *fusedPair, h half, alpha float64) {
	for e := range p.count() {
		module := fmt.Sprintf("%s.%d.%s", p.experts, e, h.name)
		part := fusedPart{expert: e, of: p.count(), rank: p.r, lo: h.lo, hi: h.hi, rows: h.rows, offset: h.offset, cols: p.a.Shape[1]}
		a, b := part, part
		a.name, b.name, b.b = p.a.Name, p.b.Name, true
		a.info = safetensors.Info{Name: keyPrefix + module + suffixA, DType: dtype.F32, Shape: []int{h.hi - h.lo, part.cols}}
		b.info = safetensors.Info{Name: keyPrefix + module + suffixB, DType: dtype.F32, Shape: []int{h.rows, h.hi - h.lo}}
		for _, x := range []fusedPart{a, b} {
			u.parts[x.info.Name] = x
			u.infos = append(u.infos, x.info)
		}
		u.overrides[module] = override{h.hi - h.lo, alpha}
	}
}

// blockDiagonal tells whether gate_proj and up_proj use ranks of their own: then each has half of them, and nothing is lost.
func (u *unfused) blockDiagonal(p *fusedPair) (bool, error) {
	if p.r%2 != 0 {
		return false, nil
	}
	b, err := u.floats(p.b.Name)
	if err != nil {
		return false, err
	}
	experts, rows := p.count(), p.b.Shape[0]
	for row := range rows {
		lo, hi := p.r/2, p.r // of a row of gate_proj these must be zero
		if row >= rows/2 {
			lo, hi = 0, p.r/2
		}
		for _, v := range b[(row*p.r+lo)*experts : (row*p.r+hi)*experts] {
			if v != 0 {
				return false, nil
			}
		}
	}
	return true, nil
}

func (u *unfused) floats(name string) ([]float32, error) {
	info, err := u.tensors.Info(name)
	if err != nil {
		return nil, err
	}
	data, err := u.tensors.Bytes(name)
	if err != nil {
		return nil, err
	}
	v := make([]float32, info.Elements())
	return v, dtype.ToFloat32(v, data, info.DType)
}

// All lists the tensors.
func (u *unfused) All() iter.Seq[safetensors.Info] { return slices.Values(u.infos) }

// Info describes a tensor.
func (u *unfused) Info(name string) (safetensors.Info, error) {
	if p, ok := u.parts[name]; ok {
		return p.info, nil
	}
	return u.tensors.Info(name)
}

// Bytes is the content of a tensor; a part of a fused one is made, in float32.
func (u *unfused) Bytes(name string) ([]byte, error) {
	p, ok := u.parts[name]
	if !ok {
		return u.tensors.Bytes(name)
	}
	info, err := u.tensors.Info(p.name)
	if err != nil {
		return nil, err
	}
	data, err := u.tensors.Bytes(p.name)
	if err != nil {
		return nil, err
	}
	out := make([]float32, p.info.Elements())
	if err := p.read(out, data, info.DType); err != nil {
		return nil, err
	}
	raw := make([]byte, 4*len(out))
	return raw, dtype.FromFloat32(raw, out, dtype.F32)
}

// read gathers the elements of a part.
func (p *fusedPart) read(dst []float32, data []byte, d dtype.DType) error {
	size := d.Size()
	if !p.b {
		at := (p.expert*p.rank + p.lo) * p.cols * size
		return dtype.ToFloat32(dst, data[at:at+len(dst)*size], d)
	}
	n := p.hi - p.lo
	for i := range p.rows {
		for k := range n {
			at := (((p.offset+i)*p.rank+p.lo+k)*p.of + p.expert) * size
			if err := dtype.ToFloat32(dst[i*n+k:i*n+k+1], data[at:at+size], d); err != nil {
				return err
			}
		}
	}
	return nil
}
