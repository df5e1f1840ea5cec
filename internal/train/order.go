package train

import "graft/internal/sample"

// order gives the rows of each step.
type order struct {
	rows, batch, accumulation int       // rows of an epoch
	mix                       []Portion // nil: the rows are those there are
	shuffle                   bool
	seed                      uint64
	perEpoch                  int

	epoch int // of perm
	perm  []int
}

// step lists the batches of optimizer step n, counted from 0: indices of rows.
func (o *order) step(n int) [][]int {
	o.permute(n / o.perEpoch)
	first := n % o.perEpoch * o.batch * o.accumulation
	last := min(first+o.batch*o.accumulation, o.rows)
	var batches [][]int
	for lo := first; lo < last; lo += o.batch {
		batches = append(batches, o.perm[lo:min(lo+o.batch, last)])
	}
	return batches
}

// permute makes the order of an epoch, which depends on seed and epoch only.
func (o *order) permute(epoch int) {
	if o.perm != nil && (o.epoch == epoch || !o.shuffle && len(o.mix) == 0) {
		return
	}
	o.perm = sample.Order(o.rows, o.shuffle, o.seed, epoch)
	o.epoch = epoch
	if len(o.mix) > 0 {
		rows := o.mixed(epoch)
		for i, k := range o.perm {
			o.perm[i] = rows[k]
		}
	}
}

// mixSeed sets the permutations of sources apart from the orders of epochs.
const mixSeed = 0x6d6978

// mixed lists the rows of an epoch, source by source. Where a source is in file order it is taken in that order.
func (o *order) mixed(epoch int) []int {
	rows := make([]int, 0, o.rows)
	first := 0
	for i, p := range o.mix {
		perm := sample.Order(p.Rows, o.shuffle, o.seed^mixSeed, i)
		for k := range p.PerEpoch {
			rows = append(rows, first+perm[(epoch*p.PerEpoch+k)%p.Rows])
		}
		first += p.Rows
	}
	return rows
}

// EpochRows is how many rows an epoch has.
func EpochRows(rows int, mix []Portion) int {
	if len(mix) == 0 {
		return rows
	}
	n := 0
	for _, p := range mix {
		n += p.PerEpoch
	}
	return n
}

// FirstEpoch lists the rows of the first epoch, in the order of the sources.
func FirstEpoch(rows []Row, mix []Portion, o *Options) []Row {
	if len(mix) == 0 {
		return rows
	}
	order := order{rows: EpochRows(len(rows), mix), mix: mix, shuffle: o.Shuffle, seed: o.Seed}
	var some []Row
	for _, k := range order.mixed(0) {
		some = append(some, rows[k])
	}
	return some
}

// epochs is how many times n steps have gone through the rows, counted in batches as TRL does.
func (o *order) epochs(n int) float64 {
	batches := ceil(o.rows, o.batch)
	return float64(n/o.perEpoch) + float64(n%o.perEpoch*o.accumulation)/float64(batches)
}
