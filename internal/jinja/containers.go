package jinja

import (
	"math/big"
	"slices"
)

// method finds a method of a value's type, bound to the value; nil if there is none. A method that would change a list or a
// dict is unsafe in the sandbox.
func method(obj Value, name string) (Value, *Error) {
	switch o := obj.(type) {
	case string:
		return strMethod(o, name), nil
	case markup:
		return markupMethod(o, name), nil
	case *List:
		if slices.Contains(listChanges, name) {
			return unsafeAttribute(obj, name), nil
		}
		return bound("list", name, o, listMethods), nil
	case *Tuple:
		return bound("tuple", name, o, tupleMethods), nil
	case *Dict:
		if slices.Contains(dictChanges, name) {
			return unsafeAttribute(obj, name), nil
		}
		return bound("dict", name, o, dictMethods), nil
	case *view:
		if name == "isdisjoint" || name == "mapping" {
			return nil, unsupportedf("the attribute %s of %s", name, o.kind)
		}
	case *iterator:
		if slices.Contains([]string{"send", "throw", "close", "gi_frame", "gi_code"}, name) && o.kind == "generator" {
			return nil, unsupportedf("the attribute %s of a generator", name)
		}
	case rangeValue:
		return rangeAttr(o, name)
	case bool, int64, *big.Int, float64:
		return numberAttr(name)
	}
	return nil, nil
}

// bound looks a method up in a table and binds it to its value.
func bound[T any](cls, name string, self T, table map[string]methodOf[T]) Value {
	m, ok := table[name]
	if !ok {
		return nil
	}
	return &builtin{"builtin_function_or_method", name, func(r *runner, a args) (Value, *Error) {
		v, err := m.bind(cls, name, a)
		if err != nil {
			return nil, err
		}
		return m.fn(r, self, v)
	}}
}

func strMethod(s string, name string) Value {
	if name == "format" || name == "format_map" {
		return formatMethod(s, name)
	}
	return bound("str", name, s, textMethods)
}

// markupMethod is a method of str that gives markup again and escapes the text it puts in.
func markupMethod(s markup, name string) Value {
	if name == "format" || name == "format_map" {
		return formatMethod(s, name)
	}
	b, ok := bound("str", name, string(s), textMethods).(*builtin)
	if !ok {
		return nil
	}
	plain := b.fn
	b.cls = "method"
	b.fn = func(r *runner, a args) (Value, *Error) {
		a, err := escapeArgs(r, name, a)
		if err != nil {
			return nil, err
		}
		v, err := plain(r, a)
		return asMarkup(v), err
	}
	return b
}

// escapeArgs escapes the text that a method of markup inserts.
func escapeArgs(r *runner, name string, a args) (args, *Error) {
	at := map[string]int{"replace": 1, "ljust": 1, "rjust": 1, "center": 1, "join": 0}
	i, ok := at[name]
	if !ok || i >= len(a.pos) {
		return a, nil
	}
	a.pos = slices.Clone(a.pos)
	if name != "join" {
		v, err := r.escape(a.pos[i])
		a.pos[i] = v
		return a, err
	}
	it, err := r.iterate(a.pos[0])
	if err != nil {
		return a, nil // join words this error itself
	}
	var items []Value
	for {
		v, ok, err := it.next()
		if err != nil || !ok {
			a.pos[0] = &List{items}
			return a, err
		}
		if v, err = r.escape(v); err != nil {
			return a, err
		}
		items = append(items, v)
	}
}

// asMarkup marks the strings in the result of a method of markup.
func asMarkup(v Value) Value {
	switch v := v.(type) {
	case string:
		return markup(v)
	case *List:
		for i, item := range v.items {
			v.items[i] = asMarkup(item)
		}
	case *Tuple:
		for i, item := range v.items {
			v.items[i] = asMarkup(item)
		}
	}
	return v
}

// listChanges and dictChanges are the methods the immutable sandbox refuses.
var (
	listChanges = []string{"append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"}
	dictChanges = []string{"clear", "pop", "popitem", "setdefault", "update"}
)

var listMethods = map[string]methodOf[*List]{
	"copy": {fn: func(_ *runner, l *List, _ []Value) (Value, *Error) { return &List{slices.Clone(l.items)}, nil }},
	"count": {style: styleOne, min: 1, max: 1, fn: func(r *runner, l *List, a []Value) (Value, *Error) {
		return r.countItems(l.items, a[0])
	}},
	"index": {style: stylePlain, min: 1, max: 3, fn: func(r *runner, l *List, a []Value) (Value, *Error) {
		return r.indexItem(l.items, a, "%s is not in list")
	}},
}

var tupleMethods = map[string]methodOf[*Tuple]{
	"count": {style: styleOne, min: 1, max: 1, fn: func(r *runner, t *Tuple, a []Value) (Value, *Error) {
		return r.countItems(t.items, a[0])
	}},
	"index": {style: stylePlain, min: 1, max: 3, fn: func(r *runner, t *Tuple, a []Value) (Value, *Error) {
		return r.indexItem(t.items, a, "tuple.index(x): x not in tuple")
	}},
}

func (r *runner) countItems(items []Value, v Value) (Value, *Error) {
	n := int64(0)
	for _, item := range items {
		eq, err := r.equal(item, v)
		if err != nil {
			return nil, err
		}
		if eq {
			n++
		}
	}
	return n, nil
}

func (r *runner) indexItem(items []Value, a []Value, absent string) (Value, *Error) {
	n := int64(len(items))
	start, ok := sliceBound(a[1], 0)
	stop, ok2 := sliceBound(a[2], n)
	if !ok || !ok2 || a[1] == Value(None{}) || a[2] == Value(None{}) {
		return nil, typeErrorf("slice indices must be integers or have an __index__ method")
	}
	if start < 0 {
		start = max(start+n, 0)
	}
	if stop < 0 {
		stop += n
	}
	for i := start; i < min(stop, n); i++ {
		if eq, err := r.equal(items[i], a[0]); err != nil || eq {
			return i, err
		}
	}
	if absent == "%s is not in list" {
		return nil, valueErrorf(absent, simpleRepr(a[0]))
	}
	return nil, valueErrorf("%s", absent)
}

var dictMethods = map[string]methodOf[*Dict]{
	"copy":   {fn: func(_ *runner, d *Dict, _ []Value) (Value, *Error) { return d.Clone(), nil }},
	"items":  {fn: func(_ *runner, d *Dict, _ []Value) (Value, *Error) { return &view{"dict_items", d}, nil }},
	"keys":   {fn: func(_ *runner, d *Dict, _ []Value) (Value, *Error) { return &view{"dict_keys", d}, nil }},
	"values": {fn: func(_ *runner, d *Dict, _ []Value) (Value, *Error) { return &view{"dict_values", d}, nil }},
	"get": {style: stylePlain, min: 1, max: 2, fn: func(_ *runner, d *Dict, a []Value) (Value, *Error) {
		v, ok, err := d.get(a[0])
		switch {
		case err != nil || ok:
			return v, err
		case a[1] != nil:
			return a[1], nil
		}
		return None{}, nil
	}},
	"fromkeys": {style: stylePlain, min: 1, max: 2, fn: func(r *runner, _ *Dict, a []Value) (Value, *Error) {
		return r.fromKeys(a)
	}},
}

func (r *runner) fromKeys(a []Value) (Value, *Error) {
	var v Value = None{}
	if a[1] != nil {
		v = a[1]
	}
	keys, err := r.list(a[0])
	if err != nil {
		return nil, err
	}
	d := NewDict()
	for _, k := range keys {
		if err := d.set(k, v); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func rangeAttr(v rangeValue, name string) (Value, *Error) {
	switch name {
	case "start":
		return v.start, nil
	case "stop":
		return v.stop, nil
	case "step":
		return v.step, nil
	case "count", "index":
		return nil, unsupportedf("the method range.%s", name)
	}
	return nil, nil
}

// numberAttrs are the attributes of Python's numbers that are not dunders.
var numberAttrs = []string{
	"real", "imag", "numerator", "denominator", "conjugate", "bit_length", "bit_count", "to_bytes", "from_bytes",
	"as_integer_ratio", "is_integer", "hex", "fromhex",
}

func numberAttr(name string) (Value, *Error) {
	if slices.Contains(numberAttrs, name) {
		return nil, unsupportedf("the attribute %s of a number", name)
	}
	return nil, nil
}
