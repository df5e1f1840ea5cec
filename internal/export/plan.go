package export

import (
	"graft/internal/quant"
	"graft/internal/safetensors"
)

// Plan is a checkpoint to be written, in whatever format: every tensor of every file, and what is copied beside them. It follows from names and
// shapes alone.
type Plan struct {
	Base      string   // directory that Copy is in
	Shards    []Shard  // files of tensors
	Copy      []string // names of files to copy
	Merged    int      // tensors that an adapter changes
	Quantized int      // matrices that are quantised
	Plain     int      // tensors that stay as they are
	Unknown   []string // those of them that the architecture does not know
	Bytes     int      // of all files of tensors
	Tensors   int      // of all tensors in them
	Source    int      // of all tensors as they are now

	config []byte // the new config.json; nil where it is copied
	index  bool   // an index is written, if there are several files
}

// Shard is one file of tensors.
type Shard struct {
	Name    string
	Tensors []Tensor // in the order in which they are made
	layout  *safetensors.Layout
	infos   []safetensors.Info // of what is written
	size    int                // bytes of these
}

// Tensor is a tensor of the original.
type Tensor struct {
	safetensors.Info
	Module string // the adapted module whose weight it is, or ""
	NF4    bool   // it becomes NF4
	how    Transform
}

// Transform is what becomes of a tensor. A format has those that it needs.
type Transform interface {
	// Parts are the tensors that are written in place of t.
	Parts(t safetensors.Info) ([]safetensors.Info, error)
	// Make makes them of the content of t.
	Make(c Content, t safetensors.Info, put Put) error
}

// Put writes bytes of a tensor from its byte off on.
type Put func(name string, data []byte, off int) error

// Content is what the tensors of a Plan hold.
type Content interface {
	// NF4 is a matrix quantised. It is called for one at a time.
	NF4(name string, rows, cols int, opt quant.NF4Options) (*quant.NF4, error)
	// Plain passes the bytes of a tensor to write, piece after piece.
	Plain(t safetensors.Info, write func(p []byte) error) error
}

// asIs copies a tensor.
type asIs struct{}

// Parts is t.
func (asIs) Parts(t safetensors.Info) ([]safetensors.Info, error) { return []safetensors.Info{t}, nil }

// Make copies the bytes.
func (asIs) Make(c Content, t safetensors.Info, put Put) error {
	at := 0
	return c.Plain(t, func(data []byte) error {
		err := put(t.Name, data, at)
		at += len(data)
		return err
	})
}

// add puts a tensor into the shard, of which parts are written.
func (s *Shard) add(t Tensor, parts []safetensors.Info) {
	s.Tensors, s.infos = append(s.Tensors, t), append(s.infos, parts...)
	s.size += sizeOf(parts)
}

// sizeOf is the number of bytes of some tensors.
func sizeOf(list []safetensors.Info) (n int) {
	for _, t := range list {
		n += t.Size()
	}
	return n
}

// count sums the sizes once the shards are laid out.
func (p *Plan) count() {
	for i := range p.Shards {
		p.Bytes += p.Shards[i].layout.Size()
		p.Tensors += p.Shards[i].size
	}
}
