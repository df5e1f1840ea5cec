package train

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestMixedProperties draws many mixes and checks that
//   - each epoch takes PerEpoch rows of each source, and its batches are a permutation of what the sources give;
//   - after any number of epochs no row of a source was taken twice more than another: sources go on where they stopped;
//   - an epoch depends on seed and number alone, so that a resumed run finds the same rows.
func TestMixedProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for round := range 300 {
		var mix []Portion
		rows := 0
		for range 1 + r.IntN(5) {
			p := Portion{Rows: 1 + r.IntN(20), PerEpoch: 1 + r.IntN(30)}
			mix, rows = append(mix, p), rows+p.Rows
		}
		n := EpochRows(rows, mix)
		base := order{rows: n, mix: mix, batch: 1 + r.IntN(4), accumulation: 1 + r.IntN(3), shuffle: round%2 == 0, seed: r.Uint64()}
		base.perEpoch = ceil(n, base.batch*base.accumulation)
		running, times := base, make([]int, rows)
		for epoch := range 4 {
			got := epochRows(&running, epoch)
			resumed := base
			if !slices.Equal(got, epochRows(&resumed, epoch)) {
				t.Fatalf("mix %v: epoch %d of a resumed run has other rows", mix, epoch)
			}
			want := base.mixed(epoch)
			for _, k := range got {
				times[k]++
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("mix %v: epoch %d takes %v, want a permutation of %v", mix, epoch, got, want)
			}
			checkTimes(t, mix, times, epoch+1)
		}
	}
}

// epochRows are the rows of an epoch, batch after batch.
func epochRows(o *order, epoch int) []int {
	var all []int
	for n := range o.perEpoch {
		for _, batch := range o.step(epoch*o.perEpoch + n) {
			all = append(all, batch...)
		}
	}
	return all
}

func checkTimes(t *testing.T, mix []Portion, times []int, epochs int) {
	t.Helper()
	first := 0
	for i, p := range mix {
		some, total := times[first:first+p.Rows], 0
		for _, n := range some {
			total += n
		}
		if total != epochs*p.PerEpoch || slices.Max(some)-slices.Min(some) > 1 {
			t.Fatalf("mix %v: after %d epochs the rows of source %d were taken %v times", mix, epochs, i, some)
		}
		first += p.Rows
	}
}
