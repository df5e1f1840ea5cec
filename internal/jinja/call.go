package jinja

import (
	"slices"
	"strings"
)

// args are the arguments of one call.
type args struct {
	pos   []Value
	names []string
	vals  []Value
}

// take removes a keyword argument and gives its value.
func (a *args) take(name string) (Value, bool) {
	i := slices.Index(a.names, name)
	if i < 0 {
		return nil, false
	}
	v := a.vals[i]
	a.names = slices.Delete(slices.Clone(a.names), i, i+1)
	a.vals = slices.Delete(slices.Clone(a.vals), i, i+1)
	return v, true
}

// dict is the keyword arguments as a template sees them.
func (a *args) dict() *Dict {
	d := NewDict()
	for i, name := range a.names {
		d.Set(name, a.vals[i])
	}
	return d
}

// A builtin is a function of Python's or Jinja's, or a method bound to its value.
type builtin struct {
	cls  string // Python's name of its type
	name string
	fn   func(*runner, args) (Value, *Error)
}

func (b *builtin) class() string { return b.cls }

func (b *builtin) attr(name string) Value {
	if b.cls == "TemplateDict" && name == "fromkeys" {
		return bound("dict", name, NewDict(), dictMethods)
	}
	return nil
}

// An object is a value that only a template makes.
type object interface{ class() string }

// An attributed object has attributes of its own; attr gives nil if there is none of the name.
type attributed interface{ attr(name string) Value }

// objectModules says in which module Python has the types of objects.
var objectModules = map[string]string{
	"Macro": "jinja2.runtime.", "LoopContext": "jinja2.runtime.", "Cycler": "jinja2.utils.", "Joiner": "jinja2.utils.",
	"TemplateDict": "transformers.utils.chat_template_utils.",
}

// call is Python's fn(*a).
func (r *runner) call(fn Value, a args) (Value, *Error) {
	if err := r.charge(1 + len(a.pos)); err != nil {
		return nil, err
	}
	switch f := fn.(type) {
	case *undefined:
		return nil, f.err()
	case *builtin:
		return f.fn(r, a)
	case *macroObject:
		return r.callMacro(f, a)
	case *loopObject:
		return f.call(r, a)
	case *joinerObject:
		return f.call(a)
	case Func:
		if len(a.names) > 0 {
			return nil, typeErrorf("%s() got an unexpected keyword argument %s", f.Name, reprString(a.names[0]))
		}
		v, err := f.Call(a.pos)
		return v, asError(err)
	}
	return nil, typeErrorf("'%s' object is not callable", typeName(fn))
}

func callable(v Value) bool {
	switch v.(type) {
	case *undefined, *builtin, *macroObject, *loopObject, *joinerObject, Func:
		return true
	}
	return false
}

// asError turns the error of a caller's function into an exception.
func asError(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := err.(*Error); ok { //nolint:errorlint // a wrapped exception is the wrapper's, with its own message
		c := *e
		return &c
	}
	return errorf("Exception", "%s", err)
}

// A spec is the signature and body of a filter, a test or a function that Python or Jinja defines in Python.
type spec struct {
	name   string   // as Python's messages call it
	hidden int      // parameters Jinja passes by itself, which the messages count
	params []string // names; one with a trailing ? is optional and nil where it is not given
	rest   bool     // takes any further arguments
	clinic bool     // written in C: by position only, and with other messages
	fn     func(r *runner, v []Value, rest args) (Value, *Error)
}

// invoke binds the arguments and runs the body.
func (s *spec) invoke(r *runner, a args) (Value, *Error) {
	if err := r.charge(1); err != nil {
		return nil, err
	}
	v, rest, err := s.bind(a)
	if err != nil {
		return nil, err
	}
	return s.fn(r, v, rest)
}

func (s *spec) bind(a args) ([]Value, args, *Error) {
	if s.clinic {
		return s.bindClinic(a)
	}
	v := make([]Value, len(s.params))
	n := copy(v, a.pos)
	var rest args
	for i, name := range a.names {
		j := slices.IndexFunc(s.params, func(p string) bool { return strings.TrimSuffix(p, "?") == name })
		switch {
		case j >= 0 && v[j] != nil:
			return nil, rest, typeErrorf("%s() got multiple values for argument %s", s.name, reprString(name))
		case j >= 0:
			v[j] = a.vals[i]
		case s.rest:
			rest.names, rest.vals = append(rest.names, name), append(rest.vals, a.vals[i])
		default:
			return nil, rest, typeErrorf("%s() got an unexpected keyword argument %s", s.name, reprString(name))
		}
	}
	rest.pos = a.pos[n:]
	if len(rest.pos) > 0 && !s.rest {
		return nil, rest, s.tooMany(len(a.pos))
	}
	return v, rest, s.missing(v)
}

func (s *spec) required() int {
	n := slices.IndexFunc(s.params, func(p string) bool { return strings.HasSuffix(p, "?") })
	if n < 0 {
		return len(s.params)
	}
	return n
}

func (s *spec) tooMany(given int) *Error {
	least, most := s.required()+s.hidden, len(s.params)+s.hidden
	given += s.hidden
	were := "were"
	if given == 1 {
		were = "was"
	}
	switch {
	case least != most:
		return typeErrorf("%s() takes from %d to %d positional arguments but %d %s given", s.name, least, most, given, were)
	case most == 1:
		return typeErrorf("%s() takes 1 positional argument but %d %s given", s.name, given, were)
	}
	return typeErrorf("%s() takes %d positional arguments but %d %s given", s.name, most, given, were)
}

func (s *spec) missing(v []Value) *Error {
	var names []string
	for i := range s.required() {
		if v[i] == nil {
			names = append(names, reprString(s.params[i]))
		}
	}
	last := len(names) - 1
	switch len(names) {
	case 0:
		return nil
	case 1:
		return typeErrorf("%s() missing 1 required positional argument: %s", s.name, names[0])
	case 2:
		return typeErrorf("%s() missing 2 required positional arguments: %s and %s", s.name, names[0], names[1])
	}
	return typeErrorf("%s() missing %d required positional arguments: %s, and %s",
		s.name, len(names), strings.Join(names[:last], ", "), names[last])
}

func (s *spec) bindClinic(a args) ([]Value, args, *Error) {
	switch n := len(s.params); {
	case len(a.names) > 0:
		return nil, a, typeErrorf("%s() takes no keyword arguments", s.name)
	case len(a.pos) == n:
		return a.pos, args{}, nil
	case n == 1:
		return nil, a, typeErrorf("%s() takes exactly one argument (%d given)", s.name, len(a.pos))
	default:
		return nil, a, typeErrorf("%s expected %d arguments, got %d", s.name, n, len(a.pos))
	}
}

// intArg reads an argument that must be an integer; absent stands for one that is not given.
func intArg(v Value, absent int64) (int64, *Error) {
	if v == nil {
		return absent, nil
	}
	i, ok := asInt(v)
	if _, isInt := asBig(v); isInt && !ok {
		return 0, errorf(classOverflow, "Python int too large to convert to C ssize_t")
	}
	if !ok {
		return 0, typeErrorf("'%s' object cannot be interpreted as an integer", typeName(v))
	}
	return i, nil
}
