package main

import "fmt"

// The microkernel of AMX (Intel, Architecture Instruction Set Extensions Programming Reference, chapter 3). A tile register is 16 rows of 64
// bytes: of a left operand 16 rows of 32 bfloat16 along k; of a right one 16 pairs along k of 16 columns; of c 16 × 16 float32. Go's assembler
// knows none of the instructions.
const (
	amxC = 0 // tile registers 0…3: c, row half i and column half j in 2i+j
	amxA = 4 // 4, 5: halves of the left panel
	amxB = 6 // 6, 7: halves of the right panel
)

// gpr numbers the general registers as instructions do.
var gpr = map[string]int{
	"AX": 0, "CX": 1, "DX": 2, "BX": 3, "SP": 4, "BP": 5, "SI": 6, "DI": 7,
	"R8": 8, "R9": 9, "R10": 10, "R11": 11, "R12": 12, "R13": 13, "R14": 14, "R15": 15,
}

// Mandatory prefixes as VEX encodes them.
const (
	vex66 = 1
	vexF3 = 2
	vexF2 = 3
)

// tileMem emits an instruction of tile t with memory at base+disp, rows stride bytes apart (VEX.128.pp.0F38.W0 op /r with SIB).
func (f *file) tileMem(name string, pp, op, t int, base, stride string, disp int) {
	b, x := gpr[base], gpr[stride]
	p1 := 0x80 | (^x>>3&1)<<6 | (^b>>3&1)<<5 | 0b00010
	p2 := 0b1111<<3 | pp
	f.op("LONG $0x%02x%02x%02xc4; WORD $0x%02x%02x; LONG $0x%08x // %s", op, p2, p1, (x&7)<<3|b&7, 2<<6|t<<3|4, disp,
		fmt.Sprintf("%s T%d, %d(%s)(%s*1)", name, t, disp, base, stride))
}

func (f *file) tileLoad(t int, base, stride string, disp int) {
	f.tileMem("TILELOADD", vexF2, 0x4b, t, base, stride, disp)
}

// tileLoadOnce says that the memory will not be needed again soon: it does not push other memory out of L1.
func (f *file) tileLoadOnce(t int, base, stride string, disp int) {
	f.tileMem("TILELOADDT1", vex66, 0x4b, t, base, stride, disp)
}

func (f *file) tileStore(t int, base, stride string, disp int) {
	f.tileMem("TILESTORED", vexF3, 0x4b, t, base, stride, disp)
}

func (f *file) tileZero(t int) { f.op("LONG $0x497be2c4; BYTE $0x%02x // TILEZERO T%d", 0xc0|t<<3, t) }

// tileDot emits TDPBF16PS: c += a·b.
func (f *file) tileDot(c, a, b int) {
	f.op("LONG $0x5c%02xe2c4; BYTE $0x%02x // TDPBF16PS T%d, T%d, T%d", (^b&15)<<3|vexF3, 0xc0|c<<3|a, c, a, b)
}

// tileConfig loads the configuration at (AX): eight tiles of 16 rows, 64 bytes each.
func (f *file) tileConfig() {
	words := make([]uint32, 16)
	words[0] = 1 // palette
	for i := range 4 {
		words[4+i] = 64<<16 | 64
	}
	for i := range 2 {
		words[12+i] = 0x10101010
	}
	f.op("LEAQ %s, AX", f.table("amxConfig", words))
	f.op("LONG $0x4978e2c4; BYTE $0x00 // LDTILECFG (AX)")
}

func (f *file) tileRelease() { f.op("LONG $0x4978e2c4; BYTE $0xc0 // TILERELEASE") }

// amxChunk is how many groups of k are multiplied before the tile goes back to c. 32 KiB of the panel of b stay in L1, because what is loaded of a
// says that it does not want to. Measured with data of 1 MiB in L2: 8 groups, or loads of a that want to stay, take a fifth longer.
const amxChunk = 16

// gemmAMX multiplies panels of 32 rows and 32 columns, 32 values of k at a time. Loading the configuration takes as long as a third of a tile of
// a chunk, so that one call does many.
func (f *file) gemmAMX() {
	params := append(append([]param{}, gemmParams...), param{"panels", "int"}, param{"nextb", "int"}, param{"halves", "int"})
	off := f.fnLocals("gemmBF16AMX", "computes 32 × 32 tiles of c (+)= a·b over k groups of 32 values, k ascending. A group of a is 32 rows of 32 bfloat16,\n"+
		"// one of b 16 rows of 32 pairs along k. add = 0 overwrites c. Tiles lie one below the other in c; the panel of a of each starts next\n"+
		"// elements of 4 bytes after the one before. Panels of b, nextb elements apart, give tiles side by side.\n"+
		"// halves & 1: of the last panel of a only the first 16 rows count; halves & 2: of the last one of b only the first 16 columns. The others\n"+
		"// of c are not touched then.", params, "", 8)
	f.tileConfig()
	f.op("MOVQ %s, DX", arg(off, "ldc"))
	f.op("SHLQ $2, DX // bytes")
	f.op("MOVQ DX, CX")
	f.op("SHLQ $4, CX // 16 rows of c")
	f.op("MOVQ $64, R14")
	f.op("MOVQ $128, R15")
	f.label("chunk")
	f.op("MOVQ $%d, R9", amxChunk)
	f.op("CMPQ R9, %s", arg(off, "k"))
	f.op("CMOVQGT %s, R9", arg(off, "k"))
	f.op("MOVQ %s, R11", arg(off, "b"))
	f.op("MOVQ %s, AX", arg(off, "panels"))
	f.op("MOVQ AX, left-8(SP)")
	f.label("panel")
	f.op("MOVQ %s, R10", arg(off, "a"))
	f.op("MOVQ %s, R12", arg(off, "tiles"))
	f.op("MOVQ %s, DI", arg(off, "panels"))
	f.op("SUBQ left-8(SP), DI")
	f.op("SHLQ $7, DI")
	f.op("ADDQ %s, DI", arg(off, "c"))
	f.label("tile")
	f.op("XORQ AX, AX")
	f.op("CMPQ R12, $1")
	f.op("JNE rows")
	f.op("MOVQ %s, AX", arg(off, "halves"))
	f.op("ANDQ $1, AX")
	f.label("rows")
	f.op("CMPQ left-8(SP), $1")
	f.op("JNE cols")
	f.op("MOVQ %s, BX", arg(off, "halves"))
	f.op("ANDQ $2, BX")
	f.op("ORQ BX, AX")
	f.label("cols")
	f.op("LEAQ (DI)(CX*1), SI")
	for halves := 1; halves < 4; halves++ {
		f.op("CMPQ AX, $%d", halves)
		f.op("JE half%d", halves)
	}
	f.amxTile(arg(off, "add"))
	f.op("JMP done")
	for halves := 1; halves < 4; halves++ {
		f.label(fmt.Sprintf("half%d", halves))
		f.amxHalf(arg(off, "add"), halves)
		if halves < 3 {
			f.op("JMP done")
		}
	}
	f.label("done")
	f.op("LEAQ (SI)(CX*1), DI")
	f.op("MOVQ %s, AX", arg(off, "next"))
	f.op("LEAQ (R10)(AX*4), R10")
	f.op("DECQ R12")
	f.op("JNE tile")
	f.op("MOVQ %s, AX", arg(off, "nextb"))
	f.op("LEAQ (R11)(AX*4), R11")
	f.op("DECQ left-8(SP)")
	f.op("JNE panel")
	f.op("MOVQ R9, AX")
	f.op("SHLQ $11, AX")
	f.op("ADDQ AX, %s", arg(off, "a"))
	f.op("ADDQ AX, %s", arg(off, "b"))
	f.op("MOVQ $1, %s", arg(off, "add"))
	f.op("SUBQ R9, %s", arg(off, "k"))
	f.op("JNE chunk")
	f.tileRelease()
	f.op("RET")
}

// amxTile multiplies R9 groups of the panels at R10 and R11 into the tile at DI, whose rows are DX bytes apart and 16 of them CX; SI is its lower
// half. Loads of the next group stand between the products of one.
func (f *file) amxTile(add string) {
	f.op("LEAQ (SI)(CX*1), BP // the next tile")
	f.amxStart(add, 0)
	f.tileLoad(amxB, "BX", "R15", 0)
	f.tileLoadOnce(amxA, "AX", "R14", 0)
	f.tileLoad(amxB+1, "BX", "R15", 64)
	f.tileLoadOnce(amxA+1, "AX", "R14", 1024)
	f.op("JMP enter")
	f.label("loop")
	f.tileDot(amxC, amxA, amxB)
	f.tileDot(amxC+1, amxA, amxB+1)
	f.tileLoadOnce(amxA, "AX", "R14", 0)
	f.tileDot(amxC+2, amxA+1, amxB)
	f.tileLoad(amxB, "BX", "R15", 0)
	f.tileDot(amxC+3, amxA+1, amxB+1)
	f.tileLoadOnce(amxA+1, "AX", "R14", 1024)
	f.tileLoad(amxB+1, "BX", "R15", 64)
	for range 32 / amxChunk { // c's lines of the next tile, in the course of a chunk
		f.op("PREFETCHT0 (BP)")
		f.op("PREFETCHT0 64(BP)")
		f.op("ADDQ DX, BP")
	}
	f.label("enter")
	f.op("ADDQ $2048, AX")
	f.op("ADDQ $2048, BX")
	f.op("DECQ R13")
	f.op("JNE loop")
	f.tileDot(amxC, amxA, amxB)
	f.tileDot(amxC+1, amxA, amxB+1)
	f.tileDot(amxC+2, amxA+1, amxB)
	f.tileDot(amxC+3, amxA+1, amxB+1)
	f.eachC(0, f.tileStore)
}

// amxHalf is amxTile for 16 rows (halves & 1), 16 columns (halves & 2) or both.
func (f *file) amxHalf(add string, halves int) {
	f.amxStart(add, halves)
	loop := fmt.Sprintf("loop%d", halves)
	f.label(loop)
	for i := range 2 - halves&1 {
		f.tileLoadOnce(amxA+i, "AX", "R14", 1024*i)
	}
	for j := range 2 - halves>>1 {
		f.tileLoad(amxB+j, "BX", "R15", 64*j)
		for i := range 2 - halves&1 {
			f.tileDot(amxC+2*i+j, amxA+i, amxB+j)
		}
	}
	f.op("ADDQ $2048, AX")
	f.op("ADDQ $2048, BX")
	f.op("DECQ R13")
	f.op("JNE %s", loop)
	f.eachC(halves, f.tileStore)
}

// amxStart loads or clears the tiles of c and sets AX, BX and R13 to the panels and the number of groups.
func (f *file) amxStart(add string, halves int) {
	clear, start := fmt.Sprintf("clear%d", halves), fmt.Sprintf("start%d", halves)
	f.op("MOVQ R10, AX")
	f.op("MOVQ R11, BX")
	f.op("MOVQ R9, R13")
	f.op("CMPQ %s, $0", add)
	f.op("JE %s", clear)
	f.eachC(halves, f.tileLoad)
	f.op("JMP %s", start)
	f.label(clear)
	f.eachC(halves, func(t int, _, _ string, _ int) { f.tileZero(t) })
	f.label(start)
}

// eachC moves the tiles of c, at DI and 16 rows below at SI.
func (f *file) eachC(halves int, move func(t int, base, stride string, disp int)) {
	for i, base := range []string{"DI", "SI"}[:2-halves&1] {
		for j := range 2 - halves>>1 {
			move(amxC+2*i+j, base, "DX", 64*j)
		}
	}
}
