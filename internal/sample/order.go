package sample

import "math/rand/v2"

// Order returns the sequence in which an epoch visits n samples or bins: file order, or a permutation that depends on
// nothing but n, seed and epoch.
func Order(n int, shuffle bool, seed uint64, epoch int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if !shuffle {
		return order
	}
	// Only the stream of PCG is fixed for good, so the shuffle on top of it is ours.
	source := rand.NewPCG(seed, uint64(epoch))
	for i := n - 1; i > 0; i-- {
		j := below(source, uint64(i)+1)
		order[i], order[j] = order[j], order[i]
	}
	return order
}

// below draws a number in [0, n), each equally likely.
func below(source *rand.PCG, n uint64) uint64 {
	limit := -n % n // numbers under it would favour the low ones: 2^64 mod n
	for {
		if x := source.Uint64(); x >= limit {
			return x % n
		}
	}
}
