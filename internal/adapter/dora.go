package adapter

import (
	"fmt"
	"math"
	"slices"

	"graft/internal/gemm"
	"graft/internal/kernel"
	"graft/internal/nn"
	"graft/internal/parallel"
)

// DoRA is a projection whose weight is split into magnitude and direction (Liu et al., 2024): y = c⊙(x·(W + s·B·A)ᵀ) + bias with
// c = m/‖W + s·B·A‖ by row, the norm taken as a constant in the gradient. Under dropout, as in PEFT, the dropped x stands in both parts:
// y = (x − x̂)·Wᵀ + bias + c⊙u with u = x̂·(W + s·B·A)ᵀ.
//
// Back, with dy' = c⊙dy: A, B and x as in LoRA from dy'; dm = Σ dy⊙u/norm, and without dropout u = (y − bias)/c.
//
// The norm never needs the sum of matrices: ‖w + s·b·A‖² = ‖w‖² + 2s·b·(A·wᵀ) + s²·b·(A·Aᵀ)·bᵀ. ‖w‖² is computed once; the rest once
// per optimizer step, by one product of r rows.
type DoRA struct {
	Base *nn.Linear
	Low  Factors
	M    *nn.Param // magnitude (out, 1)

	clock   *Clock
	fresh   bool      // c and norm belong to version
	version uint64    // of the parameters when c was computed
	base    []float64 // ‖w‖² (out)
	c       []float32 // m/norm (out)
	norm    []float32 // (out)
}

var _ Adapted = (*DoRA)(nil)

func wrapDoRA(w wrap) Adapted {
	out := w.low.B.Rows
	return &DoRA{
		Base: w.base, Low: w.low, M: w.param(w.name+"."+magnitude, out, 1), clock: w.clock,
		c: make([]float32, out), norm: make([]float32, out),
	}
}

// Dims gives input and output width.
func (d *DoRA) Dims() (in, out int) { return d.Base.Dims() }

// Rank is the width of x·Aᵀ.
func (d *DoRA) Rank() int { return d.Low.A.Rows }

// Update gives the parameters to a grouped product, with norms as they are now.
func (d *DoRA) Update(ctx *nn.Context) nn.Update {
	d.refresh(ctx)
	return nn.Update{A: d.Low.A, B: d.Low.B, Scale: d.Low.Scale, M: d.M, C: d.c}
}

// Params are A, B and the magnitude.
func (d *DoRA) Params() []*nn.Param { return []*nn.Param{d.Low.A, d.Low.B, d.M} }

// Factors is the low-rank part.
func (d *DoRA) Factors() *Factors { return &d.Low }

// Apply runs the projection.
func (d *DoRA) Apply(t *nn.Tape, x *nn.Value) *nn.Value {
	d.refresh(t.Context)
	if d.Low.Drop.active() {
		return d.applyDropped(t, x)
	}
	_, out := d.Dims()
	y := t.Make(x.Rows, out, true, x)
	var xa *nn.Tensor
	t.Record(y, nn.Op{Uses: []*nn.Value{x, y}, Compute: func() {
		xa = d.Low.down(t, x)
		low := t.Pack(xa)
		defer low.Free()
		y.Set(t.New(x.Rows, out))
		t.Mul(nn.Store{To: y.Data(), Scale: d.c, Bias: d.Base.Bias}, d.terms(t.Left(x), low)...)
	}, Back: func() {
		d.magnitudeGrad(t.Context, y.Grad(), y.Data(), d.M.Data, d.Base.Bias)
		scaled := nn.ColumnScaled{Matrix: y.Grad(), By: d.c}
		dy := t.Pack(scaled)
		defer dy.Free()
		g := d.Low.grads(t, x, xa, scaled, dy)
		defer g.Free()
		if x.Needs() {
			d.Low.toInput(t, x, g, gemm.Term{A: dy, B: d.Base.W})
		}
	}})
	return y
}

// terms is x·(W + s·B·A)ᵀ.
func (d *DoRA) terms(x, low *gemm.Left) []gemm.Term {
	return []gemm.Term{{A: x, B: d.Base.W, Trans: true}, {A: low, B: d.Low.B.Matrix(), Trans: true}}
}

// applyDropped is Apply under dropout.
func (d *DoRA) applyDropped(t *nn.Tape, x *nn.Value) *nn.Value {
	_, out := d.Dims()
	drop := d.Low.Drop
	y := t.Make(x.Rows, out, true, x)
	var xa, u *nn.Tensor
	t.Record(y, nn.Op{Uses: []*nn.Value{x}, Compute: func() {
		xa, u = d.Low.down(t, x), t.New(x.Rows, out)
		t.Keep(u)
		dropped, rest := drop.apply(t.Context, x.Data()), drop.complement(t.Context, x.Data())
		left, kept, low := t.Pack(dropped), t.Pack(rest), t.Pack(xa)
		dropped.Free()
		rest.Free()
		t.Mul(nn.Store{To: u}, d.terms(left, low)...)
		y.Set(t.New(x.Rows, out))
		t.Mul(nn.Store{To: y.Data(), Bias: d.Base.Bias}, gemm.Term{A: kept, B: d.Base.W, Trans: true})
		t.AddScaled(y.Data(), u, d.c)
		left.Free()
		kept.Free()
		low.Free()
	}, Back: func() {
		d.magnitudeGrad(t.Context, y.Grad(), u, d.norm, nil)
		scaled := nn.ColumnScaled{Matrix: y.Grad(), By: d.c}
		dy := t.Pack(scaled)
		defer dy.Free()
		g := d.Low.grads(t, x, xa, scaled, dy)
		defer g.Free()
		if !x.Needs() {
			return
		}
		plain, low := t.Pack(y.Grad()), t.Pack(g)
		t.Mul(masked{t.GradSink(x), drop, true}, gemm.Term{A: plain, B: d.Base.W})
		t.Mul(masked{t.GradSink(x), drop, false}, gemm.Term{A: dy, B: d.Base.W}, gemm.Term{A: low, B: d.Low.A.Matrix()})
		plain.Free()
		low.Free()
	}})
	return y
}

// magnitudeGrad adds Σ_t dy⊙(v − bias)/by to the magnitude's gradient. A row whose divisor is 0 gets none.
func (d *DoRA) magnitudeGrad(c *nn.Context, dy, v *nn.Tensor, by, bias []float32) {
	sums := c.ColumnDots(dy, v)
	var shift []float32
	if bias != nil {
		shift = c.ColumnDots(dy, nil)
	}
	for i, s := range sums {
		if bias != nil {
			s -= shift[i] * bias[i]
		}
		if by[i] != 0 {
			d.M.Grad[i] += s / by[i]
		}
	}
}

// start sets the magnitude to the norms of the weight: those of W + s·B·A while B is zero.
func (d *DoRA) start(ctx *nn.Context) {
	d.base = rowNorms(ctx, d.Base.W)
	for i, n := range d.base {
		d.M.Data[i] = float32(math.Sqrt(n))
	}
}

// refresh computes norm and c when the parameters have changed, once for an optimizer step: a count of what a pass takes leaves it out.
func (d *DoRA) refresh(ctx *nn.Context) {
	if ctx.Counting() {
		return
	}
	if d.fresh && d.version == d.clock.Version {
		return
	}
	if d.base == nil {
		d.base = rowNorms(ctx, d.Base.W)
	}
	_, out := d.Dims()
	z := d.crossTerms(ctx)
	r := d.Low.A.Rows
	s := float64(d.Low.Scale)
	for i := range out {
		n := d.base[i]
		for k := range r {
			n += 2 * s * float64(d.Low.B.Data[i*r+k]) * float64(z[k*out+i])
		}
		d.norm[i] = float32(math.Sqrt(max(n, 0)))
		d.c[i] = 0
		if d.norm[i] > 0 {
			d.c[i] = d.M.Data[i] / d.norm[i]
		}
	}
	d.fresh, d.version = true, d.clock.Version
}

// crossTerms is A·Wᵀ + s/2·(A·Aᵀ)·Bᵀ, (r, out), one product.
func (d *DoRA) crossTerms(ctx *nn.Context) []float32 {
	_, out := d.Dims()
	r := d.Low.A.Rows
	a := ctx.Pack(d.Low.A.Matrix())
	defer a.Free()
	gram := gemm.NewF32(make([]float32, r*r), r, r)
	ctx.Mul(gram, gemm.Term{A: a, B: d.Low.A.Matrix(), Trans: true})
	kernel.Scale(gram.Data, gram.Data, d.Low.Scale/2)
	g := ctx.Pack(gram)
	defer g.Free()
	z := gemm.NewF32(make([]float32, r*out), r, out)
	ctx.Mul(z, gemm.Term{A: a, B: d.Base.W, Trans: true}, gemm.Term{A: g, B: d.Low.B.Matrix(), Trans: true})
	return z.Data
}

// rowNorms is the squared norm of each row.
func rowNorms(ctx *nn.Context, w gemm.Matrix) []float64 {
	rows, cols := w.Dims()
	norms := make([]float64, rows)
	ctx.Rows(rows, 1, cols, func(i int, buf [][]float32) {
		w.Read(buf[0], i, 0)
		norms[i] = float64(kernel.Dot(buf[0], buf[0]))
	})
	return norms
}

// Merge turns w, which holds W (out, in), into c⊙(W + s·B·A), the norm taken of exactly that sum.
func (d *DoRA) Merge(pool *parallel.Pool, w []float32) error {
	if err := d.Low.addTo(pool, w); err != nil {
		return err
	}
	in, out := d.Dims()
	dead := make([]bool, out)
	pool.Ranges(out, mergeRows, func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			row := w[i*in : (i+1)*in]
			n := math.Sqrt(float64(kernel.Dot(row, row)))
			dead[i] = n == 0
			kernel.Scale(row, row, float32(float64(d.M.Data[i])/n))
		}
	})
	if i := slices.Index(dead, true); i >= 0 {
		return fmt.Errorf("adapter: %s: row %d of the weight is zero, DoRA has no direction for it", d.M.Name, i)
	}
	return nil
}
