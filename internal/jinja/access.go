package jinja

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// A sliceKey is what stands between brackets when it has a colon; a nil bound is absent.
type sliceKey struct{ start, stop, step Value }

// getItem is obj[key] in a template: an element, else an attribute of that name, else undefined.
func (r *runner) getItem(obj, key Value) (Value, *Error) {
	if u, ok := obj.(*undefined); ok {
		return nil, u.err()
	}
	v, err := r.index(obj, key)
	if err != nil && err.Class != classType && err.Class != classKey && err.Class != classIndex {
		return nil, err
	}
	if err == nil {
		return v, nil
	}
	if name, ok := asString(key); ok {
		if v, err := r.attribute(obj, name); v != nil || err != nil {
			return v, err
		}
	}
	return undefinedIn(obj, key), nil
}

// getAttr is obj.name in a template: an attribute, else an element of that name, else undefined.
func (r *runner) getAttr(obj Value, name string) (Value, *Error) {
	if v, err := r.attribute(obj, name); v != nil || err != nil {
		return v, err
	}
	if u, ok := obj.(*undefined); ok {
		return nil, u.err()
	}
	if d, ok := obj.(*Dict); ok {
		if v, ok := d.Get(name); ok {
			return v, nil
		}
	}
	return undefinedIn(obj, name), nil
}

// index is Python's obj[key].
func (r *runner) index(obj, key Value) (Value, *Error) {
	if d, ok := obj.(*Dict); ok {
		v, found, err := d.get(key)
		if err == nil && !found {
			return nil, errorf(classKey, "%s", simpleRepr(key))
		}
		return v, err
	}
	if s, ok := key.(sliceKey); ok {
		return r.slice(obj, s)
	}
	i, isInt := asInt(key)
	n, lenErr := length(obj)
	if !isInt || lenErr != nil || !subscriptable(obj) {
		return nil, typeErrorf("'%s' object is not subscriptable", typeName(obj))
	}
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return nil, errorf(classIndex, "%s index out of range", typeName(obj))
	}
	if s, ok := asString(obj); ok {
		if len(s) == int(n) {
			return sameText(obj, s[i:i+1]), nil
		}
		if err := r.charge(int(i) / 8); err != nil {
			return nil, err
		}
		return sameText(obj, runeSlice(s, int(i), int(i)+1)), nil
	}
	if rv, ok := obj.(rangeValue); ok {
		return rv.at(i), nil
	}
	items, _ := sequenceItems(obj)
	return items[i], nil
}

func subscriptable(v Value) bool {
	if _, ok := v.(rangeValue); ok {
		return true
	}
	return repeatable(v)
}

// runeSlice is the characters i to j of s.
func runeSlice(s string, i, j int) string {
	start := runeOffset(s, i)
	return s[start : start+runeOffset(s[start:], j-i)]
}

// runeOffset is the byte where the n-th character of s starts.
func runeOffset(s string, n int) int {
	off := 0
	for ; n > 0 && off < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[off:])
		off += size
	}
	return off
}

// slice is Python's obj[start:stop:step].
func (r *runner) slice(obj Value, key sliceKey) (Value, *Error) {
	if u, ok := obj.(*undefined); ok {
		return nil, u.err()
	}
	if !subscriptable(obj) {
		if _, ok := obj.(*Dict); ok {
			return nil, typeErrorf("unhashable type: 'slice'")
		}
		return nil, typeErrorf("'%s' object is not subscriptable", typeName(obj))
	}
	n, _ := length(obj)
	span, err := key.indices(n)
	if err != nil {
		return nil, err
	}
	if rv, ok := obj.(rangeValue); ok {
		return rangeValue{rv.at(span.start), rv.at(span.stop), rv.step * span.step}, nil
	}
	if s, ok := asString(obj); ok {
		return r.sliceText(obj, s, span)
	}
	if err := r.chargeItems(int(span.len())); err != nil {
		return nil, err
	}
	items, _ := sequenceItems(obj)
	out := make([]Value, 0, span.len())
	for i := range span.len() {
		out = append(out, items[span.at(i)])
	}
	if isTupleValue(obj) {
		return &Tuple{items: out}, nil
	}
	return &List{out}, nil
}

// sliceText takes the characters of a text whose indices are in span.
func (r *runner) sliceText(obj Value, s string, span rangeValue) (Value, *Error) {
	if err := r.chargeText(len(s) / 8); err != nil {
		return nil, err
	}
	if span.step == 1 {
		return sameText(obj, runeSlice(s, int(span.start), int(span.stop))), nil
	}
	runes := []rune(s)
	var b strings.Builder
	for i := range span.len() {
		b.WriteRune(runes[span.at(i)])
	}
	return sameText(obj, b.String()), nil
}

// indices gives the indices the slice stands for in a sequence of n elements.
func (k sliceKey) indices(n int64) (rangeValue, *Error) {
	step, ok := sliceBound(k.step, 1)
	if !ok {
		return rangeValue{}, errSliceIndex()
	}
	if step == 0 {
		return rangeValue{}, valueErrorf("slice step cannot be zero")
	}
	low, high := int64(0), n
	span := rangeValue{low, high, step}
	if step < 0 {
		low, high = -1, n-1
		span = rangeValue{high, low, step}
	}
	for _, b := range []struct {
		from Value
		to   *int64
	}{{k.start, &span.start}, {k.stop, &span.stop}} {
		if !given(b.from) {
			continue
		}
		i, ok := sliceBound(b.from, 0)
		if !ok {
			return rangeValue{}, errSliceIndex()
		}
		if i < 0 {
			i += n
		}
		*b.to = min(max(i, low), high)
	}
	return span, nil
}

func errSliceIndex() *Error {
	return typeErrorf("slice indices must be integers or None or have an __index__ method")
}

// sliceBound reads a bound, kept small enough that sums with lengths cannot overflow.
func sliceBound(v Value, absent int64) (int64, bool) {
	if !given(v) {
		return absent, true
	}
	i, ok := asInt(v)
	return min(max(i, -math.MaxInt32), math.MaxInt32), ok
}

// attribute is the sandbox's getattr: nil if there is no such attribute. An unsafe attribute is an undefined value that raises
// a SecurityError when it is used.
func (r *runner) attribute(obj Value, name string) (Value, *Error) {
	if u, ok := obj.(*undefined); ok && !isDunder(name) {
		return nil, u.err()
	}
	if o, ok := obj.(*namespace); ok {
		return o.attr(name), nil
	}
	v, err := ownAttribute(obj, name)
	if v != nil || err != nil {
		return v, err
	}
	if isDunder(name) && hasDunder(obj, name) {
		return unsafeAttribute(obj, name), nil
	}
	return method(obj, name)
}

// attr gives an attribute of a namespace, which has none but those a template set.
func (o *namespace) attr(name string) Value {
	v, ok := o.attrs.Get(name)
	switch {
	case name == "__class__", ok && strings.HasPrefix(name, "_"):
		return unsafeAttribute(o, name)
	case ok:
		return v
	}
	return nil
}

// ownAttribute gives the attributes that are not methods of Python's own types.
func ownAttribute(obj Value, name string) (Value, *Error) {
	switch o := obj.(type) {
	case *loopObject:
		return o.attr(name)
	case attributed:
		return o.attr(name), nil
	case *Tuple:
		if i := slices.Index([]string{"grouper", "list"}, name); o.group && i >= 0 {
			return o.items[i], nil
		}
	}
	return nil, nil
}

func unsafeAttribute(obj Value, name string) *undefined {
	return &undefined{
		hint: "access to attribute " + reprString(name) + " of " + reprString(typeName(obj)) + " object is unsafe.",
		obj:  obj, name: name, cls: classSecurity,
	}
}

func isDunder(name string) bool {
	return strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__")
}

// objectDunders are the special attributes every Python object has.
var objectDunders = []string{
	"__class__", "__delattr__", "__dir__", "__doc__", "__eq__", "__format__", "__ge__", "__getattribute__", "__getstate__", "__gt__",
	"__hash__", "__init__", "__init_subclass__", "__le__", "__lt__", "__ne__", "__new__", "__reduce__", "__reduce_ex__", "__repr__",
	"__setattr__", "__sizeof__", "__str__", "__subclasshook__",
}

// sequenceDunders are those of containers.
var sequenceDunders = []string{"__len__", "__iter__", "__contains__", "__getitem__"}

// undefinedDunders are those Jinja gives undefined values besides objectDunders.
var undefinedDunders = []string{
	"__len__", "__iter__", "__getitem__", "__call__", "__bool__", "__int__", "__float__", "__complex__", "__slots__", "__module__",
	"__getattr__", "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__div__", "__rdiv__", "__truediv__",
	"__rtruediv__", "__floordiv__", "__rfloordiv__", "__mod__", "__rmod__", "__pos__", "__neg__", "__pow__", "__rpow__",
}

func hasDunder(obj Value, name string) bool {
	if slices.Contains(objectDunders, name) {
		return true
	}
	switch obj.(type) {
	case *undefined:
		return slices.Contains(undefinedDunders, name)
	case string, markup, *List, *Tuple, *Dict, rangeValue:
		return slices.Contains(sequenceDunders, name)
	case Func, *builtin:
		return name == "__name__" || name == "__call__" || name == "__self__"
	case *macroObject:
		return name == "__call__" || name == "__dict__" || name == "__module__"
	}
	return false
}
