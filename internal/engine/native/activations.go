package native

import (
	"graft/internal/kernel"
	"graft/internal/model"
	"graft/internal/weights"
)

// deltaBlock is the number of tokens between two states that nn.DeltaNet keeps.
const deltaBlock = 512

// tileKeys is the number of keys that nn.Attention rounds a document's up to.
const tileKeys = 96

// room is the memory of a layer in bytes.
type room struct {
	forward int // at most while it runs forward
	kept    int // from then until its way back
	back    int // at most on its way back, what it kept included
}

// layerRoom is the memory that a layer takes for the tokens of a pass, beside its input.
func (s *shape) layerRoom(i int) room {
	g := &shadow{element: s.element(), panel: s.panel()}
	c := s.cfg
	x := g.value(s.pass, c.HiddenSize)
	input := x.size
	h := g.cheap(c.HiddenSize, x)
	if c.LayerTypes[i] == weights.LinearAttention {
		h = s.deltaNet(g, h)
	} else {
		h = s.attention(g, h)
	}
	x = g.add(x, h)
	h = g.cheap(c.HiddenSize, x)
	if c.MoE.Sparse(i) {
		h = s.sparse(g, h)
	} else {
		h = s.gated(g, h, model.MLP, c.IntermediateSize)
	}
	g.add(x, h)
	r := room{forward: g.peak - input}
	g.drop()
	r.kept = g.live - input
	g.peak = 0
	g.back()
	r.back = g.peak - input
	return r
}

// element is the bytes of a stored activation.
func (s *shape) element() int {
	if s.job.Model.Half {
		return 2
	}
	return 4
}

// panel is the bytes of an element of a packed operand.
func (s *shape) panel() int {
	if s.job.Model.Half && kernel.TileBF16().BF16 {
		return 2
	}
	return 4
}

// linear is a projection by kind and name.
func (s *shape) linear(g *shadow, x *ghost, kind model.Kind, name string, out int) *ghost {
	return g.linear(x, out, s.rank(kind, name, x.cols, out), s.job.Spec.DoRA)
}

// rank is the rank that a projection is adapted with, 0 if it is not.
func (s *shape) rank(kind model.Kind, name string, in, out int) int {
	for _, r := range s.cover.Rows {
		if r.Kind == kind && r.Name == name && r.Adapted > 0 {
			n := r.Trainable / r.Adapted
			if s.job.Spec.DoRA {
				n -= out
			}
			return (n + in + out - 1) / (in + out)
		}
	}
	return 0
}

func (s *shape) attention(g *shadow, x *ghost) *ghost {
	c := s.cfg
	width, kv := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	wide := width
	if c.OutputGate {
		wide *= 2
	}
	q := s.linear(g, x, model.Attention, "q_proj", wide)
	k := s.linear(g, x, model.Attention, "k_proj", kv)
	v := s.linear(g, x, model.Attention, "v_proj", kv)
	var gate *ghost
	if c.OutputGate {
		gate = g.cheap(width, q)
		q = g.cheap(width, q)
	}
	if c.HeadNorms {
		q, k = g.cheap(width, q), g.cheap(kv, k)
	}
	q, k = g.cheap(width, q), g.cheap(kv, k)
	o := g.value(x.rows, width)
	keys := (s.sequence + tileKeys - 1) / tileKeys * tileKeys * c.HeadDim
	h := g.mix(ghostOp{
		out: o, into: []*ghost{q, k, v}, uses: []*ghost{o}, keep: 4 * c.Heads * x.rows, back: s.threads * keys * (4*g.panel + 8),
	}, s.threads*keys*2*g.panel)
	if gate != nil {
		h = g.cheap(width, h, gate)
	}
	return s.linear(g, h, model.Attention, "o_proj", c.HiddenSize)
}

func (s *shape) deltaNet(g *shadow, x *ghost) *ghost {
	d := s.cfg.DeltaNet
	keys, values := d.KeyHeads*d.KeyHeadDim, d.ValueHeads*d.ValueHeadDim
	qkvz := s.linear(g, x, model.LinearAttention, "in_proj_qkvz", 2*keys+2*values)
	ba := s.linear(g, x, model.LinearAttention, "in_proj_ba", 2*d.ValueHeads)
	chunk := 4 * deltaChunk(d)
	blocks := s.pass/deltaBlock + s.pass/max(s.sequence, 1) + 1
	h := g.mix(ghostOp{
		out: g.value(x.rows, values), into: []*ghost{qkvz, ba}, keep: 4 * blocks * d.ValueHeads * d.KeyHeadDim * d.ValueHeadDim,
		back: s.threads * 10 * chunk,
	}, s.threads*2*chunk)
	return s.linear(g, h, model.LinearAttention, "out_proj", s.cfg.HiddenSize)
}

// deltaChunk is the number of elements that nn.DeltaNet holds of 64 tokens and a key head; eight such chunks on the way back.
func deltaChunk(d *weights.DeltaNet) int {
	const n = 64
	k, v, group := d.KeyHeadDim, d.ValueHeadDim, d.ValueHeads/d.KeyHeads
	return n*(2*k+group*v) + 2*n*k + 2*n*n + group*(k*v+3*n*v+n*n)
}

func (s *shape) gated(g *shadow, x *ghost, kind model.Kind, width int) *ghost {
	gate := s.linear(g, x, kind, "gate_proj", width)
	up := s.linear(g, x, kind, "up_proj", width)
	return s.linear(g, g.cheap(width, gate, up), kind, "down_proj", s.cfg.HiddenSize)
}

// sparse is a mixture of experts: N = T·k rows, sorted by expert.
func (s *shape) sparse(g *shadow, x *ghost) *ghost {
	m, h := s.cfg.MoE, s.cfg.HiddenSize
	n, t := x.rows*m.PerToken, x.rows
	largest := min(2*n/m.Experts+64, t) // rows of the fullest expert, unless routing is very uneven
	rIn, rUp := s.rank(model.Expert, "gate_proj", h, m.IntermediateSize), s.rank(model.Expert, "up_proj", h, m.IntermediateSize)
	rOut := s.rank(model.Expert, "down_proj", m.IntermediateSize, h)
	logits := s.linear(g, x, model.Router, "gate", m.Experts)
	weight := g.mix(ghostOp{out: g.value(t, m.PerToken), into: []*ghost{logits}, keep: 12 * n}, 4*t*m.Experts)
	y := g.value(n, 2*m.IntermediateSize)
	in := ghostOp{out: y, into: []*ghost{x}, keep: 4 * n * (rIn + rUp), back: g.left(y) + 4*t*h + s.threads*largest*h*g.element}
	if in.keep > 0 {
		in.uses = []*ghost{x, y}
	}
	g.record(in, s.threads*largest*h*(g.element+g.panel))
	act := g.cheap(m.IntermediateSize, y)
	out := g.value(t, h)
	routed := g.mix(ghostOp{
		out: out, into: []*ghost{act, weight}, keep: 4 * n * rOut, back: s.threads * largest * (h*(g.element+g.panel) + 8*m.IntermediateSize),
	}, g.left(act)+4*t*h)
	if m.SharedIntermediate == 0 {
		return routed
	}
	shared := s.gated(g, x, model.SharedExpert, m.SharedIntermediate)
	gate := s.linear(g, x, model.SharedExpert, "shared_expert_gate", 1)
	return g.add(routed, g.cheap(h, shared, gate))
}

// activations is the memory of a pass at its fullest: what waits for the way back, and the layer or head at work.
func (s *shape) activations() int {
	c := s.cfg
	input := s.pass * c.HiddenSize * s.element()
	rooms := s.rooms()
	waiting, most := 0, 0
	reach := func(work int) { most = max(most, waiting+2*input+work) }
	for i, r := range rooms {
		reach(r.forward)
		waiting += s.waits(i, r, input)
	}
	reach(2*input + s.headBytes())
	for i := c.Layers - 1; i >= 0; i-- {
		if s.recomputed(i) {
			reach(rooms[i].back)
		} else {
			reach(rooms[i].back - rooms[i].kept)
		}
		waiting -= s.waits(i, rooms[i], input)
	}
	return most
}

// waits is what layer i leaves in memory for its way back.
func (s *shape) waits(i int, r room, input int) int {
	switch {
	case !s.recomputed(i):
		return r.kept + input
	case s.job.Options.Offload:
		return 0
	}
	return input
}

// recomputed tells whether a layer runs again on the way back.
func (s *shape) recomputed(i int) bool {
	return s.job.Options.Recomputes(i, s.cfg.Layers)
}

// rooms is the memory of each layer.
func (s *shape) rooms() []room {
	rooms := make([]room, s.cfg.Layers)
	known := map[[2]bool]room{} // by what tells layers apart
	for i := range rooms {
		key := [2]bool{s.cfg.LayerTypes[i] == weights.LinearAttention, s.cfg.MoE.Sparse(i)}
		if _, ok := known[key]; !ok {
			known[key] = s.layerRoom(i)
		}
		rooms[i] = known[key]
	}
	return rooms
}

// headBytes is the logits of a chunk and what its products pack.
func (s *shape) headBytes() int {
	const chunk, slice = 256 << 20, 8192
	rows := min(s.pass, max(chunk/(4*s.cfg.VocabSize), 1))
	return rows * (4*s.cfg.VocabSize + s.panel()*min(slice, s.cfg.VocabSize) + (4+s.panel())*s.cfg.HiddenSize)
}
