package jinja

import (
	"cmp"
	"math"
	"math/big"
	"strings"
)

// equal is Python's a == b.
func (r *runner) equal(a, b Value) (bool, *Error) {
	if err := r.charge(1); err != nil {
		return false, err
	}
	if x, ok := asString(a); ok {
		y, ok := asString(b)
		return ok && x == y, r.charge(len(x) / 64)
	}
	if isNumber(a) && isNumber(b) {
		c, ordered := compareNumbers(a, b)
		return ordered && c == 0, nil
	}
	xs, isSeq := sequenceItems(a)
	ys, isSeq2 := sequenceItems(b)
	if isSeq && isSeq2 {
		if isTupleValue(a) != isTupleValue(b) {
			return false, nil
		}
		return r.equalItems(xs, ys)
	}
	return r.equalObjects(a, b)
}

// equalObjects is equal for values that are neither text, numbers, lists nor tuples.
func (r *runner) equalObjects(a, b Value) (bool, *Error) {
	switch x := a.(type) {
	case *undefined:
		return isUndefined(b), nil
	case *Dict:
		if y, ok := b.(*Dict); ok {
			return r.equalDicts(x, y)
		}
		return false, nil
	case rangeValue:
		y, ok := b.(rangeValue)
		return ok && equalRanges(x, y), nil
	case *view:
		if y, ok := b.(*view); ok && isSet(x) && isSet(y) {
			if x.dict.Len() != y.dict.Len() {
				return false, nil
			}
			return r.lessSets("<=", x, y)
		}
	}
	return same(a, b), nil
}

// same is Go's ==, which panics on functions.
func same(a, b Value) bool {
	f, isFunc := a.(Func)
	g, isFunc2 := b.(Func)
	if isFunc || isFunc2 {
		return isFunc && isFunc2 && f.Name == g.Name
	}
	return a == b
}

func isNumber(v Value) bool {
	switch v.(type) {
	case bool, int64, float64, *big.Int:
		return true
	}
	return false
}

// compareNumbers orders two numbers exactly; ordered is false if one is not a number.
func compareNumbers(a, b Value) (c int, ordered bool) {
	x, xFloat := a.(float64)
	y, yFloat := b.(float64)
	switch {
	case xFloat && yFloat:
		return cmp.Compare(x, y), x == x && y == y
	case xFloat:
		c, ordered = compareNumbers(b, a)
		return -c, ordered
	}
	i, _ := asBig(a)
	if !yFloat {
		j, _ := asBig(b)
		return i.Cmp(j), true
	}
	if math.IsNaN(y) || math.IsInf(y, 0) {
		return cmp.Compare(0, y), y == y
	}
	return new(big.Float).SetInt(i).Cmp(big.NewFloat(y)), true
}

func equalRanges(a, b rangeValue) bool {
	n := a.len()
	if n != b.len() || n == 0 {
		return n == b.len()
	}
	return a.start == b.start && (n == 1 || a.step == b.step)
}

func (r *runner) equalItems(a, b []Value) (bool, *Error) {
	if len(a) != len(b) {
		return false, nil
	}
	for i := range a {
		if eq, err := r.equal(a[i], b[i]); err != nil || !eq {
			return false, err
		}
	}
	return true, nil
}

func (r *runner) equalDicts(a, b *Dict) (bool, *Error) {
	if a.Len() != b.Len() {
		return false, nil
	}
	for key, x := range a.All() {
		y, ok, err := b.get(key)
		if err != nil || !ok {
			return false, err
		}
		if eq, err := r.equal(x, y); err != nil || !eq {
			return false, err
		}
	}
	return true, nil
}

// less is Python's comparison by one of the operators <, <=, > and >=.
func (r *runner) less(op string, a, b Value) (bool, *Error) {
	if err := r.charge(1); err != nil {
		return false, err
	}
	for _, v := range []Value{a, b} {
		if u, ok := v.(*undefined); ok {
			return false, u.err()
		}
	}
	if isNumber(a) && isNumber(b) {
		c, ordered := compareNumbers(a, b)
		return ordered && holds(op, c), nil
	}
	x, ok := asString(a)
	y, ok2 := asString(b)
	if ok && ok2 {
		return holds(op, strings.Compare(x, y)), r.charge(len(x) / 64)
	}
	xs, ok := sequenceItems(a)
	ys, ok2 := sequenceItems(b)
	if _, isTuple := a.(*Tuple); ok && ok2 && isTuple == isTupleValue(b) {
		return r.lessItems(op, xs, ys)
	}
	if isSet(a) && isSet(b) {
		return r.lessSets(op, a.(*view), b.(*view))
	}
	return false, typeErrorf("'%s' not supported between instances of '%s' and '%s'", op, typeName(a), typeName(b))
}

// isSet reports whether v is a view that is a set to Python.
func isSet(v Value) bool {
	w, ok := v.(*view)
	return ok && w.kind != "dict_values"
}

// lessSets orders sets by inclusion.
func (r *runner) lessSets(op string, a, b *view) (bool, *Error) {
	if op == ">" || op == ">=" {
		a, b = b, a
	}
	if n, m := a.dict.Len(), b.dict.Len(); n > m || n == m && len(op) == 1 {
		return false, nil
	}
	for _, item := range a.items() {
		if in, err := r.contains(b, item); err != nil || !in {
			return false, err
		}
	}
	return true, nil
}

func isTupleValue(v Value) bool {
	_, ok := v.(*Tuple)
	return ok
}

func holds(op string, c int) bool {
	switch op {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

// lessItems compares two sequences by their first difference.
func (r *runner) lessItems(op string, a, b []Value) (bool, *Error) {
	for i := range min(len(a), len(b)) {
		eq, err := r.equal(a[i], b[i])
		if err != nil {
			return false, err
		}
		if !eq {
			return r.less(op, a[i], b[i])
		}
	}
	return holds(op, len(a)-len(b)), nil
}

// contains is Python's item in container.
func (r *runner) contains(container, item Value) (bool, *Error) {
	if s, ok := asString(container); ok {
		sub, ok := asString(item)
		if !ok {
			return false, typeErrorf("'in <string>' requires string as left operand, not %s", typeName(item))
		}
		return strings.Contains(s, sub), r.charge(len(s) / 64)
	}
	switch c := container.(type) {
	case *Dict:
		_, ok, err := c.get(item)
		return ok, err
	case *view:
		if c.kind == "dict_keys" {
			return r.contains(c.dict, item)
		}
	case rangeValue:
		return containsRange(c, item), nil
	}
	it, err := r.iterate(container)
	if err != nil {
		return false, typeErrorf("argument of type '%s' is not iterable", typeName(container))
	}
	for {
		v, ok, err := it.next()
		if err != nil || !ok {
			return false, err
		}
		if eq, err := r.equal(v, item); err != nil || eq {
			return eq, err
		}
	}
}

func containsRange(c rangeValue, item Value) bool {
	f, ok := asFloat(item)
	if !ok || f != math.Trunc(f) || math.Abs(f) >= 1<<53 {
		return false
	}
	i, n := int64(f), c.len()
	return n > 0 && (i-c.start)%c.step == 0 && (i-c.start)/c.step >= 0 && (i-c.start)/c.step < n
}

// is is Python's identity, as far as it can be told: scalars are the same when they are equal and of one type.
func is(a, b Value) bool {
	if typeName(a) != typeName(b) {
		return false
	}
	if u, ok := a.(*Tuple); ok && len(u.items) == 0 {
		return len(b.(*Tuple).items) == 0
	}
	return same(a, b)
}
