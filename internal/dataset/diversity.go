package dataset

import (
	"cmp"
	"fmt"
	"slices"
)

// The names of caps.
const (
	CapFile   = "file"   // records of one file
	CapSymbol = "symbol" // records in which the same symbol of the API is the rarest
	CapTask   = "task"   // records of one file and task
)

// Caps lists the names of caps.
func Caps() []string { return []string{CapFile, CapSymbol, CapTask} }

// limitRepeats takes out what a file, a file's task, or a symbol of the API has more of than its cap. Of what competes, chance decides
// what stays, so that no end of a file is preferred.
func (b *builder) limitRepeats() error {
	caps := b.options.Caps
	if len(caps) == 0 {
		return nil
	}
	order := slices.Clone(b.units)
	key := func(u *unit) uint64 { return seed(b.options.Seed).number(u.sum, u.file.Path, "cap") }
	slices.SortStableFunc(order, func(x, y *unit) int { return cmp.Compare(key(x), key(y)) })
	rarest := map[*unit]string{}
	if caps[CapSymbol] > 0 {
		rarest = b.rarestSymbols()
	}
	count, over := map[string]int{}, map[*unit]string{}
	for _, u := range order {
		keys := [][2]string{{CapFile, u.file.Path}, {CapTask, u.file.Path + " " + string(u.task)}, {CapSymbol, rarest[u]}}
		for _, k := range keys {
			if most := caps[k[0]]; most > 0 && k[1] != "" && count[string(u.split)+k[0]+k[1]] >= most {
				over[u] = fmt.Sprintf("there are %d records of the same %s already: %s", most, k[0], k[1])
				break
			}
		}
		if over[u] != "" {
			continue
		}
		for _, k := range keys {
			count[string(u.split)+k[0]+k[1]]++
		}
	}
	b.keepRecords(filterDiversity, func(u *unit) string { return over[u] })
	return nil
}

// rarestSymbols finds of each unit the symbol of the API that the fewest units use.
func (b *builder) rarestSymbols() map[*unit]string {
	uses := map[string]int{}
	of := map[*unit][]string{}
	for _, u := range b.units {
		seen := map[string]bool{}
		for _, name := range identifiers.FindAllString(u.code, -1) {
			if !seen[name] && len(name) > shortestName && b.surface.Known(name) {
				seen[name] = true
				of[u] = append(of[u], name)
				uses[name]++
			}
		}
	}
	rarest := map[*unit]string{}
	for u, names := range of {
		if len(names) > 0 {
			rarest[u] = slices.MinFunc(names, func(x, y string) int { return uses[x] - uses[y] })
		}
	}
	return rarest
}
