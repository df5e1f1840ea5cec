package jinja

import "slices"

// A function is one activation's worth of variables: the template itself, a macro, a call block, a recursive loop or the
// condition of a loop. Functions see the variables of those around them as they are when they are read, like Python's closures.
type function struct {
	parent *function
	base   int // level of its outermost frame
	slots  map[ident]int
}

func (f *function) slot(id ident) int {
	n, ok := f.slots[id]
	if !ok {
		n = len(f.slots)
		f.slots[id] = n
	}
	return n
}

// A scope is what entering a frame does to variables; leaving it empties the slots in clear.
type scope struct {
	loads []scopeLoad
	clear []int
}

type scopeLoad struct {
	slot int
	kind loadKind
	name string
	from varRef
}

// A frame is the place in the tree that the resolver is at.
type frame struct {
	syms *symbols
	fn   *function
	soft bool // below an if: unknown filters and tests fail only when they run
	loop bool // break and continue are allowed
}

func (f frame) inner() frame {
	return frame{syms: newSymbols(f.syms), fn: f.fn, loop: f.loop}
}

// function starts a new function whose outermost frame is f.
func (f frame) function() frame {
	f.fn = &function{parent: f.fn, base: f.syms.level, slots: map[ident]int{}}
	f.loop = false
	return f
}

func (f frame) softened() frame {
	f.soft = true
	return f
}

// place finds the function and slot of a variable seen from the frame.
func (f frame) place(id ident) varRef {
	fn, up := f.fn, 0
	for id.level < fn.base {
		fn = fn.parent
		up++
	}
	return varRef{up: up, slot: fn.slot(id)}
}

// ref is the place of a name the symbols already know.
func (f frame) ref(name string) varRef {
	id, _ := f.syms.find(name)
	return f.place(id)
}

// scope compiles what the frame's symbols ask for.
func (f frame) scope() scope {
	var s scope
	for id, l := range f.syms.loads {
		slot := f.fn.slot(id)
		s.clear = append(s.clear, slot)
		if l.kind == loadParam {
			continue
		}
		sl := scopeLoad{slot: slot, kind: l.kind, name: id.name}
		if l.kind == loadAlias {
			sl.from = f.place(l.from)
		}
		s.loads = append(s.loads, sl)
	}
	return s
}

// A resolver gives every name its place and checks what Jinja checks when it compiles.
type resolver struct {
	lib  *library
	err  *Error
	late *Error // what Python's own compiler would refuse, which runs after Jinja's
	// unset are the macro parameters that have no value yet while a default is evaluated.
	unset map[ident]bool
}

// resolve prepares the tree for a runner.
func resolve(body []node, lib *library) (*function, scope, *Error) {
	r := &resolver{lib: lib}
	f := frame{syms: newSymbols(nil)}.function()
	f.syms.visitAll(body)
	s := f.scope()
	r.nodes(body, f)
	if r.err == nil {
		r.err = r.late
	}
	return f.fn, s, r.err
}

func (r *resolver) fail(line int, class, format string, args ...any) {
	if r.err == nil {
		r.err = errorf(class, format, args...)
		r.err.Line = line
	}
}

func (r *resolver) failLate(line int, msg string) {
	if r.late == nil {
		r.late = &Error{"SyntaxError", msg, line}
	}
}

func (r *resolver) nodes(list []node, f frame) {
	for _, n := range list {
		r.node(n, f)
	}
}

func (r *resolver) node(n node, f frame) {
	switch n := n.(type) {
	case *outputStmt:
		r.exprs(f, n.items...)
	case *forStmt:
		r.forStmt(n, f)
	case *ifStmt:
		r.ifStmt(n, f.softened())
	case *assignStmt:
		r.exprs(f, n.target, n.val)
	case *macroStmt:
		r.macro(n.def, f)
		n.ref = f.ref(n.name)
	case *callStmt:
		r.macro(n.def, f)
		if n.call != nil {
			r.expr(n.call, f)
			if slices.Contains(n.call.args.names, "caller") {
				r.failLate(n.line, "keyword argument repeated: caller")
			}
		}
	case *breakStmt:
		if !f.loop {
			r.failLate(n.line, "'break' outside loop")
		}
	case *continueStmt:
		if !f.loop {
			r.failLate(n.line, "'continue' not properly in loop")
		}
	default:
		r.block(n, f)
	}
}

// block resolves a statement whose body is a frame of its own.
func (r *resolver) block(n node, f frame) {
	b := f.inner()
	switch n := n.(type) {
	case *assignBlockStmt:
		b.syms.visitAll(n.body)
		n.scope = b.scope()
		r.nodes(n.body, b)
		r.expr(n.target, f)
		if n.filter != nil {
			r.expr(n.filter, b)
		}
	case *withStmt:
		for _, t := range n.targets {
			b.syms.visit(t)
		}
		b.syms.visitAll(n.body)
		n.scope = b.scope()
		r.exprs(b, n.targets...)
		r.exprs(f, n.vals...)
		r.nodes(n.body, b)
	case *filterStmt:
		b.syms.visitAll(n.body)
		b.syms.visit(n.filter)
		n.scope = b.scope()
		r.nodes(n.body, b)
		r.expr(n.filter, b)
	}
}

func (r *resolver) ifStmt(n *ifStmt, f frame) {
	r.expr(n.test, f)
	r.nodes(n.body, f)
	for _, e := range n.elifs {
		r.expr(e.test, f)
		r.nodes(e.body, f)
	}
	r.nodes(n.els, f)
}

func (r *resolver) forStmt(n *forStmt, f frame) {
	body, test, els := f.inner(), f.inner(), f.inner()
	n.loop = -1
	extended := n.recursive || undeclared(n.body, "loop")["loop"]
	if extended {
		body.syms.declare("loop")
	}
	body.syms.visitTarget(n.target)
	body.syms.visitAll(n.body)
	els.syms.visitAll(n.els)
	if n.test != nil {
		r.loopFilter(n, test, body)
	}
	if n.recursive {
		body = body.function()
		els.fn = body.fn
		els.loop = false
		n.fn = body.fn
	}
	if extended {
		n.loop = body.ref("loop").slot
	}
	if e := storesName(n, "loop"); e != nil {
		r.fail(e.line(), classAssertion, "Can't assign to special loop variable in for-loop target")
	}
	r.expr(n.target, body)
	r.expr(n.iter, f)
	body.loop = true
	n.scope = body.scope()
	r.nodes(n.body, body)
	n.elseScope = els.scope()
	r.nodes(n.els, els)
}

// loopFilter resolves the condition of a loop, which is a function of its own with its own copy of the target.
func (r *resolver) loopFilter(n *forStmt, test, body frame) {
	test.syms.visitTarget(n.target)
	test.syms.visit(n.test)
	test = test.function()
	body.fn = test.fn
	n.filter = &loopFilter{fn: test.fn, target: cloneTarget(n.target), scope: test.scope()}
	r.expr(n.filter.target, body)
	r.expr(n.test, test)
}

func cloneTarget(e expr) expr {
	switch e := e.(type) {
	case *nameExpr:
		c := *e
		return &c
	case *tupleExpr:
		c := &tupleExpr{at: e.at}
		for _, item := range e.items {
			c.items = append(c.items, cloneTarget(item))
		}
		return c
	}
	return e
}

func (r *resolver) macro(d *macroDef, outer frame) {
	f := outer.inner().function()
	f.syms.visitMacro(d)
	explicit := slices.IndexFunc(d.params, func(p *nameExpr) bool { return p.name == "caller" })
	special := undeclared(d.body, "caller", "kwargs", "varargs")
	d.caller, d.kwargs, d.varargs = -1, -1, -1
	declare := func(name string) int {
		f.syms.declare(name)
		return f.ref(name).slot
	}
	if special["caller"] && explicit < 0 {
		d.caller = declare("caller")
	} else if special["caller"] && explicit < len(d.params)-len(d.defaults) {
		r.fail(d.line, classAssertion,
			`When defining macros or call blocks the special "caller" argument must be omitted or be given a default.`)
	}
	named := func(name string) bool {
		return slices.ContainsFunc(d.params, func(p *nameExpr) bool { return p.name == name })
	}
	if special["kwargs"] && !named("kwargs") {
		d.kwargs = declare("kwargs")
	}
	if special["varargs"] && !named("varargs") {
		d.varargs = declare("varargs")
	}
	f.syms.visitMacro(d)
	d.fn = f.fn
	d.scope = f.scope()
	r.defaults(d, f)
	r.nodes(d.body, f)
}

// defaults resolves the defaults of a macro, which may read parameters that have no value yet.
func (r *resolver) defaults(d *macroDef, f frame) {
	saved := r.unset
	r.unset = map[ident]bool{}
	for id, l := range f.syms.loads {
		if l.kind == loadParam {
			r.unset[id] = true
		}
	}
	for i, p := range d.params {
		p.ref = f.ref(p.name)
		if j := i - (len(d.params) - len(d.defaults)); j >= 0 {
			r.expr(d.defaults[j], f)
		}
		id, _ := f.syms.find(p.name)
		delete(r.unset, id)
	}
	r.unset = saved
}

func (r *resolver) exprs(f frame, list ...expr) {
	for _, e := range list {
		if e != nil {
			r.expr(e, f)
		}
	}
}

func (r *resolver) expr(e expr, f frame) {
	switch e := e.(type) {
	case *nameExpr:
		id, _ := f.syms.find(e.name)
		e.ref = f.place(id)
		e.ref.sure = f.syms.findLoad(id).kind == loadParam && !r.unset[id]
		return
	case *nsRefExpr:
		e.ref = f.ref(e.name)
		return
	case *condExpr:
		f = f.softened()
	case *callExpr:
		r.args(e.line(), &e.args)
	case *filterExpr:
		r.filter(e, f)
	case *itemExpr:
		if t, ok := e.key.(*tupleExpr); ok {
			if slices.ContainsFunc(t.items, func(x expr) bool { _, ok := x.(*sliceExpr); return ok }) {
				r.failLate(e.line(), "invalid syntax")
			}
		}
	}
	exprChildren(e, func(list ...expr) { r.exprs(f, list...) })
}

func (r *resolver) args(line int, a *callArgs) {
	for i, name := range a.names {
		if slices.Contains(a.names[:i], name) {
			r.failLate(line, "keyword argument repeated: "+name)
		}
	}
}

// filter finds what the name of a filter or test stands for.
func (r *resolver) filter(e *filterExpr, f frame) {
	r.args(e.line(), &e.args)
	table, what := r.lib.filters, "filter"
	if e.test {
		table, what = r.lib.tests, "test"
	}
	e.routed = table[e.name]
	switch {
	case e.routed != nil:
	case !e.test && slices.Contains(refusedFilters, e.name):
		if r.err == nil {
			r.err = unsupportedf("the filter %s", e.name)
			r.err.Line = e.line()
		}
	case !f.soft:
		r.fail(e.line(), classAssertion, "No %s named %s.", what, reprString(e.name))
	}
}
