package mem

// Measure calls run in an arena that only counts. It returns by how much the bytes in use rose above their number before at most (peak), and by
// how much they are above it afterwards (left).
func (a *Arena) Measure(run func()) (peak, left int) {
	before, most := a.inUse, a.peak
	a.peak = a.inUse
	run()
	peak, left = a.peak-before, a.inUse-before
	a.peak = max(most, a.peak)
	return peak, left
}

// Tasks calls run for every task in turn, in an arena that only counts, and estimates the peak of that many workers: each task at its peak together
// with the preceding workers-1 tasks at theirs.
func (a *Arena) Tasks(workers, tasks int, run func(task int)) {
	others := make([]int, max(workers-1, 0)) // peak of each of the last tasks, without what it left in use
	for i := range tasks {
		before := a.inUse
		peak, left := a.Measure(func() { run(i) })
		sum := before + peak
		for _, n := range others {
			sum += n
		}
		a.peak = max(a.peak, sum)
		if len(others) > 0 {
			others[i%len(others)] = peak - max(left, 0)
		}
	}
}

// OwnSlab is the size of the largest block that was requested from an arena that only counts if it is larger than an ordinary slab, else 0. Such a
// block never fits into the space that smaller ones have freed.
func (a *Arena) OwnSlab() int {
	if a.widest <= slab {
		return 0
	}
	return a.widest
}
