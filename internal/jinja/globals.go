package jinja

// maxRange is the sandbox's bound on the length of a range.
const maxRange = 100000

// globals are the names a template finds besides the variables of the render call.
func globals() *Dict {
	g := NewDict()
	for name, fn := range map[string]func(*runner, args) (Value, *Error){
		"range": rangeGlobal, "cycler": newCycler, "joiner": newJoiner, "lipsum": refuseLipsum,
		"raise_exception": raiseException, "strftime_now": strftimeNow, "namespace": newNamespace,
	} {
		cls := "function"
		if name == "cycler" || name == "joiner" || name == "namespace" {
			cls = "type"
		}
		g.Set(name, &builtin{cls, name, fn})
	}
	g.Set("dict", &builtin{"TemplateDict", "dict", dictGlobal})
	return g
}

func refuseLipsum(*runner, args) (Value, *Error) {
	return nil, unsupportedf("the function lipsum")
}

func raiseException(r *runner, a args) (Value, *Error) {
	s := spec{name: "_cached_compile_jinja_template.<locals>.raise_exception", params: []string{"message"}}
	v, _, err := s.bind(a)
	if err != nil {
		return nil, err
	}
	msg, err := r.str(v[0])
	if err != nil {
		return nil, err
	}
	return nil, &Error{Class: classTemplate, Msg: msg}
}

func strftimeNow(r *runner, a args) (Value, *Error) {
	s := spec{name: "_cached_compile_jinja_template.<locals>.strftime_now", params: []string{"format"}}
	v, _, err := s.bind(a)
	if err != nil {
		return nil, err
	}
	format, ok := asString(v[0])
	if !ok {
		return nil, typeErrorf("strftime() argument 1 must be str, not %s", argName(v[0]))
	}
	return strftime(r.now(), format)
}

func rangeGlobal(_ *runner, a args) (Value, *Error) {
	if len(a.names) > 0 {
		return nil, typeErrorf("safe_range() got an unexpected keyword argument %s", reprString(a.names[0]))
	}
	switch {
	case len(a.pos) == 0:
		return nil, typeErrorf("range expected at least 1 argument, got 0")
	case len(a.pos) > 3:
		return nil, typeErrorf("range expected at most 3 arguments, got %d", len(a.pos))
	}
	var n [3]int64
	for i, v := range a.pos {
		var err *Error
		if n[i], err = intArg(v, 0); err != nil {
			return nil, err
		}
	}
	v := rangeValue{n[0], n[1], n[2]}
	switch len(a.pos) {
	case 1:
		v = rangeValue{0, n[0], 1}
	case 2:
		v.step = 1
	}
	if v.step == 0 {
		return nil, valueErrorf("range() arg 3 must not be zero")
	}
	if v.len() > maxRange {
		return nil, errorf(classOverflow, "Range too big. The sandbox blocks ranges larger than MAX_RANGE (%d).", maxRange)
	}
	return v, nil
}

// dictGlobal is Python's dict(...).
func dictGlobal(r *runner, a args) (Value, *Error) {
	d := NewDict()
	if len(a.pos) > 1 {
		return nil, typeErrorf("dict expected at most 1 argument, got %d", len(a.pos))
	}
	if len(a.pos) == 1 {
		if err := r.update(d, a.pos[0]); err != nil {
			return nil, err
		}
	}
	for i, name := range a.names {
		d.Set(name, a.vals[i])
	}
	return d, nil
}

// update adds the entries of a mapping or of pairs.
func (r *runner) update(d *Dict, v Value) *Error {
	if u, ok := v.(*undefined); ok {
		return u.err()
	}
	if from, ok := v.(*Dict); ok {
		for key, val := range from.All() {
			if err := d.set(key, val); err != nil {
				return err
			}
		}
		return r.charge(from.Len())
	}
	pairs, err := r.list(v)
	if err != nil {
		return err
	}
	for i, pair := range pairs {
		kv, err := r.list(pair)
		if err != nil {
			return typeErrorf("cannot convert dictionary update sequence element #%d to a sequence", i)
		}
		if len(kv) != 2 {
			return valueErrorf("dictionary update sequence element #%d has length %d; 2 is required", i, len(kv))
		}
		if err := d.set(kv[0], kv[1]); err != nil {
			return err
		}
	}
	return nil
}

func newNamespace(r *runner, a args) (Value, *Error) {
	v, err := dictGlobal(r, a)
	if err != nil {
		return nil, err
	}
	d := v.(*Dict)
	for _, key := range d.keys {
		if name, ok := asString(key); ok && name != "" && name[0] == '_' {
			return nil, errUnderscore(name)
		}
	}
	return &namespace{d}, nil
}

// A cyclerObject hands its items out in turn.
type cyclerObject struct {
	items []Value
	pos   int
}

func newCycler(_ *runner, a args) (Value, *Error) {
	if len(a.names) > 0 {
		return nil, typeErrorf("Cycler.__init__() got an unexpected keyword argument %s", reprString(a.names[0]))
	}
	if len(a.pos) == 0 {
		return nil, errorf("RuntimeError", "at least one item has to be provided")
	}
	return &cyclerObject{items: a.pos}, nil
}

func (c *cyclerObject) class() string { return "Cycler" }

func (c *cyclerObject) attr(name string) Value {
	noArgs := func(fn func() Value) Value {
		s := &spec{name: "Cycler." + name, hidden: 1}
		return &builtin{"method", name, func(_ *runner, a args) (Value, *Error) {
			if _, _, err := s.bind(a); err != nil {
				return nil, err
			}
			return fn(), nil
		}}
	}
	switch name {
	case "items":
		return NewTuple(c.items...)
	case "pos":
		return int64(c.pos)
	case "current":
		return c.items[c.pos]
	case "next":
		return noArgs(func() Value {
			v := c.items[c.pos]
			c.pos = (c.pos + 1) % len(c.items)
			return v
		})
	case "reset":
		return noArgs(func() Value {
			c.pos = 0
			return None{}
		})
	}
	return nil
}

// A joinerObject is empty the first time it is called, and its separator from then on.
type joinerObject struct {
	sep  Value
	used bool
}

func newJoiner(_ *runner, a args) (Value, *Error) {
	s := spec{name: "Joiner.__init__", hidden: 1, params: []string{"sep?"}}
	v, _, err := s.bind(a)
	if err != nil {
		return nil, err
	}
	if v[0] == nil {
		v[0] = ", "
	}
	return &joinerObject{sep: v[0]}, nil
}

func (j *joinerObject) class() string { return "Joiner" }

func (j *joinerObject) attr(name string) Value {
	switch name {
	case "sep":
		return j.sep
	case "used":
		return j.used
	}
	return nil
}

func (j *joinerObject) call(a args) (Value, *Error) {
	s := spec{name: "Joiner.__call__", hidden: 1}
	if _, _, err := s.bind(a); err != nil {
		return nil, err
	}
	if !j.used {
		j.used = true
		return "", nil
	}
	return j.sep, nil
}
