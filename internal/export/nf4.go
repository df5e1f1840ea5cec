package export

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"graft/internal/dtype"
	"graft/internal/model"
	"graft/internal/parallel"
	"graft/internal/quant"
	"graft/internal/safetensors"
	"graft/internal/weights"
)

// QuantizeOptions says how a checkpoint is quantised.
type QuantizeOptions struct {
	DoubleQuant bool
	DType       dtype.DType // of the matrices and of what decodes from them: the type that is computed in later; Invalid stands for BF16
	ShardBytes  int         // about the size of a file; 0 stands for 5 GB
}

const defaultShard = 5_000_000_000 // bytes, the limit that transformers 5 has

// Roles tells what tensors are to their model: a model.Inventory.
type Roles interface {
	Role(name string) model.Role
	Skipped(name string) string
}

var _ Roles = (*model.Inventory)(nil)

// PlanQuantize decides what becomes of every tensor. config is the text of the original's config.json, c what was read from it, roles what its
// architecture makes of the tensors: projections are quantised.
func PlanQuantize(config []byte, c *weights.Config, roles Roles, tensors []weights.Info, o QuantizeOptions) (*Plan, error) {
	p, nf4 := &Plan{index: true}, toNF4{quant.NF4Options{DoubleQuant: o.DoubleQuant, DType: cmp.Or(o.DType, dtype.BF16)}}
	if c.Quantization != nil || slices.ContainsFunc(tensors, func(t weights.Info) bool { return t.NF4 }) {
		return nil, errors.New("export: the model is quantised already; take the one that it was made from")
	}
	list := make([]Tensor, len(tensors))
	for i, t := range tensors {
		list[i] = Tensor{Info: t.Info, how: asIs{}}
		if roles.Role(t.Name) == model.Projection {
			list[i].NF4, list[i].how = true, nf4
		}
		p.Source += t.Size()
	}
	slices.SortFunc(list, func(a, b Tensor) int { return natural(a.Name, b.Name) })
	var errs []error
	for _, t := range list {
		errs = append(errs, p.take(t, roles))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if err := p.cut(list, cmp.Or(o.ShardBytes, defaultShard)); err != nil {
		return nil, err
	}
	var err error
	p.config, err = nf4.config(config, list, roles)
	return p, err
}

// take counts a tensor and refuses a projection that cannot be quantised.
func (p *Plan) take(t Tensor, roles Roles) error {
	if !t.NF4 {
		p.Plain++
		if roles.Role(t.Name) == model.Unknown {
			p.Unknown = append(p.Unknown, t.Name)
		}
		return nil
	}
	p.Quantized++
	if len(t.Shape) != 2 || t.Elements() == 0 || !slices.Contains([]dtype.DType{dtype.F32, dtype.BF16, dtype.F16}, t.DType) {
		return fmt.Errorf("export: %s is %v of shape %v; only float32, bfloat16 and float16 matrices are quantised", t.Name, t.DType, t.Shape)
	}
	return nil
}

// natural compares names, numbers in them by value, so that the tensors of a layer stand together and layers in their order.
func natural(a, b string) int {
	for a != "" && b != "" {
		if isDigit(a[0]) && isDigit(b[0]) {
			x, y := number(a), number(b)
			a, b = a[len(x):], b[len(y):]
			x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
			if c := cmp.Or(len(x)-len(y), strings.Compare(x, y)); c != 0 {
				return c
			}
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// number is the run of digits at the start.
func number(s string) string {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return s[:n]
}

// cut distributes the tensors over files of about most bytes and lays these out.
func (p *Plan) cut(list []Tensor, most int) error {
	var s Shard
	for _, t := range list {
		parts, err := t.how.Parts(t.Info)
		if err != nil {
			return fmt.Errorf("export: %s: %w", t.Name, err)
		}
		if s.size > 0 && s.size+sizeOf(parts) > most {
			p.Shards, s = append(p.Shards, s), Shard{}
		}
		s.add(t, parts)
	}
	if s.size > 0 {
		p.Shards = append(p.Shards, s)
	}
	for i := range p.Shards {
		s := &p.Shards[i]
		s.Name = safetensors.ShardName(i+1, len(p.Shards))
		if len(p.Shards) == 1 {
			s.Name = "model.safetensors"
		}
		if err := s.place(); err != nil {
			return err
		}
	}
	p.count()
	return nil
}

// toNF4 quantises a matrix.
type toNF4 struct{ quant.NF4Options }

// Parts are the codes, the scales and the state.
func (q toNF4) Parts(t safetensors.Info) ([]safetensors.Info, error) {
	return quant.NF4Infos(t.Name, t.Shape[0], t.Shape[1], q.NF4Options)
}

// Make quantises the matrix.
func (q toNF4) Make(c Content, t safetensors.Info, put Put) error {
	m, err := c.NF4(t.Name, t.Shape[0], t.Shape[1], q.NF4Options)
	if err != nil {
		return err
	}
	for _, part := range m.Padded(t.Name) {
		if err := put(part.Name, part.Data, 0); err != nil {
			return err
		}
	}
	return nil
}

// place puts large elements first, which aligns all, and the states, which are all that opening a model reads, together at the end.
func (s *Shard) place() (err error) {
	rank := func(t safetensors.Info) int {
		if weight, ok := quant.NF4Base(t.Name); ok && t.Name == quant.NF4State(weight) {
			return 0
		}
		return t.DType.Size()
	}
	placed := slices.Clone(s.infos)
	slices.SortStableFunc(placed, func(a, b safetensors.Info) int { return rank(b) - rank(a) })
	s.layout, err = safetensors.NewLayout(placed, nil)
	return err
}

// bnbConfig is the quantization_config of transformers. The keys stand in its order.
type bnbConfig struct {
	QuantMethod  string   `json:"quant_method"`
	LoadIn4bit   bool     `json:"load_in_4bit"`
	LoadIn8bit   bool     `json:"load_in_8bit"`
	QuantType    string   `json:"bnb_4bit_quant_type"`
	DoubleQuant  bool     `json:"bnb_4bit_use_double_quant"`
	ComputeDType string   `json:"bnb_4bit_compute_dtype"`
	QuantStorage string   `json:"bnb_4bit_quant_storage"`
	Skip         []string `json:"llm_int8_skip_modules"`
}

// config adds quantization_config at the end of a config.json and leaves all else as it is.
func (q toNF4) config(config []byte, list []Tensor, roles Roles) ([]byte, error) {
	b := bnbConfig{
		QuantMethod: "bitsandbytes", LoadIn4bit: true, QuantType: "nf4", DoubleQuant: q.DoubleQuant,
		ComputeDType: q.DType.Torch(), QuantStorage: "uint8",
	}
	var whole []string // modules that are named instead of what they hold
	for _, t := range list {
		switch module := roles.Skipped(t.Name); {
		case module == "":
		case module+".weight" == t.Name:
			b.Skip = append(b.Skip, module)
		case !slices.Contains(whole, module):
			whole = append(whole, module)
		}
	}
	b.Skip = append(b.Skip, whole...)
	if len(b.Skip) == 0 {
		b.Skip = []string{"lm_head"} // of a tied model: without a list some readers make their own
	}
	text, err := json.MarshalIndent(b, "  ", "  ")
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(config, &members); err != nil {
		return nil, fmt.Errorf("export: config.json: %w", err)
	}
	body, ok := bytes.CutSuffix(bytes.TrimSpace(config), []byte("}"))
	if !ok {
		return nil, errors.New("export: config.json is no object")
	}
	comma := ","
	if len(members) == 0 {
		comma = ""
	}
	return fmt.Appendf(nil, "%s%s\n  \"quantization_config\": %s\n}\n", bytes.TrimSpace(body), comma, text), nil
}

// FromSource quantises the tensors of a source, on the workers of pool.
func FromSource(src weights.Source, pool *parallel.Pool) Content { return fromSource{src, pool} }

type fromSource struct {
	src  weights.Source
	pool *parallel.Pool
}

// NF4 quantises a matrix and gives its pages back.
func (f fromSource) NF4(name string, rows, cols int, opt quant.NF4Options) (*quant.NF4, error) {
	opt.Pool = f.pool
	q, err := quant.QuantizeRows(rows, cols, opt, func(first int, dst []float32) error { return f.src.Rows(name, first, dst) })
	return q, errors.Join(err, f.src.Advise(name, safetensors.DontNeed))
}

// Plain passes a tensor on and gives its pages back.
func (f fromSource) Plain(t safetensors.Info, write func(p []byte) error) error {
	const piece = 16 << 20
	data, err := f.src.Bytes(t.Name)
	for len(data) > 0 && err == nil {
		n := min(piece, len(data))
		err = write(data[:n])
		data = data[n:]
	}
	return errors.Join(err, f.src.Advise(t.Name, safetensors.DontNeed))
}
