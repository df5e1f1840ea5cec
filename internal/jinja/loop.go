package jinja

// A loopObject is the variable loop inside a for: it runs over the items and looks one ahead.
type loopObject struct {
	r     *runner
	iter  *iterator
	sized Value // what is iterated, if it knows its length
	count int64 // length where it is known, else -1

	index     int64 // of the current item, from 0; -1 before the first
	depth     int64
	item      Value
	prev      Value
	ahead     Value // the next item if it was looked at
	peeked    bool
	last      Value // the argument of the last changed()
	recursive func(v Value, depth int64) (Value, *Error)
}

func (r *runner) newLoop(v Value, it *iterator) *loopObject {
	return &loopObject{r: r, iter: it, sized: v, count: -1, index: -1}
}

func (l *loopObject) class() string { return "LoopContext" }

// next moves to the next item.
func (l *loopObject) next() (bool, *Error) {
	v, ok, err := l.peek()
	if err != nil || !ok {
		return false, err
	}
	l.peeked, l.ahead = false, nil
	l.index++
	l.prev, l.item = l.item, v
	return true, nil
}

func (l *loopObject) peek() (Value, bool, *Error) {
	if !l.peeked {
		v, ok, err := l.iter.next()
		if err != nil {
			return nil, false, err
		}
		if !ok {
			v = nil
		}
		l.ahead, l.peeked = v, true
	}
	return l.ahead, l.ahead != nil, nil
}

// length is the number of items; an iterator is read to its end to know it.
func (l *loopObject) length() (int64, *Error) {
	if l.count >= 0 {
		return l.count, nil
	}
	if n, err := length(l.sized); err == nil {
		l.count = n
		return n, nil
	}
	rest, err := l.r.drain(l.iter)
	if err != nil {
		return 0, err
	}
	l.iter = sliceIterator("list_iterator", rest)
	l.count = int64(len(rest)) + l.index + 1
	if l.peeked && l.ahead != nil {
		l.count++
	}
	return l.count, nil
}

func (l *loopObject) attr(name string) (Value, *Error) {
	switch name {
	case "index":
		return l.index + 1, nil
	case "index0":
		return l.index, nil
	case "first":
		return l.index == 0, nil
	case "depth":
		return l.depth + 1, nil
	case "depth0":
		return l.depth, nil
	case "cycle":
		return &builtin{"method", name, l.cycle}, nil
	case "changed":
		return &builtin{"method", name, l.changed}, nil
	case "length", "revindex", "revindex0":
		return l.sizedAttr(name)
	}
	return l.neighbour(name)
}

// neighbour gives the attributes that look at the items around the current one.
func (l *loopObject) neighbour(name string) (Value, *Error) {
	switch name {
	case "last":
		_, ok, err := l.peek()
		return !ok, err
	case "nextitem":
		v, ok, err := l.peek()
		if err == nil && !ok {
			return undefinedHint("there is no next item"), nil
		}
		return v, err
	case "previtem":
		if l.index == 0 {
			return undefinedHint("there is no previous item"), nil
		}
		return l.prev, nil
	}
	return nil, nil
}

func (l *loopObject) sizedAttr(name string) (Value, *Error) {
	n, err := l.length()
	if err != nil {
		return nil, err
	}
	switch name {
	case "revindex":
		n -= l.index
	case "revindex0":
		n -= l.index + 1
	}
	return n, nil
}

func (l *loopObject) cycle(_ *runner, a args) (Value, *Error) {
	if len(a.names) > 0 {
		return nil, typeErrorf("LoopContext.cycle() got an unexpected keyword argument %s", reprString(a.names[0]))
	}
	if len(a.pos) == 0 {
		return nil, typeErrorf("no items for cycling given")
	}
	return a.pos[l.index%int64(len(a.pos))], nil
}

func (l *loopObject) changed(r *runner, a args) (Value, *Error) {
	if len(a.names) > 0 {
		return nil, typeErrorf("LoopContext.changed() got an unexpected keyword argument %s", reprString(a.names[0]))
	}
	v := NewTuple(a.pos...)
	if l.last != nil {
		if eq, err := r.equal(l.last, v); err != nil || eq {
			return false, err
		}
	}
	l.last = v
	return true, nil
}

// call renders the body of a recursive loop for other items.
func (l *loopObject) call(_ *runner, a args) (Value, *Error) {
	s := spec{name: "LoopContext.__call__", hidden: 1, params: []string{"iterable"}}
	v, _, err := s.bind(a)
	if err != nil {
		return nil, err
	}
	if l.recursive == nil {
		return nil, typeErrorf("The loop must have the 'recursive' marker to be called recursively.")
	}
	return l.recursive(v[0], l.depth+1)
}

func (r *runner) forStatement(n *forStmt, a *activation, out *buffer) (control, *Error) {
	r.line = n.line
	v, err := r.eval(n.iter, a)
	if err != nil {
		return ctlNext, err
	}
	if !n.recursive {
		return r.loopOver(n, v, a, out, nil)
	}
	s, err := r.recurse(n, a, v, 0)
	if err != nil {
		return ctlNext, err
	}
	text, _ := asString(s)
	return ctlNext, r.write(out, text)
}

// recurse runs a recursive loop as the function it is.
func (r *runner) recurse(n *forStmt, up *activation, v Value, depth int64) (Value, *Error) {
	if err := r.push(); err != nil {
		return nil, err
	}
	defer r.pop()
	line := r.line
	defer func() { r.line = line }()
	var out buffer
	again := func(v Value, depth int64) (Value, *Error) { return r.recurse(n, up, v, depth) }
	_, err := r.loopOver(n, v, newActivation(n.fn, up), &out, func(l *loopObject) {
		l.recursive = again
		l.depth = depth
	})
	return out.String(), err
}

// loopOver runs the body for every item of v. setup prepares the loop variable.
func (r *runner) loopOver(n *forStmt, v Value, a *activation, out *buffer, setup func(*loopObject)) (control, *Error) {
	r.line = n.line
	it, err := r.iterate(v)
	if err != nil {
		return ctlNext, err
	}
	if n.filter != nil {
		outer := a
		if n.recursive {
			outer = a.up
		}
		it = r.filterItems(n, it, outer)
		v = it
	}
	l := r.newLoop(v, it)
	if setup != nil {
		setup(l)
	}
	done, err := r.iterations(n, l, a, out)
	if err != nil || done {
		return ctlNext, err
	}
	r.enter(&n.elseScope, a)
	ctl, err := r.exec(n.els, a, out)
	n.elseScope.leave(a)
	return ctl, err
}

// iterations reports whether the body ran to its end at least once. If not, the else part runs: Jinja counts an iteration that
// ends in break or continue as none.
func (r *runner) iterations(n *forStmt, l *loopObject, a *activation, out *buffer) (bool, *Error) {
	done := false
	for {
		r.line = n.line
		ok, err := l.next()
		if err != nil {
			return false, err
		}
		if !ok {
			break
		}
		ctl, err := r.iteration(n, l, a, out)
		if err != nil {
			return false, err
		}
		if ctl == ctlBreak {
			break
		}
		done = done || ctl == ctlNext
	}
	n.scope.leave(a)
	return done, nil
}

func (r *runner) iteration(n *forStmt, l *loopObject, a *activation, out *buffer) (control, *Error) {
	if err := r.charge(1); err != nil {
		return ctlNext, err
	}
	if err := r.store(n.target, l.item, a); err != nil {
		return ctlNext, err
	}
	if n.loop >= 0 {
		a.slots[n.loop] = l
	}
	r.enter(&n.scope, a)
	return r.exec(n.body, a, out)
}

// filterItems passes on the items that satisfy the condition of a loop.
func (r *runner) filterItems(n *forStmt, it *iterator, up *activation) *iterator {
	f := n.filter
	a := newActivation(f.fn, up)
	r.enter(&f.scope, a)
	return &iterator{"generator", func() (Value, bool, *Error) {
		for {
			v, ok, err := it.next()
			if err != nil || !ok {
				return nil, false, err
			}
			if err := r.charge(1); err != nil {
				return nil, false, err
			}
			if err := r.store(f.target, v, a); err != nil {
				return nil, false, err
			}
			keep, err := r.eval(n.test, a)
			if err != nil {
				return nil, false, err
			}
			if truth(keep) {
				return targetValue(f.target, a), true, nil
			}
		}
	}}
}

// targetValue reads back what was stored in the target of a loop.
func targetValue(target expr, a *activation) Value {
	if t, ok := target.(*tupleExpr); ok {
		v := &Tuple{items: make([]Value, len(t.items))}
		for i, e := range t.items {
			v.items[i] = targetValue(e, a)
		}
		return v
	}
	return *a.at(target.(*nameExpr).ref)
}
