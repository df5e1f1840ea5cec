package main

import "fmt"

// Microkernels: c (MR, NR) row-major with stride ldc, a panel (k, MR), b panel (k, NR):
//
//	c[i*ldc+j] (+)= Σ_k a[k*MR+i] · b[k*NR+j]    k ascending
//
// In the BF16 kernel k counts pairs and each panel element is two bfloat16, lower k first.
type tile struct {
	name   string
	r      byte
	lanes  int
	mr, nv int // rows, column vectors
	bf16   bool
	unroll int
}

func (f *file) gemm() {
	for _, t := range []tile{
		{"gemmF32AVX2", 'Y', 8, 6, 2, false, 4},
		{"gemmF32AVX512", 'Z', 16, 14, 2, false, 2},
		{"gemmBF16AVX512", 'Z', 16, 14, 2, true, 2},
	} {
		f.microkernel(t)
	}
}

var gemmParams = []param{
	{"k", "int"}, {"a", "*float32"}, {"b", "*float32"}, {"c", "*float32"}, {"ldc", "int"}, {"add", "int"}, {"tiles", "int"}, {"next", "int"},
}

func gemmDoc(mr, nr int, unit string) string {
	return fmt.Sprintf("computes %d × %d tiles of c, c[i*ldc+j] (+)= Σ a[p*%d+i]·b[p*%d+j] over p < k, p ascending; %s.\n"+
		"// add = 0 overwrites c. Tiles lie one below the other in c; the panel of a of each starts next elements after the one before.",
		mr, nr, mr, nr, unit)
}

func (f *file) microkernel(t tile) {
	nr := t.nv * t.lanes
	unit := "panels of float32"
	if t.bf16 {
		unit = "panel elements are pairs of bfloat16 along k"
	}
	off := f.fn(t.name, gemmDoc(t.mr, nr, unit), gemmParams, "")
	for i, p := range []string{"k", "a", "b", "c", "ldc", "add", "tiles", "next"} {
		f.op("MOVQ %s, %s", arg(off, p), []string{"R9", "R10", "R11", "DI", "DX", "R8", "R12", "R13"}[i])
	}
	f.op("SHLQ $2, DX  // bytes")
	f.op("SHLQ $2, R13 // bytes")
	f.label("tile")
	f.op("MOVQ R9, CX")
	f.op("MOVQ R10, AX")
	f.op("MOVQ R11, BX")
	acc := func(i, j int) string { return fmt.Sprintf("%c%d", t.r, i*t.nv+j) }
	for i := range t.mr * t.nv {
		if t.r == 'Z' {
			f.op("VPXORD Z%d, Z%d, Z%d", i, i, i)
		} else {
			f.op("VXORPS Y%d, Y%d, Y%d", i, i, i)
		}
	}
	// c is written at the end: bring its lines in meanwhile.
	f.op("MOVQ DI, SI")
	for range t.mr {
		f.op("PREFETCHT0 (SI)")
		if nr*4 > 64 {
			f.op("PREFETCHT0 64(SI)")
		}
		f.op("ADDQ DX, SI")
	}
	f.op("CMPQ CX, $%d", t.unroll)
	f.op("JLT single")
	f.label("many")
	for u := range t.unroll {
		f.rank1(t, u)
	}
	f.op("ADDQ $%d, AX", t.unroll*t.mr*4)
	f.op("ADDQ $%d, BX", t.unroll*nr*4)
	f.op("SUBQ $%d, CX", t.unroll)
	f.op("CMPQ CX, $%d", t.unroll)
	f.op("JGE many")
	f.label("single")
	f.op("TESTQ CX, CX")
	f.op("JE store")
	f.label("one")
	f.rank1(t, 0)
	f.op("ADDQ $%d, AX", t.mr*4)
	f.op("ADDQ $%d, BX", nr*4)
	f.op("DECQ CX")
	f.op("JNE one")
	f.label("store")
	f.op("TESTQ R8, R8")
	f.op("JE overwrite")
	f.op("MOVQ DI, SI")
	for i := range t.mr {
		for j := range t.nv {
			f.op("VADDPS %d(SI), %s, %s", j*t.lanes*4, acc(i, j), acc(i, j))
		}
		if i < t.mr-1 {
			f.op("ADDQ DX, SI")
		}
	}
	f.label("overwrite")
	for i := range t.mr {
		for j := range t.nv {
			f.op("VMOVUPS %s, %d(DI)", acc(i, j), j*t.lanes*4)
		}
		f.op("ADDQ DX, DI")
	}
	f.op("ADDQ R13, R10")
	f.op("DECQ R12")
	f.op("JNE tile")
	f.op("VZEROUPPER")
	f.op("RET")
}

// rank1 adds the outer product of one column of a and one row of b, unrolled copy u.
func (f *file) rank1(t tile, u int) {
	nr := t.nv * t.lanes
	b, a := t.mr*t.nv, t.mr*t.nv+t.nv // registers after the accumulators
	for j := range t.nv {
		f.op("VMOVUPS %d(BX), %c%d", (u*nr+j*t.lanes)*4, t.r, b+j)
	}
	for i := range t.mr {
		r := a + i%2
		f.op("VBROADCASTSS %d(AX), %c%d", (u*t.mr+i)*4, t.r, r)
		for j := range t.nv {
			acc := i*t.nv + j
			if t.bf16 {
				f.dpbf16(acc, r, b+j)
			} else {
				f.op("VFMADD231PS %c%d, %c%d, %c%d", t.r, b+j, t.r, r, t.r, acc)
			}
		}
	}
}

// dpbf16 encodes VDPBF16PS zd, zn, zm (EVEX.512.F3.0F38.W0 52 /r): zd += pairs of zn · pairs of zm. Go's assembler lacks it.
func (f *file) dpbf16(d, n, m int) {
	inv := func(v, bit int) int { return (^v >> bit) & 1 }
	p0 := inv(d, 3)<<7 | inv(m, 4)<<6 | inv(m, 3)<<5 | inv(d, 4)<<4 | 0b010
	p1 := (^n&15)<<3 | 1<<2 | 0b10
	p2 := 0b10<<5 | inv(n, 4)<<3
	f.op("LONG $0x%02x%02x%02x62; WORD $0x%02x52 // VDPBF16PS Z%d, Z%d, Z%d", p2, p1, p0, 0xc0|(d&7)<<3|m&7, m, n, d)
}
