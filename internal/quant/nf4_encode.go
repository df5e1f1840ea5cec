package quant

import (
	"errors"
	"fmt"
	"math"
	"sort"

	"graft/internal/dtype"
	"graft/internal/kernel"
	"graft/internal/parallel"
)

// QuantizeNF4 quantises the matrix w (rows, cols). A NaN or an infinity is an error that names its place.
func QuantizeNF4(w []float32, rows, cols int, opt NF4Options) (*NF4, error) {
	q, err := NewNF4(rows, cols, opt)
	if err != nil {
		return nil, err
	}
	if len(w) != rows*cols {
		return nil, fmt.Errorf("quant: %d elements for a matrix of %d × %d", len(w), rows, cols)
	}
	if err := q.setRows(w, 0, opt.Pool); err != nil {
		return nil, err
	}
	if opt.DoubleQuant {
		q.nest(opt.Pool)
	}
	return q, nil
}

// taskElements is about how many elements a task of QuantizeRows has.
const taskElements = 1 << 17

// QuantizeRows quantises a matrix that is never whole in memory: read sets dst to rows from first on and is called from several goroutines.
// Elements are rounded to the type that the matrix decodes to first, as bitsandbytes does when it loads one.
func QuantizeRows(rows, cols int, opt NF4Options, read func(first int, dst []float32) error) (*NF4, error) {
	q, err := NewNF4(rows, cols, opt)
	if err != nil {
		return nil, err
	}
	step := q.RowStep()
	step *= max(taskElements/(step*cols), 1)
	buffers := make([][]float32, opt.Pool.Workers())
	errs := make([]error, ceil(rows, step))
	opt.Pool.Ranges(rows, step, func(w, lo, hi int) {
		if buffers[w] == nil {
			buffers[w] = make([]float32, min(step, rows)*cols)
		}
		part := buffers[w][:(hi-lo)*cols]
		err := read(lo, part)
		if err == nil {
			round(part, q.DType)
			err = q.SetRows(lo, part)
		}
		errs[lo/step] = err
	})
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if opt.DoubleQuant {
		q.nest(opt.Pool)
	}
	return q, nil
}

// round rounds to a type in place.
func round(x []float32, d dtype.DType) {
	var h [512]uint16
	switch d {
	case dtype.BF16:
		for len(x) > 0 {
			n := min(len(x), len(h))
			kernel.Narrow(h[:n], x[:n])
			kernel.Widen(x[:n], h[:n])
			x = x[n:]
		}
	case dtype.F16:
		for i, v := range x {
			x[i] = d.Round(v)
		}
	}
}

// RowStep returns the number of rows after which a row begins a block again: SetRows starts at its multiples.
func (q *NF4) RowStep() int {
	step, cols := q.BlockSize, q.Cols
	for step > 1 && cols%2 == 0 { // the block size is a power of two
		step, cols = step/2, cols/2
	}
	return step
}

// SetRows quantises rows, given as w (len(w)/Cols, Cols), into the rows from first on, which must be a multiple of RowStep, as
// must the number of rows unless they are the last. Calls for different rows may run at the same time.
func (q *NF4) SetRows(first int, w []float32) error {
	rows := len(w) / q.Cols
	switch {
	case len(w)%q.Cols != 0 || first < 0 || first+rows > q.Rows:
		return fmt.Errorf("quant: %d elements from row %d on do not fit a matrix of %d × %d", len(w), first, q.Rows, q.Cols)
	case first%q.RowStep() != 0 || rows%q.RowStep() != 0 && first+rows != q.Rows:
		return fmt.Errorf("quant: rows %d to %d share a block with others; begin and end at multiples of %d", first, first+rows, q.RowStep())
	case q.Absmax == nil:
		return fmt.Errorf("quant: the absmaxes are nested already")
	}
	return q.setRows(w, first, nil)
}

// setRows quantises w into the blocks from row first on.
func (q *NF4) setRows(w []float32, first int, pool *parallel.Pool) error {
	const chunk = 1 << 16 // elements of a task, a multiple of every block size
	start := first * q.Cols
	pool.Ranges(len(w), chunk, func(_, lo, hi int) {
		scratch := make([]float32, q.BlockSize)
		for ; lo < hi; lo += q.BlockSize {
			src := w[lo:min(lo+q.BlockSize, len(w))]
			e := start + lo
			q.Absmax[e/q.BlockSize] = quantizeBlock(q.Packed[e/2:], src, scratch, len(src) == q.BlockSize)
		}
	})
	for b := start / q.BlockSize; b < ceil(start+len(w), q.BlockSize); b++ {
		if m := float64(q.Absmax[b]); math.IsInf(m, 0) || math.IsNaN(m) {
			return q.notFinite(w, start)
		}
	}
	return nil
}

// notFinite names the first element of w, which starts at element start of the matrix, that is NaN or infinite.
func (q *NF4) notFinite(w []float32, start int) error {
	for i, x := range w {
		if x-x != 0 {
			return fmt.Errorf("quant: element [%d, %d] is %v; NF4 needs finite weights", (start+i)/q.Cols, (start+i)%q.Cols, x)
		}
	}
	return nil
}

// quantizeBlock writes the codes of src to dst and returns the absmax, which is NaN or infinite if an element is.
// full says that src is not the short rest at the end of a matrix. scratch is at least as long as src.
func quantizeBlock(dst []byte, src, scratch []float32, full bool) (absmax float32) {
	t := scratch[:copy(scratch, src)]
	absmax = normalize(t, full)
	for i := 0; i+1 < len(t); i += 2 {
		dst[i/2] = nf4Code(t[i])<<4 | nf4Code(t[i+1])
	}
	if n := len(t); n%2 == 1 {
		dst[n/2] = nf4Code(t[n-1])<<4 | nf4Code(0)
	}
	return absmax
}

// normalize scales x to values from -1 to 1 and returns the absmax to store. As in bitsandbytes, a full block is multiplied by the
// reciprocal, while a short one is divided and its absmax kept from zero.
func normalize(x []float32, full bool) (absmax float32) {
	const least = 1e-38
	absmax = maxAbs(x)
	if full {
		r := 1 / max(absmax, least)
		for i := range x {
			x[i] *= r
		}
		return absmax
	}
	absmax = max(absmax, least)
	for i := range x {
		x[i] /= absmax
	}
	return absmax
}

// maxAbs returns the largest magnitude in src. Magnitudes compare like their bits, above which lie those of infinity and NaN.
func maxAbs(src []float32) float32 {
	var m uint32
	for _, x := range src {
		m = max(m, math.Float32bits(x)&^(1<<31))
	}
	return math.Float32frombits(m)
}

// nf4Thresholds divide the codes: the code of t is the number of thresholds below it.
var nf4Thresholds = midpoints(nf4Levels[:])

// A bucket answers for a sixteenth of the range of t, which holds at most one threshold.
type bucket struct {
	below     byte    // thresholds below the bucket
	threshold float32 // the next one, in the bucket or above
}

var nf4Buckets = makeBuckets()

// makeBuckets lets bucket i answer from i/16 - 1 to (i+1)/16 - 1.
func makeBuckets() (buckets [64]bucket) {
	for i := range buckets {
		n := sort.Search(len(nf4Thresholds), func(k int) bool { return nf4Thresholds[k] >= float32(i)/16-1 })
		buckets[i] = bucket{byte(n), float32(math.Inf(1))}
		if n < len(nf4Thresholds) {
			buckets[i].threshold = nf4Thresholds[n]
		}
	}
	return buckets
}

// nf4Code returns the code of t, which exceeds [-1, 1] by a rounding error at most: the number of thresholds below t.
func nf4Code(t float32) byte {
	b := &nf4Buckets[int32(t*16+16)&63]
	var above byte // as a variable of its own this needs no branch, which would be taken at random
	if t > b.threshold {
		above = 1
	}
	return b.below + above
}

// Nest quantises the absmaxes of a complete matrix in place. It does nothing if they are quantised already.
func (q *NF4) Nest() { q.nest(nil) }

func (q *NF4) nest(pool *parallel.Pool) {
	if q.Nested != nil {
		return
	}
	var sum float64
	for _, m := range q.Absmax {
		sum += float64(m)
	}
	q.Nested = nest(q.Absmax, float32(sum/float64(len(q.Absmax))), pool)
	q.Absmax = nil
}

// nest quantises absmaxes with a given offset.
func nest(absmaxes []float32, offset float32, pool *parallel.Pool) *Nested {
	n := &Nested{
		Codes:     make([]byte, len(absmaxes)),
		Map:       dynamicMap(),
		Absmax:    make([]float32, ceil(len(absmaxes), nestedBlock)),
		BlockSize: nestedBlock,
		Offset:    offset,
	}
	thresholds := midpoints(n.Map[:])
	pool.Ranges(len(n.Absmax), 16, func(_, lo, hi int) {
		for b := lo; b < hi; b++ {
			n.encode(b, absmaxes[b*nestedBlock:min((b+1)*nestedBlock, len(absmaxes))], thresholds)
		}
	})
	return n
}

// encode quantises block b of absmaxes.
func (n *Nested) encode(b int, absmaxes, thresholds []float32) {
	var block [nestedBlock]float32
	t := block[:len(absmaxes)]
	for i := range t {
		t[i] = absmaxes[i] - n.Offset
	}
	n.Absmax[b] = normalize(t, true)
	for i, x := range t {
		n.Codes[b*nestedBlock+i] = byte(sort.Search(len(thresholds), func(k int) bool { return thresholds[k] >= x }))
	}
}
