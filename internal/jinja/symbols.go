package jinja

import "maps"

// An ident is a variable of the generated program Jinja would run: a name and the level of the frame that owns it.
type ident struct {
	level int
	name  string
}

// A load says how a frame fills a variable when it is entered.
type load struct {
	kind loadKind
	from ident // for loadAlias
}

type loadKind uint8

const (
	loadParam     loadKind = iota // whoever enters the frame fills it
	loadResolve                   // from the variables of the render call
	loadAlias                     // from an outer frame
	loadUndefined                 // nothing yet
)

// symbols are the names of one frame, found before anything runs. This is Jinja's idtracking, rule for rule: what a name means
// depends on every place of the frame that reads or sets it.
type symbols struct {
	level  int
	parent *symbols
	refs   map[string]ident
	loads  map[ident]load
	stores map[string]bool
}

func newSymbols(parent *symbols) *symbols {
	s := &symbols{parent: parent, refs: map[string]ident{}, loads: map[ident]load{}, stores: map[string]bool{}}
	if parent != nil {
		s.level = parent.level + 1
	}
	return s
}

func (s *symbols) clone() *symbols {
	return &symbols{s.level, s.parent, maps.Clone(s.refs), maps.Clone(s.loads), maps.Clone(s.stores)}
}

func (s *symbols) define(name string, l load) {
	id := ident{s.level, name}
	s.refs[name] = id
	s.loads[id] = l
}

func (s *symbols) find(name string) (ident, bool) {
	for ; s != nil; s = s.parent {
		if id, ok := s.refs[name]; ok {
			return id, true
		}
	}
	return ident{}, false
}

func (s *symbols) findLoad(id ident) load {
	for ; s != nil; s = s.parent {
		if l, ok := s.loads[id]; ok {
			return l
		}
	}
	return load{kind: loadUndefined}
}

func (s *symbols) declare(name string) {
	s.stores[name] = true
	s.define(name, load{kind: loadParam})
}

func (s *symbols) load(name string) {
	if _, ok := s.find(name); !ok {
		s.define(name, load{kind: loadResolve})
	}
}

func (s *symbols) store(name string) {
	s.stores[name] = true
	if _, ok := s.refs[name]; ok {
		return
	}
	s.define(name, s.outer(name, loadUndefined))
}

// outer is an alias of the name in the enclosing frames, or otherwise where they do not know it.
func (s *symbols) outer(name string, otherwise loadKind) load {
	if id, ok := s.parent.find(name); ok {
		return load{loadAlias, id}
	}
	return load{kind: otherwise}
}

// merge joins what the branches of an if found. A name that only a branch sets must have a value without it.
func (s *symbols) merge(branches ...*symbols) {
	set := map[string]bool{}
	for _, b := range branches {
		for name := range b.stores {
			if !s.stores[name] {
				set[name] = true
			}
		}
	}
	for _, b := range branches {
		maps.Copy(s.refs, b.refs)
		maps.Copy(s.loads, b.loads)
		maps.Copy(s.stores, b.stores)
	}
	for name := range set {
		id, _ := s.find(name)
		s.loads[id] = s.outer(name, loadResolve)
	}
}

// visit notes the names of a node as far as they belong to this frame.
func (s *symbols) visit(n node) {
	switch n := n.(type) {
	case *nameExpr:
		switch n.ctx {
		case ctxLoad:
			s.load(n.name)
		case ctxStore:
			s.store(n.name)
		case ctxParam:
			s.declare(n.name)
		}
	case *nsRefExpr:
		s.load(n.name)
	case *ifStmt:
		s.visitIf(n)
	case *macroStmt:
		s.store(n.name)
	case *forStmt:
		s.visit(n.iter)
	case *callStmt:
		if n.call != nil {
			s.visit(n.call)
		}
	case *filterStmt:
		s.visit(n.filter)
	case *withStmt:
		for _, v := range n.vals {
			s.visit(v)
		}
	case *assignStmt:
		s.visit(n.val)
		s.visit(n.target)
	case *assignBlockStmt:
		s.visit(n.target)
	default:
		children(n, s.visit)
	}
}

func (s *symbols) visitAll(nodes []node) {
	for _, n := range nodes {
		s.visit(n)
	}
}

func (s *symbols) visitIf(n *ifStmt) {
	s.visit(n.test)
	body, elifs, els := s.clone(), s.clone(), s.clone()
	body.visitAll(n.body)
	for _, e := range n.elifs {
		elifs.visitIf(e)
	}
	els.visitAll(n.els)
	s.merge(body, elifs, els)
}

// visitTarget declares the names of a loop's target as parameters of its frame.
func (s *symbols) visitTarget(target expr) {
	switch t := target.(type) {
	case *nameExpr:
		s.declare(t.name)
	case *tupleExpr:
		for _, e := range t.items {
			s.visitTarget(e)
		}
	}
}

func (s *symbols) visitMacro(d *macroDef) {
	d.children(func(list ...expr) {
		for _, e := range list {
			s.visit(e)
		}
	}, s.visitAll)
}
