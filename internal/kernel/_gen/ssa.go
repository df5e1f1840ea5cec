package main

import "fmt"

// A program is a loop over vectors: straight-line code in single assignment, run for every vector of its slices.
type program struct {
	name    string
	doc     string // the scalar loop it computes
	ptrs    []param
	scalars []string
	unroll  int
	body    func(b *body)
	reduce  opKind // opAdd, opMax or 0: how accumulators are combined into the result
}

type opKind int

const (
	opLoad      opKind = iota + 1 // dst = ptr[i:]
	opLoadBF16                    // dst = widen(ptr[i:])
	opStore                       // ptr[i:] = a
	opStoreBF16                   // ptr[i:] = narrow(a)
	opScalar                      // dst = broadcast argument, loaded once
	opConst                       // dst = constant
	opAcc                         // dst = accumulator of this unrolled copy
	opSetAcc                      // accumulator = a
	opAdd
	opSub
	opMul
	opDiv
	opSqrt
	opMax
	opMin
	opFMA    // a*b + c
	opFNMA   // c - a*b
	opRound  // to nearest, ties to even, as float
	opPow2   // 2^a for integral a in [-126, 127], as the integer a<<23 to be added to a float's bits
	opIAdd   // integer add of the bits
	opZeroLT // a where !(b < c), else 0 (NaN in b keeps a)
)

type val int

type node struct {
	kind    opKind
	a, b, c val
	ptr     string
	off     int // in vectors
	bits    float32
	name    string
	last    int // index of the last node that uses it
}

// body builds the straight-line code of one loop iteration.
type body struct {
	nodes []node
	copy  int // which unrolled copy is being built
}

func (b *body) add(n node) val {
	b.nodes = append(b.nodes, n)
	return val(len(b.nodes) - 1)
}

func (b *body) load(ptr string) val     { return b.add(node{kind: opLoad, ptr: ptr, off: b.copy}) }
func (b *body) loadBF16(ptr string) val { return b.add(node{kind: opLoadBF16, ptr: ptr, off: b.copy}) }
func (b *body) store(ptr string, v val) { b.add(node{kind: opStore, ptr: ptr, off: b.copy, a: v}) }
func (b *body) storeBF16(p string, v val) {
	b.add(node{kind: opStoreBF16, ptr: p, off: b.copy, a: v})
}
func (b *body) scalar(name string) val { return b.add(node{kind: opScalar, name: name}) }
func (b *body) konst(v float32) val    { return b.add(node{kind: opConst, bits: v}) }
func (b *body) acc() val               { return b.add(node{kind: opAcc, off: b.copy}) }
func (b *body) setAcc(v val)           { b.add(node{kind: opSetAcc, off: b.copy, a: v}) }
func (b *body) plus(x, y val) val      { return b.add(node{kind: opAdd, a: x, b: y}) }
func (b *body) minus(x, y val) val     { return b.add(node{kind: opSub, a: x, b: y}) }
func (b *body) times(x, y val) val     { return b.add(node{kind: opMul, a: x, b: y}) }
func (b *body) over(x, y val) val      { return b.add(node{kind: opDiv, a: x, b: y}) }
func (b *body) sqrt(x val) val         { return b.add(node{kind: opSqrt, a: x}) }
func (b *body) max(x, y val) val       { return b.add(node{kind: opMax, a: x, b: y}) }
func (b *body) min(x, y val) val       { return b.add(node{kind: opMin, a: x, b: y}) }
func (b *body) fma(x, y, z val) val    { return b.add(node{kind: opFMA, a: x, b: y, c: z}) }
func (b *body) fnma(x, y, z val) val   { return b.add(node{kind: opFNMA, a: x, b: y, c: z}) }
func (b *body) round(x val) val        { return b.add(node{kind: opRound, a: x}) }
func (b *body) pow2(x val) val         { return b.add(node{kind: opPow2, a: x}) }
func (b *body) iadd(x, y val) val      { return b.add(node{kind: opIAdd, a: x, b: y}) }
func (b *body) zeroIfLess(v, x, limit val) val {
	return b.add(node{kind: opZeroLT, a: v, b: x, c: limit})
}

func (n *node) uses() []val {
	switch n.kind {
	case opLoad, opLoadBF16, opScalar, opConst, opAcc:
		return nil
	case opStore, opStoreBF16, opSetAcc, opSqrt, opRound, opPow2:
		return []val{n.a}
	case opFMA, opFNMA, opZeroLT:
		return []val{n.a, n.b, n.c}
	}
	return []val{n.a, n.b}
}

// build runs the body once per unrolled copy. Scalars and constants are shared between copies and hoisted by the emitter.
func (p *program) build(copies int) []node {
	var b body
	for i := range copies {
		b.copy = i
		p.body(&b)
	}
	for i := range b.nodes {
		for _, u := range b.nodes[i].uses() {
			b.nodes[u].last = i
		}
	}
	return b.nodes
}

// regs is the register file of one function.
type regs struct {
	free []int
}

func (r *regs) take() int {
	if len(r.free) == 0 {
		panic("out of vector registers")
	}
	n := r.free[len(r.free)-1]
	r.free = r.free[:len(r.free)-1]
	return n
}

func (r *regs) give(n int) { r.free = append(r.free, n) }

// isa emits the nodes for one instruction set. Registers are numbers.
type isa interface {
	suffix() string // of function names
	lanes() int
	registers() int
	wide() int // how many unrolled copies fit, at most
	prologue(f *file, p *program, off map[string]int)
	scalar(f *file, r int, arg string)
	zero(f *file, r int)
	konst(f *file, r int, v float32)
	emit(f *file, n *node, dst int, in []int, tmp *regs)
	advance(f *file, p *program, vectors int)
	loop(f *file, label string, vectors int) // decrement the count, jump back while more than that many remain
	guard(f *file, label string, vectors int)
	reduce(f *file, kind opKind, accs []int, tmp *regs, ret string)
	ret(f *file)
}

// program emits p for an instruction set: a loop over unrolled copies, then one over single vectors.
func (f *file) program(p *program, s isa) {
	params := append([]param(nil), p.ptrs...)
	for _, sc := range p.scalars {
		params = append(params, param{sc, "float32"})
	}
	params = append(params, param{"n", "int"})
	result := ""
	if p.reduce != 0 {
		result = "float32"
	}
	off := f.fn(p.name+s.suffix(), p.doc, params, result)
	e := &emitter{f: f, s: s, p: p, scal: map[string]int{}, accs: map[int]int{}}
	for i := s.registers() - 1; i >= 0; i-- {
		e.regs.give(i)
	}
	s.prologue(f, p, off)
	for _, sc := range p.scalars {
		e.scal[sc] = e.regs.take()
		s.scalar(f, e.scal[sc], arg(off, sc))
	}
	copies := min(p.unroll, s.wide())
	if p.reduce != 0 {
		for i := range copies {
			e.accs[i] = e.regs.take()
			s.zero(f, e.accs[i])
			if p.reduce == opMax {
				s.konst(f, e.accs[i], negInf)
			}
		}
	}
	if copies > 1 {
		s.guard(f, "single", copies)
		f.label("many")
		e.run(copies)
		s.advance(f, p, copies)
		s.loop(f, "many", copies)
		f.label("single")
	}
	s.guard(f, "done", 1)
	f.label("one")
	e.run(1)
	s.advance(f, p, 1)
	s.loop(f, "one", 1)
	f.label("done")
	if p.reduce != 0 {
		accs := make([]int, copies)
		for i := range accs {
			accs[i] = e.accs[i]
		}
		s.reduce(f, p.reduce, accs, &e.regs, arg(off, "ret"))
	}
	s.ret(f)
}

type emitter struct {
	f    *file
	s    isa
	p    *program
	regs regs
	scal map[string]int
	accs map[int]int
}

// run emits one iteration. A register is free again after its value's last use.
func (e *emitter) run(copies int) {
	nodes := e.p.build(copies)
	reg := make([]int, len(nodes))
	owned := make([]bool, len(nodes))
	for i := range nodes {
		n := &nodes[i]
		switch n.kind {
		case opScalar:
			reg[i] = e.scal[n.name]
			continue
		case opAcc:
			reg[i] = e.accs[n.off]
			continue
		case opSetAcc:
			if reg[n.a] != e.accs[n.off] {
				panic(fmt.Sprintf("%s: accumulator %d moved", e.p.name, n.off))
			}
			continue
		}
		in := make([]int, 0, 3)
		for _, u := range n.uses() {
			in = append(in, reg[u])
		}
		e.place(nodes, i, reg, owned)
		if n.kind == opConst {
			e.s.konst(e.f, reg[i], n.bits)
		} else {
			e.s.emit(e.f, n, reg[i], in, &e.regs)
		}
		for _, u := range n.uses() {
			if owned[u] && nodes[u].last == i && reg[u] != reg[i] {
				owned[u] = false
				e.regs.give(reg[u])
			}
		}
	}
}

// place chooses the register of node i. A fused multiply-add overwrites its addend, so it takes the addend's register if that value
// dies here or is an accumulator; otherwise the instruction set copies.
func (e *emitter) place(nodes []node, i int, reg []int, owned []bool) {
	n := &nodes[i]
	switch n.kind {
	case opStore, opStoreBF16:
		reg[i] = -1
		return
	case opFMA, opFNMA:
		if nodes[n.c].kind == opAcc || owned[n.c] && nodes[n.c].last == i {
			reg[i], owned[i], owned[n.c] = reg[n.c], owned[n.c], false
			return
		}
	case opAdd, opMax:
		if nodes[n.a].kind == opAcc {
			reg[i] = reg[n.a]
			return
		}
	}
	reg[i], owned[i] = e.regs.take(), true
}
