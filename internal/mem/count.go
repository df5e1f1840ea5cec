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
