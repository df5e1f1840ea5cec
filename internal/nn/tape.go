package nn

import "graft/internal/gemm"

// Value is one result of a computation.
type Value struct {
	Rows, Cols int
	data       *Tensor
	grad       *Tensor
	needs      bool // a gradient is wanted
	used       bool // the backward pass reads data
	leaf       bool
	lazy       bool   // not computed unless somebody asks
	remake     func() // computes data again, or nil where that would be dear
}

// Tape records a computation.
type Tape struct {
	*Context
	recording bool
	again     bool // everything is computed a second time: what only the forward pass was for is not
	ops       []op
	values    []*Value
	packed    *Value // whose left form is kept, the last one used
	left      *gemm.Left
}

type op struct {
	out  *Value
	back func()
}

// NewTape starts a computation. Without gradients nothing can be walked back and inner results live until Free.
func (c *Context) NewTape(gradients bool) *Tape { return &Tape{Context: c, recording: gradients} }

// Recompute starts a computation that was made before, for a backward pass: a result that no backward pass reads is not computed.
func (c *Context) Recompute() *Tape { return &Tape{Context: c, recording: true, again: true} }

// Leaf puts an existing tensor on the tape, which then owns it. needs says whether its gradient is wanted.
func (t *Tape) Leaf(x *Tensor, needs bool) *Value {
	v := &Value{Rows: x.Rows, Cols: x.Cols, data: x, needs: needs && t.recording, leaf: true}
	t.values = append(t.values, v)
	return v
}

// Make starts a new result of the given size; it needs a gradient if trainable is set or one of its inputs does.
func (t *Tape) Make(rows, cols int, trainable bool, inputs ...*Value) *Value {
	v := &Value{Rows: rows, Cols: cols, needs: trainable && t.recording}
	for _, in := range inputs {
		v.needs = v.needs || in.needs
	}
	t.values = append(t.values, v)
	return v
}

// Op is how a Value comes about.
type Op struct {
	Compute func()   // sets the data of the Value
	Back    func()   // hands its gradient on
	Again   bool     // Compute is cheap enough to run a second time instead of keeping the data
	Pure    bool     // Compute does nothing but set the data, so that it may wait until somebody asks for it
	Uses    []*Value // whose data Back reads, and Compute where it may run again
}

// Record computes v and keeps its Op for the backward pass if v needs a gradient.
func (t *Tape) Record(v *Value, o Op) {
	switch {
	case t.again && v.needs && o.Again:
	case t.again && v.needs && o.Pure:
		v.lazy = true
		v.remake = func() {
			v.remake = nil // it is kept like any other result
			o.Compute()
		}
	default:
		o.Compute()
	}
	if !v.needs {
		return
	}
	if o.Again {
		v.remake = o.Compute
	}
	for _, u := range o.Uses {
		u.used = true
	}
	t.ops = append(t.ops, op{v, o.Back})
}

// Keep lets the tape own a tensor that the backward pass reads.
func (t *Tape) Keep(x *Tensor) { t.Leaf(x, false).used = true }

// Set gives v its data.
func (v *Value) Set(x *Tensor) { v.data = x }

// Data is the content, computed again if it was dropped.
func (v *Value) Data() *Tensor {
	if v.data == nil && v.remake != nil {
		v.remake()
	}
	return v.data
}

// Needs tells whether v takes a gradient.
func (v *Value) Needs() bool { return v.needs }

// Grad is the gradient of v, nil before anything flowed back to it.
func (v *Value) Grad() *Tensor { return v.grad }

// SetGrad gives v its gradient, the start of a backward pass. The tape owns x.
func (v *Value) SetGrad(x *Tensor) { v.grad = x }

// TakeGrad takes the gradient out of v; the caller owns it.
func (v *Value) TakeGrad() *Tensor {
	g := v.grad
	v.grad = nil
	return g
}

// GradSink is where a product that contributes to v's gradient goes.
func (t *Tape) GradSink(v *Value) gemm.Sink {
	g, add := t.gradTensor(v)
	return Store{To: g, Add: add}
}

// gradTensor is the tensor to write v's gradient to, and whether to add to what it holds.
func (t *Tape) gradTensor(v *Value) (g *Tensor, add bool) {
	switch {
	case v.grad == nil:
		v.grad = t.New(v.Rows, v.Cols)
		return v.grad, false
	case v.grad.owners > 1:
		own := t.copyTensor(v.grad)
		v.grad.Free()
		v.grad = own
	}
	return v.grad, true
}

// passGrad hands the gradient g on to v unchanged, without copying if it is the first.
func (t *Tape) passGrad(v *Value, g *Tensor) {
	if !v.needs {
		return
	}
	if v.grad == nil {
		v.grad = g.Share()
		return
	}
	dst, _ := t.gradTensor(v)
	t.addRows(dst, g)
}

// Left is x packed as a left operand. Consecutive uses of one x share it; the tape frees it.
func (t *Tape) Left(x *Value) *gemm.Left {
	if t.packed != x {
		data := x.Data() // may use the place itself
		t.unpack()
		t.left, t.packed = t.Pack(data), x
	}
	return t.left
}

func (t *Tape) unpack() {
	t.left.Free()
	t.left, t.packed = nil, nil
}

// Drop forgets what the backward pass does not read or can compute again cheaply. It is called between the forward and the backward pass.
func (t *Tape) Drop() {
	for _, v := range t.values {
		if v.lazy && v.remake != nil && v.used {
			v.remake()
		}
	}
	t.unpack()
	for _, v := range t.values {
		if !v.used || v.remake != nil {
			v.data.Free()
			v.data = nil
		}
		if v.lazy {
			v.remake = nil
		}
	}
}

// Recomputing tells whether results are computed only when they are asked for. An operation that is Pure but for something its backward pass
// needs makes that beforehand then.
func (t *Tape) Recomputing() bool { return t.again }

// Detach takes the data out of v; the caller owns it.
func (t *Tape) Detach(v *Value) *Tensor { return v.data.Share() }

// Backward walks the tape back and frees what it held, except gradients of leaves.
func (t *Tape) Backward() {
	t.unpack()
	for i := len(t.ops) - 1; i >= 0; i-- {
		o := t.ops[i]
		if o.out.grad != nil {
			o.back()
		}
		o.out.free()
		t.ops[i] = op{}
	}
	for _, v := range t.values {
		g := v.TakeGrad()
		v.free()
		if v.leaf {
			v.grad = g
		} else {
			g.Free() // an operation may have made one for an operand that needs none
		}
	}
	t.values = nil
}

// Free gives everything back that the tape holds.
func (t *Tape) Free() {
	t.unpack()
	for _, v := range t.values {
		v.free()
	}
	t.ops = nil
}

func (v *Value) free() {
	v.data.Free()
	v.grad.Free()
	v.data, v.grad, v.remake = nil, nil, nil
}
