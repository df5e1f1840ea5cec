package jinja

import (
	"slices"
	"strings"
)

// A getter takes what a filter's attribute argument names out of an item.
type getter func(r *runner, item Value) (Value, *Error)

// attrGetter reads a path such as "a.b.0". post changes the result; def stands in for undefined parts.
func attrGetter(attr Value, post func(Value) Value, def Value) (getter, *Error) {
	path, err := attrPath(attr)
	if err != nil {
		return nil, err
	}
	return func(r *runner, item Value) (Value, *Error) {
		for _, part := range path {
			v, err := r.getItem(item, part)
			if err != nil {
				return nil, err
			}
			if _, undef := v.(*undefined); undef && given(def) {
				v = def
			}
			item = v
		}
		if post != nil {
			item = post(item)
		}
		return item, nil
	}, nil
}

func attrPath(attr Value) ([]Value, *Error) {
	if !given(attr) {
		return nil, nil
	}
	s, ok := asString(attr)
	if !ok {
		return []Value{attr}, nil
	}
	var path []Value
	for part := range strings.SplitSeq(s, ".") {
		if every(part, isDigitRune) {
			i, err := parseInt(part, 10)
			if err != nil {
				return nil, err
			}
			path = append(path, i)
			continue
		}
		path = append(path, part)
	}
	return path, nil
}

// ignoreCase lowers strings unless case matters.
func ignoreCase(sensitive Value) func(Value) Value {
	if flag(sensitive) {
		return nil
	}
	return func(v Value) Value {
		if s, ok := asString(v); ok {
			return sameText(v, toLower(s))
		}
		return v
	}
}

func firstFilter(r *runner, v []Value, _ args) (Value, *Error) {
	it, err := r.iterate(v[0])
	if err != nil {
		return nil, err
	}
	item, ok, err := it.next()
	if err == nil && !ok {
		return undefinedHint("No first item, sequence was empty."), nil
	}
	return item, err
}

func lastFilter(r *runner, v []Value, _ args) (Value, *Error) {
	it, err := r.reversed(v[0])
	if err != nil {
		return nil, err
	}
	item, ok, err := it.next()
	if err == nil && !ok {
		return undefinedHint("No last item, sequence was empty."), nil
	}
	return item, err
}

// reversed is Python's reversed(v).
func (r *runner) reversed(v Value) (*iterator, *Error) {
	kind := "reversed"
	switch x := v.(type) {
	case *List:
		kind = "list_reverseiterator"
	case *Dict, *view:
		kind = "dict_reversekeyiterator"
	case rangeValue:
		kind = "range_iterator"
	case string, markup, *Tuple, *undefined:
	default:
		return nil, typeErrorf("'%s' object is not reversible", typeName(x))
	}
	items, err := r.list(v)
	if err != nil {
		return nil, err
	}
	items = slices.Clone(items)
	slices.Reverse(items)
	return sliceIterator(kind, items), nil
}

func reverseFilter(r *runner, v []Value, _ args) (Value, *Error) {
	if s, ok := asString(v[0]); ok {
		runes := []rune(s)
		slices.Reverse(runes)
		return sameText(v[0], string(runes)), r.chargeText(len(s))
	}
	if it, err := r.reversed(v[0]); err == nil || err.Class != classType {
		return it, err
	}
	items, err := r.list(v[0])
	if err != nil && err.Class == classType {
		return nil, errorf(classFilterArg, "argument must be iterable")
	}
	slices.Reverse(items)
	return &List{items}, err
}

func listFilter(r *runner, v []Value, _ args) (Value, *Error) {
	items, err := r.list(v[0])
	return &List{items}, err
}

func itemsFilter(_ *runner, v []Value, _ args) (Value, *Error) {
	var items []Value
	switch d := v[0].(type) {
	case *undefined:
	case *Dict:
		items = (&view{"dict_items", d}).items()
	default: // the filter is a generator: it fails when it is first read
		return &iterator{"generator", func() (Value, bool, *Error) {
			return nil, false, typeErrorf("Can only get item pairs from a mapping.")
		}}, nil
	}
	return sliceIterator("generator", items), nil
}

// lazy makes a generator whose body starts, with start, when it is first read.
func lazy(start func() (func() (Value, bool, *Error), *Error)) *iterator {
	var next func() (Value, bool, *Error)
	done := false
	return &iterator{"generator", func() (Value, bool, *Error) {
		if done {
			return nil, false, nil
		}
		if next == nil {
			var err *Error
			if next, err = start(); err != nil {
				done = true
				return nil, false, err
			}
		}
		v, ok, err := next()
		done = err != nil || !ok
		return v, ok, err
	}}
}

// overItems is a lazy generator of what each makes of the items of v; a false value stands for none.
func (r *runner) overItems(v Value, each func(Value) (Value, bool, *Error)) *iterator {
	return lazy(func() (func() (Value, bool, *Error), *Error) {
		it, err := r.iterate(v)
		if err != nil {
			return nil, err
		}
		return func() (Value, bool, *Error) {
			for {
				item, ok, err := it.next()
				if err != nil || !ok {
					return nil, false, err
				}
				if err := r.charge(1); err != nil {
					return nil, false, err
				}
				if out, keep, err := each(item); err != nil || keep {
					return out, keep, err
				}
			}
		}, nil
	})
}

func mapFilter(r *runner, v []Value, rest args) (Value, *Error) {
	return lazy(func() (func() (Value, bool, *Error), *Error) {
		if !truth(v[0]) {
			return sliceIterator("", nil).next, nil
		}
		fn, err := mapper(rest)
		if err != nil {
			return nil, err
		}
		return r.overItems(v[0], func(item Value) (Value, bool, *Error) {
			out, err := fn(r, item)
			return out, err == nil, err
		}).next, nil
	}), nil
}

// mapper is what map applies: an attribute, or a filter with its arguments.
func mapper(rest args) (getter, *Error) {
	attr, ok := rest.take("attribute")
	if ok && len(rest.pos) == 0 {
		def, _ := rest.take("default")
		if len(rest.names) > 0 {
			return nil, errorf(classFilterArg, "Unexpected keyword argument %s", reprString(rest.names[0]))
		}
		return attrGetter(attr, nil, def)
	}
	if ok {
		rest.names, rest.vals = append(rest.names, "attribute"), append(rest.vals, attr)
	}
	if len(rest.pos) == 0 {
		return nil, errorf(classFilterArg, "map requires a filter argument")
	}
	return byName("filter", rest), nil
}

// byName applies the filter or test that the first argument names to an item, with the other arguments.
func byName(what string, rest args) getter {
	return func(r *runner, item Value) (Value, *Error) {
		table := r.lib.filters
		if what == "test" {
			table = r.lib.tests
		}
		name, ok := asString(rest.pos[0])
		s := table[name]
		switch {
		case ok && s != nil:
		case ok && what == "filter" && slices.Contains(refusedFilters, name):
			return nil, unsupportedf("the filter %s", name)
		default:
			return nil, errorf(classRuntime, "No %s named %s.", what, simpleRepr(rest.pos[0]))
		}
		a := args{pos: append([]Value{item}, rest.pos[1:]...), names: rest.names, vals: rest.vals}
		return s.invoke(r, a)
	}
}

// selectFilter makes select, reject, selectattr and rejectattr: keep tells which verdict passes, attr whether the first argument
// names what the test looks at.
func selectFilter(name string, keep, attr bool) *spec {
	fn := func(r *runner, v []Value, rest args) (Value, *Error) {
		return lazy(func() (func() (Value, bool, *Error), *Error) {
			if !truth(v[0]) {
				return sliceIterator("", nil).next, nil
			}
			get, err := attrGetter(nil, nil, nil)
			if attr {
				if len(rest.pos) == 0 {
					return nil, errorf(classFilterArg, "Missing parameter for attribute name")
				}
				get, err = attrGetter(rest.pos[0], nil, nil)
				rest.pos = rest.pos[1:]
			}
			if err != nil {
				return nil, err
			}
			var test getter
			if len(rest.pos) > 0 {
				test = byName("test", rest)
			}
			return r.overItems(v[0], func(item Value) (Value, bool, *Error) {
				verdict, err := get(r, item)
				if err == nil && test != nil {
					verdict, err = test(r, verdict)
				}
				if err != nil {
					return nil, false, err
				}
				return item, truth(verdict) == keep, nil
			}).next, nil
		}), nil
	}
	return &spec{name: name, hidden: 1, params: []string{"value"}, rest: true, fn: fn}
}

func uniqueFilter(r *runner, v []Value, _ args) (Value, *Error) {
	return lazy(func() (func() (Value, bool, *Error), *Error) {
		get, err := attrGetter(v[2], ignoreCase(v[1]), nil)
		if err != nil {
			return nil, err
		}
		seen := map[any]bool{}
		return r.overItems(v[0], func(item Value) (Value, bool, *Error) {
			key, err := get(r, item)
			if err != nil {
				return nil, false, err
			}
			h, err := hash(key)
			if err != nil || seen[h] {
				return nil, false, err
			}
			seen[h] = true
			return item, true, nil
		}).next, nil
	}), nil
}

func batchFilter(r *runner, v []Value, _ args) (Value, *Error) {
	return lazy(func() (func() (Value, bool, *Error), *Error) {
		items, err := r.list(v[0])
		if err != nil {
			return nil, err
		}
		size, isInt := asInt(v[1])
		var out []Value
		for isInt && size > 0 && len(items) >= int(size) {
			out = append(out, NewList(items[:size:size]...))
			items = items[size:]
		}
		if len(items) > 0 {
			rest, err := r.fill(items, v, isInt)
			if err != nil {
				return nil, err
			}
			if isInt && size == 0 { // Python's first batch is empty then
				out = append(out, &List{})
			}
			out = append(out, &List{rest})
		}
		return sliceIterator("", out).next, nil
	}), nil
}

// fill completes the last batch.
func (r *runner) fill(items []Value, v []Value, isInt bool) ([]Value, *Error) {
	if !given(v[2]) {
		return items, nil
	}
	if !isInt {
		return nil, typeErrorf("'<' not supported between instances of 'int' and '%s'", typeName(v[1]))
	}
	size, _ := asInt(v[1])
	missing := max(size-int64(len(items)), 0)
	if err := r.chargeTimes(1, missing, r.chargeItems); err != nil {
		return nil, err
	}
	return append(slices.Clone(items), slices.Repeat([]Value{v[2]}, int(missing))...), nil
}

func sliceFilter(r *runner, v []Value, _ args) (Value, *Error) {
	return lazy(func() (func() (Value, bool, *Error), *Error) {
		items, err := r.list(v[0])
		if err != nil {
			return nil, err
		}
		n, ok := asInt(v[1])
		switch {
		case !ok:
			return nil, operandError("//", int64(0), v[1])
		case n == 0:
			return nil, errorf(classZeroDiv, "integer division or modulo by zero")
		}
		size, extra := int64(len(items))/max(n, 1), int64(len(items))%max(n, 1)
		i, start := int64(0), int64(0)
		return func() (Value, bool, *Error) {
			if i >= n {
				return nil, false, nil
			}
			end := start + size
			if i < extra {
				end++
			}
			part := slices.Clone(items[start:end])
			if given(v[2]) && i >= extra {
				part = append(part, v[2])
			}
			i, start = i+1, end
			return &List{part}, true, r.charge(1)
		}, nil
	}), nil
}

func extremeFilter(name, op string) *spec {
	fn := func(r *runner, v []Value, _ args) (Value, *Error) {
		get, err := attrGetter(v[2], ignoreCase(v[1]), nil)
		if err != nil {
			return nil, err
		}
		items, err := r.list(v[0])
		if err != nil {
			return nil, err
		}
		if len(items) == 0 {
			return undefinedHint("No aggregated item, sequence was empty."), nil
		}
		var best, bestKey Value
		for i, item := range items {
			key, err := get(r, item)
			if err != nil {
				return nil, err
			}
			better := i == 0
			if !better {
				if better, err = r.less(op, key, bestKey); err != nil {
					return nil, err
				}
			}
			if better {
				best, bestKey = item, key
			}
		}
		return best, nil
	}
	return &spec{name: name, hidden: 1, params: []string{"value", "case_sensitive?", "attribute?"}, fn: fn}
}

func sumFilter(r *runner, v []Value, _ args) (Value, *Error) {
	var total Value = int64(0)
	if v[2] != nil {
		total = v[2]
	}
	get, err := attrGetter(v[1], nil, nil)
	if err != nil {
		return nil, err
	}
	it, err := r.iterate(v[0])
	if err != nil {
		return nil, err
	}
	if _, text := asString(total); text {
		return nil, typeErrorf("sum() can't sum strings [use ''.join(seq) instead]")
	}
	for {
		item, ok, err := it.next()
		if err != nil || !ok {
			return total, err
		}
		if item, err = get(r, item); err != nil {
			return nil, err
		}
		if total, err = r.binary("add", total, item); err != nil {
			return nil, err
		}
	}
}

// sortItems orders items by their keys, stably, asking Python's questions in Python's order for short lists.
func (r *runner) sortItems(items, keys []Value, reverse bool) ([]Value, *Error) {
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	if reverse {
		slices.Reverse(order)
	}
	var failed *Error
	less := func(i, j int) bool {
		if failed != nil {
			return false
		}
		ok, err := r.less("<", keys[i], keys[j])
		failed = err
		return ok
	}
	if len(order) < 64 {
		insertionSort(order, less)
	} else {
		slices.SortStableFunc(order, func(i, j int) int {
			switch {
			case less(i, j):
				return -1
			case less(j, i):
				return 1
			}
			return 0
		})
	}
	if reverse {
		slices.Reverse(order)
	}
	out := make([]Value, len(items))
	for to, from := range order {
		out[to] = items[from]
	}
	return out, failed
}

// insertionSort is how Python sorts short lists: it keeps a first run, reverses it if it falls, and inserts the rest by bisection.
func insertionSort(order []int, less func(i, j int) bool) {
	if len(order) < 2 {
		return
	}
	run := 2
	if less(order[1], order[0]) {
		for run < len(order) && less(order[run], order[run-1]) {
			run++
		}
		slices.Reverse(order[:run])
	} else {
		for run < len(order) && !less(order[run], order[run-1]) {
			run++
		}
	}
	for ; run < len(order); run++ {
		pivot := order[run]
		low, high := 0, run
		for low < high {
			mid := (low + high) / 2
			if less(pivot, order[mid]) {
				high = mid
			} else {
				low = mid + 1
			}
		}
		copy(order[low+1:run+1], order[low:run])
		order[low] = pivot
	}
}

func sortFilter(r *runner, v []Value, _ args) (Value, *Error) {
	var getters []getter
	attrs := []Value{v[3]}
	if s, ok := asString(v[3]); ok {
		attrs = nil
		for part := range strings.SplitSeq(s, ",") {
			attrs = append(attrs, part)
		}
	}
	for _, attr := range attrs {
		get, err := attrGetter(attr, ignoreCase(v[2]), nil)
		if err != nil {
			return nil, err
		}
		getters = append(getters, get)
	}
	items, err := r.list(v[0])
	if err != nil {
		return nil, err
	}
	keys := make([]Value, len(items))
	for i, item := range items {
		key := &List{}
		for _, get := range getters {
			k, err := get(r, item)
			if err != nil {
				return nil, err
			}
			key.items = append(key.items, k)
		}
		keys[i] = key
	}
	out, err := r.sortItems(items, keys, flag(v[1]))
	return &List{out}, err
}

func dictsortFilter(r *runner, v []Value, _ args) (Value, *Error) {
	by := "key"
	if v[2] != nil {
		by, _ = asString(v[2])
	}
	if by != "key" && by != "value" {
		return nil, errorf(classFilterArg, `You can only sort by either "key" or "value"`)
	}
	d, err := needDict(v[0])
	if err != nil {
		return nil, err
	}
	keys := d.keys
	if by == "value" {
		keys = d.vals
	}
	if lower := ignoreCase(v[1]); lower != nil {
		keys = slices.Clone(keys)
		for i, k := range keys {
			keys[i] = lower(k)
		}
	}
	out, err := r.sortItems((&view{"dict_items", d}).items(), keys, flag(v[3]))
	return &List{out}, err
}

// needDict is what a filter finds that calls v.items().
func needDict(v Value) (*Dict, *Error) {
	switch d := v.(type) {
	case *Dict:
		return d, nil
	case *undefined:
		return nil, d.err()
	case *namespace:
		return nil, errorf(classAttribute, "items")
	}
	return nil, errorf(classAttribute, "'%s' object has no attribute 'items'", typeName(v))
}

func groupbyFilter(r *runner, v []Value, _ args) (Value, *Error) {
	get, err := attrGetter(v[1], ignoreCase(v[3]), v[2])
	if err != nil {
		return nil, err
	}
	items, keys, err := r.keyed(v[0], get)
	if err != nil {
		return nil, err
	}
	if items, err = r.sortItems(items, keys, false); err != nil {
		return nil, err
	}
	out := &List{}
	var last Value
	for _, item := range items {
		key, err := get(r, item)
		if err != nil {
			return nil, err
		}
		same := false
		if last != nil {
			if same, err = r.equal(last, key); err != nil {
				return nil, err
			}
		}
		if !same {
			out.items = append(out.items, &Tuple{items: []Value{key, &List{}}, group: true})
			last = key
		}
		members := out.items[len(out.items)-1].(*Tuple).items[1].(*List)
		members.items = append(members.items, item)
	}
	return out, r.nameGroups(out, v)
}

// keyed reads the items of v and the key of each.
func (r *runner) keyed(v Value, get getter) (items, keys []Value, err *Error) {
	if items, err = r.list(v); err != nil {
		return nil, nil, err
	}
	for _, item := range items {
		key, err := get(r, item)
		if err != nil {
			return nil, nil, err
		}
		keys = append(keys, key)
	}
	return items, keys, nil
}

// nameGroups gives each group the key of its first item as it is written, where case was ignored.
func (r *runner) nameGroups(groups *List, v []Value) *Error {
	if flag(v[3]) {
		return nil
	}
	get, err := attrGetter(v[1], nil, v[2])
	if err != nil {
		return err
	}
	for _, g := range groups.items {
		t := g.(*Tuple)
		if t.items[0], err = get(r, t.items[1].(*List).items[0]); err != nil {
			return err
		}
	}
	return nil
}
