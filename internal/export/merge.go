package export

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"graft/internal/dtype"
	"graft/internal/quant"
	"graft/internal/safetensors"
)

// Merger changes the weights of adapted modules. Package adapter's Adapter is one.
type Merger interface {
	// Merge changes w, the weight (out, in) of a module; ok is false if the module is not adapted.
	Merge(module string, w []float32) (ok bool, err error)
	// Adapted lists the modules that have an adapter.
	Adapted() []string
}

// weightFiles are endings of files that hold weights in ways that are not merged, so that copying them would serve the old ones.
var weightFiles = []string{".safetensors", ".bin", ".pt", ".pth", ".gguf", ".ckpt", ".h5", ".msgpack", ".onnx"}

// PlanMerge plans the merge of an adapter into the checkpoint in base: the same files, tensors, types and order; only weights of adapted
// modules change. Every adapted module must be there as a plain matrix.
func PlanMerge(base string, m Merger) (*Plan, error) {
	p := &Plan{Base: base}
	names, err := p.listFiles()
	if err != nil {
		return nil, err
	}
	left := map[string]bool{}
	for _, name := range m.Adapted() {
		left[name] = true
	}
	how := &merge{merger: m}
	var errs []error
	for _, name := range names {
		s, err := how.shard(base, name, left)
		errs = append(errs, err)
		p.Shards = append(p.Shards, s)
		for _, t := range s.Tensors {
			p.Source += t.Size()
			if t.Module != "" {
				p.Merged++
			} else {
				p.Plain++
			}
		}
	}
	for _, name := range m.Adapted() {
		if left[name] {
			errs = append(errs, fmt.Errorf("export: the adapter changes %s, which is not in %s", name, base))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	p.count()
	return p, nil
}

// listFiles finds the shards and what is copied beside them.
func (p *Plan) listFiles() (shards []string, err error) {
	index, err := p.listCopies()
	if err != nil {
		return nil, err
	}
	if !index {
		return []string{"model.safetensors"}, nil
	}
	x, err := safetensors.ReadIndex(filepath.Join(p.Base, safetensors.IndexName))
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	p.Copy = append(p.Copy, safetensors.IndexName)
	return x.Shards(), nil
}

// listCopies finds what is neither weights nor their index, and tells whether there is an index.
func (p *Plan) listCopies() (index bool, err error) {
	entries, err := os.ReadDir(p.Base)
	if err != nil {
		return false, fmt.Errorf("export: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		info, err := os.Stat(filepath.Join(p.Base, name)) // the hub's cache has links
		if err != nil {
			return false, fmt.Errorf("export: %w", err)
		}
		switch {
		case !info.Mode().IsRegular() || strings.HasPrefix(name, "."):
		case name == safetensors.IndexName:
			index = true
		case !slices.ContainsFunc(weightFiles, func(s string) bool { return strings.HasSuffix(name, s) }):
			p.Copy = append(p.Copy, name)
		}
	}
	return index, nil
}

// merge adds an adapter to weights.
type merge struct {
	merger Merger
	wide   []float32 // of a merged tensor, used again for the next
	data   []byte
}

// shard plans one file and strikes the modules it finds off left.
func (m *merge) shard(base, name string, left map[string]bool) (s Shard, err error) {
	f, err := safetensors.Open(filepath.Join(base, name))
	if errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("export: %s has no %s", base, name)
	}
	if err != nil {
		return s, fmt.Errorf("export: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	s = Shard{Name: name}
	var errs []error
	for t := range f.All() {
		planned := Tensor{Info: t, how: asIs{}}
		if module, ok := strings.CutSuffix(t.Name, ".weight"); ok && left[module] {
			delete(left, module)
			planned.Module, planned.how = module, mergedInto{m, module}
		}
		parts, err := planned.how.Parts(t)
		errs = append(errs, err)
		s.add(planned, parts)
	}
	if err := errors.Join(errs...); err != nil {
		return s, err
	}
	placed := slices.SortedFunc(slices.Values(s.infos), safetensors.Order)
	s.layout, err = safetensors.NewLayout(placed, f.Metadata())
	return s, err
}

// mergedInto merges a module in float32 and rounds once to the type that the weight had.
type mergedInto struct {
	*merge
	module string
}

// Parts is t: a merge keeps shape and type.
func (mergedInto) Parts(t safetensors.Info) ([]safetensors.Info, error) {
	if len(t.Shape) != 2 || !slices.Contains([]dtype.DType{dtype.F32, dtype.BF16, dtype.F16}, t.DType) {
		return nil, fmt.Errorf("export: %s is %v of shape %v; an adapter merges into float32, bfloat16 or float16 matrices: "+
			"take the model that this one was quantised from", t.Name, t.DType, t.Shape)
	}
	return []safetensors.Info{t}, nil
}

// Make merges the module.
func (m mergedInto) Make(c Content, t safetensors.Info, put Put) error {
	m.data = slices.Grow(m.data[:0], t.Size())
	if err := c.Plain(t, func(p []byte) error { m.data = append(m.data, p...); return nil }); err != nil {
		return err
	}
	m.wide = slices.Grow(m.wide[:0], t.Elements())
	x := m.wide[:t.Elements()]
	if err := dtype.ToFloat32(x, m.data, t.DType); err != nil {
		return err
	}
	ok, err := m.merger.Merge(m.module, x)
	if err == nil && !ok {
		err = fmt.Errorf("export: the plan merges %s, the adapter does not have it", m.module)
	}
	if err != nil {
		return err
	}
	if err := dtype.FromFloat32(m.data, x, t.DType); err != nil {
		return err
	}
	return put(t.Name, m.data, 0)
}

// Files is the content of the files of a plan's base, byte for byte. Close releases it.
type Files struct {
	base  string
	where map[string]string // file of each tensor
	name  string            // of the file that is open
	file  *safetensors.File
}

// FromFiles reads the tensors of the files that p was made of.
func FromFiles(p *Plan) *Files {
	f := &Files{base: p.Base, where: map[string]string{}}
	for _, s := range p.Shards {
		for _, t := range s.Tensors {
			f.where[t.Name] = s.Name
		}
	}
	return f
}

// NF4 cannot be made of files alone.
func (f *Files) NF4(name string, _, _ int, _ quant.NF4Options) (*quant.NF4, error) {
	return nil, fmt.Errorf("export: %s: files hold no NF4 of it", name)
}

// Plain passes a tensor on and releases its pages.
func (f *Files) Plain(t safetensors.Info, write func(p []byte) error) error {
	if name := f.where[t.Name]; name != f.name || f.file == nil {
		if err := f.Close(); err != nil {
			return err
		}
		file, err := safetensors.Open(filepath.Join(f.base, name))
		if err != nil {
			return err
		}
		f.file, f.name = file, name
	}
	data, err := f.file.Bytes(t.Name)
	if err != nil {
		return err
	}
	return errors.Join(write(data), f.file.Advise(t.Name, safetensors.DontNeed))
}

// Close closes the file that is open.
func (f *Files) Close() error {
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}
