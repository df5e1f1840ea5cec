package mem

// Measure calls run in an arena that only counts and returns the most that was in use meanwhile and what run left in use, both beside what was
// in use before.
func (a *Arena) Measure(run func()) (peak, left int) {
	before, most := a.inUse, a.peak
	a.peak = a.inUse
	run()
	peak, left = a.peak-before, a.inUse-before
	a.peak = max(most, a.peak)
	return peak, left
}

// Tasks calls run for every task in turn, in an arena that only counts, and counts what tasks of so many workers would take at the same time:
// a task at its fullest beside the ones before it, one for each other worker, at theirs.
func (a *Arena) Tasks(workers, tasks int, run func(task int)) {
	others := make([]int, max(workers-1, 0)) // what the last tasks took at their fullest beside what they left
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

// OwnSlab is the size of the largest block that was asked of an arena that only counts, if it is larger than the slabs that others share; else 0. Such
// a block finds no room in what smaller ones have left, however much that is.
func (a *Arena) OwnSlab() int {
	if a.widest <= slab {
		return 0
	}
	return a.widest
}
