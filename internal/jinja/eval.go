package jinja

import "strings"

// eval computes an expression.
func (r *runner) eval(e expr, a *activation) (Value, *Error) {
	if err := r.charge(1); err != nil {
		return nil, err
	}
	switch e := e.(type) {
	case *constExpr:
		return e.val, nil
	case *nameExpr:
		return evalName(e, a), nil
	case *condExpr:
		return r.evalCond(e, a)
	case *binExpr:
		return r.evalBinary(e, a)
	case *unaryExpr:
		return r.evalUnary(e, a)
	case *concatExpr:
		return r.evalConcat(e, a)
	case *compareExpr:
		return r.evalCompare(e, a)
	case *attrExpr:
		obj, err := r.eval(e.obj, a)
		if err != nil {
			return nil, err
		}
		return r.getAttr(obj, e.name)
	case *itemExpr:
		return r.evalItem(e, a)
	case *callExpr:
		return r.evalCall(e, a)
	case *filterExpr:
		arg, err := r.eval(e.arg, a)
		if err != nil {
			return nil, err
		}
		return r.applyFilter(e, arg, a)
	}
	return r.evalDisplay(e, a)
}

// evalDisplay computes a tuple, a list or a dict written out.
func (r *runner) evalDisplay(e expr, a *activation) (Value, *Error) {
	switch e := e.(type) {
	case *tupleExpr:
		items, err := r.evalAll(e.items, a)
		return &Tuple{items: items}, err
	case *listExpr:
		items, err := r.evalAll(e.items, a)
		return &List{items}, err
	case *dictExpr:
		return r.evalDict(e, a)
	}
	return None{}, nil
}

func evalName(e *nameExpr, a *activation) Value {
	v := *a.at(e.ref)
	switch {
	case v != nil:
		return v
	case e.ref.sure:
		return missingValue{}
	}
	return undefinedVar(e.name)
}

func (r *runner) evalAll(list []expr, a *activation) ([]Value, *Error) {
	items := make([]Value, 0, len(list))
	for _, e := range list {
		v, err := r.eval(e, a)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	return items, nil
}

func (r *runner) evalDict(e *dictExpr, a *activation) (Value, *Error) {
	d := NewDict()
	for i := range e.keys {
		key, err := r.eval(e.keys[i], a)
		if err != nil {
			return nil, err
		}
		v, err := r.eval(e.vals[i], a)
		if err != nil {
			return nil, err
		}
		if err := d.set(key, v); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (r *runner) evalCond(e *condExpr, a *activation) (Value, *Error) {
	test, err := r.eval(e.test, a)
	switch {
	case err != nil:
		return nil, err
	case truth(test):
		return r.eval(e.then, a)
	case e.other != nil:
		return r.eval(e.other, a)
	}
	hint := errorf("", "the inline if-expression on line %d evaluated to false and no else section was defined.", e.line())
	return undefinedHint(hint.Msg), nil
}

func (r *runner) evalBinary(e *binExpr, a *activation) (Value, *Error) {
	left, err := r.eval(e.left, a)
	if err != nil {
		return nil, err
	}
	if e.op == "and" || e.op == "or" {
		if truth(left) == (e.op == "or") {
			return left, nil
		}
		return r.eval(e.right, a)
	}
	right, err := r.eval(e.right, a)
	if err != nil {
		return nil, err
	}
	return r.binary(e.op, left, right)
}

func (r *runner) evalUnary(e *unaryExpr, a *activation) (Value, *Error) {
	v, err := r.eval(e.arg, a)
	if err != nil {
		return nil, err
	}
	if e.op == "not" {
		return !truth(v), nil
	}
	return unary(e.op, v)
}

func (r *runner) evalConcat(e *concatExpr, a *activation) (Value, *Error) {
	items, err := r.evalAll(e.items, a)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for _, v := range items {
		s, err := r.str(v)
		if err != nil {
			return nil, err
		}
		if err := r.chargeText(b.Len() + len(s)); err != nil {
			return nil, err
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

func (r *runner) evalCompare(e *compareExpr, a *activation) (Value, *Error) {
	left, err := r.eval(e.first, a)
	if err != nil {
		return nil, err
	}
	for i, op := range e.ops {
		right, err := r.eval(e.args[i], a)
		if err != nil {
			return nil, err
		}
		ok, err := r.compare(op, left, right)
		if err != nil || !ok {
			return false, err
		}
		left = right
	}
	return true, nil
}

// compare is one comparison by the parser's name of the operator.
func (r *runner) compare(op string, left, right Value) (bool, *Error) {
	switch op {
	case "eq":
		return r.equal(left, right)
	case "ne":
		eq, err := r.equal(left, right)
		return !eq, err
	case "in":
		return r.contains(right, left)
	case "notin":
		in, err := r.contains(right, left)
		return !in, err
	}
	return r.less(opSigns[op], left, right)
}

func (r *runner) evalItem(e *itemExpr, a *activation) (Value, *Error) {
	obj, err := r.eval(e.obj, a)
	if err != nil {
		return nil, err
	}
	s, ok := e.key.(*sliceExpr)
	if !ok {
		key, err := r.eval(e.key, a)
		if err != nil {
			return nil, err
		}
		return r.getItem(obj, key)
	}
	var bounds [3]Value
	for i, b := range []expr{s.start, s.stop, s.step} {
		if b == nil {
			continue
		}
		if bounds[i], err = r.eval(b, a); err != nil {
			return nil, err
		}
	}
	return r.slice(obj, sliceKey{bounds[0], bounds[1], bounds[2]})
}

func (r *runner) evalCall(e *callExpr, a *activation) (Value, *Error) {
	fn, err := r.eval(e.fn, a)
	if err != nil {
		return nil, err
	}
	args, err := r.evalArgs(callName, &e.args, a)
	if err != nil {
		return nil, err
	}
	return r.call(fn, args)
}

// callName is the function through which the sandbox makes every call.
const callName = "jinja2.sandbox.SandboxedEnvironment.call"

// evalArgs computes the arguments of a call; callee is what Python's messages call the function.
func (r *runner) evalArgs(callee string, c *callArgs, a *activation) (args, *Error) {
	var out args
	var err *Error
	if out.pos, err = r.evalAll(c.pos, a); err != nil {
		return out, err
	}
	if c.star != nil {
		v, err := r.eval(c.star, a)
		if err != nil {
			return out, err
		}
		more, err := r.list(v)
		if err != nil {
			return out, typeErrorf("Value after * must be an iterable, not %s", typeName(v))
		}
		out.pos = append(out.pos, more...)
	}
	out.names = append(out.names, c.names...)
	if out.vals, err = r.evalAll(c.vals, a); err != nil {
		return out, err
	}
	if c.starStar == nil {
		return out, nil
	}
	v, err := r.eval(c.starStar, a)
	if err != nil {
		return out, err
	}
	return out, out.spread(callee, v)
}

// spread adds the entries of a **mapping.
func (a *args) spread(callee string, v Value) *Error {
	d, ok := v.(*Dict)
	if !ok {
		return typeErrorf("%s() argument after ** must be a mapping, not %s", callee, typeName(v))
	}
	for key, val := range d.All() {
		name, ok := asString(key)
		if !ok {
			return typeErrorf("keywords must be strings")
		}
		for _, other := range a.names {
			if other == name {
				return typeErrorf("%s() got multiple values for keyword argument %s", callee, reprString(name))
			}
		}
		a.names, a.vals = append(a.names, name), append(a.vals, val)
	}
	return nil
}

// applyFilter applies a filter or test to a value.
func (r *runner) applyFilter(e *filterExpr, v Value, a *activation) (Value, *Error) {
	args, err := r.evalArgs("jinja2.filters."+e.name, &e.args, a)
	if err != nil {
		return nil, err
	}
	if e.routed == nil {
		return nil, errorf(classRuntime, "No %s named %s found.", e.kind(), reprString(e.name))
	}
	args.pos = append([]Value{v}, args.pos...)
	return e.routed.invoke(r, args)
}
