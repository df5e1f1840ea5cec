package jinja

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Value is one value of the template language. Its dynamic type is None, bool, int64, float64, string, *List, *Tuple or *Dict
// for data, *big.Int for an integer beyond 64 bits (which is carried and printed, not computed with), Func for a function of the
// caller's, or a type of this package for what only a template makes: undefined values, macros, iterators, namespaces.
// A nil Value is no value.
type Value any

// None is Python's None.
type None struct{}

// A List is Python's list. Templates cannot change one.
type List struct{ items []Value }

// NewList makes a list of the items, which it keeps.
func NewList(items ...Value) *List { return &List{items} }

// Items gives the list's own slice.
func (l *List) Items() []Value { return l.items }

// A Tuple is Python's tuple.
type Tuple struct {
	items []Value
	group bool // made by groupby: its items are also called grouper and list
}

// NewTuple makes a tuple of the items, which it keeps.
func NewTuple(items ...Value) *Tuple { return &Tuple{items: items} }

// A Func is a function of the caller's that templates can call by position. An *Error it returns is the exception it raises.
type Func struct {
	Name string
	Call func(args []Value) (Value, error)
}

// markup is a string that is safe to put into HTML: joined with another string, that one is escaped.
type markup string

// A rangeValue is what range() gives.
type rangeValue struct{ start, stop, step int64 }

func (r rangeValue) len() int64 {
	var span, step uint64
	switch {
	case r.step > 0 && r.start < r.stop:
		span, step = uint64(r.stop)-uint64(r.start), uint64(r.step)
	case r.step < 0 && r.start > r.stop:
		span, step = uint64(r.start)-uint64(r.stop), -uint64(r.step)
	default:
		return 0
	}
	return int64(min((span-1)/step, math.MaxInt64-1)) + 1
}

func (r rangeValue) at(i int64) int64 { return r.start + i*r.step }

// A view is what the keys, values and items methods of a dict give.
type view struct {
	kind string // dict_keys, dict_values, dict_items
	dict *Dict
}

func (v *view) items() []Value {
	items := make([]Value, 0, v.dict.Len())
	for key, val := range v.dict.All() {
		switch v.kind {
		case "dict_keys":
			items = append(items, key)
		case "dict_values":
			items = append(items, val)
		default:
			items = append(items, NewTuple(key, val))
		}
	}
	return items
}

// An iterator hands out values once, like a Python generator.
type iterator struct {
	kind string // Python's name of its type
	next func() (Value, bool, *Error)
}

// sliceIterator runs over items.
func sliceIterator(kind string, items []Value) *iterator {
	i := 0
	return &iterator{kind, func() (Value, bool, *Error) {
		if i == len(items) {
			return nil, false, nil
		}
		i++
		return items[i-1], true, nil
	}}
}

// A namespace is the object of namespace(), the only one a template can change.
type namespace struct{ attrs *Dict }

// missingValue is what Python's sentinel for "no value" looks like where it leaks out.
type missingValue struct{}

// undefined is the value of a name or attribute that does not exist.
type undefined struct {
	hint string // the whole message, if there is one
	obj  Value  // what was looked into, nil for a variable
	name Value
	cls  string // class of the exception an operation raises
}

func undefinedVar(name string) *undefined { return &undefined{name: name, cls: classUndefined} }

func undefinedHint(hint string) *undefined { return &undefined{hint: hint, cls: classUndefined} }

func undefinedIn(obj, name Value) *undefined {
	return &undefined{obj: obj, name: name, cls: classUndefined}
}

// err is the exception that any operation on the undefined value raises.
func (u *undefined) err() *Error {
	msg := u.hint
	switch name, isString := asString(u.name); {
	case msg != "":
	case u.obj == nil:
		msg = simpleRepr(u.name) + " is undefined"
	case isString:
		msg = reprString(objectName(u.obj)) + " has no attribute " + reprString(name)
	default:
		msg = objectName(u.obj) + " has no element " + simpleRepr(u.name)
	}
	return &Error{Class: u.cls, Msg: msg}
}

// simpleRepr is Python's repr of a key in a message, without bounds to exceed: nested values are cut.
func simpleRepr(v Value) string {
	s, err := (&runner{fuel: 1 << 16}).repr(v)
	if err != nil {
		return "..."
	}
	return s
}

// typeName is Python's name of the value's type.
func typeName(v Value) string {
	switch v.(type) {
	case None:
		return "NoneType"
	case bool:
		return "bool"
	case int64, *big.Int:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case markup:
		return "Markup"
	case missingValue, nil:
		return "_MissingType"
	}
	return objectType(v)
}

// objectType is typeName for what is not a scalar.
func objectType(v Value) string {
	switch v := v.(type) {
	case *List:
		return "list"
	case *Tuple:
		if v.group {
			return "_GroupTuple"
		}
		return "tuple"
	case *Dict:
		return "dict"
	case rangeValue:
		return "range"
	case *view:
		return v.kind
	case *iterator:
		return v.kind
	case *undefined:
		return "Undefined"
	case *namespace:
		return "TemplateNamespace"
	case object:
		return v.class()
	case sliceKey:
		return "slice"
	}
	return "function"
}

// objectName is how Jinja's messages call a value: by its type, with the module where it is not one of Python's own.
func objectName(v Value) string {
	if _, ok := v.(None); ok {
		return "None"
	}
	name := typeName(v)
	switch v.(type) {
	case markup:
		name = "markupsafe." + name
	case *namespace:
		name = "transformers.utils.chat_template_utils." + name
	case object:
		name = objectModules[name] + name
	case *Tuple:
		if name == "_GroupTuple" {
			name = "jinja2.filters." + name
		}
	}
	return name + " object"
}

// asString gives the text of a str or Markup.
func asString(v Value) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case markup:
		return string(v), true
	}
	return "", false
}

// asInt gives the value of an int or bool.
func asInt(v Value) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// asFloat gives the value of any number.
func asFloat(v Value) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case *big.Int:
		f, _ := new(big.Float).SetInt(v).Float64()
		return f, true
	}
	i, ok := asInt(v)
	return float64(i), ok
}

// asBig gives the value of any integer.
func asBig(v Value) (*big.Int, bool) {
	if b, ok := v.(*big.Int); ok {
		return b, true
	}
	i, ok := asInt(v)
	return big.NewInt(i), ok
}

// normInt is the Value of an integer: int64 where it fits.
func normInt(b *big.Int) Value {
	if b.IsInt64() {
		return b.Int64()
	}
	return b
}

// items gives the elements of a sequence that has them at hand.
func sequenceItems(v Value) ([]Value, bool) {
	switch v := v.(type) {
	case *List:
		return v.items, true
	case *Tuple:
		return v.items, true
	}
	return nil, false
}

// truth is Python's bool(v).
func truth(v Value) bool {
	switch v := v.(type) {
	case None, *undefined:
		return false
	case bool:
		return v
	case float64:
		return v != 0
	}
	if i, ok := asInt(v); ok {
		return i != 0
	}
	n, err := length(v)
	return err != nil || n != 0
}

// length is Python's len(v).
func length(v Value) (int64, *Error) {
	if s, ok := asString(v); ok {
		return int64(utf8.RuneCountInString(s)), nil
	}
	if items, ok := sequenceItems(v); ok {
		return int64(len(items)), nil
	}
	switch v := v.(type) {
	case *Dict:
		return int64(v.Len()), nil
	case rangeValue:
		return v.len(), nil
	case *view:
		return int64(v.dict.Len()), nil
	case *undefined:
		return 0, nil
	case *loopObject:
		return v.length()
	}
	return 0, typeErrorf("object of type '%s' has no len()", typeName(v))
}

// formatFloat is Python's repr of a float.
func formatFloat(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case math.IsNaN(f):
		return "nan"
	}
	s := strconv.FormatFloat(f, 'e', -1, 64)
	_, digits, _ := strings.Cut(s, "e")
	exp, _ := strconv.Atoi(digits)
	if exp >= -4 && exp < 16 {
		s = strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
	}
	return s
}
