package native

// shadow runs a layer on sizes alone: what its tape would hold forward, after Drop, and on the way back. Operations are those of package nn,
// with the same inputs, in the same order, so that peaks come out as they do there.
type shadow struct {
	element int // bytes of a stored activation
	panel   int // bytes of an element of a packed operand

	live, peak int
	packed     *ghost // whose left form is kept
	values     []*ghost
	ops        []ghostOp
}

// ghost is a value without content.
type ghost struct {
	rows, cols int
	size       int
	used       bool // a way back reads it
	again      []*ghost
	remade     bool // made again on the way back instead of kept
	data       bool
	grad       *gradient
}

// gradient is one tensor of gradients, which a residual connection lets several values share.
type gradient struct{ size, owners int }

// ghostOp is an operation that was recorded.
type ghostOp struct {
	out  *ghost
	into []*ghost // take a gradient
	uses []*ghost
	keep int  // bytes that the tape keeps for it
	back int  // bytes that its way back needs for itself
	pass bool // the gradient is handed on as it is
}

func (s *shadow) reach(extra int) { s.peak = max(s.peak, s.live+extra) }

// value makes a value of some rows.
func (s *shadow) value(rows, cols int) *ghost {
	v := &ghost{rows: rows, cols: cols, size: rows * cols * s.element, data: true}
	s.values = append(s.values, v)
	s.live += v.size
	return v
}

// record notes an operation; forward are the bytes that it needs for itself.
func (s *shadow) record(o ghostOp, forward int) *ghost {
	s.live += o.keep
	s.reach(forward + s.left(s.packed))
	for _, u := range o.uses {
		u.used = true
	}
	s.ops = append(s.ops, o)
	return o.out
}

// left is the bytes of v packed as a left operand.
func (s *shadow) left(v *ghost) int {
	if v == nil {
		return 0
	}
	return v.rows * v.cols * s.panel
}

// linear is a projection, adapted with rank r unless that is 0.
func (s *shadow) linear(x *ghost, out, r int, dora bool) *ghost {
	y := s.value(x.rows, out)
	o := ghostOp{out: y, into: []*ghost{x}, keep: 4 * r * x.rows, back: s.left(y) + 8*r*x.rows}
	if r > 0 {
		o.uses = []*ghost{x}
	}
	if r > 0 && dora {
		o.uses = append(o.uses, y)
	}
	s.packed = x
	return s.record(o, s.panel*r*x.rows)
}

// cheap is an operation that is made again on the way back.
func (s *shadow) cheap(cols int, in ...*ghost) *ghost {
	y := s.value(in[0].rows, cols)
	y.again, y.remade = in, true
	return s.record(ghostOp{out: y, into: in, uses: in}, 0)
}

// add is a residual connection.
func (s *shadow) add(x, y *ghost) *ghost {
	return s.record(ghostOp{out: s.value(x.rows, x.cols), into: []*ghost{x, y}, pass: true}, 0)
}

// mix is an operation over tokens that reads its inputs, and perhaps its result, on the way back.
func (s *shadow) mix(o ghostOp, forward int) *ghost {
	s.packed = nil
	o.uses = append(o.uses, o.into...)
	return s.record(o, forward)
}

// drop is Tape.Drop.
func (s *shadow) drop() {
	s.packed = nil
	for _, v := range s.values {
		if v.data && (!v.used || v.remade) {
			s.free(v)
		}
	}
}

func (s *shadow) free(v *ghost) {
	v.data = false
	s.live -= v.size
}

// make is Value.Data: content that was dropped is computed again.
func (s *shadow) make(v *ghost) {
	if v.data {
		return
	}
	for _, in := range v.again {
		s.make(in)
	}
	v.data = true
	s.live += v.size
}

// back is Tape.Backward from the gradient of the last result.
func (s *shadow) back() {
	last := s.ops[len(s.ops)-1].out
	last.grad = s.gradient(last)
	for i := len(s.ops) - 1; i >= 0; i-- {
		o := s.ops[i]
		for _, u := range o.uses {
			s.make(u)
		}
		for _, in := range o.into {
			switch {
			case in.grad != nil:
			case o.pass:
				in.grad = o.out.grad
				in.grad.owners++
			default:
				in.grad = s.gradient(in)
			}
		}
		s.reach(o.back)
		s.live -= o.keep
		if o.out.data {
			s.free(o.out)
		}
		if g := o.out.grad; g != nil {
			if g.owners--; g.owners == 0 {
				s.live -= g.size
			}
		}
	}
}

func (s *shadow) gradient(v *ghost) *gradient {
	s.live += v.size
	return &gradient{v.size, 1}
}
