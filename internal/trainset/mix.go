package trainset

import (
	"cmp"
	"slices"

	"graft/internal/engine"
	"graft/internal/train"
)

// portions says how many rows of each file an epoch takes. Without weights it takes each row once. With weights an epoch has as many
// rows as there are in all, divided in proportion to the weights by largest remainders, one row of each file at least: small files come
// several times, and large ones go on in the next epoch. A file without a weight among others has the weight 1.
func portions(files []engine.Source, rows []int) []train.Portion {
	if !slices.ContainsFunc(files, func(f engine.Source) bool { return f.Weight > 0 }) {
		return nil
	}
	sum, total := 0.0, 0
	for i, f := range files {
		if rows[i] > 0 {
			sum += cmp.Or(f.Weight, 1)
		}
		total += rows[i]
	}
	all, order, rest := make([]train.Portion, len(files)), make([]int, 0, len(files)), total
	part := func(i int) float64 { return cmp.Or(files[i].Weight, 1) / sum * float64(total) }
	for i := range files {
		if rows[i] == 0 {
			continue
		}
		all[i] = train.Portion{Rows: rows[i], PerEpoch: max(1, int(part(i)))}
		rest -= all[i].PerEpoch
		order = append(order, i)
	}
	remainder := func(i int) float64 { return part(i) - float64(int(part(i))) }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainder(b), remainder(a)) })
	for i := 0; rest > 0 && len(order) > 0; i++ {
		all[order[i%len(order)]].PerEpoch++
		rest--
	}
	return all
}
