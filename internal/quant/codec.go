package quant

import (
	"encoding/binary"
	"math"
)

// A Codec quantises vectors whose length is a multiple of Block.
type Codec struct {
	Name       string
	Block      int // elements of a block
	BlockBytes int // bytes of a block
	Encode     func(dst []byte, src []float32)
	Decode     func(dst []float32, src []byte)
	MaxRMSE    float64 // root mean square error on standard normal elements, relative to their root mean square
}

// Codecs returns the table of formats.
func Codecs() []Codec {
	return []Codec{
		{Name: "nf4", Block: 64, BlockBytes: 4 + 32, Encode: encodeNF4, Decode: decodeNF4, MaxRMSE: 0.095},
	}
}

// encodeNF4 writes each block of 64 as its absmax, little-endian, and its packed codes.
func encodeNF4(dst []byte, src []float32) {
	var scratch [64]float32
	for ; len(src) > 0; src, dst = src[64:], dst[36:] {
		absmax := quantizeBlock(dst[4:36], src[:64], scratch[:], true)
		binary.LittleEndian.PutUint32(dst, math.Float32bits(absmax))
	}
}

func decodeNF4(dst []float32, src []byte) {
	for ; len(dst) > 0; dst, src = dst[64:], src[36:] {
		absmax := math.Float32frombits(binary.LittleEndian.Uint32(src))
		for i := range 64 {
			dst[i] = nf4Levels[nibble(src[4:], i)] * absmax
		}
	}
}
