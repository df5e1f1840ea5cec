package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"graft/internal/dtype"
	"graft/internal/gemm"
	"graft/internal/nn"
	"graft/internal/parallel"
	"graft/internal/quant"
	"graft/internal/safetensors"
	"graft/internal/weights"
)

// Options says how weights are held.
type Options struct {
	Half        bool // compute type bfloat16, else float32
	FourBit     bool // quantise the projections to NF4
	DoubleQuant bool // quantise the absmaxes of NF4 too
	Pool        *parallel.Pool
	Progress    func(done, total int) // layers loaded; may be nil

	outline bool // check names and shapes, read nothing
}

// Builder loads the weights of one model. It gathers problems; Err has them all.
type Builder struct {
	Config *weights.Config
	src    weights.Source
	opt    Options
	slots  []*Slot
	rope   *nn.Rotary
	used   map[string]bool
	extra  []string // names, and beginnings of names that end in a dot, of tensors that may be there and are not read
	errs   []error

	inventory *Inventory // nil unless names, shapes and roles are all that is wanted; there is no src then

	inPlace []string // matrices that are used where the file has them
}

// NewBuilder starts loading.
func NewBuilder(c *weights.Config, src weights.Source, opt Options) *Builder {
	return &Builder{Config: c, src: src, opt: opt, used: map[string]bool{}}
}

// maxReported bounds the problems that are listed: they tend to be all alike.
const maxReported = 12

func (b *Builder) problem(err error) {
	if len(b.errs) < maxReported {
		b.errs = append(b.errs, err)
	}
}

// Ignore declares a tensor that may be there and is not read; a name that ends in a dot stands for all that begin with it.
func (b *Builder) Ignore(name string) {
	b.extra = append(b.extra, name)
	if b.inventory != nil {
		b.inventory.extra = b.extra
	}
}

// Err is every problem met so far and every tensor of the checkpoint that the architecture has no place for.
func (b *Builder) Err() error {
	errs := slices.Clone(b.errs)
	if b.src == nil {
		return errors.Join(errs...)
	}
	ignored := &Inventory{extra: b.extra}
	var extra []string
	for t := range b.src.All() {
		if !b.used[t.Name] && ignored.extraOf(t.Name) == "" {
			extra = append(extra, t.Name)
		}
	}
	if n := len(extra); n > 0 {
		errs = append(errs, fmt.Errorf("model: %s has no place for %d tensors of the checkpoint: %s",
			b.Config.ModelType, n, strings.Join(extra[:min(n, 4)], ", ")))
	}
	return errors.Join(errs...)
}

// Norm reads what a norm multiplies by.
func (b *Builder) Norm(name string, n int) []float32 {
	w := b.floats(Norm, name, n)
	if b.Config.ZeroCentredNorm {
		for i := range w {
			w[i]++
		}
	}
	return w
}

// Floats reads a small tensor of any shape.
func (b *Builder) Floats(name string, shape ...int) []float32 { return b.floats(Small, name, shape...) }

func (b *Builder) floats(role Role, name string, shape ...int) []float32 {
	n := 1
	for _, d := range shape {
		n *= d
	}
	v := make([]float32, n)
	if b.check(role, name, shape...) && !b.opt.outline {
		if err := b.src.Rows(name, 0, v); err != nil {
			b.problem(err)
		}
	}
	return v
}

// check looks a tensor up and compares its shape.
func (b *Builder) check(role Role, name string, shape ...int) bool {
	if b.inventory != nil {
		b.inventory.add(Tensor{name, shape, role})
		return true
	}
	b.used[name] = true
	info, err := b.src.Info(name)
	if err != nil {
		b.problem(err)
		return false
	}
	if !slices.Equal(info.Shape, shape) {
		b.problem(fmt.Errorf("model: %s has shape %v, config.json says %v", name, info.Shape, shape))
		return false
	}
	return true
}

// Matrix loads a two-dimensional tensor in the compute type, in place where the file has it so.
func (b *Builder) Matrix(role Role, name string, rows, cols int) gemm.Matrix {
	if !b.check(role, name, rows, cols) || b.opt.outline {
		return gemm.NewF32(nil, rows, cols)
	}
	m, err := b.matrix(name, rows, cols)
	if err != nil {
		b.problem(err)
		return gemm.NewF32(nil, rows, cols)
	}
	return m
}

func (b *Builder) matrix(name string, rows, cols int) (gemm.Matrix, error) {
	if q, ok, err := b.src.NF4(name); ok || err != nil {
		b.inPlace = append(b.inPlace, name)
		return newNF4(q), err
	}
	data, err := b.src.Bytes(name)
	if err != nil {
		return nil, err
	}
	info, err := b.src.Info(name)
	if err != nil {
		return nil, err
	}
	switch {
	case info.DType == dtype.BF16:
		b.inPlace = append(b.inPlace, name)
		return gemm.NewBF16(dtype.ViewU16(data), rows, cols), nil
	case info.DType == dtype.F32 && !b.opt.Half:
		b.inPlace = append(b.inPlace, name)
		return gemm.NewF32(dtype.ViewF32(data), rows, cols), nil
	}
	return b.convert(name, rows, cols)
}

// convert copies a tensor of another type into the compute type.
func (b *Builder) convert(name string, rows, cols int) (gemm.Matrix, error) {
	full := gemm.NewF32(nil, rows, cols)
	half := gemm.NewBF16(nil, rows, cols)
	if b.opt.Half {
		half.Data = make([]uint16, rows*cols)
	} else {
		full.Data = make([]float32, rows*cols)
	}
	err := b.eachRows(name, rows, cols, func(first int, w []float32) error {
		if b.opt.Half {
			half.Block(first, 0, len(w)/cols, cols, w, cols)
		} else {
			copy(full.Data[first*cols:], w)
		}
		return nil
	})
	if b.opt.Half {
		return half, err
	}
	return full, err
}

// loadElements is how much of a matrix is decoded at a time.
const loadElements = 1 << 20

// eachRows decodes a matrix by groups of rows and gives back its pages afterwards.
func (b *Builder) eachRows(name string, rows, cols int, f func(first int, w []float32) error) error {
	n := max(loadElements/cols, 1)
	buf := make([]float32, min(n, rows)*cols)
	for first := 0; first < rows; first += n {
		w := buf[:min(n, rows-first)*cols]
		if err := b.src.Rows(name, first, w); err != nil {
			return err
		}
		if err := f(first, w); err != nil {
			return err
		}
	}
	return b.src.Advise(name, safetensors.DontNeed)
}

// Slot loads a projection and lists it.
func (b *Builder) Slot(kind Kind, layer int, name string, in, out int, bias bool) *Slot {
	l := &nn.Linear{W: b.projection(name+".weight", out, in)}
	if bias {
		l.Bias = b.floats(Bias, name+".bias", out)
	}
	return b.slot(kind, layer, name, l)
}

// PlainSlot is a Slot without bias that is never quantised.
func (b *Builder) PlainSlot(kind Kind, layer int, name string, in, out int) *Slot {
	return b.slot(kind, layer, name, &nn.Linear{W: b.Matrix(Linear, name+".weight", out, in)})
}

func (b *Builder) slot(kind Kind, layer int, name string, l *nn.Linear) *Slot {
	s := &Slot{Name: name, Kind: kind, Layer: layer, Base: l, Proj: l}
	b.slots = append(b.slots, s)
	if n := len(b.slots); n == 1 || b.slots[n-2].Layer != layer {
		b.progress(layer)
	}
	return s
}

// progress tells how many layers are loaded.
func (b *Builder) progress(layers int) {
	if b.opt.Progress != nil {
		b.opt.Progress(layers, b.Config.Layers)
	}
}

// projection is a Matrix, quantised to NF4 where that is asked for and the file has not done it.
func (b *Builder) projection(name string, rows, cols int) gemm.Matrix {
	if !b.opt.FourBit {
		return b.Matrix(Projection, name, rows, cols)
	}
	if info, err := b.src.Info(name); err != nil || info.NF4 {
		return b.Matrix(Projection, name, rows, cols)
	}
	if !b.check(Projection, name, rows, cols) {
		return gemm.NewF32(nil, rows, cols)
	}
	q, err := b.quantize(name, rows, cols)
	if err != nil {
		b.problem(fmt.Errorf("model: %s: %w", name, err))
		return gemm.NewF32(nil, rows, cols)
	}
	return newNF4(q)
}

// quantize encodes a matrix as bitsandbytes does when it loads one: from the compute type. Its pages are given back.
func (b *Builder) quantize(name string, rows, cols int) (*quant.NF4, error) {
	opt := quant.NF4Options{DType: dtype.F32, DoubleQuant: b.opt.DoubleQuant, Pool: b.opt.Pool}
	if b.opt.Half {
		opt.DType = dtype.BF16
	}
	q, err := quant.QuantizeRows(rows, cols, opt, func(first int, dst []float32) error { return b.src.Rows(name, first, dst) })
	return q, errors.Join(err, b.src.Advise(name, safetensors.DontNeed))
}

// Rotary is the model's table of positions.
func (b *Builder) Rotary() *nn.Rotary {
	if b.rope == nil && !b.opt.outline {
		b.rope = rotary(b.Config)
	}
	return b.rope
}
