package gemm

import (
	"graft/internal/kernel"
	"graft/internal/mem"
	"graft/internal/parallel"
)

// Left is a left operand in panels of MR rows: (⌈M/MR⌉, K, MR). One of few rows is not packed: float32 (M, K).
type Left struct {
	M, K  int
	few   bool
	tile  kernel.Tile
	size  int // of a panel
	block *mem.Block
	data  []float32
}

// Pack packs a (M, K).
func (e *Engine) Pack(a Matrix) *Left {
	m, k := a.Dims()
	l := e.newLeft(m, k, m <= fewRows)
	if l.few {
		if e.Work != nil {
			return l
		}
		for i := range m {
			a.Read(l.data[i*k:(i+1)*k], i, 0)
		}
		return l
	}
	return e.packRows(l, a)
}

// packRows packs a into the panels of l.
func (e *Engine) packRows(l *Left, a Matrix) *Left {
	e.pack(l, func(r *reader, row, rows int) {
		for i := 0; i < rows; i += l.tile.MR {
			r.rows(l.at(row+i), kernel.Left, a, span{row + i, min(l.tile.MR, rows-i)}, span{0, l.K})
		}
	})
	return l
}

// PackT packs the transpose of a (K, M).
func (e *Engine) PackT(a Matrix) *Left {
	k, m := a.Dims()
	l := e.newLeft(m, k, m <= fewRows)
	if l.few {
		if e.Work != nil {
			return l
		}
		row := make([]float32, m)
		for j := range k {
			a.Read(row, j, 0)
			for i, v := range row {
				l.data[i*k+j] = v
			}
		}
		return l
	}
	e.pack(l, func(r *reader, row, rows int) {
		r.cols(l.at(row), kernel.Left, a, span{row, rows}, span{0, k})
	})
	return l
}

// Free frees the panels.
func (l *Left) Free() {
	if l != nil {
		l.block.Free()
		l.block, l.data = nil, nil
	}
}

func (e *Engine) newLeft(m, k int, few bool) *Left {
	l := &Left{M: m, K: k, few: few, tile: e.Tile, size: e.Tile.PanelLen(kernel.Left, k)}
	if l.few {
		l.block = e.Arena.F32(m * k)
	} else {
		l.block = e.Arena.F32((m + e.Tile.MR - 1) / e.Tile.MR * l.size)
	}
	l.data = l.block.F32()
	return l
}

const packPanels = 8 // per task

func (e *Engine) pack(l *Left, f func(r *reader, row, rows int)) {
	rows := packPanels * l.tile.MR
	readers := parallel.Each(e.Pool, (l.M+rows-1)/rows,
		func() *reader { return newReader(e.Arena, l.tile) },
		func(r *reader, task int) { f(r, task*rows, min(rows, l.M-task*rows)) })
	for _, r := range readers {
		r.free()
	}
}

// at is the memory from the panel on that starts at a row, a multiple of MR.
func (l *Left) at(row int) []float32 { return l.data[row/l.tile.MR*l.size:] }
