package train

import "graft/internal/dataset/sample"

// order gives the rows of each step.
type order struct {
	rows, batch, accumulation int
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
	if o.perm != nil && (o.epoch == epoch || !o.shuffle) {
		return
	}
	o.perm = sample.Order(o.rows, o.shuffle, o.seed, epoch)
	o.epoch = epoch
}

// epochs is how many times n steps have gone through the rows, counted in batches as TRL does.
func (o *order) epochs(n int) float64 {
	batches := ceil(o.rows, o.batch)
	return float64(n/o.perEpoch) + float64(n%o.perEpoch*o.accumulation)/float64(batches)
}
