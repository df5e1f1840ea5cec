package jinja

import (
	"strings"
	"time"
)

// limits bound what one rendering may consume.
type limits struct {
	work   int64 // units: about one per node evaluated, per 8 bytes of text made and per eighth of a list element
	output int   // bytes of text, of the output and of any string
	depth  int   // nested calls of macros and recursive loops
}

// defaultLimits are far above what any conversation needs, and keep a hostile template below a gigabyte and a minute.
var defaultLimits = limits{work: 1 << 27, output: 32 << 20, depth: 250}

// A runner renders a template once.
type runner struct {
	fuel  int64
	limit limits
	depth int
	now   func() time.Time
	lib   *library
	vars  *Dict // variables of the render call over the globals
	line  int   // of the statement that runs

	result *Result
	top    *buffer // the output itself, as against what macros and blocks collect
}

// charge takes units of work.
func (r *runner) charge(n int) *Error {
	r.fuel -= int64(n)
	if r.fuel < 0 {
		return errorf(classLimit, "the template does more work than is allowed")
	}
	return nil
}

// chargeText charges for n bytes of text and bounds its size.
func (r *runner) chargeText(n int) *Error {
	if r.limit.output > 0 && n > r.limit.output {
		return errorf(classLimit, "a text of more than %d bytes is not allowed", r.limit.output)
	}
	return r.charge(n/8 + 1)
}

// chargeItems charges for a list of n elements.
func (r *runner) chargeItems(n int) *Error { return r.charge(min(n, 1<<40)*8 + 1) }

// A buffer collects output.
type buffer struct{ strings.Builder }

func (r *runner) write(b *buffer, s string) *Error {
	if b.Len()+len(s) > r.limit.output {
		return errorf(classLimit, "an output of more than %d bytes is not allowed", r.limit.output)
	}
	b.WriteString(s)
	return nil
}

// An activation holds the variables of one run of a function; nil in a slot is no value.
type activation struct {
	slots []Value
	up    *activation
}

func newActivation(fn *function, up *activation) *activation {
	return &activation{make([]Value, len(fn.slots)), up}
}

func (a *activation) at(ref varRef) *Value {
	for range ref.up {
		a = a.up
	}
	return &a.slots[ref.slot]
}

// enter fills the variables of a frame.
func (r *runner) enter(s *scope, a *activation) {
	for _, l := range s.loads {
		switch l.kind {
		case loadResolve:
			v, _ := r.vars.Get(l.name)
			a.slots[l.slot] = v
		case loadAlias:
			a.slots[l.slot] = *a.at(l.from)
		default:
			a.slots[l.slot] = nil
		}
	}
}

func (s *scope) leave(a *activation) {
	for _, slot := range s.clear {
		a.slots[slot] = nil
	}
}

// A control says how a statement ended.
type control uint8

const (
	ctlNext control = iota
	ctlBreak
	ctlContinue
)

// exec runs statements and writes to out. The first error gets the line of the statement it happened in.
func (r *runner) exec(body []node, a *activation, out *buffer) (control, *Error) {
	for _, n := range body {
		ctl, err := r.statement(n, a, out)
		if err != nil {
			if err.Line == 0 {
				err.Line = r.line
			}
			return ctlNext, err
		}
		if ctl != ctlNext {
			return ctl, nil
		}
	}
	return ctlNext, nil
}

func (r *runner) statement(n node, a *activation, out *buffer) (control, *Error) {
	if err := r.charge(1); err != nil {
		return ctlNext, err
	}
	switch n := n.(type) {
	case *outputStmt:
		return ctlNext, r.output(n, a, out)
	case *ifStmt:
		return r.ifStatement(n, a, out)
	case *forStmt:
		return r.forStatement(n, a, out)
	case *assignStmt:
		r.line = n.line
		return ctlNext, r.assign(n, a)
	case *assignBlockStmt:
		return r.assignBlock(n, a)
	case *withStmt:
		return r.with(n, a, out)
	case *filterStmt:
		return r.filterBlock(n, a, out)
	case *macroStmt:
		*a.at(n.ref) = &macroObject{def: n.def, up: a}
	case *callStmt:
		r.line = n.line
		return ctlNext, r.callBlock(n, a, out)
	case *breakStmt:
		return ctlBreak, nil
	case *continueStmt:
		return ctlContinue, nil
	}
	return ctlNext, nil
}

func (r *runner) output(n *outputStmt, a *activation, out *buffer) *Error {
	for _, e := range n.items {
		r.line = e.line()
		v, err := r.eval(e, a)
		if err != nil {
			return err
		}
		s, err := r.str(v)
		if err != nil {
			return err
		}
		if err := r.write(out, s); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) ifStatement(n *ifStmt, a *activation, out *buffer) (control, *Error) {
	branches := append([]*ifStmt{n}, n.elifs...)
	for _, b := range branches {
		r.line = b.line
		v, err := r.eval(b.test, a)
		if err != nil {
			return ctlNext, err
		}
		if truth(v) {
			return r.exec(b.body, a, out)
		}
	}
	return r.exec(n.els, a, out)
}

func (r *runner) assign(n *assignStmt, a *activation) *Error {
	if err := checkNamespaces(n.target, a); err != nil {
		return err
	}
	v, err := r.eval(n.val, a)
	if err != nil {
		return err
	}
	return r.store(n.target, v, a)
}

// checkNamespaces refuses ns.attr targets where ns is not a namespace, before anything is evaluated.
func checkNamespaces(target expr, a *activation) *Error {
	switch t := target.(type) {
	case *nsRefExpr:
		if _, ok := (*a.at(t.ref)).(*namespace); !ok {
			return errorf(classRuntime, "cannot assign attribute on non-namespace object")
		}
	case *tupleExpr:
		for _, e := range t.items {
			if err := checkNamespaces(e, a); err != nil {
				return err
			}
		}
	}
	return nil
}

// store assigns a value to a target.
func (r *runner) store(target expr, v Value, a *activation) *Error {
	switch t := target.(type) {
	case *nameExpr:
		*a.at(t.ref) = v
	case *nsRefExpr:
		return storeAttr(*a.at(t.ref), t.attr, v)
	case *tupleExpr:
		items, err := r.unpack(v, len(t.items))
		if err != nil {
			return err
		}
		for i, e := range t.items {
			if err := r.store(e, items[i], a); err != nil {
				return err
			}
		}
	}
	return nil
}

// storeAttr sets an attribute of a namespace. A set block comes here with any value, since Jinja does not check its target.
func storeAttr(obj Value, name string, v Value) *Error {
	switch o := obj.(type) {
	case *namespace:
		if strings.HasPrefix(name, "_") {
			return errUnderscore(name)
		}
		o.attrs.Set(name, v)
		return nil
	case *Dict:
		return unsupportedf("changing a dict")
	case *List:
		return typeErrorf("list indices must be integers or slices, not str")
	}
	return typeErrorf("'%s' object does not support item assignment", typeName(obj))
}

func errUnderscore(name string) *Error {
	return errorf(classSecurity, "Chat templates cannot store underscore-prefixed attributes on a namespace, but got %s. "+
		"Please rename the attribute.", reprString(name))
}

// unpack takes exactly n values out of an iterable.
func (r *runner) unpack(v Value, n int) ([]Value, *Error) {
	it, err := r.iterate(v)
	if err != nil {
		return nil, typeErrorf("cannot unpack non-iterable %s object", typeName(v))
	}
	items := make([]Value, 0, n)
	for {
		item, ok, err := it.next()
		switch {
		case err != nil:
			return nil, err
		case !ok && len(items) < n:
			return nil, valueErrorf("not enough values to unpack (expected %d, got %d)", n, len(items))
		case !ok:
			return items, nil
		case len(items) == n:
			return nil, valueErrorf("too many values to unpack (expected %d)", n)
		}
		items = append(items, item)
	}
}

func (r *runner) assignBlock(n *assignBlockStmt, a *activation) (control, *Error) {
	r.enter(&n.scope, a)
	var body buffer
	if ctl, err := r.exec(n.body, a, &body); err != nil || ctl != ctlNext {
		return ctl, err
	}
	r.line = n.line
	var v Value = body.String()
	if n.filter != nil {
		var err *Error
		if v, err = r.filterBody(n.filter, body.String(), a); err != nil {
			return ctlNext, err
		}
	}
	if err := r.store(n.target, v, a); err != nil {
		return ctlNext, err
	}
	n.scope.leave(a)
	return ctlNext, nil
}

func (r *runner) with(n *withStmt, a *activation, out *buffer) (control, *Error) {
	r.enter(&n.scope, a)
	for i, t := range n.targets {
		r.line = n.line
		v, err := r.eval(n.vals[i], a)
		if err == nil {
			err = r.store(t, v, a)
		}
		if err != nil {
			return ctlNext, err
		}
	}
	ctl, err := r.exec(n.body, a, out)
	n.scope.leave(a)
	return ctl, err
}

func (r *runner) filterBlock(n *filterStmt, a *activation, out *buffer) (control, *Error) {
	r.enter(&n.scope, a)
	var body buffer
	if ctl, err := r.exec(n.body, a, &body); err != nil || ctl != ctlNext {
		return ctl, err
	}
	r.line = n.line
	v, err := r.filterBody(n.filter, body.String(), a)
	if err != nil {
		return ctlNext, err
	}
	s, err := r.str(v)
	if err != nil {
		return ctlNext, err
	}
	n.scope.leave(a)
	return ctlNext, r.write(out, s)
}

// filterBody runs a chain of filters on the text of a block.
func (r *runner) filterBody(f *filterExpr, body string, a *activation) (Value, *Error) {
	var v Value = body
	if inner, ok := f.arg.(*filterExpr); ok && inner != nil {
		var err *Error
		if v, err = r.filterBody(inner, body, a); err != nil {
			return nil, err
		}
	}
	return r.applyFilter(f, v, a)
}

// callBlock runs a call block, or a generation block, whose text and place it notes.
func (r *runner) callBlock(n *callStmt, a *activation, out *buffer) *Error {
	caller := &macroObject{def: n.def, up: a}
	if n.call == nil {
		v, err := r.callMacro(caller, args{})
		if err != nil {
			return err
		}
		s, _ := asString(v)
		r.span(n.line, out, len(s))
		return r.write(out, s)
	}
	fn, err := r.eval(n.call.fn, a)
	if err != nil {
		return err
	}
	args, err := r.evalArgs(callName, &n.call.args, a)
	if err != nil {
		return err
	}
	args.names, args.vals = append(args.names, "caller"), append(args.vals, caller)
	v, err := r.call(fn, args)
	if err != nil {
		return err
	}
	s, err := r.str(v)
	if err != nil {
		return err
	}
	return r.write(out, s)
}

// span notes a generation block of n bytes that is about to be written.
func (r *runner) span(line int, out *buffer, n int) {
	if out != r.top {
		if r.result.Misplaced == 0 {
			r.result.Misplaced = line
		}
		return
	}
	r.result.Spans = append(r.result.Spans, Span{out.Len(), out.Len() + n})
}
