package quant

import (
	"fmt"
	"math"
	"slices"

	"graft/internal/dtype"
	"graft/internal/parallel"
)

// NF4 is a matrix quantised to four bits, row by row in blocks that run across the ends of rows.
type NF4 struct {
	Rows, Cols int
	BlockSize  int         // elements of a block, a power of two from 32 to 4096
	Packed     []byte      // (⌈Rows·Cols/2⌉) two codes a byte, the first in the upper half
	Absmax     []float32   // (⌈Rows·Cols/BlockSize⌉); nil if Nested
	Nested     *Nested     // the absmaxes, doubly quantised; nil if not
	DType      dtype.DType // F32, BF16 or F16: what the matrix was, and what a decoded element is rounded to
}

// Nested is a list of absmaxes quantised to eight bits: absmax[i] = Map[Codes[i]]·Absmax[i/BlockSize] + Offset.
type Nested struct {
	Codes     []byte       // (blocks of the matrix)
	Map       [256]float32 // rising
	Absmax    []float32    // (⌈len(Codes)/BlockSize⌉)
	BlockSize int
	Offset    float32 // the mean of the absmaxes
}

// NF4Options says how to quantise.
type NF4Options struct {
	BlockSize   int            // 0 stands for 64
	DoubleQuant bool           // quantise the absmaxes too
	DType       dtype.DType    // of the matrix and of what decodes from it; Invalid stands for BF16
	Pool        *parallel.Pool // nil quantises on the caller's goroutine
}

// nestedBlock is the block size of doubly quantised absmaxes.
const nestedBlock = 256

// nf4Levels are the values of the sixteen codes (Dettmers et al., QLoRA, 2023, appendix E).
var nf4Levels = [16]float32{
	-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
	-0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
	0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
}

// NewNF4 returns a matrix to be filled by SetRows.
func NewNF4(rows, cols int, opt NF4Options) (*NF4, error) {
	q := &NF4{Rows: rows, Cols: cols, BlockSize: opt.BlockSize, DType: opt.DType}
	q.defaults()
	if err := q.checkShape(); err != nil {
		return nil, err
	}
	q.Packed = make([]byte, (q.Elements()+1)/2)
	q.Absmax = make([]float32, q.Blocks())
	return q, nil
}

// defaults replaces what options leave out.
func (q *NF4) defaults() {
	if q.BlockSize == 0 {
		q.BlockSize = 64
	}
	if q.DType == dtype.Invalid {
		q.DType = dtype.BF16
	}
}

// checkShape checks everything about q but its slices.
func (q *NF4) checkShape() error {
	const most = math.MaxInt / 16 // elements, whose bytes an int counts in any type
	if q.Rows <= 0 || q.Cols <= 0 || q.Rows > most/q.Cols {
		return fmt.Errorf("quant: a matrix of %d × %d cannot be NF4", q.Rows, q.Cols)
	}
	if b := q.BlockSize; b < 32 || b > 4096 || b&(b-1) != 0 {
		return fmt.Errorf("quant: NF4 block size %d is not a power of two from 32 to 4096", b)
	}
	if q.DType != dtype.F32 && q.DType != dtype.BF16 && q.DType != dtype.F16 {
		return fmt.Errorf("quant: NF4 of %v; possible are F32, BF16 and F16", q.DType)
	}
	return nil
}

// Elements returns Rows·Cols.
func (q *NF4) Elements() int { return q.Rows * q.Cols }

// Blocks returns the number of blocks.
func (q *NF4) Blocks() int { return ceil(q.Elements(), q.BlockSize) }

func ceil(a, b int) int { return (a + b - 1) / b }

// Absmaxes sets dst to the absmaxes of the blocks from first on, as float32 whether they are stored so or nested.
func (q *NF4) Absmaxes(dst []float32, first int) {
	n := q.Nested
	if n == nil {
		copy(dst, q.Absmax[first:first+len(dst)])
		return
	}
	for block := first / n.BlockSize; len(dst) > 0; block++ {
		codes := n.Codes[first:min(first+len(dst), (block+1)*n.BlockSize)]
		scale, part := n.Absmax[block], dst[:len(codes)]
		for i, c := range codes {
			// The conversion keeps the compiler from fusing the multiplication and the addition into one rounding.
			part[i] = float32(n.Map[c]*scale) + n.Offset
		}
		dst, first = dst[len(codes):], first+len(codes)
	}
}

// Decode sets dst to the elements from first on, counted along the rows.
func (q *NF4) Decode(dst []float32, first int) {
	if len(dst) == 0 {
		return
	}
	block := first / q.BlockSize
	absmaxes := make([]float32, (first+len(dst)-1)/q.BlockSize+1-block)
	q.Absmaxes(absmaxes, block)
	for i := range dst {
		e := first + i
		dst[i] = q.DType.Round(nf4Levels[nibble(q.Packed, e)] * absmaxes[e/q.BlockSize-block])
	}
}

// nibble returns code i of packed.
func nibble(packed []byte, i int) byte {
	b := packed[i/2]
	if i%2 == 0 {
		return b >> 4
	}
	return b & 15
}

// midpoints returns the means of neighbours, which divide what rounds to the one from what rounds to the other.
func midpoints(rising []float32) []float32 {
	m := make([]float32, len(rising)-1)
	for i := range m {
		m[i] = (rising[i] + rising[i+1]) / 2
	}
	return m
}

// dynamicMap returns the signed 8-bit dynamic map (Dettmers, 8-Bit Approximations for Parallelism in Deep Learning, 2016): for each
// power of ten from -6 to 0 twice as many values as for the one before, evenly spread over (0.1, 1) of it, in both signs; 0 and 1.
func dynamicMap() [256]float32 {
	values := []float32{0, 1}
	for i := range 7 {
		n := 1 << i
		scale := float32(pow10(i - 6))
		for _, m := range midpoints(linspace(0.1, 1, n+1)) {
			values = append(values, scale*m, -scale*m)
		}
	}
	slices.Sort(values)
	return [256]float32(values)
}

func pow10(exponent int) float64 {
	p := 1.0
	for range -exponent {
		p *= 10
	}
	return 1 / p
}

// linspace returns n evenly spaced values from lo to hi, computed from the nearer end and rounded once, as PyTorch does.
func linspace(lo, hi float32, n int) []float32 {
	v := make([]float32, n)
	step := float64((hi - lo) / float32(n-1))
	for i := range v {
		if i < n/2 {
			v[i] = float32(float64(lo) + step*float64(i))
		} else {
			v[i] = float32(float64(hi) - step*float64(n-1-i))
		}
	}
	return v
}
