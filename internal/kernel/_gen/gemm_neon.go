package main

// Microkernels of arm64: 8 × 12 tiles.
const (
	armMR = 8
	armNR = 12
)

func (f *file) gemmNEON() {
	f.gemmFMLA()
	f.gemmBFMMLA()
}

func (f *file) gemmHead(name, unit string) {
	off := f.fn(name, gemmDoc(armMR, armNR, unit), gemmParams, "")
	for i, p := range []string{"k", "a", "b", "c", "ldc", "add", "tiles", "next"} {
		f.op("MOVD %s, R%d", arg(off, p), []int{10, 11, 12, 3, 4, 5, 8, 9}[i])
	}
	f.op("LSL $2, R4 // bytes")
	f.op("LSL $2, R9 // bytes")
	f.label("tile")
	f.op("MOVD R10, R0")
	f.op("MOVD R11, R1")
	f.op("MOVD R12, R2")
	for i := range 24 {
		neon.zero(f, i)
	}
	f.op("CBZ R0, store")
}

// gemmFMLA: V0…V23 accumulators (row i, vector j in 3i+j), V24 V25 a column of a, V26…V28 a row of b.
func (f *file) gemmFMLA() {
	f.gemmHead("gemmF32NEON", "panels of float32")
	f.label("loop")
	f.op("FMOVQ (R1), F24")
	f.op("FMOVQ 16(R1), F25")
	for j := range 3 {
		f.op("FMOVQ %d(R2), F%d", 16*j, 26+j)
	}
	f.op("ADD $32, R1")
	f.op("ADD $48, R2")
	for i := range armMR {
		for j := range 3 {
			d, lane, m := 3*i+j, uint32(i%4), 24+i/4
			code := uint32(0x4F801000) | (lane&1)<<21 | (lane>>1)<<11 | uint32(m)<<16 | uint32(26+j)<<5 | uint32(d)
			f.word(code, "FMLA V%d.4S, V%d.4S, V%d.S[%d]", d, 26+j, m, lane)
		}
	}
	f.op("SUBS $1, R0")
	f.op("BNE loop")
	f.label("store")
	f.storeTile(func(i, j int) int { return 3*i + j })
}

// gemmBFMMLA: k counts groups of four. An accumulator (row pair p, column pair q in 6p+q) is a 2 × 2 block.
func (f *file) gemmBFMMLA() {
	f.gemmHead("gemmBF16NEON", "panel elements are groups of four bfloat16 along k, an element of a panel of k/4 rows")
	f.label("loop")
	for p := range 4 {
		f.op("FMOVQ %d(R1), F%d", 16*p, 24+p)
	}
	for q := range 6 {
		f.op("FMOVQ %d(R2), F%d", 16*q, 28+q%4)
		for p := range 4 {
			d := 6*p + q
			f.word(0x6E40EC00|uint32(28+q%4)<<16|uint32(24+p)<<5|uint32(d), "BFMMLA V%d.4S, V%d.8H, V%d.8H", d, 24+p, 28+q%4)
		}
	}
	f.op("ADD $64, R1")
	f.op("ADD $96, R2")
	f.op("SUBS $1, R0")
	f.op("BNE loop")
	f.label("store")
	// Blocks q, q+1 of a row pair become four columns of the upper row (in q) and of the lower row (in q+1).
	for p := range 4 {
		for q := 0; q < 6; q += 2 {
			d := 6*p + q
			f.v3(0x4EC07800, "ZIP2.2D", 24, d, d+1)
			f.v3(0x4EC03800, "ZIP1.2D", d, d, d+1)
			f.v3(aORR, "MOV", d+1, 24, 24)
		}
	}
	f.storeTile(func(i, j int) int { return i/2*6 + 2*j + i%2 })
}

// storeTile writes the tile, three vectors a row, register by reg(row, vector), and goes on to the next; R3 is c, R4 its stride in bytes, R5
// the add flag, R8 counts tiles, R11 is a, R9 what lies between its panels.
func (f *file) storeTile(reg func(i, j int) int) {
	f.op("CBZ R5, overwrite")
	f.op("MOVD R3, R6")
	for i := range armMR {
		for j := range 3 {
			f.op("FMOVQ %d(R6), F%d", 16*j, 24+j)
		}
		for j := range 3 {
			f.v3(aFADD, "FADD", reg(i, j), reg(i, j), 24+j)
		}
		f.op("ADD R4, R6")
	}
	f.label("overwrite")
	for i := range armMR {
		for j := range 3 {
			f.op("FMOVQ F%d, %d(R3)", reg(i, j), 16*j)
		}
		f.op("ADD R4, R3")
	}
	f.op("ADD R9, R11")
	f.op("SUBS $1, R8")
	f.op("BNE tile")
	f.op("RET")
}
