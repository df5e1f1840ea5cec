package nn

import "graft/internal/gemm"

// Embed looks up the rows of a table (V, H) for token ids. The table is frozen and ids are given, so that there is no gradient.
func (t *Tape) Embed(table gemm.Matrix, ids []int32) *Value {
	_, width := table.Dims()
	y := t.Make(len(ids), width, false)
	t.Record(y, Op{Compute: func() {
		y.data = t.New(len(ids), width)
		t.Rows(len(ids), 1, width, func(i int, buf [][]float32) {
			table.Read(buf[0], int(ids[i]), 0)
			y.data.Write(i, 0, buf[0])
		})
	}})
	return y
}
