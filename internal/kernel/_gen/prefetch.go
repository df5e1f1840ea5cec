package main

var prefetchParams = []param{{"src", "*uint16"}, {"stride", "int"}, {"rows", "int"}, {"lines", "int"}}

const prefetchDoc = "asks for lines·64 bytes of each row, rows stride bytes apart, to be brought into the L2 cache; rows and lines are positive."

func (f *file) prefetch() {
	off := f.fn("prefetchAMD64", prefetchDoc, prefetchParams, "")
	f.op("MOVQ %s, SI", arg(off, "src"))
	f.op("MOVQ %s, R8", arg(off, "stride"))
	f.op("MOVQ %s, CX", arg(off, "rows"))
	f.op("MOVQ %s, R9", arg(off, "lines"))
	f.label("row")
	f.op("MOVQ SI, DI")
	f.op("MOVQ R9, DX")
	f.label("line")
	f.op("PREFETCHT1 (DI)")
	f.op("ADDQ $64, DI")
	f.op("SUBQ $1, DX")
	f.op("JG line")
	f.op("ADDQ R8, SI")
	f.op("SUBQ $1, CX")
	f.op("JG row")
	f.op("RET")
}

func (f *file) prefetchARM64() {
	off := f.fn("prefetchARM64", prefetchDoc, prefetchParams, "")
	f.op("MOVD %s, R1", arg(off, "src"))
	f.op("MOVD %s, R2", arg(off, "stride"))
	f.op("MOVD %s, R3", arg(off, "rows"))
	f.op("MOVD %s, R4", arg(off, "lines"))
	f.label("row")
	f.op("MOVD R1, R5")
	f.op("MOVD R4, R6")
	f.label("line")
	f.op("PRFM (R5), PLDL2KEEP")
	f.op("ADD $64, R5")
	f.op("SUBS $1, R6")
	f.op("BGT line")
	f.op("ADD R2, R1")
	f.op("SUBS $1, R3")
	f.op("BGT row")
	f.op("RET")
}
