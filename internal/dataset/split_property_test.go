package dataset

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"graft/internal/dataset/neardup"
)

// someUnits draws functions in a few files with a few extensions, many of them nearly equal to others.
func someUnits(r *rand.Rand, n int) []*unit {
	units := make([]*unit, n)
	var bodies []string
	for i := range units {
		var words []string
		if len(bodies) > 0 && r.IntN(4) == 0 { // a copy, with a word of it changed
			words = strings.Fields(bodies[r.IntN(len(bodies))])
			words[r.IntN(len(words))] = fmt.Sprintf("w%d", r.IntN(1000))
		} else {
			for range 20 + r.IntN(30) {
				words = append(words, fmt.Sprintf("w%d", r.IntN(1000)))
			}
		}
		bodies = append(bodies, strings.Join(words, " "))
		name := fmt.Sprintf("d%d/f%d.%s", r.IntN(3), r.IntN(1+n/3), []string{"h", "cpp"}[r.IntN(2)])
		units[i] = &unit{Function: &Function{Name: "f"}, file: &File{Path: name}, code: bodies[i]}
	}
	return units
}

// slowGroups joins files until nothing changes: those of one component, and those with one name before the extension.
func slowGroups(units []*unit) map[string]string {
	all := map[string]string{}
	for _, u := range units {
		all[u.file.Path] = u.file.Path
	}
	for changed := true; changed; {
		changed = false
		for _, a := range units {
			for _, b := range units {
				x, y := a.file.Path, b.file.Path
				if (a.component == b.component || companion(x) == companion(y)) && all[x] != all[y] {
					all[x] = min(all[x], all[y])
					all[y], changed = all[x], true
				}
			}
		}
	}
	return all
}

// TestSplitProperties draws many sets of functions and checks that
//   - groups are the finest ones that hold near duplicates and companions together;
//   - no group is divided, and no two functions of different splits are nearly equal;
//   - dev and test are within half of the largest group of their shares, as far as there are functions for them; a split that would be
//     empty may be one group instead;
//   - neither groups nor splits depend on the order of the functions, and the same seed gives the same split.
func TestSplitProperties(t *testing.T) {
	const threshold = 0.7
	r := rand.New(rand.NewPCG(41, 42))
	for round := range 150 {
		units := someUnits(r, 1+r.IntN(60))
		o := &Options{Dev: r.Float64() * 0.4, Test: r.Float64() * 0.4, Seed: r.Uint64()}
		findDuplicates(units, threshold, nil)
		group := groups(units)
		if want := slowGroups(units); !maps.Equal(group, want) {
			t.Fatalf("round %d: groups %v, want %v", round, group, want)
		}
		divide(units, group, o)
		checkDivided(t, units, group, o)
		if err := checkLeak(units, threshold, nil); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		checkNothingShared(t, units, threshold)
		first := splitsOf(units)

		r.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
		findDuplicates(units, threshold, nil)
		if again := groups(units); !maps.Equal(group, again) {
			t.Fatalf("round %d: groups of another order are %v, want %v", round, again, group)
		}
		divide(units, group, o)
		if again := splitsOf(units); !maps.Equal(first, again) {
			t.Fatalf("round %d: splits of another order are %v, want %v", round, again, first)
		}
	}
}

// splitsOf returns the split of each file.
func splitsOf(units []*unit) map[string]Split {
	all := map[string]Split{}
	for _, u := range units {
		all[u.file.Path] = u.split
	}
	return all
}

// checkNothingShared compares each pair of functions of different splits by itself.
func checkNothingShared(t *testing.T, units []*unit, threshold float64) {
	t.Helper()
	docs := make([]string, len(units))
	for i, u := range units {
		docs[i] = u.code
	}
	index := neardup.New(docs, threshold, nil)
	for i, a := range units {
		for j, b := range units[:i] {
			if s := index.Similarity(j, i); a.split != b.split && s >= threshold {
				t.Fatalf("%s (%s) and %s (%s) have the similarity %g", a.place(), a.split, b.place(), b.split, s)
			}
		}
	}
}

func checkDivided(t *testing.T, units []*unit, group map[string]string, o *Options) {
	t.Helper()
	of, size, got, parts := map[string]Split{}, map[string]int{}, map[Split]int{}, map[Split]map[string]bool{Train: {}, Dev: {}, Test: {}}
	for _, u := range units {
		g := group[u.file.Path]
		if of[g] != "" && of[g] != u.split {
			t.Fatalf("the group %s is divided: %s and %s", g, of[g], u.split)
		}
		of[g] = u.split
		size[g]++
		got[u.split]++
		parts[u.split][g] = true // panics for a split that divide must not give
	}
	half := float64(slices.Max(slices.Collect(maps.Values(size)))) / 2
	for s, share := range map[Split]float64{Test: o.Test, Dev: o.Dev} {
		want := share * float64(len(units))
		if n := float64(got[s]); n > want+half && len(parts[s]) > 1 {
			t.Fatalf("%s has %g functions in %d groups, wanted %g and at most %g more", s, n, len(parts[s]), want, half)
		}
		if n := float64(got[s]); n < want-half && got[Train] > 0 {
			t.Fatalf("%s has %g functions, wanted %g and at most %g fewer, and %d are left to train on", s, n, want, half, got[Train])
		}
	}
}
