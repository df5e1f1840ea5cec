package sample

import (
	"cmp"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// slowPack is best-fit decreasing as it is defined: a linear search through all bins of the batch.
func slowPack(lengths []int, maxLength int) []Bin {
	type open struct{ bin, space, since int }
	var bins []Bin
	for first := 0; first < len(lengths); first += packBatch {
		var order []int
		for i := first; i < min(first+packBatch, len(lengths)); i++ {
			if lengths[i] > 0 {
				order = append(order, i)
			}
		}
		slices.SortStableFunc(order, func(a, b int) int {
			return cmp.Compare(min(lengths[b], maxLength), min(lengths[a], maxLength))
		})
		var opened []*open
		for now, i := range order {
			n := min(lengths[i], maxLength)
			var best *open
			for _, o := range opened {
				if o.space >= n && (best == nil || o.space < best.space || o.space == best.space && o.since < best.since) {
					best = o
				}
			}
			if best == nil {
				bins = append(bins, nil)
				best = &open{bin: len(bins) - 1, space: maxLength}
				opened = append(opened, best)
			}
			bins[best.bin] = append(bins[best.bin], i)
			best.space, best.since = best.space-n, now
		}
	}
	return bins
}

// TestPackProperties draws many lists of lengths and checks that
//   - every sample with tokens is in exactly one bin, every empty one in none;
//   - a bin holds at least one and at most maxLength tokens;
//   - the samples of a bin are of one batch, longest first, equal lengths in the order of the file;
//   - the bins are those of the slow definition, and the same ones when packed again.
func TestPackProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for round := range 600 {
		count, maxLength := r.IntN(80), 1+r.IntN(40)
		if round%50 == 0 {
			count += 2 * packBatch // several batches
		}
		lengths := make([]int, count)
		for i := range lengths {
			lengths[i] = r.IntN(maxLength + maxLength/4 + 2) // some empty, some too long
		}
		bins := Pack(lengths, maxLength)
		if want := slowPack(lengths, maxLength); !reflect.DeepEqual(bins, want) {
			t.Fatalf("round %d: Pack(%v, %d) = %v, want %v", round, lengths, maxLength, bins, want)
		}
		if !reflect.DeepEqual(bins, Pack(lengths, maxLength)) {
			t.Fatalf("round %d: packing again gives other bins", round)
		}
		checkBins(t, bins, lengths, maxLength)
	}
}

func checkBins(t *testing.T, bins []Bin, lengths []int, maxLength int) {
	t.Helper()
	times := make([]int, len(lengths))
	for _, bin := range bins {
		total := 0
		for k, i := range bin {
			times[i]++
			total += min(lengths[i], maxLength)
			if k == 0 {
				continue
			}
			before := bin[k-1]
			a, b := min(lengths[before], maxLength), min(lengths[i], maxLength)
			if a < b || a == b && before > i {
				t.Fatalf("bin %v: sample %d of %d tokens comes before %d of %d", bin, before, a, i, b)
			}
			if before/packBatch != i/packBatch {
				t.Fatalf("bin %v holds samples of two batches", bin)
			}
		}
		if total < 1 || total > maxLength {
			t.Fatalf("bin %v has %d tokens, expected 1 to %d", bin, total, maxLength)
		}
	}
	for i, n := range times {
		if want := min(lengths[i], 1); n != want {
			t.Fatalf("sample %d of %d tokens is in %d bins, expected %d", i, lengths[i], n, want)
		}
	}
}

// TestOrderProperties: an order is a permutation, and the same one for the same seed and epoch.
func TestOrderProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for range 500 {
		n, seed, epoch := r.IntN(200), r.Uint64(), r.IntN(1000)
		order := Order(n, true, seed, epoch)
		if !slices.Equal(order, Order(n, true, seed, epoch)) {
			t.Fatalf("Order(%d, true, %d, %d) differs from call to call", n, seed, epoch)
		}
		slices.Sort(order)
		if !slices.Equal(order, Order(n, false, seed, epoch)) {
			t.Fatalf("Order(%d, true, %d, %d) is no permutation", n, seed, epoch)
		}
	}
}
