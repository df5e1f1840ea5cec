package jinja

import "unicode/utf8"

// iterate is Python's iter(v).
func (r *runner) iterate(v Value) (*iterator, *Error) {
	if s, ok := asString(v); ok {
		return runes(s), nil
	}
	if items, ok := sequenceItems(v); ok {
		return sliceIterator(typeName(v)+"_iterator", items), nil
	}
	switch v := v.(type) {
	case *iterator:
		return v, nil
	case *Dict:
		return sliceIterator("dict_keyiterator", v.keys), nil
	case *view:
		return sliceIterator("dict_iterator", v.items()), nil
	case rangeValue:
		return v.iterate(), nil
	case *undefined:
		return sliceIterator("generator", nil), nil
	case *loopObject:
		return v.iterate(), nil
	}
	return nil, typeErrorf("'%s' object is not iterable", typeName(v))
}

// runes runs over the characters of a string.
func runes(s string) *iterator {
	return &iterator{"str_iterator", func() (Value, bool, *Error) {
		if s == "" {
			return nil, false, nil
		}
		_, n := utf8.DecodeRuneInString(s)
		c := s[:n]
		s = s[n:]
		return c, true, nil
	}}
}

func (v rangeValue) iterate() *iterator {
	i, n := int64(0), v.len()
	return &iterator{"range_iterator", func() (Value, bool, *Error) {
		if i == n {
			return nil, false, nil
		}
		i++
		return v.at(i - 1), true, nil
	}}
}

// iterate continues the loop from inside: it gives pairs of the item and the loop, as Python's LoopContext does.
func (l *loopObject) iterate() *iterator {
	return &iterator{"LoopContext", func() (Value, bool, *Error) {
		ok, err := l.next()
		if err != nil || !ok {
			return nil, false, err
		}
		return NewTuple(l.item, l), true, nil
	}}
}

// drain reads an iterator to its end.
func (r *runner) drain(it *iterator) ([]Value, *Error) {
	var items []Value
	for {
		v, ok, err := it.next()
		if err != nil || !ok {
			return items, err
		}
		if err := r.chargeItems(1); err != nil {
			return nil, err
		}
		items = append(items, v)
	}
}

// list is Python's list(v), as Go values that may be kept.
func (r *runner) list(v Value) ([]Value, *Error) {
	it, err := r.iterate(v)
	if err != nil {
		return nil, err
	}
	return r.drain(it)
}
