package trainset

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"graft/internal/engine"
	"graft/internal/sample"
	"graft/internal/train"
)

// TestRowsProperties draws many sets of samples and checks that rows, packed or not, hold
//   - every sample that has tokens exactly once, whole: all its tokens and targets in their order, no sample in two rows;
//   - at most MaxLength tokens where they are packed, one sample where they are not.
func TestRowsProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for round := range 400 {
		d := engine.Data{Packing: round%2 == 0, MaxLength: 1 + r.IntN(30)}
		set, next := sample.Set{}, int32(0)
		for range r.IntN(60) {
			var s sample.Sample
			for range 1 + r.IntN(d.MaxLength) { // Tokenize has cut them
				s.IDs = append(s.IDs, next) // every token is another one, so that none can stand for another
				s.Trained = append(s.Trained, r.IntN(2) == 0)
				next++
			}
			set.Samples = append(set.Samples, s)
		}
		seen := map[int32]bool{} // first tokens of the samples found
		for _, row := range rows(set, d) {
			checkRow(t, row, set, d, seen)
		}
		if len(seen) != len(set.Samples) {
			t.Fatalf("round %d: rows hold %d samples of %d", round, len(seen), len(set.Samples))
		}
	}
}

func checkRow(t *testing.T, row train.Row, set sample.Set, d engine.Data, seen map[int32]bool) {
	t.Helper()
	tokens := 0
	for _, got := range row {
		i := slices.IndexFunc(set.Samples, func(s sample.Sample) bool { return s.IDs[0] == got.IDs[0] })
		if i < 0 || seen[got.IDs[0]] {
			t.Fatalf("the sample that begins with token %d is in the rows twice, or is part of one", got.IDs[0])
		}
		if want := set.Samples[i]; !slices.Equal(got.IDs, want.IDs) || !slices.Equal(got.Trained, want.Trained) {
			t.Fatalf("sample %d: tokens %v, want %v", i, got.IDs, want.IDs)
		}
		seen[got.IDs[0]] = true
		tokens += len(got.IDs)
	}
	if len(row) == 0 || d.Packing && tokens > d.MaxLength || !d.Packing && len(row) != 1 {
		t.Fatalf("packing %v: a row of %d samples and %d tokens, at most %d are allowed", d.Packing, len(row), tokens, d.MaxLength)
	}
}

// TestPortionsProperties draws many weights and numbers of rows and checks that
//   - a file with rows gives at least one, and a file without none;
//   - each file gets its part of all rows, rounded down, or one more; a part under one counts as one;
//   - an epoch has as many rows as there are in all, or, where parts under one are raised to one, at most one more for each of those;
//   - of two files with parts of one or more, the one that is rounded up has no smaller remainder;
//   - the same weights and rows give the same portions.
func TestPortionsProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	exact := 0
	for range 5000 {
		files, n := make([]engine.Source, 1+r.IntN(6)), []int(nil)
		for i := range files {
			files[i].Weight = float64(r.IntN(2)*r.IntN(40)) / 4
			n = append(n, r.IntN(3)*r.IntN(50))
		}
		files[0].Weight = cmp.Or(files[0].Weight, 2.5)
		got := portions(files, n)
		if !slices.Equal(got, portions(files, n)) {
			t.Fatalf("%v of %v: other portions from call to call", files, n)
		}
		exact += checkPortions(t, files, n, got)
	}
	if exact < 1000 {
		t.Errorf("only %d of the cases had no part under one", exact)
	}
}

// checkPortions returns 1 if no part is under one row, so that the total had to be exact.
func checkPortions(t *testing.T, files []engine.Source, n []int, got []train.Portion) int {
	t.Helper()
	sum, total, all, raised := 0.0, 0, 0, 0
	for i := range files {
		if n[i] > 0 {
			sum += cmp.Or(files[i].Weight, 1)
		}
		total += n[i]
	}
	lowestUp, highestDown := 1.0, 0.0 // remainders
	for i, p := range got {
		all += p.PerEpoch
		if p.Rows != n[i] || (n[i] == 0) != (p.PerEpoch == 0) {
			t.Fatalf("file %d of %d rows has the portion %v", i, n[i], p)
		}
		if n[i] == 0 {
			continue
		}
		part := cmp.Or(files[i].Weight, 1) / sum * float64(total)
		low := max(1, int(part))
		if p.PerEpoch != low && p.PerEpoch != low+1 {
			t.Fatalf("file %d gets %d rows of an epoch, its part is %g", i, p.PerEpoch, part)
		}
		switch remainder := part - float64(int(part)); {
		case part < 1:
			raised++
		case p.PerEpoch > low:
			lowestUp = min(lowestUp, remainder)
		default:
			highestDown = max(highestDown, remainder)
		}
	}
	if lowestUp < highestDown {
		t.Fatalf("%v of %v: a file with the remainder %g is rounded up before one with %g", files, n, lowestUp, highestDown)
	}
	if all < total || all > total+raised {
		t.Fatalf("%v of %v: an epoch has %d rows, expected %d and at most %d more", files, n, all, total, raised)
	}
	if raised > 0 {
		return 0
	}
	return 1
}
