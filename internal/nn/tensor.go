package nn

import (
	"graft/internal/gemm"
	"graft/internal/kernel"
	"graft/internal/mem"
	"graft/internal/parallel"
)

// Context is where operations run: workers, memory, microkernel, and the storage of activations.
type Context struct {
	gemm.Engine
	Half bool // activations are stored as bfloat16
}

// NewContext makes a context for compute type float32 or (half) bfloat16, on the active CPU path.
func NewContext(pool *parallel.Pool, half bool) *Context {
	c := &Context{Half: half}
	c.Pool, c.Arena, c.Tile = pool, mem.New(), kernel.TileF32()
	if half {
		c.Tile = kernel.TileBF16()
	}
	return c
}

// NewCounting makes a context for threads workers on which operations allocate and multiply nothing: its arena counts the memory that they
// would take, Work the floating-point operations of their products. Whatever they compute is without meaning.
func NewCounting(threads int, half bool) *Context {
	c := NewContext(parallel.Idle(threads), half)
	c.Arena, c.Work = mem.NewCounter(), new(float64)
	return c
}

// Counting tells whether the context only counts.
func (c *Context) Counting() bool { return c.Work != nil }

// Tensor is a matrix (Rows, Cols) of float32 or bfloat16. It may have several owners, who count themselves with Share and Free.
type Tensor struct {
	Rows, Cols int
	f          []float32
	h          []uint16
	block      *mem.Block
	owners     int
}

// New takes a tensor of the context's storage. Its content is arbitrary.
func (c *Context) New(rows, cols int) *Tensor {
	if !c.Half {
		return c.NewF32(rows, cols)
	}
	x := &Tensor{Rows: rows, Cols: cols, block: c.Arena.U16(rows * cols), owners: 1}
	x.h = x.block.U16()
	return x
}

// NewF32 takes a float32 tensor. Its content is arbitrary.
func (c *Context) NewF32(rows, cols int) *Tensor {
	x := &Tensor{Rows: rows, Cols: cols, block: c.Arena.F32(rows * cols), owners: 1}
	x.f = x.block.F32()
	return x
}

// Bytes is the memory of the tensor, as the machine stores it.
func (x *Tensor) Bytes() []byte { return x.block.Raw() }

// Share adds an owner.
func (x *Tensor) Share() *Tensor {
	x.owners++
	return x
}

// Free removes an owner; the last one gives the memory back. Freeing nil is allowed.
func (x *Tensor) Free() {
	if x == nil {
		return
	}
	if x.owners--; x.owners == 0 {
		x.block.Free()
		x.f, x.h, x.block = nil, nil, nil
	}
}

// Dims gives the number of rows and columns.
func (x *Tensor) Dims() (rows, cols int) { return x.Rows, x.Cols }

// Read decodes part of a row.
func (x *Tensor) Read(dst []float32, row, col int) {
	if x.h != nil {
		kernel.Widen(dst, x.h[row*x.Cols+col:])
		return
	}
	copy(dst, x.f[row*x.Cols+col:])
}

// Write stores part of a row.
func (x *Tensor) Write(row, col int, src []float32) {
	if x.h != nil {
		kernel.Narrow(x.h[row*x.Cols+col:][:len(src)], src)
		return
	}
	copy(x.f[row*x.Cols+col:], src)
}

// F32 is the memory of a float32 tensor.
func (x *Tensor) F32() ([]float32, int) { return x.f, x.Cols }

// BF16 is the memory of a bfloat16 tensor.
func (x *Tensor) BF16() ([]uint16, int) { return x.h, x.Cols }

// row gives a row as float32: the memory itself where it is, else buf.
func (x *Tensor) row(buf []float32, i int) []float32 {
	if x.f != nil {
		return x.f[i*x.Cols : (i+1)*x.Cols]
	}
	kernel.Widen(buf[:x.Cols], x.h[i*x.Cols:])
	return buf[:x.Cols]
}

// target gives where a row's float32 result goes: the memory itself where it is, else buf; done stores buf.
func (x *Tensor) target(buf []float32, i int) []float32 {
	if x.f != nil {
		return x.f[i*x.Cols : (i+1)*x.Cols]
	}
	return buf[:x.Cols]
}

// done stores a row that target gave.
func (x *Tensor) done(buf []float32, i int) {
	if x.h != nil {
		kernel.Narrow(x.h[i*x.Cols:(i+1)*x.Cols], buf)
	}
}

// copyTensor is a second tensor with the same content.
func (c *Context) copyTensor(x *Tensor) *Tensor {
	y := c.New(x.Rows, x.Cols)
	copy(y.f, x.f)
	copy(y.h, x.h)
	return y
}

// rowsPerTask is the grain of row-wise operations.
const rowsPerTask = 16

// Rows runs f over all rows with n scratch rows of the given width for each call.
func (c *Context) Rows(rows, scratch, width int, f func(row int, buf [][]float32)) {
	made := parallel.Each(c.Pool, (rows+rowsPerTask-1)/rowsPerTask,
		func() rowScratch { return c.newRowScratch(scratch, width) },
		func(s rowScratch, task int) {
			for i := task * rowsPerTask; i < min(rows, (task+1)*rowsPerTask); i++ {
				f(i, s.rows)
			}
		})
	for _, s := range made {
		s.block.Free()
	}
}

// rowScratch is some rows of memory for one worker.
type rowScratch struct {
	block *mem.Block
	rows  [][]float32
}

func (c *Context) newRowScratch(n, width int) rowScratch {
	if n == 0 {
		return rowScratch{}
	}
	s := rowScratch{block: c.Arena.F32(n * width)}
	if c.Counting() {
		return s
	}
	for i := range n {
		s.rows = append(s.rows, s.block.F32()[i*width:(i+1)*width])
	}
	return s
}
