package jinja

import "math/big"

// testTable makes Jinja's tests. The value comes first among the parameters.
func testTable() map[string]*spec {
	t := map[string]*spec{
		"defined":     valueTest("test_defined", func(v Value) bool { return !isUndefined(v) }),
		"undefined":   valueTest("test_undefined", isUndefined),
		"none":        valueTest("test_none", func(v Value) bool { return v == Value(None{}) }),
		"boolean":     valueTest("test_boolean", func(v Value) bool { _, ok := v.(bool); return ok }),
		"true":        valueTest("test_true", func(v Value) bool { return v == Value(true) }),
		"false":       valueTest("test_false", func(v Value) bool { return v == Value(false) }),
		"integer":     valueTest("test_integer", isInteger),
		"float":       valueTest("test_float", func(v Value) bool { _, ok := v.(float64); return ok }),
		"number":      valueTest("test_number", isNumber),
		"string":      valueTest("test_string", func(v Value) bool { _, ok := asString(v); return ok }),
		"mapping":     valueTest("test_mapping", func(v Value) bool { _, ok := v.(*Dict); return ok }),
		"sequence":    valueTest("test_sequence", isSequence),
		"iterable":    valueTest("test_iterable", isIterable),
		"escaped":     valueTest("test_escaped", func(v Value) bool { _, ok := v.(markup); return ok }),
		"lower":       caseTest("test_lower", isLowerRune),
		"upper":       caseTest("test_upper", isUpperRune),
		"odd":         moduloTest("test_odd", 2, 1),
		"even":        moduloTest("test_even", 2, 0),
		"divisibleby": {name: "test_divisibleby", params: []string{"value", "num"}, fn: divisibleTest},
		"sameas": {name: "test_sameas", params: []string{"value", "other"}, fn: func(_ *runner, v []Value, _ args) (Value, *Error) {
			return is(v[0], v[1]), nil
		}},
		"in": {name: "test_in", params: []string{"value", "seq"}, fn: func(r *runner, v []Value, _ args) (Value, *Error) {
			return r.contains(v[1], v[0])
		}},
		"filter":   {name: "test_filter", hidden: 1, params: []string{"value"}, fn: filterTest},
		"test":     {name: "test_test", hidden: 1, params: []string{"value"}, fn: testTest},
		"callable": {name: "callable", params: []string{"obj"}, clinic: true, fn: func(_ *runner, v []Value, _ args) (Value, *Error) { return callable(v[0]), nil }},
	}
	for op, names := range map[string][]string{
		"eq": {"eq", "==", "equalto"}, "ne": {"ne", "!="}, "gt": {"gt", ">", "greaterthan"}, "gteq": {"ge", ">="},
		"lt": {"lt", "<", "lessthan"}, "lteq": {"le", "<="},
	} {
		for _, name := range names {
			t[name] = operatorTest(names[0], op)
		}
	}
	return t
}

func valueTest(name string, is func(Value) bool) *spec {
	return &spec{name: name, params: []string{"value"}, fn: func(_ *runner, v []Value, _ args) (Value, *Error) {
		return is(v[0]), nil
	}}
}

func caseTest(name string, is func(rune) bool) *spec {
	return &spec{name: name, params: []string{"value"}, fn: func(r *runner, v []Value, _ args) (Value, *Error) {
		s, err := r.str(v[0])
		return hasCase(s, is), err
	}}
}

func operatorTest(name, op string) *spec {
	return &spec{name: name, params: []string{"a", "b"}, clinic: true, fn: func(r *runner, v []Value, _ args) (Value, *Error) {
		return r.compare(op, v[0], v[1])
	}}
}

func moduloTest(name string, by, want int64) *spec {
	return &spec{name: name, params: []string{"value"}, fn: func(r *runner, v []Value, _ args) (Value, *Error) {
		m, err := r.binary("mod", v[0], by)
		if err != nil {
			return nil, err
		}
		return r.equal(m, want)
	}}
}

func divisibleTest(r *runner, v []Value, _ args) (Value, *Error) {
	m, err := r.binary("mod", v[0], v[1])
	if err != nil {
		return nil, err
	}
	return r.equal(m, int64(0))
}

func filterTest(r *runner, v []Value, _ args) (Value, *Error) { return inTable(r.lib.filters, v[0]) }

func testTest(r *runner, v []Value, _ args) (Value, *Error) { return inTable(r.lib.tests, v[0]) }

func inTable(table map[string]*spec, v Value) (Value, *Error) {
	if _, err := hash(v); err != nil {
		return nil, err
	}
	name, ok := asString(v)
	return ok && table[name] != nil, nil
}

func isUndefined(v Value) bool {
	_, ok := v.(*undefined)
	return ok
}

func isInteger(v Value) bool {
	switch v.(type) {
	case int64, *big.Int:
		return true
	}
	return false
}

func isSequence(v Value) bool {
	switch v.(type) {
	case string, markup, *List, *Tuple, *Dict, rangeValue, *undefined:
		return true
	}
	return false
}

func isIterable(v Value) bool {
	switch v.(type) {
	case *view, *iterator, *loopObject:
		return true
	}
	return isSequence(v)
}
