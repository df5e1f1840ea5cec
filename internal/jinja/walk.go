package jinja

// children calls fn for the nodes directly below n, in Jinja's order of fields.
func children(n node, fn func(node)) {
	exprs := func(list ...expr) {
		for _, e := range list {
			if e != nil {
				fn(e)
			}
		}
	}
	nodes := func(list []node) {
		for _, c := range list {
			fn(c)
		}
	}
	switch n := n.(type) {
	case expr:
		exprChildren(n, exprs)
	case *outputStmt:
		exprs(n.items...)
	case *forStmt:
		exprs(n.target, n.iter)
		nodes(n.body)
		nodes(n.els)
		exprs(n.test)
	case *ifStmt:
		exprs(n.test)
		nodes(n.body)
		for _, e := range n.elifs {
			fn(e)
		}
		nodes(n.els)
	case *assignStmt:
		exprs(n.target, n.val)
	default:
		blockChildren(n, exprs, nodes)
	}
}

// blockChildren is children for statements that collect or name their body.
func blockChildren(n node, exprs func(...expr), nodes func([]node)) {
	switch n := n.(type) {
	case *assignBlockStmt:
		exprs(n.target)
		if n.filter != nil {
			exprs(n.filter)
		}
		nodes(n.body)
	case *withStmt:
		exprs(n.targets...)
		exprs(n.vals...)
		nodes(n.body)
	case *filterStmt:
		nodes(n.body)
		exprs(n.filter)
	case *macroStmt:
		n.def.children(exprs, nodes)
	case *callStmt:
		if n.call != nil {
			exprs(n.call)
		}
		n.def.children(exprs, nodes)
	}
}

func (d *macroDef) children(exprs func(...expr), nodes func([]node)) {
	for _, p := range d.params {
		exprs(p)
	}
	exprs(d.defaults...)
	nodes(d.body)
}

func exprChildren(e expr, each func(...expr)) {
	switch e := e.(type) {
	case *tupleExpr:
		each(e.items...)
	case *listExpr:
		each(e.items...)
	case *dictExpr:
		for i := range e.keys {
			each(e.keys[i], e.vals[i])
		}
	case *condExpr:
		each(e.test, e.then, e.other)
	case *binExpr:
		each(e.left, e.right)
	case *unaryExpr:
		each(e.arg)
	case *concatExpr:
		each(e.items...)
	case *compareExpr:
		each(e.first)
		each(e.args...)
	case *attrExpr:
		each(e.obj)
	case *itemExpr:
		each(e.obj, e.key)
	case *sliceExpr:
		each(e.start, e.stop, e.step)
	case *callExpr:
		each(e.fn)
		e.args.children(each)
	case *filterExpr:
		each(e.arg)
		e.args.children(each)
	}
}

func (a *callArgs) children(each func(...expr)) {
	each(a.pos...)
	each(a.vals...)
	each(a.star, a.starStar)
}

// undeclared reports which of the names the nodes read before they set them.
func undeclared(nodes []node, names ...string) map[string]bool {
	open, found := map[string]bool{}, map[string]bool{}
	for _, n := range names {
		open[n] = true
	}
	var visit func(node)
	visit = func(n node) {
		name, ok := n.(*nameExpr)
		switch {
		case !ok:
			children(n, visit)
		case name.ctx == ctxLoad && open[name.name]:
			found[name.name] = true
		default:
			delete(open, name.name)
		}
	}
	for _, n := range nodes {
		visit(n)
	}
	return found
}

// storesName finds the first place below n that sets the name.
func storesName(n node, name string) *nameExpr {
	var found *nameExpr
	var visit func(node)
	visit = func(n node) {
		if e, ok := n.(*nameExpr); ok && found == nil && e.ctx == ctxStore && e.name == name {
			found = e
		}
		children(n, visit)
	}
	visit(n)
	return found
}
