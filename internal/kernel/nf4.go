package kernel

import "math"

// nf4Code are the levels of NF4 (Dettmers et al., QLoRA, appendix E), as bitsandbytes stores them.
var nf4Code = [16]float32{
	-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
	-0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
	0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
}

// NF4 decodes part of one absmax block: dst[i] = code[nibble i]·absmax, the upper nibble of a byte first; with round the product is
// rounded to bfloat16, as a quantisation state of that type asks. src holds (len(dst)+1)/2 bytes.
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
