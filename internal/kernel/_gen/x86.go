package main

import (
	"fmt"
	"math"
)

// x86 emits AVX2 (Y registers) or AVX-512 (Z registers). Pointers live in general registers in the order of the parameters; CX counts.
type x86 struct {
	name  string
	r     byte // 'Y' or 'Z'
	n     int  // lanes
	count int  // registers
	ptr   map[string]string
}

var (
	avx2   = &x86{name: "AVX2", r: 'Y', n: 8, count: 16}
	avx512 = &x86{name: "AVX512", r: 'Z', n: 16, count: 32}
)

var pointerRegs = []string{"AX", "BX", "DX", "SI", "DI", "R8"}

func (s *x86) suffix() string { return s.name }
func (s *x86) lanes() int     { return s.n }
func (s *x86) registers() int { return s.count }
func (s *x86) wide() int      { return 4 }

func (s *x86) reg(n int) string { return fmt.Sprintf("%c%d", s.r, n) }

func (s *x86) prologue(f *file, p *program, off map[string]int) {
	s.ptr = map[string]string{}
	for i, ptr := range p.ptrs {
		s.ptr[ptr.name] = pointerRegs[i]
		f.op("MOVQ %s, %s", arg(off, ptr.name), pointerRegs[i])
	}
	f.op("MOVQ %s, CX", arg(off, "n"))
	f.op("SHRQ $%d, CX // vectors", int(math.Log2(float64(s.n))))
}

func (s *x86) scalar(f *file, r int, arg string) { f.op("VBROADCASTSS %s, %s", arg, s.reg(r)) }

func (s *x86) zero(f *file, r int) {
	if s.r == 'Z' {
		f.op("VPXORD Z%d, Z%d, Z%d", r, r, r)
		return
	}
	f.op("VXORPS Y%d, Y%d, Y%d", r, r, r)
}

func (s *x86) konst(f *file, r int, v float32) { f.op("VMOVUPS %s, %s", f.splat(v), s.reg(r)) }

func (s *x86) mem(n *node, bytes int) string {
	return fmt.Sprintf("%d(%s)", n.off*s.n*bytes, s.ptr[n.ptr])
}

var x86Binary = map[opKind]string{opAdd: "VADDPS", opMul: "VMULPS", opMax: "VMAXPS"}

func (s *x86) emit(f *file, n *node, dst int, in []int, tmp *regs) {
	d := s.reg(dst)
	in3 := func(i int) string { return s.reg(in[i]) }
	switch n.kind {
	case opLoad:
		f.op("VMOVUPS %s, %s", s.mem(n, 4), d)
	case opStore:
		f.op("VMOVUPS %s, %s", in3(0), s.mem(n, 4))
	case opLoadBF16:
		f.op("VPMOVZXWD %s, %s", s.mem(n, 2), d)
		f.op("VPSLLD $16, %s, %s", d, d)
	case opStoreBF16:
		s.narrow(f, in[0], tmp, s.mem(n, 2))
	case opAdd, opMul, opMax:
		f.op("%s %s, %s, %s", x86Binary[n.kind], in3(1), in3(0), d)
	case opSub:
		f.op("VSUBPS %s, %s, %s", in3(1), in3(0), d)
	case opDiv:
		f.op("VDIVPS %s, %s, %s", in3(1), in3(0), d)
	case opMin: // the second operand is returned for NaN
		f.op("VMINPS %s, %s, %s", in3(1), in3(0), d)
	case opSqrt:
		f.op("VSQRTPS %s, %s", in3(0), d)
	case opFMA, opFNMA:
		if dst != in[2] {
			f.op("VMOVAPS %s, %s", in3(2), d)
		}
		f.op("%s %s, %s, %s", map[opKind]string{opFMA: "VFMADD231PS", opFNMA: "VFNMADD231PS"}[n.kind], in3(1), in3(0), d)
	case opRound:
		f.op("%s $0, %s, %s", map[byte]string{'Y': "VROUNDPS", 'Z': "VRNDSCALEPS"}[s.r], in3(0), d)
	case opPow2:
		f.op("VCVTPS2DQ %s, %s", in3(0), d)
		f.op("VPSLLD $23, %s, %s", d, d)
	case opIAdd:
		f.op("VPADDD %s, %s, %s", in3(1), in3(0), d)
	case opZeroLT: // predicate 5: not less than, true for NaN
		if s.r == 'Z' {
			f.op("VCMPPS $5, %s, %s, K1", in3(2), in3(1))
			f.op("VMOVAPS.Z %s, K1, %s", in3(0), d)
			return
		}
		f.op("VCMPPS $5, %s, %s, %s", in3(2), in3(1), d)
		f.op("VANDPS %s, %s, %s", in3(0), d, d)
	default:
		panic(fmt.Sprintf("amd64: node kind %d", n.kind))
	}
}

// narrow rounds register x to bfloat16, ties to even, and stores the vector. A NaN keeps its sign and upper payload and becomes quiet.
func (s *x86) narrow(f *file, x int, tmp *regs, mem string) {
	a, b := tmp.take(), tmp.take()
	defer func() { tmp.give(b); tmp.give(a) }()
	f.op("VPSRLD $16, %s, %s", s.reg(x), s.reg(a))
	if s.r == 'Z' {
		f.op("VPANDD %s, Z%d, Z%d", f.splatBits(1), a, b)
		f.op("VPADDD %s, Z%d, Z%d", f.splatBits(0x7fff), b, b)
		f.op("VPADDD Z%d, Z%d, Z%d", x, b, b)
		f.op("VPSRLD $16, Z%d, Z%d", b, b)
		f.op("VCMPPS $3, Z%d, Z%d, K1 // unordered", x, x)
		f.op("VPORD %s, Z%d, K1, Z%d", f.splatBits(0x40), a, b)
		f.op("VPMOVDW Z%d, %s", b, mem)
		return
	}
	c := tmp.take()
	defer tmp.give(c)
	f.op("VPAND %s, Y%d, Y%d", f.splatBits(1), a, b)
	f.op("VPADDD %s, Y%d, Y%d", f.splatBits(0x7fff), b, b)
	f.op("VPADDD Y%d, Y%d, Y%d", x, b, b)
	f.op("VPSRLD $16, Y%d, Y%d", b, b)
	f.op("VPOR %s, Y%d, Y%d", f.splatBits(0x40), a, a)
	f.op("VCMPPS $3, Y%d, Y%d, Y%d // unordered", x, x, c)
	f.op("VBLENDVPS Y%d, Y%d, Y%d, Y%d", c, a, b, b)
	f.op("VEXTRACTI128 $1, Y%d, X%d", b, a)
	f.op("VPACKUSDW X%d, X%d, X%d", a, b, b)
	f.op("VMOVDQU X%d, %s", b, mem)
}

func (s *x86) advance(f *file, p *program, vectors int) {
	for _, ptr := range p.ptrs {
		bytes := 4
		if ptr.typ == "*uint16" {
			bytes = 2
		}
		f.op("ADDQ $%d, %s", vectors*s.n*bytes, s.ptr[ptr.name])
	}
	f.op("SUBQ $%d, CX", vectors)
}

func (s *x86) guard(f *file, label string, vectors int) {
	f.op("CMPQ CX, $%d", vectors)
	f.op("JLT %s", label)
}

func (s *x86) loop(f *file, label string, vectors int) {
	f.op("CMPQ CX, $%d", vectors)
	f.op("JGE %s", label)
}

// reduce folds the accumulators pairwise, then the halves of the vector.
func (s *x86) reduce(f *file, kind opKind, accs []int, tmp *regs, ret string) {
	op := x86Binary[kind]
	for len(accs) > 1 {
		for i := 0; i < len(accs)/2; i++ {
			f.op("%s %s, %s, %s", op, s.reg(accs[i+len(accs)/2]), s.reg(accs[i]), s.reg(accs[i]))
		}
		accs = accs[:len(accs)/2]
	}
	a, t := accs[0], tmp.take()
	if s.r == 'Z' {
		f.op("VEXTRACTF32X8 $1, Z%d, Y%d", a, t)
		f.op("%s Y%d, Y%d, Y%d", op, t, a, a)
	}
	f.op("VEXTRACTF128 $1, Y%d, X%d", a, t)
	f.op("%s X%d, X%d, X%d", op, t, a, a)
	f.op("VPERMILPS $0x0e, X%d, X%d", a, t)
	f.op("%s X%d, X%d, X%d", op, t, a, a)
	f.op("VPERMILPS $1, X%d, X%d", a, t)
	f.op("%s X%d, X%d, X%d", op, t, a, a)
	f.op("VMOVSS X%d, %s", a, ret)
	tmp.give(t)
}

func (s *x86) ret(f *file) {
	f.op("VZEROUPPER")
	f.op("RET")
}
