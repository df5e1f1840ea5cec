package main

import (
	"fmt"
	"math"
)

// nf4Code are the 16 levels of NF4 (QLoRA, appendix E; bitsandbytes).
var nf4Code = []float32{
	-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
	-0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
	0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
}

var nf4Params = []param{{"dst", "*float32"}, {"src", "*uint8"}, {"absmax", "float32"}, {"n", "int"}}

func (f *file) nf4Table() string {
	words := make([]uint32, 16)
	for i, c := range nf4Code {
		words[i] = math.Float32bits(c)
	}
	return f.table("nf4Code", words)
}

func nf4Doc(round bool) string {
	r := ""
	if round {
		r = ", rounded to bfloat16"
	}
	return "computes dst[i] = code[nibble i of src]·absmax" + r + "; the upper nibble of a byte comes first, n is a multiple of 16."
}

// nf4 emits the decoder of one absmax block for AVX2: the table is scaled (and rounded) once, each element is then a look-up.
func (f *file) nf4() {
	for _, round := range []bool{false, true} {
		name := "nf4AVX2"
		if round {
			name = "nf4BF16AVX2"
		}
		off := f.fn(name, nf4Doc(round), nf4Params, "")
		f.op("MOVQ %s, DI", arg(off, "dst"))
		f.op("MOVQ %s, SI", arg(off, "src"))
		f.op("VBROADCASTSS %s, Y2", arg(off, "absmax"))
		f.op("MOVQ %s, CX", arg(off, "n"))
		f.op("VMULPS %s, Y2, Y0", f.nf4Table())
		f.op("VMULPS nf4Code<>+32(SB), Y2, Y1")
		if round {
			for r := range 2 { // no NaN here: absmax is finite
				f.op("VPSRLD $16, Y%d, Y3", r)
				f.op("VPAND %s, Y3, Y3", f.splatBits(1))
				f.op("VPADDD %s, Y3, Y3", f.splatBits(0x7fff))
				f.op("VPADDD Y%d, Y3, Y3", r)
				f.op("VPSRLD $16, Y3, Y3")
				f.op("VPSLLD $16, Y3, Y%d", r)
			}
		}
		f.op("VMOVDQU %s, Y15", f.splatBits(15))
		f.label("vector")
		f.op("VPMOVZXBD (SI), Y4")
		f.op("VPSRLD $4, Y4, Y5  // first elements")
		f.op("VPAND Y15, Y4, Y6  // second elements")
		for i, r := range []int{5, 6} {
			f.op("VPERMPS Y0, Y%d, Y7", r)
			f.op("VPERMPS Y1, Y%d, Y8", r)
			f.op("VPSLLD $28, Y%d, Y9", r)
			f.op("VBLENDVPS Y9, Y8, Y7, Y%d", 10+i)
		}
		f.op("VUNPCKLPS Y11, Y10, Y4")
		f.op("VUNPCKHPS Y11, Y10, Y5")
		f.op("VPERM2F128 $0x20, Y5, Y4, Y6")
		f.op("VPERM2F128 $0x31, Y5, Y4, Y7")
		f.op("VMOVUPS Y6, (DI)")
		f.op("VMOVUPS Y7, 32(DI)")
		f.op("ADDQ $8, SI")
		f.op("ADDQ $64, DI")
		f.op("SUBQ $16, CX")
		f.op("JG vector")
		f.op("VZEROUPPER")
		f.op("RET")
	}
}

// nf4NEON looks up the four bytes of each float by TBL in the scaled table, held in four registers.
func (f *file) nf4NEON() {
	for _, round := range []bool{false, true} {
		name := "nf4NEON"
		if round {
			name = "nf4BF16NEON"
		}
		off := f.fn(name, nf4Doc(round), nf4Params, "")
		f.op("MOVD %s, R0", arg(off, "dst"))
		f.op("MOVD %s, R1", arg(off, "src"))
		f.op("FMOVS %s, F20", arg(off, "absmax"))
		f.op("VDUP V20.S[0], V20.S4")
		f.op("MOVD %s, R2", arg(off, "n"))
		f.op("MOVD $%s, R3", f.nf4Table())
		if round {
			neon.bits(f, 21, 1)
			neon.bits(f, 22, 0x7fff)
		}
		for r := range 4 {
			f.op("FMOVQ %d(R3), F%d", 16*r, r)
			f.v3(aFMUL, "FMUL", r, r, 20)
			if round {
				f.v2(aUSHR|(64-16)<<16, "USHR #16", 23, r)
				f.v3(aAND, "AND", 23, 23, 21)
				f.v3(aADD, "ADD", 23, 23, 22)
				f.v3(aADD, "ADD", 23, 23, r)
				f.v2(aUSHR|(64-16)<<16, "USHR #16", 23, 23)
				f.v2(aSHL|(32+16)<<16, "SHL #16", r, 23)
			}
		}
		neon.bits(f, 24, 0x03020100) // the bytes of an element
		f.op("VMOVI $15, V25.B16")
		f.op("VMOVI $4, V26.B16")
		for q := range 4 { // V16…V19 spread one index over the four bytes of its element
			neon.spread(f, 16+q, q)
		}
		f.label("vector")
		f.op("FMOVD (R1), F4")
		f.v2(0x2F0C0400, "USHR.8B #4", 5, 4) // first elements
		f.v3(0x0E201C00, "AND.8B", 6, 4, 25) // second elements
		f.v3(0x4E003800, "ZIP1.16B", 7, 5, 6)
		for q := range 4 {
			f.v3(0x4E000000, "TBL.16B", 8, 7, 16+q) // element index in all four bytes
			f.word(0x4E209C00|26<<16|8<<5|8, "MUL V8.16B, V8.16B, V26.16B")
			f.v3(aORR, "ORR", 8, 8, 24)
			f.word(0x4E006000|8<<16|0<<5|9, "TBL V9.16B, {V0.16B-V3.16B}, V8.16B")
			f.op("FMOVQ F9, %d(R0)", 16*q)
		}
		f.op("ADD $8, R1")
		f.op("ADD $64, R0")
		f.op("SUBS $16, R2")
		f.op("BGT vector")
		f.op("RET")
	}
}

// spread loads the TBL indices 4q, 4q, 4q, 4q, 4q+1, … into register r.
func (s *arm) spread(f *file, r, q int) {
	words := make([]uint32, 4)
	for i := range words {
		words[i] = uint32(4*q+i) * 0x01010101
	}
	f.table(fmt.Sprintf("spread%d", q), words)
	f.op("MOVD $spread%d<>(SB), R4", q)
	f.op("FMOVQ (R4), F%d", r)
}

// nf4Rows emits the decoder of many blocks to bfloat16 for AVX-512. A block's table is 16 products rounded to bfloat16, each twice, so that
// five bits select one, the lowest of which does not matter: they are cut from a byte by one shift.
func (f *file) nf4Rows() {
	params := []param{
		{"dst", "*uint16"}, {"ld", "int"}, {"src", "*uint8"}, {"stride", "int"}, {"absmax", "*float32"}, {"block", "int"}, {"rows", "int"}, {"cols", "int"},
	}
	off := f.fn("nf4RowsAVX512", "computes dst[i*ld+j] = bfloat16(code[nibble j of row i]·absmax) for i < rows, j < cols; row i of src starts at i*stride, the upper\n"+
		"// nibble of a byte comes first. Each block of a row takes the next absmax. block and cols are multiples of 32.", params, "")
	f.op("MOVQ %s, R9", arg(off, "dst"))
	f.op("MOVQ %s, R10", arg(off, "ld"))
	f.op("MOVQ %s, R11", arg(off, "src"))
	f.op("MOVQ %s, R12", arg(off, "stride"))
	f.op("MOVQ %s, BX", arg(off, "absmax"))
	f.op("MOVQ %s, DX", arg(off, "block"))
	f.op("MOVQ %s, R8", arg(off, "rows"))
	f.op("SHLQ $1, R10 // bytes")
	spread, twice := make([]uint32, 16), make([]uint32, 16)
	shifts := make([]uint32, 16)
	for i := range spread {
		spread[i] = uint32(i) * 0x01010101 // both words of a pair are its byte, twice
		shifts[i] = 7<<16 | 3              // bits 3…7 are the upper nibble, 7…11 the lower
		lane := uint32(4 * (i % 4))        // of 16 bytes
		twice[i] = (lane+3)<<24 | (lane+2)<<16 | (lane+3)<<8 | lane + 2
	}
	f.op("VMOVUPS %s, Z31", f.nf4Table())
	f.op("VMOVDQU64 %s, Z30", f.table("nf4Spread", spread))
	f.op("VMOVDQU64 %s, Z29", f.table("nf4Shifts", shifts))
	f.op("VMOVDQU64 %s, Z28", f.table("nf4Twice", twice))
	f.op("VMOVDQU64 %s, Z27", f.splatBits(1))
	f.op("VMOVDQU64 %s, Z26", f.splatBits(0x7fff))
	f.label("row")
	f.op("MOVQ R9, DI")
	f.op("MOVQ R11, SI")
	f.op("MOVQ %s, AX", arg(off, "cols"))
	f.label("block")
	f.op("VBROADCASTSS (BX), Z0")
	f.op("ADDQ $4, BX")
	f.op("VMULPS Z31, Z0, Z0")
	f.op("VPSRLD $16, Z0, Z1")
	f.op("VPANDD Z27, Z1, Z1")
	f.op("VPADDD Z26, Z0, Z0")
	f.op("VPADDD Z1, Z0, Z0")
	f.op("VPSHUFB Z28, Z0, Z0")
	f.op("MOVQ DX, CX")
	f.op("CMPQ CX, AX")
	f.op("CMOVQGT AX, CX")
	f.op("SUBQ CX, AX")
	f.label("vector")
	f.op("VBROADCASTI32X4 (SI), Z2")
	f.op("VPSHUFB Z30, Z2, Z2")
	f.op("VPSRLVW Z29, Z2, Z2")
	f.op("VPERMW Z0, Z2, Z2")
	f.op("VMOVDQU64 Z2, (DI)")
	f.op("ADDQ $16, SI")
	f.op("ADDQ $64, DI")
	f.op("SUBQ $32, CX")
	f.op("JNE vector")
	f.op("TESTQ AX, AX")
	f.op("JNE block")
	f.op("ADDQ R10, R9")
	f.op("ADDQ R12, R11")
	f.op("DECQ R8")
	f.op("JNE row")
	f.op("VZEROUPPER")
	f.op("RET")
}
