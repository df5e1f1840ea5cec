package nn

import "graft/internal/kernel"

// Columns takes channels [lo, hi) of each group of the given width: the queries, or the gates, of a projection that gives both for each head.
// Back: the gradient goes where the channels came from.
func (t *Tape) Columns(x *Value, group, lo, hi int) *Value {
	groups, width := x.Cols/group, hi-lo
	y := t.Make(x.Rows, groups*width, false, x)
	t.Record(y, Op{Again: true, Uses: []*Value{x}, Compute: func() {
		y.data = t.New(y.Rows, y.Cols)
		in := x.Data()
		t.Rows(x.Rows, 1, width, func(i int, buf [][]float32) {
			for g := range groups {
				in.Read(buf[0], i, g*group+lo)
				y.data.Write(i, g*width, buf[0])
			}
		})
	}, Back: func() {
		dx, add := t.gradTensor(x)
		t.Rows(x.Rows, 2, x.Cols, func(i int, buf [][]float32) {
			row := buf[0]
			clear(row)
			if add {
				dx.Read(row, i, 0)
			}
			dy := y.grad.row(buf[1], i)
			for g := range groups {
				to := row[g*group+lo : g*group+hi]
				kernel.Add(to, to, dy[g*width:])
			}
			dx.Write(i, 0, row)
		})
	}})
	return y
}
