package main

// Packing kernels of amd64. All are AVX2: they move data, and the AVX-512 paths use them too.
func (f *file) pack() {
	f.interleave8()
	f.copyCols()
	f.pairCols()
}

// interleave8 transposes blocks of 8 × 8 elements of 4 bytes.
func (f *file) interleave8() {
	off := f.fn("interleave8AVX2", "computes dst[k*r+i] = src[i*stride+k] for i < 8, k < n, elements of 4 bytes; n is a multiple of 8.\n"+
		"// With r < 8 each store runs over the start of the next, k ascending, and the last one 8-r elements past the end.",
		[]param{{"dst", "*float32"}, {"src", "*float32"}, {"stride", "int"}, {"n", "int"}, {"r", "int"}}, "")
	f.op("MOVQ %s, DI", arg(off, "dst"))
	f.op("MOVQ %s, SI", arg(off, "src"))
	f.op("MOVQ %s, DX", arg(off, "stride"))
	f.op("MOVQ %s, CX", arg(off, "n"))
	f.op("MOVQ %s, R8", arg(off, "r"))
	f.op("SHLQ $2, DX")
	f.op("SHLQ $2, R8")
	f.op("LEAQ (DX)(DX*2), R9  // 3 rows")
	f.op("LEAQ (SI)(DX*4), R10 // row 4")
	f.label("block")
	for i, a := range []string{"(SI)", "(SI)(DX*1)", "(SI)(DX*2)", "(SI)(R9*1)", "(R10)", "(R10)(DX*1)", "(R10)(DX*2)", "(R10)(R9*1)"} {
		f.op("VMOVUPS %s, Y%d", a, i)
	}
	for i := 0; i < 8; i += 2 { // Y8+i: pairs of rows, low halves; Y9+i: high halves
		f.op("VUNPCKLPS Y%d, Y%d, Y%d", i+1, i, 8+i)
		f.op("VUNPCKHPS Y%d, Y%d, Y%d", i+1, i, 9+i)
	}
	for h := 0; h < 2; h++ { // rows 4h…4h+3 in Y4h…Y4h+3: columns 0|4, 1|5, 2|6, 3|7
		p := 8 + 4*h
		f.op("VUNPCKLPD Y%d, Y%d, Y%d", p+2, p, 4*h)
		f.op("VUNPCKHPD Y%d, Y%d, Y%d", p+2, p, 4*h+1)
		f.op("VUNPCKLPD Y%d, Y%d, Y%d", p+3, p+1, 4*h+2)
		f.op("VUNPCKHPD Y%d, Y%d, Y%d", p+3, p+1, 4*h+3)
	}
	for half, sel := range []string{"$0x20", "$0x31"} {
		for c := range 4 {
			f.op("VPERM2F128 %s, Y%d, Y%d, Y8", sel, c+4, c)
			f.op("VMOVUPS Y8, (DI) // column %d", 4*half+c)
			f.op("ADDQ R8, DI")
		}
	}
	f.op("ADDQ $32, SI")
	f.op("ADDQ $32, R10")
	f.op("SUBQ $8, CX")
	f.op("JG block")
	f.op("VZEROUPPER")
	f.op("RET")
}

// copyCols moves a strip of columns together.
func (f *file) copyCols() {
	off := f.fn("copyColsAVX2", "computes dst[k*r+j] = src[k*stride+j] for j < r, k < n; r is a multiple of 8.",
		[]param{{"dst", "*float32"}, {"src", "*float32"}, {"stride", "int"}, {"n", "int"}, {"r", "int"}}, "")
	f.op("MOVQ %s, DI", arg(off, "dst"))
	f.op("MOVQ %s, SI", arg(off, "src"))
	f.op("MOVQ %s, DX", arg(off, "stride"))
	f.op("MOVQ %s, CX", arg(off, "n"))
	f.op("MOVQ %s, R8", arg(off, "r"))
	f.op("SHLQ $2, DX")
	f.op("SHLQ $2, R8")
	f.label("row")
	f.op("XORQ R9, R9")
	f.label("vector")
	f.op("VMOVUPS (SI)(R9*1), Y0")
	f.op("VMOVUPS Y0, (DI)(R9*1)")
	f.op("ADDQ $32, R9")
	f.op("CMPQ R9, R8")
	f.op("JLT vector")
	f.op("ADDQ DX, SI")
	f.op("ADDQ R8, DI")
	f.op("DECQ CX")
	f.op("JG row")
	f.op("VZEROUPPER")
	f.op("RET")
}

// pairCols joins rows 2k and 2k+1 of bfloat16 into one row of pairs.
func (f *file) pairCols() {
	off := f.fn("pairColsAVX2", "computes dst[k*r+j] = src[2k*stride+j] | src[(2k+1)*stride+j]<<16 for j < r, k < n; r is a multiple of 8.",
		[]param{{"dst", "*float32"}, {"src", "*uint16"}, {"stride", "int"}, {"n", "int"}, {"r", "int"}}, "")
	f.op("MOVQ %s, DI", arg(off, "dst"))
	f.op("MOVQ %s, SI", arg(off, "src"))
	f.op("MOVQ %s, DX", arg(off, "stride"))
	f.op("MOVQ %s, CX", arg(off, "n"))
	f.op("MOVQ %s, R8", arg(off, "r"))
	f.op("SHLQ $1, DX")
	f.op("SHLQ $1, R8")
	f.label("pair")
	f.op("LEAQ (SI)(DX*1), R10")
	f.op("XORQ R9, R9")
	f.label("vector")
	f.op("VPMOVZXWD (SI)(R9*1), Y0")
	f.op("VPMOVZXWD (R10)(R9*1), Y1")
	f.op("VPSLLD $16, Y1, Y1")
	f.op("VPOR Y0, Y1, Y0")
	f.op("VMOVUPS Y0, (DI)(R9*2)")
	f.op("ADDQ $16, R9")
	f.op("CMPQ R9, R8")
	f.op("JLT vector")
	f.op("LEAQ (SI)(DX*2), SI")
	f.op("LEAQ (DI)(R8*2), DI")
	f.op("DECQ CX")
	f.op("JG pair")
	f.op("VZEROUPPER")
	f.op("RET")
}
