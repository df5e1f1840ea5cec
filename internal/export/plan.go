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
	"graft/internal/safetensors"
)

// Merger changes the weights of adapted modules. Package adapter's Adapter is one.
type Merger interface {
	// Merge changes w, the weight (out, in) of a module; ok is false if the module is not adapted.
	Merge(module string, w []float32) (ok bool, err error)
	// Adapted lists the modules that have an adapter.
	Adapted() []string
}

// Plan is a checkpoint to be written: files of tensors and files to copy.
type Plan struct {
	Base   string  // directory
	Shards []Shard // one per file of the base
	Copy   []string
	Index  string // name of the index file to copy, "" for a single file
	Merged int    // tensors that change
	Bytes  int    // of all tensors
}

// Shard is one safetensors file.
type Shard struct {
	Name     string
	Tensors  []Tensor
	Metadata map[string]string
}

// Tensor is one tensor of the result.
type Tensor struct {
	safetensors.Info
	Module string // the adapted module whose weight it is, or ""
}

// weightFiles are endings of files that hold weights in ways that are not merged, so that copying them would serve the old ones.
var weightFiles = []string{".safetensors", ".bin", ".pt", ".pth", ".gguf", ".ckpt", ".h5", ".msgpack", ".onnx"}

// NewPlan plans the merge of an adapter into the checkpoint in base: the same files, tensors, types and order; only weights of adapted
// modules change. Every adapted module must be there as a plain matrix.
func NewPlan(base string, m Merger) (*Plan, error) {
	p := &Plan{Base: base}
	names, err := p.listFiles()
	if err != nil {
		return nil, err
	}
	left := map[string]bool{}
	for _, name := range m.Adapted() {
		left[name] = true
	}
	var errs []error
	for _, name := range names {
		s, err := planShard(base, name, left)
		errs = append(errs, err)
		p.Shards = append(p.Shards, s)
		for _, t := range s.Tensors {
			p.Bytes += t.Size()
			if t.Module != "" {
				p.Merged++
			}
		}
	}
	for _, name := range m.Adapted() {
		if left[name] {
			errs = append(errs, fmt.Errorf("export: the adapter changes %s, which is not in %s", name, base))
		}
	}
	return p, errors.Join(errs...)
}

// listFiles finds the shards and what is copied beside them.
func (p *Plan) listFiles() (shards []string, err error) {
	if err := p.listCopies(); err != nil {
		return nil, err
	}
	if p.Index == "" {
		return []string{"model.safetensors"}, nil
	}
	x, err := safetensors.ReadIndex(filepath.Join(p.Base, p.Index))
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	p.Copy = append(p.Copy, p.Index)
	return x.Shards(), nil
}

// listCopies finds the index, and what is neither that nor weights.
func (p *Plan) listCopies() error {
	entries, err := os.ReadDir(p.Base)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		info, err := os.Stat(filepath.Join(p.Base, name)) // the hub's cache has links
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		switch {
		case !info.Mode().IsRegular() || strings.HasPrefix(name, "."):
		case name == safetensors.IndexName:
			p.Index = name
		case !slices.ContainsFunc(weightFiles, func(s string) bool { return strings.HasSuffix(name, s) }):
			p.Copy = append(p.Copy, name)
		}
	}
	return nil
}

// planShard plans one file and strikes the modules it finds off left.
func planShard(base, name string, left map[string]bool) (s Shard, err error) {
	f, err := safetensors.Open(filepath.Join(base, name))
	if errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("export: %s has no %s", base, name)
	}
	if err != nil {
		return s, fmt.Errorf("export: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	s = Shard{Name: name, Metadata: f.Metadata()}
	var errs []error
	for t := range f.All() {
		module, ok := strings.CutSuffix(t.Name, ".weight")
		if !ok || !left[module] {
			module = ""
		}
		if module != "" {
			delete(left, module)
			if len(t.Shape) != 2 || !slices.Contains([]dtype.DType{dtype.F32, dtype.BF16, dtype.F16}, t.DType) {
				errs = append(errs, fmt.Errorf("export: %s is %v of shape %v; an adapter merges into float32, bfloat16 or float16 matrices: "+
					"take the model that this one was quantised from", t.Name, t.DType, t.Shape))
			}
		}
		s.Tensors = append(s.Tensors, Tensor{t, module})
	}
	return s, errors.Join(errs...)
}
