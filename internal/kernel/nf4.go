package kernel

import "math"

// nf4Code are the levels of NF4 (Dettmers et al., QLoRA, appendix E), as bitsandbytes stores them.
var nf4Code = [16]float32{
	-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
	-0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
	0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
}

// NF4 decodes part of one absmax block: dst[i] = code[nibble i]·absmax, the upper nibble of a byte first; with round the product is
// rounded to bfloat16, as a quantisation state of dtype bfloat16 requires. src holds (len(dst)+1)/2 bytes.
func NF4(dst []float32, src []byte, absmax float32, round bool) {
	src = src[:(len(dst)+1)/2]
	n := nf4Fast(dst, src, absmax, round)
	nf4Generic(dst[n:], src[n/2:], absmax, round)
}

func nf4Generic(dst []float32, src []byte, absmax float32, round bool) {
	for i := range dst {
		b := src[i/2]
		if i%2 == 0 {
			b >>= 4
		}
		dst[i] = nf4Code[b&15] * absmax
		if round {
			dst[i] = math.Float32frombits(uint32(bf16(dst[i])) << 16)
		}
	}
}

// NF4Rows is a rectangle of a matrix in NF4: Rows rows of Cols elements. Row i starts at byte i*Stride of Src with its upper nibble; its absmaxes, one
// for each Block elements or part of them, follow those of the row before.
type NF4Rows struct {
	Rows, Cols    int
	Src           []byte
	Stride, Block int // Block is a power of two, at least 32
	Absmax        []float32
}

// blocks is the number of absmaxes of a row.
func (q NF4Rows) blocks() int { return (q.Cols + q.Block - 1) / q.Block }

// NF4BF16 decodes to bfloat16, row i to dst[i*ld:]: code·absmax, rounded once.
func NF4BF16(dst []uint16, ld int, q NF4Rows) {
	if q.Rows == 0 || q.Cols == 0 {
		return
	}
	n := q.blocks()
	_, _, _ = dst[(q.Rows-1)*ld+q.Cols-1], q.Src[(q.Rows-1)*q.Stride+(q.Cols-1)/2], q.Absmax[q.Rows*n-1]
	if nf4RowsFast(dst, ld, q) {
		return
	}
	var wide [64]float32
	for i := range q.Rows {
		for j := 0; j < q.Cols; {
			part := min(len(wide), q.Cols-j, q.Block-j%q.Block)
			NF4(wide[:part], q.Src[i*q.Stride+j/2:], q.Absmax[i*n+j/q.Block], false)
			Narrow(dst[i*ld+j:i*ld+j+part], wide[:part])
			j += part
		}
	}
}

// nf4RowsGeneric is the definition of NF4BF16.
func nf4RowsGeneric(dst []uint16, ld int, q NF4Rows) {
	for i := range q.Rows {
		for j := range q.Cols {
			b := q.Src[i*q.Stride+j/2]
			if j%2 == 0 {
				b >>= 4
			}
			dst[i*ld+j] = bf16(nf4Code[b&15] * q.Absmax[i*q.blocks()+j/q.Block])
		}
	}
}
