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

// gemmAMX multiplies panels of 32 rows and 32 columns, 32 values of k at a time.
func (f *file) gemmAMX() {
	off := f.fn("gemmBF16AMX", "computes 32 × 32 tiles of c (+)= a·b over k groups of 32 values, k ascending. A group of a is 32 rows of 32 bfloat16,\n"+
		"// one of b 16 rows of 32 pairs along k. add = 0 overwrites c. Tiles lie one below the other in c; the panel of a of each starts next\n"+
		"// elements of 4 bytes after the one before.", gemmParams, "")
	for i, p := range []string{"k", "a", "b", "c", "ldc", "add", "tiles", "next"} {
		f.op("MOVQ %s, %s", arg(off, p), []string{"R9", "R10", "R11", "DI", "DX", "R8", "R12", "R13"}[i])
	}
	f.tileConfig()
	f.op("SHLQ $2, DX  // bytes")
	f.op("SHLQ $2, R13 // bytes")
	f.op("MOVQ $64, R14")
	f.op("MOVQ $128, R15")
	f.op("MOVQ DX, CX")
	f.op("SHLQ $4, CX // 16 rows of c")
	f.label("tile")
	f.op("LEAQ (DI)(CX*1), SI")
	f.op("TESTQ R8, R8")
	f.op("JE clear")
	f.eachC(f.tileLoad)
	f.op("JMP multiply")
	f.label("clear")
	for i := range 4 {
		f.tileZero(amxC + i)
	}
	f.label("multiply")
	f.op("MOVQ R10, AX")
	f.op("MOVQ R11, BX")
	f.op("MOVQ R9, R8")
	f.label("loop")
	f.tileLoad(amxB, "BX", "R15", 0)
	f.tileLoad(amxA, "AX", "R14", 0)
	f.tileLoad(amxB+1, "BX", "R15", 64)
	f.tileDot(amxC, amxA, amxB)
	f.tileLoad(amxA+1, "AX", "R14", 1024)
	f.tileDot(amxC+1, amxA, amxB+1)
	f.tileDot(amxC+2, amxA+1, amxB)
	f.tileDot(amxC+3, amxA+1, amxB+1)
	f.op("ADDQ $2048, AX")
	f.op("ADDQ $2048, BX")
	f.op("DECQ R8")
	f.op("JNE loop")
	f.eachC(f.tileStore)
	f.op("MOVQ %s, R8", arg(off, "add"))
	f.op("LEAQ (SI)(CX*1), DI")
	f.op("ADDQ R13, R10")
	f.op("DECQ R12")
	f.op("JNE tile")
	f.tileRelease()
	f.op("RET")
}

// eachC moves the four tiles of c, at DI and 16 rows below at SI.
func (f *file) eachC(move func(t int, base, stride string, disp int)) {
	for i, base := range []string{"DI", "SI"} {
		for j := range 2 {
			move(amxC+2*i+j, base, "DX", 64*j)
		}
	}
}
