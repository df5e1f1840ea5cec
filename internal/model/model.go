package model

import (
	"graft/internal/gemm"
	"graft/internal/nn"
	"graft/internal/weights"
)

// Model is a decoder. Layers are run one by one, so that training can walk them with all tokens of a step and forget what it can.
type Model interface {
	// Config is what the model was built from.
	Config() *weights.Config
	// Embed looks up the tokens of a batch: (T, H).
	Embed(t *nn.Tape, b *Batch) *nn.Value
	// Layers is the number of decoder layers.
	Layers() int
	// Layer runs decoder layer i.
	Layer(i int, t *nn.Tape, x *nn.Value, b *Batch) *nn.Value
	// Norm is the final norm, before the head.
	Norm(t *nn.Tape, x *nn.Value) *nn.Value
	// Head is the output projection (V, H).
	Head() gemm.Matrix
	// Slots are the linear projections of the layers in order.
	Slots() []*Slot
}

// Batch is what a model runs on at once.
type Batch struct {
	IDs   []int32      // (T)
	Pos   []int32      // (T) position of each token in its sequence
	Segs  []nn.Segment // the sequences
	Cache *nn.Cache    // keys and values of the tokens before, in generation; nil in training

	Balance *nn.Balance // load-balancing loss of the routers; nil without
}

// NewBatch puts sequences one after another.
func NewBatch(seqs ...[]int32) *Batch {
	b := &Batch{}
	for _, s := range seqs {
		start := len(b.IDs)
		b.IDs = append(b.IDs, s...)
		for i := range s {
			b.Pos = append(b.Pos, int32(i))
		}
		b.Segs = append(b.Segs, nn.Segment{Start: start, End: len(b.IDs)})
	}
	return b
}

// Kind groups projections for a report.
type Kind string

// The kinds of projection.
const (
	Attention       Kind = "attention"
	LinearAttention Kind = "linear attention"
	MLP             Kind = "mlp"
	Expert          Kind = "experts"
	SharedExpert    Kind = "shared expert"
	Router          Kind = "router" // which experts a token goes to; "all-linear" does not mean it
)

// Slot is one linear projection of a model.
type Slot struct {
	Name  string // module path, as PEFT knows it: model.layers.0.self_attn.q_proj
	Kind  Kind
	Layer int
	Base  *nn.Linear
	Proj  nn.Proj // Base, or what is wrapped around it
}

// Apply runs the projection.
func (s *Slot) Apply(t *nn.Tape, x *nn.Value) *nn.Value { return s.Proj.Apply(t, x) }

// Forward runs all layers and the final norm on a tape without gradients and returns the last hidden states (T, H), which the caller owns.
func Forward(c *nn.Context, m Model, b *Batch) *nn.Tensor {
	t := c.NewTape(false)
	x := t.Detach(m.Embed(t, b))
	t.Free()
	for i := range m.Layers() {
		t := c.NewTape(false)
		y := t.Detach(m.Layer(i, t, t.Leaf(x, false), b))
		t.Free()
		x = y
	}
	t = c.NewTape(false)
	defer t.Free()
	return t.Detach(m.Norm(t, t.Leaf(x, false)))
}

// Logits is the head applied to rows of hidden states, or to all where rows is nil: (len(rows), V).
func Logits(c *nn.Context, m Model, hidden *nn.Tensor, rows []int) gemm.F32 {
	if rows != nil {
		hidden = c.Gather(hidden, rows)
		defer hidden.Free()
	}
	vocab, _ := m.Head().Dims()
	out := gemm.NewF32(make([]float32, hidden.Rows*vocab), hidden.Rows, vocab)
	left := c.Pack(hidden)
	defer left.Free()
	c.Mul(out, gemm.Term{A: left, B: m.Head(), Trans: true})
	return out
}
