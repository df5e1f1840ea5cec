package nn

import (
	"math"

	"graft/internal/gemm"
	"graft/internal/kernel"
)

// Ignore is the target of a position that is not trained.
const Ignore = -1

// logitsBytes bounds the logits held at a time: a 151,936-wide vocabulary would otherwise dominate the memory of a step.
const logitsBytes = 256 << 20

// headSlice is how much of the vocabulary is packed at a time on the backward pass.
const headSlice = 8192

// CrossEntropy is Σ −log softmax(x·wᵀ)[target] over the rows whose target is not Ignore, in float32 whatever the storage, and gives x
// the gradient of scale times that sum at once: logits are made for trained rows only, in chunks, and turned into their gradient
// in place. w is the head (V, H). losses, if not nil, receives each row's loss (0 where ignored).
func (t *Tape) CrossEntropy(x *Value, w gemm.Matrix, targets []int32, scale float32, losses []float32) float64 {
	rows := trainedRows(targets)
	vocab, width := w.Dims()
	if losses != nil {
		clear(losses)
	}
	if x.needs {
		x.grad = t.New(x.Rows, x.Cols)
		t.clearRows(x.grad, targets)
	}
	var sum float64
	for _, part := range t.chunks(rows, vocab) {
		h := t.Gather(x.Data(), part)
		logits := t.NewF32(len(part), vocab)
		left := t.Pack(h)
		h.Free()
		t.Mul(Store{To: logits}, gemm.Term{A: left, B: w, Trans: true})
		left.Free()
		nll := t.softmaxLoss(logits, part, targets, scale)
		for i, v := range nll {
			sum += float64(v)
			if losses != nil {
				losses[part[i]] = v
			}
		}
		if x.needs {
			dh := t.NewF32(len(part), width)
			t.headBack(dh, logits, w)
			t.scatter(x.grad, dh, part)
			dh.Free()
		}
		logits.Free()
	}
	return sum
}

func trainedRows(targets []int32) []int {
	var rows []int
	for i, v := range targets {
		if v != Ignore {
			rows = append(rows, i)
		}
	}
	return rows
}

// chunks cuts rows into equal parts whose logits fit logitsBytes.
func (t *Tape) chunks(rows []int, vocab int) [][]int {
	most := max(logitsBytes/(4*vocab), 1)
	n := (len(rows) + most - 1) / most
	var parts [][]int
	for i := range n {
		parts = append(parts, rows[i*len(rows)/n:(i+1)*len(rows)/n])
	}
	return parts
}

// Gather copies rows of x.
func (c *Context) Gather(x *Tensor, rows []int) *Tensor {
	y := c.New(len(rows), x.Cols)
	c.Rows(len(rows), 1, x.Cols, func(i int, buf [][]float32) {
		y.Write(i, 0, x.row(buf[0], rows[i]))
	})
	return y
}

// scatter writes the rows of src to rows of dst.
func (c *Context) scatter(dst, src *Tensor, rows []int) {
	c.Rows(len(rows), 1, src.Cols, func(i int, buf [][]float32) {
		dst.Write(rows[i], 0, src.row(buf[0], i))
	})
}

// clearRows zeroes the rows that are not trained.
func (c *Context) clearRows(x *Tensor, targets []int32) {
	c.Rows(x.Rows, 1, x.Cols, func(i int, buf [][]float32) {
		if targets[i] == Ignore {
			clear(buf[0])
			x.Write(i, 0, buf[0])
		}
	})
}

// softmaxLoss turns logits into scale·(softmax − onehot) in place and returns each row's negative log likelihood.
func (t *Tape) softmaxLoss(logits *Tensor, rows []int, targets []int32, scale float32) []float32 {
	nll := make([]float32, len(rows))
	t.Pool.Ranges(len(rows), 1, func(_, i, _ int) {
		z := logits.f[i*logits.Cols : (i+1)*logits.Cols]
		target := targets[rows[i]]
		top, own := kernel.Max(z), z[target]
		sum := kernel.ExpSum(z, z, 1, top)
		nll[i] = float32(math.Log(float64(sum)) + float64(top) - float64(own))
		kernel.Scale(z, z, scale/sum)
		z[target] -= scale
	})
	return nll
}

// headBack computes dh = dlogits·w, packing a slice of the vocabulary at a time.
func (t *Tape) headBack(dh, dlogits *Tensor, w gemm.Matrix) {
	vocab := dlogits.Cols
	for lo := 0; lo < vocab; lo += headSlice {
		n := min(headSlice, vocab-lo)
		left := t.Pack(gemm.Part(dlogits, 0, lo, dlogits.Rows, n))
		t.Mul(Store{To: dh, Add: lo > 0}, gemm.Term{A: left, B: rowsOf(w, lo, lo+n)})
		left.Free()
	}
}
