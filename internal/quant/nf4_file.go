package quant

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"graft/internal/dtype"
	"graft/internal/safetensors"
)

// The tensors that stand beside a packed weight X, named X + suffix.
const (
	suffixAbsmax       = ".absmax"
	suffixMap          = ".quant_map"
	suffixNestedAbsmax = ".nested_absmax"
	suffixNestedMap    = ".nested_quant_map"
	suffixState        = ".quant_state.bitsandbytes__nf4"
)

// NF4Sides returns the names of the tensors that may stand beside an NF4 weight. The first, the quant_state, always does.
func NF4Sides(weight string) []string {
	return []string{weight + suffixState, weight + suffixNestedAbsmax, weight + suffixNestedMap, weight + suffixAbsmax, weight + suffixMap}
}

// NF4Base returns the weight beside which name would stand if it were one of NF4Sides.
func NF4Base(name string) (weight string, ok bool) {
	for _, suffix := range NF4Sides("") {
		if weight, ok = strings.CutSuffix(name, suffix); ok {
			return weight, true
		}
	}
	return "", false
}

// NF4State returns the name of the tensor whose presence makes weight an NF4 matrix.
func NF4State(weight string) string { return weight + suffixState }

// A state is the JSON text in the quant_state tensor. The order of the fields is that of bitsandbytes.
type state struct {
	QuantType       string   `json:"quant_type"`
	BlockSize       int      `json:"blocksize"`
	DType           string   `json:"dtype"`
	Shape           []int    `json:"shape"`
	NestedBlockSize int      `json:"nested_blocksize"`
	NestedDType     string   `json:"nested_dtype"`
	NestedOffset    *float64 `json:"nested_offset"`
}

// Tensors returns what bitsandbytes stores of the matrix: the packed weight under name and what belongs to it beside.
// A weight plain as float32 has fewer tensors than a doubly quantised one.
func (q *NF4) Tensors(name string) []safetensors.Tensor {
	one := func(suffix string, d dtype.DType, data []byte, shape ...int) safetensors.Tensor {
		return safetensors.Tensor{Info: safetensors.Info{Name: name + suffix, DType: d, Shape: shape}, Data: data}
	}
	list := []safetensors.Tensor{
		one("", dtype.U8, q.Packed, len(q.Packed), 1),
		one(suffixMap, dtype.F32, floatBytes(nf4Levels[:]), len(nf4Levels)),
	}
	if n := q.Nested; n == nil {
		list = append(list, one(suffixAbsmax, dtype.F32, floatBytes(q.Absmax), len(q.Absmax)))
	} else {
		list = append(list,
			one(suffixAbsmax, dtype.U8, n.Codes, len(n.Codes)),
			one(suffixNestedAbsmax, dtype.F32, floatBytes(n.Absmax), len(n.Absmax)),
			one(suffixNestedMap, dtype.F32, floatBytes(n.Map[:]), len(n.Map)))
	}
	text := q.state()
	return append(list, one(suffixState, dtype.U8, []byte(text), len(text)))
}

// state is the text of the quant_state.
func (q *NF4) state() string {
	text := fmt.Sprintf(`{"quant_type": "nf4", "blocksize": %d, "dtype": "%s", "shape": [%d, %d]`, q.BlockSize, q.DType.Torch(), q.Rows, q.Cols)
	if n := q.Nested; n != nil {
		text += fmt.Sprintf(`, "nested_blocksize": %d, "nested_dtype": "float32", "nested_offset": %s`, n.BlockSize, pythonFloat(n.Offset))
	}
	return text + "}"
}

// NF4Infos describes the tensors that Padded gives of a matrix that is still to be quantised. The last is the quant_state.
func NF4Infos(name string, rows, cols int, opt NF4Options) ([]safetensors.Info, error) {
	q := &NF4{Rows: rows, Cols: cols, BlockSize: opt.BlockSize, DType: opt.DType}
	q.defaults()
	if err := q.checkShape(); err != nil {
		return nil, err
	}
	one := func(suffix string, d dtype.DType, shape ...int) safetensors.Info {
		return safetensors.Info{Name: name + suffix, DType: d, Shape: shape}
	}
	list := []safetensors.Info{one("", dtype.U8, (q.Elements()+1)/2, 1), one(suffixMap, dtype.F32, len(nf4Levels))}
	if !opt.DoubleQuant {
		list = append(list, one(suffixAbsmax, dtype.F32, q.Blocks()))
	} else {
		q.Nested = &Nested{BlockSize: nestedBlock}
		list = append(list, one(suffixAbsmax, dtype.U8, q.Blocks()),
			one(suffixNestedAbsmax, dtype.F32, ceil(q.Blocks(), nestedBlock)), one(suffixNestedMap, dtype.F32, 256))
	}
	return append(list, one(suffixState, dtype.U8, q.paddedState())), nil
}

// longestOffset is the number of characters of the longest float32 that pythonFloat writes: -1.2345678901234567e-38.
const longestOffset = 23

// paddedState is the number of bytes of a quant_state whatever its offset.
func (q *NF4) paddedState() int {
	s := len(q.state())
	if q.Nested != nil {
		s += longestOffset - len(pythonFloat(q.Nested.Offset))
	}
	return s
}

// Padded is Tensors with a quant_state that ends in spaces, which no reader minds, so that its size is known beforehand.
func (q *NF4) Padded(name string) []safetensors.Tensor {
	list := q.Tensors(name)
	s := &list[len(list)-1]
	n := q.paddedState()
	s.Data, s.Shape = append(s.Data, bytes.Repeat([]byte{' '}, n-len(s.Data))...), []int{n}
	return list
}

// pythonFloat writes f as Python's json does the same number in double precision.
func pythonFloat(f float32) string {
	v := float64(f)
	format := byte('f')
	if a := math.Abs(v); a != 0 && (a < 1e-4 || a >= 1e16) {
		format = 'e'
	}
	s := strconv.FormatFloat(v, format, -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

func floatBytes(f []float32) []byte {
	b := make([]byte, 0, 4*len(f))
	for _, x := range f {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

// A Container holds tensors by name; safetensors.File and safetensors.Set are some.
type Container interface {
	Info(name string) (safetensors.Info, error)
	Bytes(name string) ([]byte, error)
}

// ParseNF4 reads the matrix that bitsandbytes stored under name and checks it. What is large is neither copied nor read, codes and absmaxes,
// so that a model larger than memory opens at once; the result is valid as long as the container is open.
func ParseNF4(name string, c Container) (*NF4, error) {
	p := parser{name: name, c: c}
	q := p.parse()
	if p.err != nil {
		return nil, fmt.Errorf("quant: %s: %w", name, p.err)
	}
	return q, nil
}

// NF4Info describes the matrix that bitsandbytes stored under name, reading its quant_state alone.
func NF4Info(name string, c Container) (safetensors.Info, error) {
	p := parser{name: name, c: c}
	q := p.shape()
	if p.err != nil {
		return safetensors.Info{}, fmt.Errorf("quant: %s: %w", name, p.err)
	}
	return safetensors.Info{Name: name, DType: q.DType, Shape: []int{q.Rows, q.Cols}}, nil
}

// A parser keeps the first error.
type parser struct {
	name  string
	c     Container
	state state
	err   error
}

func (p *parser) parse() *NF4 {
	q := p.shape()
	if p.err != nil {
		return nil
	}
	if levels := p.floats(suffixMap, len(nf4Levels)); p.err == nil && !slices.Equal(levels, nf4Levels[:]) {
		p.err = fmt.Errorf("quant_map holds %v, which are not the levels of NF4", levels)
	}
	q.Packed = p.packed((q.Elements() + 1) / 2)
	if p.state.NestedOffset == nil {
		q.Absmax = dtype.ViewF32(p.typed(suffixAbsmax, dtype.F32, q.Blocks()))
	} else {
		q.Nested = p.nested(q.Blocks())
	}
	return q
}

// shape reads the quant_state and returns a matrix of its shape without elements.
func (p *parser) shape() *NF4 {
	raw, err := p.c.Bytes(p.name + suffixState)
	if err != nil {
		p.err = err
		return nil
	}
	s := &p.state
	switch err := json.Unmarshal(raw, s); {
	case err != nil:
		p.err = fmt.Errorf("quant_state %q: %w", abbreviate(raw), err)
	case s.QuantType != "nf4":
		p.err = fmt.Errorf("quant_state names the type %q, want nf4", s.QuantType)
	case len(s.Shape) != 2:
		p.err = fmt.Errorf("shape %v; only matrices are supported", s.Shape)
	}
	if p.err != nil {
		return nil
	}
	q := &NF4{Rows: s.Shape[0], Cols: s.Shape[1], BlockSize: s.BlockSize}
	if q.DType, p.err = dtype.ParseTorch(s.DType); p.err == nil {
		p.err = q.checkShape()
	}
	return q
}

func abbreviate(b []byte) []byte { return bytes.ToValidUTF8(b[:min(len(b), 200)], []byte("?")) }

// packed returns the codes, which may be stored as any type: quant_storage renames bytes, no more.
func (p *parser) packed(size int) []byte {
	if p.err != nil {
		return nil
	}
	var data []byte
	if data, p.err = p.c.Bytes(p.name); p.err == nil && len(data) != size {
		p.err = fmt.Errorf("%d bytes of codes, want %d", len(data), size)
	}
	return data
}

// nested reads doubly quantised absmaxes of the given number of blocks.
func (p *parser) nested(blocks int) *Nested {
	s := &p.state
	n := &Nested{BlockSize: s.NestedBlockSize, Offset: float32(*s.NestedOffset)}
	switch {
	case p.err != nil:
		return nil
	case n.BlockSize <= 0:
		p.err = fmt.Errorf("nested_blocksize is %d", n.BlockSize)
	case s.NestedDType != "float32":
		p.err = fmt.Errorf("nested_dtype is %q, want float32", s.NestedDType)
	case math.IsInf(float64(n.Offset), 0):
		p.err = fmt.Errorf("nested_offset %v is no float32", *s.NestedOffset)
	}
	n.Codes = p.typed(suffixAbsmax, dtype.U8, blocks)
	if m := p.floats(suffixNestedMap, len(n.Map)); p.err == nil {
		n.Map = [256]float32(m)
	}
	n.Absmax = p.floats(suffixNestedAbsmax, ceil(blocks, max(n.BlockSize, 1)))
	return n
}

func (p *parser) floats(suffix string, n int) []float32 {
	raw := p.typed(suffix, dtype.F32, n)
	if p.err != nil {
		return nil
	}
	f := make([]float32, n)
	p.err = dtype.ToFloat32(f, raw, dtype.F32)
	if i := slices.IndexFunc(f, func(x float32) bool { return x-x != 0 }); i >= 0 {
		p.err = fmt.Errorf("%s[%d] is %v", suffix[1:], i, f[i])
	}
	return f
}

// typed returns the bytes of a side tensor with the given type and number of elements.
func (p *parser) typed(suffix string, d dtype.DType, n int) []byte {
	if p.err != nil {
		return nil
	}
	info, err := p.c.Info(p.name + suffix)
	if err == nil && (info.DType != d || info.Elements() != n) {
		err = fmt.Errorf("%s is %v of shape %v, want %d elements of %v", suffix[1:], info.DType, info.Shape, n, d)
	}
	var data []byte
	if err == nil {
		data, err = p.c.Bytes(p.name + suffix)
	}
	p.err = errors.Join(p.err, err)
	return data
}
