package main

// Packing kernels of arm64.
func (f *file) packNEON() {
	f.interleave4(false)
	f.interleave4(true)
	f.interleave2()
	f.quadCols()
}

func (f *file) packHead(name, doc, srcType string) {
	off := f.fn(name, doc, []param{{"dst", "*float32"}, {"src", srcType}, {"stride", "int"}, {"n", "int"}, {"r", "int"}}, "")
	for i, p := range []string{"dst", "src", "stride", "n", "r"} {
		f.op("MOVD %s, R%d", arg(off, p), i)
	}
}

// interleave4 transposes blocks of 4 × 4 elements.
func (f *file) interleave4(widen bool) {
	s := packInput(widen)
	f.packHead("interleave4"+s.suffix+"NEON", "computes dst[k*r+i] = src[i*stride+k] for i < 4, k < n, "+s.doc+"; n is a multiple of 4.", s.typ)
	f.op("LSL $%d, R2", s.shift)
	f.op("LSL $2, R4")
	f.op("ADD R2, R1, R5")
	f.op("ADD R2, R5, R6")
	f.op("ADD R2, R6, R7")
	f.label("block")
	for i, r := range []string{"R1", "R5", "R6", "R7"} {
		if widen {
			f.op("FMOVD (%s), F%d", r, i)
			f.v2(aSHLL, "SHLL", i, i)
		} else {
			f.op("FMOVQ (%s), F%d", r, i)
		}
		f.op("ADD $%d, %s", 4<<s.shift, r)
	}
	f.v3(0x4E802800, "TRN1.4S", 4, 0, 1)
	f.v3(0x4E806800, "TRN2.4S", 5, 0, 1)
	f.v3(0x4E802800, "TRN1.4S", 6, 2, 3)
	f.v3(0x4E806800, "TRN2.4S", 7, 2, 3)
	f.v3(0x4EC03800, "ZIP1.2D", 0, 4, 6)
	f.v3(0x4EC03800, "ZIP1.2D", 1, 5, 7)
	f.v3(0x4EC07800, "ZIP2.2D", 2, 4, 6)
	f.v3(0x4EC07800, "ZIP2.2D", 3, 5, 7)
	for i := range 4 {
		f.op("FMOVQ F%d, (R0)", i)
		f.op("ADD R4, R0")
	}
	f.op("SUBS $4, R3")
	f.op("BGT block")
	f.op("RET")
}

// interleave2 joins elements of 8 bytes (four bfloat16) of two rows.
func (f *file) interleave2() {
	f.packHead("interleave2NEON", "computes dst[k*r+i] = src[i*stride+k] for i < 2, k < n, elements of 8 bytes; stride, n and r count elements, n is even.", "*float32")
	f.op("LSL $3, R2")
	f.op("LSL $3, R4")
	f.op("ADD R2, R1, R5")
	f.label("block")
	f.op("FMOVQ (R1), F0")
	f.op("FMOVQ (R5), F1")
	f.op("ADD $16, R1")
	f.op("ADD $16, R5")
	f.v3(0x4EC03800, "ZIP1.2D", 2, 0, 1)
	f.v3(0x4EC07800, "ZIP2.2D", 3, 0, 1)
	f.op("FMOVQ F2, (R0)")
	f.op("ADD R4, R0")
	f.op("FMOVQ F3, (R0)")
	f.op("ADD R4, R0")
	f.op("SUBS $2, R3")
	f.op("BGT block")
	f.op("RET")
}

// quadCols joins four rows of bfloat16 into one row of groups of four.
func (f *file) quadCols() {
	f.packHead("quadColsNEON", "computes dst element k*r+j = src[(4k+q)*stride+j], q = 0…3, for j < r, k < n; elements of 8 bytes, r is a multiple of 4.", "*uint16")
	f.op("LSL $1, R2")
	f.label("group")
	f.op("ADD R2, R1, R5")
	f.op("ADD R2, R5, R6")
	f.op("ADD R2, R6, R7")
	f.op("ADD R2, R7, R9 // the next group")
	f.op("MOVD R4, R8")
	f.label("vector")
	for i, r := range []string{"R1", "R5", "R6", "R7"} {
		f.op("FMOVD (%s), F%d", r, i)
		f.op("ADD $8, %s", r)
	}
	f.word(0x0C9F0400, "ST4 {V0.4H-V3.4H}, [X0], #32")
	f.op("SUBS $4, R8")
	f.op("BGT vector")
	f.op("MOVD R9, R1")
	f.op("SUBS $1, R3")
	f.op("BGT group")
	f.op("RET")
}
