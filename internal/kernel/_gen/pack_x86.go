package main

import "fmt"

// Packing kernels of amd64. All are AVX2: they move data, and the AVX-512 paths use them too.
func (f *file) pack() {
	for _, widen := range []bool{false, true} {
		f.interleave8(widen)
		f.copyCols(widen)
	}
	f.pairCols()
}

// input describes where a packing kernel reads: float32 (any 4 bytes), or bfloat16 that it widens.
type input struct {
	suffix, typ, doc string
	shift            int // log₂ of the bytes of an element
}

func packInput(widen bool) input {
	if widen {
		return input{"Widen", "*uint16", "float32 from bfloat16", 1}
	}
	return input{"", "*float32", "elements of 4 bytes", 2}
}

// load8 loads eight elements into register y.
func (f *file) load8(s input, addr string, y int) {
	if s.shift == 2 {
		f.op("VMOVUPS %s, Y%d", addr, y)
		return
	}
	f.op("VPMOVZXWD %s, Y%d", addr, y)
	f.op("VPSLLD $16, Y%d, Y%d", y, y)
}

// interleave8 transposes blocks of 8 × 8 elements.
func (f *file) interleave8(widen bool) {
	s := packInput(widen)
	off := f.fn("interleave8"+s.suffix+"AVX2", "computes dst[k*r+i] = src[i*stride+k] for i < 8, k < n, "+s.doc+"; n is a multiple of 8.\n"+
		"// With r < 8 each store runs over the start of the next, k ascending, and the last one 8-r elements past the end.",
		[]param{{"dst", "*float32"}, {"src", s.typ}, {"stride", "int"}, {"n", "int"}, {"r", "int"}}, "")
	f.op("MOVQ %s, DI", arg(off, "dst"))
	f.op("MOVQ %s, SI", arg(off, "src"))
	f.op("MOVQ %s, DX", arg(off, "stride"))
	f.op("MOVQ %s, CX", arg(off, "n"))
	f.op("MOVQ %s, R8", arg(off, "r"))
	f.op("SHLQ $%d, DX", s.shift)
	f.op("SHLQ $2, R8")
	f.op("LEAQ (DX)(DX*2), R9  // 3 rows")
	f.op("LEAQ (SI)(DX*4), R10 // row 4")
	f.label("block")
	for i, a := range []string{"(SI)", "(SI)(DX*1)", "(SI)(DX*2)", "(SI)(R9*1)", "(R10)", "(R10)(DX*1)", "(R10)(DX*2)", "(R10)(R9*1)"} {
		f.load8(s, a, i)
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
	f.op("ADDQ $%d, SI", 8<<s.shift)
	f.op("ADDQ $%d, R10", 8<<s.shift)
	f.op("SUBQ $8, CX")
	f.op("JG block")
	f.op("VZEROUPPER")
	f.op("RET")
}

// copyCols moves a strip of columns together.
func (f *file) copyCols(widen bool) {
	s := packInput(widen)
	off := f.fn("copyCols"+s.suffix+"AVX2", "computes dst[k*r+j] = src[k*stride+j] for j < r, k < n, "+s.doc+"; r is a multiple of 8.",
		[]param{{"dst", "*float32"}, {"src", s.typ}, {"stride", "int"}, {"n", "int"}, {"r", "int"}}, "")
	f.op("MOVQ %s, DI", arg(off, "dst"))
	f.op("MOVQ %s, SI", arg(off, "src"))
	f.op("MOVQ %s, DX", arg(off, "stride"))
	f.op("MOVQ %s, CX", arg(off, "n"))
	f.op("MOVQ %s, R8", arg(off, "r"))
	f.op("SHLQ $%d, DX", s.shift)
	f.label("row")
	f.op("XORQ R9, R9")
	f.label("vector")
	f.load8(s, fmt.Sprintf("(SI)(R9*%d)", 1<<s.shift), 0)
	f.op("VMOVUPS Y0, (DI)(R9*4)")
	f.op("ADDQ $8, R9")
	f.op("CMPQ R9, R8")
	f.op("JLT vector")
	f.op("ADDQ DX, SI")
	f.op("LEAQ (DI)(R8*4), DI")
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
