package dataset

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"graft/internal/dataset/neardup"
	"graft/internal/parallel"
)

// A Split is the set that an example belongs to.
type Split string

// The splits.
const (
	Train   Split = "train"
	Dev     Split = "dev"
	Test    Split = "test"
	HeldOut Split = "heldout"
)

// splits lists them in the order in which reports name them.
var splits = []Split{Train, Dev, Test, HeldOut}

// File is the name of the split's file. That of dev is what data.eval names by default.
func (s Split) File() string {
	if s == Dev {
		return "eval.jsonl"
	}
	return string(s) + ".jsonl"
}

// Meta is the name of the file with the origins of the split's records.
func (s Split) Meta() string { return strings.TrimSuffix(s.File(), ".jsonl") + ".meta.jsonl" }

// findDuplicates fills in the components of units and returns those that repeat another one, with the one that they repeat.
// Of units that are the same it keeps one that is held out before others, and one with a comment before others.
func findDuplicates(units []*unit, threshold float64, pool *parallel.Pool) (index *neardup.Index, repeats map[int]int) {
	docs := make([]string, len(units))
	for i, u := range units {
		docs[i] = u.code
	}
	index = neardup.New(docs, threshold, pool)
	best := map[int]int{} // of each component
	for i, first := range index.Components() {
		units[i].component = first
		if j, seen := best[first]; !seen || units[j].rank() < units[i].rank() {
			best[first] = i
		}
	}
	repeats = map[int]int{}
	for i, u := range units {
		if j := best[u.component]; i != j {
			repeats[i] = j
		}
	}
	return index, repeats
}

// rank orders units that are the same by which one is kept.
func (u *unit) rank() int {
	rank := 0
	if u.heldOut {
		rank += 2
	}
	if u.Comment != "" {
		rank++
	}
	return rank
}

// A forest joins files to groups: of each file another one of its group, itself at the root.
type forest map[string]string

func (f forest) root(name string) string {
	for f[name] != "" && f[name] != name {
		name = f[name]
	}
	return name
}

func (f forest) join(a, b string) {
	if a, b = f.root(a), f.root(b); a != b {
		f[max(a, b)] = min(a, b)
	}
}

// groups joins files that share nearly the same function, and files that belong together by their names: a header and its
// source. It returns the group of each file.
func groups(units []*unit) map[string]string {
	f := forest{}
	component, name := map[int]string{}, map[string]string{}
	for _, u := range units {
		p := u.file.Path
		if first, ok := component[u.component]; ok {
			f.join(first, p)
		} else {
			component[u.component] = p
		}
		if first, ok := name[companion(p)]; ok {
			f.join(first, p)
		} else {
			name[companion(p)] = p
		}
	}
	all := map[string]string{}
	for _, u := range units {
		all[u.file.Path] = f.root(u.file.Path)
	}
	return all
}

// A share is how much of the functions a split is to get.
type share struct {
	split Split
	want  float64
	got   int
}

// takes reports whether a group of a size brings the split nearer to what it is to get.
func (s *share) takes(size int) bool { return float64(s.got)+float64(size)/2 <= s.want }

// divide puts whole groups of units into splits: test and dev get what is nearest to their shares, in an order that the seed
// decides. A split that no group fits gets the smallest one, if there are three at least.
func divide(units []*unit, group map[string]string, o *Options) {
	sizes := map[string]int{}
	for _, u := range units {
		sizes[group[u.file.Path]]++
	}
	order := make([]string, 0, len(sizes))
	for name := range sizes {
		order = append(order, name)
	}
	key := func(name string) uint64 { return seed(o.Seed).number(name, "split") }
	slices.SortFunc(order, func(a, b string) int { return cmp.Or(cmp.Compare(key(a), key(b)), strings.Compare(a, b)) })
	total := float64(len(units))
	shares := []*share{{split: Test, want: o.Test * total}, {split: Dev, want: o.Dev * total}}
	of := make(map[string]Split, len(order))
	for _, name := range order {
		of[name] = Train
		for _, s := range shares {
			if s.takes(sizes[name]) {
				s.got += sizes[name]
				of[name] = s.split
				break
			}
		}
	}
	const fewest = 3 // groups, for a split that would be empty to get one
	for _, s := range shares {
		if s.want > 0 && s.got == 0 && len(order) >= fewest {
			of[smallest(order, sizes, of)] = s.split
		}
	}
	for _, u := range units {
		u.split = of[group[u.file.Path]]
	}
}

// smallest returns the first of the smallest groups that are trained on.
func smallest(order []string, sizes map[string]int, of map[string]Split) string {
	found := ""
	for _, name := range order {
		if of[name] == Train && (found == "" || sizes[name] < sizes[found]) {
			found = name
		}
	}
	return found
}

// checkLeak proves that no unit nearly equals one of another split.
func checkLeak(units []*unit, threshold float64, pool *parallel.Pool) error {
	docs, number := make([]string, len(units)), make([]int, len(units))
	for i, u := range units {
		docs[i], number[i] = u.code, slices.Index(splits, u.split)
	}
	var errs []error
	for _, p := range neardup.New(docs, threshold, pool).Crossing(number) {
		a, b := units[p.A], units[p.B]
		errs = append(errs, fmt.Errorf("dataset: %s %s (%s) nearly equals %s %s (%s): %w", a.place(), a.Name, a.split, b.place(), b.Name, b.split, ErrLeak))
	}
	return errors.Join(errs...)
}
