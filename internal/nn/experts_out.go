package nn

import (
	"graft/internal/gemm"
	"graft/internal/kernel"
)

// ExpertsOut applies a projection of each expert to its rows h (N, in) and sums the results of a token's experts, times the route's weights:
// (T, out).
//
// Back, with u = dy[token]·W and w the weight of the row: dw = ⟨u, h⟩, dh = w·u; updates have the gradient w·dy[token].
func (t *Tape) ExpertsOut(h *Value, r *Route, p Experts) *Value {
	_, _, out := p.Dims()
	o := &expertsOut{Tape: t, h: h, r: r, p: p, low: ranks(p)}
	o.y = t.Make(r.Weight.Rows, out, o.low > 0, h, r.Weight)
	if t.Recomputing() {
		o.prepare()
	}
	t.Record(o.y, Op{Pure: true, Uses: []*Value{h, r.Weight}, Compute: o.forward, Back: o.back})
	return o.y
}

// prepare computes what the backward pass reads beside the data of values.
func (o *expertsOut) prepare() {
	if o.low == 0 {
		return
	}
	o.room()
	h := o.h.Data()
	o.eachExpert(o.r, func(c *Context, e int, rows Segment) {
		if _, trained := o.p.Expert(e); trained == nil {
			return
		}
		l := o.pack(c, h, e, rows)
		l.h.Free()
		l.low.Free()
	})
}

type expertsOut struct {
	*Tape
	h, y *Value
	r    *Route
	p    Experts
	low  int
	ha   *Tensor // (N, low) s·h·Aᵀ
}

// room takes the memory of h·Aᵀ, once.
func (o *expertsOut) room() {
	if o.low > 0 && o.ha == nil {
		o.ha = o.NewF32(o.r.Rows(), o.low)
		o.Keep(o.ha)
	}
}

// outLeft is what one expert's weights are multiplied with.
type outLeft struct {
	h, low *gemm.Left
	u      Update
}

func (o *expertsOut) forward() {
	o.room()
	h := o.h.Data()
	lefts := make([]outLeft, o.r.Experts())
	o.eachExpert(o.r, func(c *Context, e int, rows Segment) {
		lefts[e] = o.pack(c, h, e, rows)
	})
	sum := o.zeroF32(o.y.Rows, o.y.Cols)
	weight := o.rowWeights(o.r)
	c := o.solo()
	o.eachColumns(o.y.Cols, func(lo, hi int) {
		for e, l := range lefts {
			if l.h == nil {
				continue
			}
			w, _ := o.p.Expert(e)
			terms := []gemm.Term{{A: l.h, B: rowsOf(w, lo, hi), Trans: true}}
			if l.low != nil {
				terms = append(terms, gemm.Term{A: l.low, B: rowsOf(l.u.B.Matrix(), lo, hi), Trans: true})
			}
			c.Mul(combine{to: sum, route: o.r, row: o.r.Start[e], col: lo, weight: weight, scale: l.u.C}, terms...)
		}
	})
	for _, l := range lefts {
		l.h.Free()
		l.low.Free()
	}
	o.y.data = o.Map(sum, func(int, []float32) {})
	sum.Free()
}

// pack packs an expert's rows, and what its update makes of them.
func (o *expertsOut) pack(c *Context, h *Tensor, e int, rows Segment) outLeft {
	l := outLeft{h: c.Pack(rowsOfTensor(h, rows, Segment{0, h.Cols}))}
	if _, trained := o.p.Expert(e); trained != nil {
		l.u = trained.Update(c)
		c.Mul(scaled{part{to: o.ha, row: rows.Start}, l.u.Scale}, gemm.Term{A: l.h, B: l.u.A.Matrix(), Trans: true})
		l.low = c.Pack(o.lowView(l.u, rows))
	}
	return l
}

func (o *expertsOut) lowView(u Update, rows Segment) gemm.Matrix {
	return rowsOfTensor(o.ha, rows, Segment{0, u.A.Rows})
}

func (o *expertsOut) back() {
	h := o.h.Data()
	weight := o.rowWeights(o.r)
	dw := make([]float32, o.r.Rows())
	dh := o.New(h.Rows, h.Cols)
	o.eachExpert(o.r, func(c *Context, e int, rows Segment) {
		o.expertBack(c, e, rows, outGrad{h, dh, weight, dw})
	})
	if o.h.needs {
		o.passGrad(o.h, dh)
	}
	dh.Free()
	if v := o.r.Weight; v.needs {
		g := o.zeroF32(v.Rows, v.Cols)
		for i, d := range dw {
			if o.Counting() {
				break
			}
			g.f[int(o.r.Token[i])*g.Cols+int(o.r.Slot[i])] = d
		}
		o.addGrad(v, g)
		g.Free()
	}
}

// outGrad is what the experts read and write on the backward pass.
type outGrad struct {
	h, dh      *Tensor   // (N, in)
	weight, dw []float32 // (N)
}

// put sets dw and dh of the rows from first on, given dy·W of them.
func (g outGrad) put(first int, back *Tensor) {
	buf := make([]float32, g.h.Cols)
	for i := range back.Rows {
		row, v := first+i, back.f[i*back.Cols:(i+1)*back.Cols]
		g.dw[row] = kernel.Dot(v, g.h.row(buf, row))
		kernel.Scale(v, v, g.weight[row])
		g.dh.Write(row, 0, v)
	}
}

func (o *expertsOut) expertBack(c *Context, e int, rows Segment, g outGrad) {
	w, trained := o.p.Expert(e)
	n := rows.End - rows.Start
	var u Update
	if trained != nil {
		u = trained.Update(c)
	}
	dy := c.gatherTokens(o.y.grad, o.r, rows, u.C)
	left := c.Pack(dy)
	terms := []gemm.Term{{A: left, B: w}}
	var low *Tensor
	if trained != nil {
		low = c.NewF32(n, u.A.Rows)
		c.Mul(scaled{part{to: low}, u.Scale}, gemm.Term{A: left, B: u.B.Matrix()})
		packed := c.Pack(low)
		defer packed.Free()
		terms = append(terms, gemm.Term{A: packed, B: u.A.Matrix()})
	}
	back := c.NewF32(n, g.h.Cols)
	c.Mul(part{to: back}, terms...)
	left.Free()
	if !c.Counting() {
		g.put(rows.Start, back)
	}
	back.Free()
	if trained != nil {
		o.updateBack(c, rows, g, outUpdate{u, w, dy, low})
		low.Free()
	}
	dy.Free()
}

// outUpdate is the update of an expert: gradient of its rows (rows, out), scaled by column, and s·dy·B (rows, r).
type outUpdate struct {
	Update
	w       gemm.Matrix
	dy, low *Tensor
}

// updateBack adds to the gradients of an update.
func (o *expertsOut) updateBack(c *Context, rows Segment, g outGrad, u outUpdate) {
	weight := g.weight[rows.Start:rows.End]
	h := rowsOfTensor(g.h, rows, Segment{0, g.h.Cols})
	c.scaleRows(u.low, weight)
	c.scaleRows(u.dy, weight)
	c.updateGrads(u.Update, h, o.lowView(u.Update, rows), u.dy, u.low)
	if u.M == nil {
		return
	}
	// What the magnitude multiplies is not kept: it is computed again. dy holds c already, so that it is divided by the magnitude.
	v := c.NewF32(u.dy.Rows, u.dy.Cols)
	left, low := c.Pack(h), c.Pack(o.lowView(u.Update, rows))
	c.Mul(part{to: v}, gemm.Term{A: left, B: u.w, Trans: true}, gemm.Term{A: low, B: u.B.Matrix(), Trans: true})
	left.Free()
	low.Free()
	c.magnitudeGrad(u.Update, u.dy, v, u.M.Data)
	v.Free()
}

// scaleRows multiplies each row by a number.
func (c *Context) scaleRows(x *Tensor, by []float32) {
	if c.Counting() {
		return
	}
	buf := make([]float32, x.Cols)
	for i := range x.Rows {
		v := x.target(buf, i)
		x.Read(v, i, 0)
		kernel.Scale(v, v, by[i])
		x.done(v, i)
	}
}
