package main

import "fmt"

// Packing kernels of the AMX tile, whose left panel is groups of 32 rows of 32 bfloat16 along k (64 bytes), whose right one is rows of 32 pairs
// along k (128 bytes).
func (f *file) packAMX() {
	f.packLines()
	f.transposeWords()
	f.transposePairs()
	f.joinPairs()
}

func (f *file) packHeadAMX(name, doc string, extra ...param) {
	params := append([]param{{"dst", "*float32"}, {"src", "*uint16"}, {"stride", "int"}, {"n", "int"}}, extra...)
	off := f.fn(name, doc, params, "")
	for i, p := range params {
		if p.typ == "int" || p.typ[0] == '*' {
			f.op("MOVQ %s, %s", arg(off, p.name), []string{"DI", "SI", "DX", "CX", "R8"}[i])
		} else {
			f.op("MOVL %s, AX", arg(off, p.name))
			f.op("KMOVD AX, K1")
		}
	}
	f.op("SHLQ $1, DX // bytes")
}

// packLines moves lines of 64 bytes. Four groups at a time read whole lines of memory, and write few enough to stay in L1.
func (f *file) packLines() {
	f.packHeadAMX("packLinesAVX512", "moves n groups of 32 values of each of some rows: value q of group g of row i from src[i*stride+32g+q] to\n"+
		"// dst's value (32g+i)*32+q; rows is at most 32.", param{"rows", "int"})
	for _, groups := range []int{4, 1} {
		f.op("CMPQ CX, $%d", groups)
		f.op("JLT rest%d", groups)
		f.label(fmt.Sprintf("group%d", groups))
		f.op("MOVQ SI, R9")
		f.op("MOVQ DI, R10")
		f.op("MOVQ R8, R11")
		f.label(fmt.Sprintf("row%d", groups))
		for g := range groups {
			f.op("VMOVDQU64 %d(R9), Z%d", 64*g, g)
		}
		for g := range groups {
			f.op("VMOVDQU64 Z%d, %d(R10)", g, 2048*g)
		}
		f.op("ADDQ DX, R9")
		f.op("ADDQ $64, R10")
		f.op("DECQ R11")
		f.op("JNE row%d", groups)
		f.op("ADDQ $%d, SI", 64*groups)
		f.op("ADDQ $%d, DI", 2048*groups)
		f.op("SUBQ $%d, CX", groups)
		f.op("CMPQ CX, $%d", groups)
		f.op("JGE group%d", groups)
		f.label(fmt.Sprintf("rest%d", groups))
	}
	f.op("VZEROUPPER")
	f.op("RET")
}

// laneMasks sets K1, K2, K3 to the second, third and fourth quarter of a register's 32-bit elements.
func (f *file) laneMasks() {
	for i := 1; i < 4; i++ {
		f.op("MOVL $0x%x, AX", 0xf<<(4*i))
		f.op("KMOVW AX, K%d", i)
	}
}

// quarters loads register z with 16 bytes at off of each of four rows: at SI and one, two and three times step (BX, 3·BX in R9) below.
func (f *file) quarters(z, off int) {
	for i, a := range []string{"(SI)", "(SI)(BX*1)", "(SI)(BX*2)", "(SI)(R9*1)"} {
		if i == 0 {
			f.op("VBROADCASTI32X4 %d%s, Z%d", off, a, z)
		} else {
			f.op("VBROADCASTI32X4 %d%s, K%d, Z%d", off, a, i, z)
		}
	}
}

// transposeWords packs columns as rows of a left panel.
func (f *file) transposeWords() {
	f.packHeadAMX("transposeWordsAVX512", "moves n groups of 32 rows of src, each 8·chunks values: row 32g+q, column j from src[(32g+q)*stride+j] to dst's\n"+
		"// value (32g+j)*32+q; chunks is at most 4.", param{"chunks", "int"})
	f.laneMasks()
	f.op("MOVQ DX, BX")
	f.op("SHLQ $3, BX           // 8 rows")
	f.op("LEAQ (BX)(BX*2), R9   // 24 rows")
	f.op("MOVQ DX, R13")
	f.op("SHLQ $5, R13          // 32 rows")
	f.label("group")
	f.op("MOVQ SI, R10")
	f.op("MOVQ DI, R11")
	f.op("MOVQ R8, R12")
	f.label("chunk")
	f.op("MOVQ R10, SI")
	for r := range 8 { // Z0…Z7: 16-byte lane l is row 8l+r
		f.quarters(r, 0)
		f.op("ADDQ DX, SI")
	}
	for i := range 4 { // pairs of rows: columns 0–3 in Z8+2i, 4–7 in Z9+2i
		f.op("VPUNPCKLWD Z%d, Z%d, Z%d", 2*i+1, 2*i, 8+2*i)
		f.op("VPUNPCKHWD Z%d, Z%d, Z%d", 2*i+1, 2*i, 9+2*i)
	}
	for h := range 2 { // columns 4h…4h+3; fours of rows: columns 0, 1 and 2, 3
		f.op("VPUNPCKLDQ Z%d, Z%d, Z0", 10+h, 8+h)
		f.op("VPUNPCKHDQ Z%d, Z%d, Z1", 10+h, 8+h)
		f.op("VPUNPCKLDQ Z%d, Z%d, Z2", 14+h, 12+h)
		f.op("VPUNPCKHDQ Z%d, Z%d, Z3", 14+h, 12+h)
		for c := range 2 {
			f.op("VPUNPCKLQDQ Z%d, Z%d, Z4", 2+c, c)
			f.op("VPUNPCKHQDQ Z%d, Z%d, Z5", 2+c, c)
			f.op("VMOVDQU64 Z4, %d(R11)", 64*(4*h+2*c))
			f.op("VMOVDQU64 Z5, %d(R11)", 64*(4*h+2*c+1))
		}
	}
	f.op("ADDQ $16, R10")
	f.op("ADDQ $512, R11")
	f.op("DECQ R12")
	f.op("JNE chunk")
	f.op("MOVQ R8, AX")
	f.op("SHLQ $4, AX")
	f.op("SUBQ AX, R10")
	f.op("LEAQ (R10)(R13*1), SI")
	f.op("ADDQ $2048, DI")
	f.op("DECQ CX")
	f.op("JNE group")
	f.op("VZEROUPPER")
	f.op("RET")
}

// transposePairs packs 16 rows as columns of a right panel.
func (f *file) transposePairs() {
	f.packHeadAMX("transposePairsAVX512", "moves 16n pairs of each of 16 rows: pair p of row i from src's pair i*stride/2+p to dst[32p+i].")
	f.laneMasks()
	f.op("MOVQ DX, BX")
	f.op("SHLQ $2, BX         // 4 rows")
	f.op("LEAQ (BX)(BX*2), R9 // 12 rows")
	f.label("group")
	f.op("MOVQ SI, R10")
	for i := range 4 { // Z4c+i: 16 bytes c of rows i, 4+i, 8+i, 12+i
		for c := range 4 {
			f.quarters(4*c+i, 16*c)
		}
		f.op("ADDQ DX, SI")
	}
	for c := range 4 {
		z := 4 * c
		f.op("VPUNPCKLDQ Z%d, Z%d, Z16", z+1, z)
		f.op("VPUNPCKHDQ Z%d, Z%d, Z17", z+1, z)
		f.op("VPUNPCKLDQ Z%d, Z%d, Z18", z+3, z+2)
		f.op("VPUNPCKHDQ Z%d, Z%d, Z19", z+3, z+2)
		for h := range 2 {
			f.op("VPUNPCKLQDQ Z%d, Z%d, Z20", 18+h, 16+h)
			f.op("VPUNPCKHQDQ Z%d, Z%d, Z21", 18+h, 16+h)
			f.op("VMOVDQU64 Z20, %d(DI)", 128*(4*c+2*h))
			f.op("VMOVDQU64 Z21, %d(DI)", 128*(4*c+2*h+1))
		}
	}
	f.op("LEAQ 64(R10), SI")
	f.op("ADDQ $2048, DI")
	f.op("DECQ CX")
	f.op("JNE group")
	f.op("VZEROUPPER")
	f.op("RET")
}

// joinPairs packs columns of a right panel.
func (f *file) joinPairs() {
	f.packHeadAMX("joinPairsAVX512", "computes dst[32p+j] = src[2p*stride+j] | src[(2p+1)*stride+j]<<16 for p < n and the columns j < 32 of the mask, 0 for the others.",
		param{"mask", "uint32"})
	f.op("VMOVDQU64 %s, Z4", f.table("zip4", []uint32{0, 0, 4, 0, 1, 0, 5, 0, 2, 0, 6, 0, 3, 0, 7, 0}))
	f.label("pair")
	f.op("VMOVDQU16.Z (SI), K1, Z0")
	f.op("VMOVDQU16.Z (SI)(DX*1), K1, Z1")
	f.op("VPERMQ Z0, Z4, Z0")
	f.op("VPERMQ Z1, Z4, Z1")
	f.op("VPUNPCKLWD Z1, Z0, Z2")
	f.op("VPUNPCKHWD Z1, Z0, Z3")
	f.op("VMOVDQU64 Z2, (DI)")
	f.op("VMOVDQU64 Z3, 64(DI)")
	f.op("LEAQ (SI)(DX*2), SI")
	f.op("ADDQ $128, DI")
	f.op("DECQ CX")
	f.op("JNE pair")
	f.op("VZEROUPPER")
	f.op("RET")
}
