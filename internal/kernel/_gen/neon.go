package main

import (
	"fmt"
	"math"
)

// arm emits NEON. Go's assembler has few of its float instructions, so that they are encoded as words. Pointers live in R0…R5,
// the count in R6, R7 is scratch.
type arm struct {
	ptr map[string]string
}

var neon = &arm{}

func (s *arm) suffix() string { return "NEON" }
func (s *arm) lanes() int     { return 4 }
func (s *arm) registers() int { return 32 }
func (s *arm) wide() int      { return 4 }

func (s *arm) prologue(f *file, p *program, off map[string]int) {
	s.ptr = map[string]string{}
	for i, ptr := range p.ptrs {
		s.ptr[ptr.name] = fmt.Sprintf("R%d", i)
		f.op("MOVD %s, R%d", arg(off, ptr.name), i)
	}
	f.op("MOVD %s, R6", arg(off, "n"))
	f.op("LSR $2, R6 // vectors")
}

// word emits one encoded instruction with its mnemonic.
func (f *file) word(bits uint32, format string, args ...any) {
	f.op("WORD $0x%08x // %s", bits, fmt.Sprintf(format, args...))
}

// v3 and v2 emit an instruction with destination d and sources n, m.
func (f *file) v3(op uint32, name string, d, n, m int) {
	f.word(op|uint32(m)<<16|uint32(n)<<5|uint32(d), "%s V%d, V%d, V%d", name, d, n, m)
}

func (f *file) v2(op uint32, name string, d, n int) {
	f.word(op|uint32(n)<<5|uint32(d), "%s V%d, V%d", name, d, n)
}

// Encodings (Arm ARM, C7.2) with zero register fields, arrangement .4S unless named.
const (
	aFADD   = 0x4E20D400
	aFSUB   = 0x4EA0D400
	aFMUL   = 0x6E20DC00
	aFDIV   = 0x6E20FC00
	aFMAX   = 0x4E20F400
	aFMIN   = 0x4EA0F400
	aFMLA   = 0x4E20CC00
	aFMLS   = 0x4EA0CC00
	aFSQRT  = 0x6EA1F800
	aFRINTN = 0x4E218800
	aFCVTNS = 0x4E21A800
	aFCMGT  = 0x6EA0E400
	aFCMEQ  = 0x4E20E400
	aADD    = 0x4EA08400
	aSHL    = 0x4F005400 // | (32+shift)<<16
	aUSHR   = 0x6F000400 // | (64-shift)<<16
	aAND    = 0x4E201C00 // .16B
	aORR    = 0x4EA01C00 // .16B
	aBIC    = 0x4E601C00 // .16B
	aBSL    = 0x6E601C00 // .16B
	aXTN    = 0x0E612800 // .4H from .4S
	aSHLL   = 0x2E613800 // .4S from .4H, shift 16
	aFADDP  = 0x6E20D400
	aFMAXP  = 0x6E20F400
)

func (s *arm) scalar(f *file, r int, arg string) {
	f.op("FMOVS %s, F%d", arg, r)
	f.op("VDUP V%d.S[0], V%d.S4", r, r)
}

func (s *arm) zero(f *file, r int) { f.op("VEOR V%d.B16, V%d.B16, V%d.B16", r, r, r) }

func (s *arm) konst(f *file, r int, v float32) { s.bits(f, r, math.Float32bits(v)) }

func (s *arm) bits(f *file, r int, v uint32) {
	f.op("MOVW $0x%08x, R7", v)
	f.op("VDUP R7, V%d.S4", r)
}

var armBinary = map[opKind]struct {
	code uint32
	name string
}{
	opAdd: {aFADD, "FADD"}, opSub: {aFSUB, "FSUB"}, opMul: {aFMUL, "FMUL"}, opDiv: {aFDIV, "FDIV"},
	opMax: {aFMAX, "FMAX"}, opMin: {aFMIN, "FMIN"}, opIAdd: {aADD, "ADD"},
}

func (s *arm) emit(f *file, n *node, dst int, in []int, tmp *regs) {
	switch n.kind {
	case opLoad:
		f.op("FMOVQ %d(%s), F%d", n.off*16, s.ptr[n.ptr], dst)
	case opStore:
		f.op("FMOVQ F%d, %d(%s)", in[0], n.off*16, s.ptr[n.ptr])
	case opLoadBF16:
		f.op("FMOVD %d(%s), F%d", n.off*8, s.ptr[n.ptr], dst)
		f.v2(aSHLL, "SHLL", dst, dst)
	case opStoreBF16:
		s.narrow(f, in[0], tmp, fmt.Sprintf("%d(%s)", n.off*8, s.ptr[n.ptr]))
	case opAdd, opSub, opMul, opDiv, opMax, opMin, opIAdd:
		op := armBinary[n.kind]
		f.v3(op.code, op.name, dst, in[0], in[1])
	case opSqrt:
		f.v2(aFSQRT, "FSQRT", dst, in[0])
	case opFMA, opFNMA:
		if dst != in[2] {
			f.v3(aORR, "MOV", dst, in[2], in[2])
		}
		if n.kind == opFMA {
			f.v3(aFMLA, "FMLA", dst, in[0], in[1])
		} else {
			f.v3(aFMLS, "FMLS", dst, in[0], in[1])
		}
	case opRound:
		f.v2(aFRINTN, "FRINTN", dst, in[0])
	case opPow2:
		f.v2(aFCVTNS, "FCVTNS", dst, in[0])
		f.v2(aSHL|(32+23)<<16, "SHL #23", dst, dst)
	case opZeroLT:
		f.v3(aFCMGT, "FCMGT", dst, in[2], in[1])
		f.v3(aBIC, "BIC", dst, in[0], dst)
	default:
		panic(fmt.Sprintf("arm64: node kind %d", n.kind))
	}
}

// narrow rounds register x to bfloat16 without FEAT_BF16: integer rounding, NaN kept quiet.
func (s *arm) narrow(f *file, x int, tmp *regs, mem string) {
	a, b, c := tmp.take(), tmp.take(), tmp.take()
	f.v2(aUSHR|(64-16)<<16, "USHR #16", a, x)
	s.bits(f, b, 1)
	f.v3(aAND, "AND", b, b, a)
	s.bits(f, c, 0x7fff)
	f.v3(aADD, "ADD", b, b, c)
	f.v3(aADD, "ADD", b, b, x)
	f.v2(aUSHR|(64-16)<<16, "USHR #16", b, b)
	s.bits(f, c, 0x40)
	f.v3(aORR, "ORR", a, a, c)
	f.v3(aFCMEQ, "FCMEQ", c, x, x)
	f.v3(aBSL, "BSL", c, b, a)
	f.v2(aXTN, "XTN", c, c)
	f.op("FMOVD F%d, %s", c, mem)
	tmp.give(c)
	tmp.give(b)
	tmp.give(a)
}

func (s *arm) advance(f *file, p *program, vectors int) {
	for _, ptr := range p.ptrs {
		bytes := 16
		if ptr.typ == "*uint16" {
			bytes = 8
		}
		f.op("ADD $%d, %s", vectors*bytes, s.ptr[ptr.name])
	}
	f.op("SUB $%d, R6", vectors)
}

func (s *arm) guard(f *file, label string, vectors int) {
	f.op("CMP $%d, R6", vectors)
	f.op("BLT %s", label)
}

func (s *arm) loop(f *file, label string, vectors int) {
	f.op("CMP $%d, R6", vectors)
	f.op("BGE %s", label)
}

func (s *arm) reduce(f *file, kind opKind, accs []int, tmp *regs, ret string) {
	op, pair := armBinary[kind], uint32(aFADDP)
	if kind == opMax {
		pair = aFMAXP
	}
	for len(accs) > 1 {
		for i := 0; i < len(accs)/2; i++ {
			f.v3(op.code, op.name, accs[i], accs[i], accs[i+len(accs)/2])
		}
		accs = accs[:len(accs)/2]
	}
	a := accs[0]
	f.v3(pair, "pairwise", a, a, a)
	f.v3(pair, "pairwise", a, a, a)
	f.op("FMOVS F%d, %s", a, ret)
}

func (s *arm) ret(f *file) { f.op("RET") }
