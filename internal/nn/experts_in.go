package nn

import "graft/internal/gemm"

// ExpertsIn applies projections of each expert to the tokens routed to it: (N, Σ out), the results of the projections side by side. x is
// (T, in).
//
// Back: dx[token] += Σ dy·W over the rows of a token, and the gradients of updates as in a single projection.
func (t *Tape) ExpertsIn(x *Value, r *Route, projs ...Experts) *Value {
	in := &expertsIn{Tape: t, x: x, r: r}
	for _, p := range projs {
		_, _, out := p.Dims()
		low := ranks(p)
		in.projs = append(in.projs, inProj{p, Segment{in.out, in.out + out}, Segment{in.low, in.low + low}})
		in.out, in.low = in.out+out, in.low+low
	}
	in.y = t.Make(r.Rows(), in.out, in.low > 0, x)
	t.Record(in.y, Op{Uses: in.uses(), Compute: in.forward, Back: in.back})
	return in.y
}

// inProj is one projection: its columns of the result and of x·Aᵀ.
type inProj struct {
	Experts
	cols, low Segment
}

type expertsIn struct {
	*Tape
	x, y     *Value
	r        *Route
	projs    []inProj
	out, low int
	xa       *Tensor // (N, low) s·x·Aᵀ
}

// uses: the backward pass of an update reads x, that of a magnitude y.
func (o *expertsIn) uses() []*Value {
	if o.low == 0 {
		return nil
	}
	return []*Value{o.x, o.y}
}

func (o *expertsIn) forward() {
	o.y.data = o.New(o.r.Rows(), o.out)
	if o.low > 0 {
		o.xa = o.NewF32(o.r.Rows(), o.low)
		o.Keep(o.xa)
	}
	x := o.x.Data()
	o.eachExpert(o.r, func(c *Context, e int, rows Segment) {
		tokens := c.gatherTokens(x, o.r, rows, nil)
		left := c.Pack(tokens)
		tokens.Free()
		for _, p := range o.projs {
			o.expertForward(c, p, e, rows, left)
		}
		left.Free()
	})
}

func (o *expertsIn) expertForward(c *Context, p inProj, e int, rows Segment, left *gemm.Left) {
	w, trained := p.Expert(e)
	to := part{to: o.y.data, row: rows.Start, col: p.cols.Start}
	terms := []gemm.Term{{A: left, B: w, Trans: true}}
	if trained != nil {
		u := trained.Update(c)
		to.scale = u.C
		at := o.lowView(p, u, rows)
		c.Mul(scaled{part{to: o.xa, row: rows.Start, col: p.low.Start}, u.Scale}, gemm.Term{A: left, B: u.A.Matrix(), Trans: true})
		low := c.Pack(at)
		defer low.Free()
		terms = append(terms, gemm.Term{A: low, B: u.B.Matrix(), Trans: true})
	}
	c.Mul(to, terms...)
}

// lowView is the part of x·Aᵀ that belongs to some rows and an update.
func (o *expertsIn) lowView(p inProj, u Update, rows Segment) gemm.Matrix {
	return rowsOfTensor(o.xa, rows, Segment{p.low.Start, p.low.Start + u.A.Rows})
}

// expertLeft is what the backward pass of one expert and projection multiplies with its weights.
type expertLeft struct {
	dy *gemm.Left // (rows, out), scaled
	g  *gemm.Left // (rows, r), nil without an update
	u  Update
}

func (o *expertsIn) back() {
	lefts := make([][]expertLeft, o.r.Experts())
	var x *Tensor
	if o.low > 0 {
		x = o.x.Data()
	}
	o.eachExpert(o.r, func(c *Context, e int, rows Segment) {
		lefts[e] = o.expertBack(c, x, e, rows)
	})
	if o.x.needs {
		o.toTokens(lefts)
	}
	for _, ls := range lefts {
		for _, l := range ls {
			l.dy.Free()
			l.g.Free()
		}
	}
}

// expertBack packs the gradient of one expert's rows and adds to the gradients of its updates.
func (o *expertsIn) expertBack(c *Context, x *Tensor, e int, rows Segment) []expertLeft {
	ls := make([]expertLeft, len(o.projs))
	var tokens *Tensor
	for i, p := range o.projs {
		dy := rowsOfTensor(o.y.grad, rows, p.cols)
		_, trained := p.Expert(e)
		if trained == nil {
			ls[i].dy = c.Pack(dy)
			continue
		}
		if tokens == nil {
			tokens = c.gatherTokens(x, o.r, rows, nil)
		}
		u := trained.Update(c)
		if u.C != nil {
			c.magnitudeGrad(u, dy, rowsOfTensor(o.y.Data(), rows, p.cols), u.M.Data)
			dy = ColumnScaled{dy, u.C}
		}
		ls[i].u = u
		ls[i].dy = c.Pack(dy)
		g := c.NewF32(rows.End-rows.Start, u.A.Rows)
		c.Mul(scaled{part{to: g}, u.Scale}, gemm.Term{A: ls[i].dy, B: u.B.Matrix()})
		c.updateGrads(u, tokens, o.lowView(p, u, rows), dy, g)
		ls[i].g = c.Pack(g)
		g.Free()
	}
	tokens.Free()
	return ls
}

// toTokens adds the gradients of the rows to their tokens, a run of columns at a time.
func (o *expertsIn) toTokens(lefts [][]expertLeft) {
	width := o.x.Cols
	sum := o.zeroF32(o.x.Rows, width)
	c := o.solo()
	o.eachColumns(width, func(lo, hi int) {
		for e, ls := range lefts {
			var terms []gemm.Term
			for i, l := range ls {
				w, _ := o.projs[i].Expert(e)
				terms = append(terms, gemm.Term{A: l.dy, B: columnsOf(w, lo, hi)})
				if l.g != nil {
					terms = append(terms, gemm.Term{A: l.g, B: columnsOf(l.u.A.Matrix(), lo, hi)})
				}
			}
			if terms != nil {
				c.Mul(combine{to: sum, route: o.r, row: o.r.Start[e], col: lo}, terms...)
			}
		}
	})
	o.addGrad(o.x, sum)
	sum.Free()
}
