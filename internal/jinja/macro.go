package jinja

// A macroObject is a macro, or the caller of a call block, with the variables around it.
type macroObject struct {
	def *macroDef
	up  *activation
}

func (m *macroObject) class() string { return "Macro" }

func (m *macroObject) attr(name string) Value {
	switch name {
	case "name":
		if m.def.name == "" {
			return None{}
		}
		return m.def.name
	case "arguments":
		t := &Tuple{}
		for _, p := range m.def.params {
			t.items = append(t.items, p.name)
		}
		return t
	case "catch_kwargs":
		return m.def.kwargs >= 0
	case "catch_varargs":
		return m.def.varargs >= 0
	case "caller":
		return m.def.caller >= 0
	}
	return nil
}

// label is how Python's messages call the macro.
func (m *macroObject) label() string {
	if m.def.name == "" {
		return "None"
	}
	return reprString(m.def.name)
}

func (r *runner) push() *Error {
	if r.depth++; r.depth > r.limit.depth {
		return errorf(classRecursion, "maximum recursion depth exceeded")
	}
	return nil
}

func (r *runner) pop() { r.depth-- }

// callMacro binds the arguments of a macro and renders its body.
func (r *runner) callMacro(m *macroObject, given args) (Value, *Error) {
	if err := r.push(); err != nil {
		return nil, err
	}
	defer r.pop()
	a := newActivation(m.def.fn, m.up)
	bound, err := m.bind(given, a)
	if err != nil {
		return nil, err
	}
	line := r.line
	r.enter(&m.def.scope, a)
	if err := r.defaults(m.def, bound, a); err != nil {
		return nil, err
	}
	var out buffer
	if _, err := r.exec(m.def.body, a, &out); err != nil {
		return nil, err
	}
	r.line = line
	return out.String(), nil
}

// bind fills the special variables and gives the values of the parameters, nil where a default is needed.
func (m *macroObject) bind(given args, a *activation) ([]Value, *Error) {
	d := m.def
	bound := make([]Value, len(d.params))
	n := copy(bound, given.pos)
	for i := n; i < len(bound); i++ {
		bound[i], _ = given.take(d.params[i].name)
	}
	if d.caller >= 0 {
		caller, ok := given.take("caller")
		if !ok || caller == Value(None{}) {
			u := undefinedHint("No caller defined")
			u.name = "caller"
			caller = u
		}
		a.slots[d.caller] = caller
	}
	if d.kwargs >= 0 {
		a.slots[d.kwargs] = given.dict()
	} else if len(given.names) > 0 {
		for _, name := range given.names {
			if name == "caller" {
				return nil, typeErrorf("macro %s was invoked with two values for the special caller argument. "+
					"This is most likely a bug.", m.label())
			}
		}
		return nil, typeErrorf("macro %s takes no keyword argument %s", m.label(), reprString(given.names[0]))
	}
	if d.varargs >= 0 {
		a.slots[d.varargs] = NewTuple(given.pos[n:]...)
	} else if len(given.pos) > n {
		return nil, typeErrorf("macro %s takes not more than %d argument(s)", m.label(), len(d.params))
	}
	return bound, nil
}

// defaults stores the parameters, evaluating what was not given in the order of the parameters.
func (r *runner) defaults(d *macroDef, bound []Value, a *activation) *Error {
	for i, p := range d.params {
		*a.at(p.ref) = bound[i]
	}
	for i, p := range d.params {
		if bound[i] != nil {
			continue
		}
		j := i - (len(d.params) - len(d.defaults))
		if j < 0 {
			u := undefinedHint("parameter " + reprString(p.name) + " was not provided")
			u.name = p.name
			*a.at(p.ref) = u
			continue
		}
		r.line = d.line
		v, err := r.eval(d.defaults[j], a)
		if err != nil {
			if err.Line == 0 {
				err.Line = d.line
			}
			return err
		}
		*a.at(p.ref) = v
	}
	return nil
}
