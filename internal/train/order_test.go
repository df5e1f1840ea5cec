package train

import (
	"maps"
	"slices"
	"testing"
)

// TestMixedOrder proves what an epoch takes: as many rows of each source as it is to have, all of a source in turn before one comes
// again, and the same whatever was asked for before.
func TestMixedOrder(t *testing.T) {
	mix := []Portion{{Rows: 3, PerEpoch: 5}, {Rows: 10, PerEpoch: 4}, {Rows: 0, PerEpoch: 0}}
	for _, shuffle := range []bool{true, false} {
		of := func() *order {
			return &order{rows: EpochRows(13, mix), mix: mix, batch: 2, accumulation: 2, shuffle: shuffle, seed: 9, perEpoch: 3}
		}
		o, seen := of(), map[int]int{}
		var all [][][]int
		for n := range 15 { // five epochs
			all = append(all, o.step(n))
			for _, b := range all[n] {
				for _, k := range b {
					seen[k]++
				}
			}
		}
		for k := range 3 {
			if n := seen[k]; n < 8 || n > 9 { // 25 of 3 rows
				t.Errorf("shuffle %v: row %d came %d times", shuffle, k, n)
			}
		}
		for k := 3; k < 13; k++ {
			if seen[k] != 2 { // 20 of 10 rows
				t.Errorf("shuffle %v: row %d came %d times", shuffle, k, seen[k])
			}
		}
		for _, n := range []int{14, 3, 7, 0} { // as after a resumed run
			if got := of().step(n); !slices.EqualFunc(got, all[n], slices.Equal) {
				t.Errorf("shuffle %v: step %d is %v, was %v", shuffle, n, got, all[n])
			}
		}
	}
	if n := EpochRows(13, mix); n != 9 {
		t.Errorf("an epoch has %d rows", n)
	}
	rows := make([]Row, 13)
	for i := range rows {
		rows[i] = Row{{IDs: []int32{int32(i)}}}
	}
	count := map[bool]int{}
	for _, r := range FirstEpoch(rows, mix, &Options{Shuffle: true, Seed: 9}) {
		count[r[0].IDs[0] < 3]++
	}
	if !maps.Equal(count, map[bool]int{true: 5, false: 4}) {
		t.Errorf("the first epoch has %v", count)
	}
}
