// Package quanttest is the conformance kit of quantised formats: a format is right when Run passes on its row of the table.
package quanttest

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"graft/internal/quant"
)

// A Golden is what the format's reference implementation makes of some blocks.
type Golden struct {
	Name    string
	Src     []float32
	Encoded []byte
	Decoded []float32
}

// Run tests a codec: its error on normal weights, that it stays within its buffers and blocks, and that it agrees with the
// reference implementation on the goldens, of which there must be some.
func Run(t *testing.T, c quant.Codec, goldens []Golden) {
	t.Run("row", func(t *testing.T) { checkRow(t, c) })
	t.Run("error", func(t *testing.T) { checkError(t, c) })
	t.Run("edges", func(t *testing.T) { checkEdges(t, c) })
	t.Run("zeros", func(t *testing.T) { checkZeros(t, c) })
	t.Run("golden", func(t *testing.T) { checkGoldens(t, c, goldens) })
}

func checkRow(t *testing.T, c quant.Codec) {
	if c.Name == "" || c.Block < 1 || c.BlockBytes < 1 || c.Encode == nil || c.Decode == nil || c.MaxRMSE <= 0 || c.MaxRMSE >= 1 {
		t.Errorf("incomplete row %+v", c)
	}
}

func normal(n int) []float32 {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// roundTrip encodes and decodes between guards and fails if one is touched or the input changed.
func roundTrip(t *testing.T, c quant.Codec, src []float32) (encoded []byte, decoded []float32) {
	t.Helper()
	blocks := len(src) / c.Block
	b := bytes.Repeat([]byte{0xa5}, 16+blocks*c.BlockBytes+16)
	encoded = b[16 : len(b)-16 : len(b)-16]
	before := slices.Clone(src)
	c.Encode(encoded, src)
	f := slices.Repeat([]float32{-7}, 16+len(src)+16)
	decoded = f[16 : len(f)-16 : len(f)-16]
	c.Decode(decoded, encoded)
	for i := range 16 {
		if b[i] != 0xa5 || b[len(b)-1-i] != 0xa5 || f[i] != -7 || f[len(f)-1-i] != -7 {
			t.Fatalf("%d blocks: wrote outside its buffer", blocks)
		}
	}
	if !slices.Equal(src, before) {
		t.Fatalf("%d blocks: encoding changed its input", blocks)
	}
	return encoded, decoded
}

// checkError holds MaxRMSE to be true, and not so lax that it says nothing.
func checkError(t *testing.T, c quant.Codec) {
	src := normal(c.Block * (1 + 1<<16/c.Block))
	_, got := roundTrip(t, c, src)
	var diff, norm float64
	for i, x := range src {
		d := float64(got[i]) - float64(x)
		diff += d * d
		norm += float64(x) * float64(x)
	}
	if rmse := math.Sqrt(diff / norm); rmse > c.MaxRMSE || rmse < 0.9*c.MaxRMSE {
		t.Errorf("relative error %.5f on normal weights, the table says at most %.5f", rmse, c.MaxRMSE)
	}
}

// checkEdges encodes runs of blocks of very different size and compares with each block alone.
func checkEdges(t *testing.T, c quant.Codec) {
	for _, blocks := range []int{0, 1, 2, 3, 8} {
		src := normal(blocks * c.Block)
		for b := range blocks {
			scale := float32(math.Pow(10, float64(b%5-2)))
			for i := range c.Block {
				src[b*c.Block+i] *= scale
			}
		}
		encoded, decoded := roundTrip(t, c, src)
		for b := range blocks {
			e, d := roundTrip(t, c, src[b*c.Block:(b+1)*c.Block])
			if !bytes.Equal(e, encoded[b*c.BlockBytes:(b+1)*c.BlockBytes]) || !slices.Equal(d, decoded[b*c.Block:(b+1)*c.Block]) {
				t.Errorf("block %d of %d depends on its neighbours", b, blocks)
			}
		}
	}
}

func checkZeros(t *testing.T, c quant.Codec) {
	if _, got := roundTrip(t, c, make([]float32, 2*c.Block)); slices.ContainsFunc(got, func(x float32) bool { return x != 0 }) {
		t.Errorf("zeros come back as %v", got)
	}
}

func checkGoldens(t *testing.T, c quant.Codec, goldens []Golden) {
	if len(goldens) == 0 {
		t.Error("no goldens of the reference implementation")
	}
	for _, g := range goldens {
		encoded, decoded := roundTrip(t, c, g.Src)
		if !bytes.Equal(encoded, g.Encoded) {
			t.Errorf("%s: encoded\n%x\nwant\n%x", g.Name, encoded, g.Encoded)
		}
		c.Decode(decoded, g.Encoded)
		if !slices.Equal(decoded, g.Decoded) {
			t.Errorf("%s: decoded\n%v\nwant\n%v", g.Name, decoded, g.Decoded)
		}
	}
}
