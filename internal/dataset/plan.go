package dataset

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// why no task of its kind can be made
const (
	whyShare   = "its share is 0"
	whyTeacher = "it needs a teacher"
)

// possible lists the tasks that this build can make: those with a share, without a teacher none that needs one.
func (o *Options) possible() []Task {
	var some []Task
	for _, t := range tasks {
		if o.Tasks[string(t)] > 0 && (o.Teacher != nil || !t.teacherWrites()) {
			some = append(some, t)
		}
	}
	return some
}

// shares are those of the possible tasks, together 1.
func (o *Options) shares() map[Task]float64 {
	total := 0.0
	for _, t := range o.possible() {
		total += o.Tasks[string(t)]
	}
	shares := map[Task]float64{}
	for _, t := range o.possible() {
		shares[t] = o.Tasks[string(t)] / total
	}
	return shares
}

// prepareTasks finds out which tasks each function is fit for.
func (b *builder) prepareTasks() error {
	b.judgeComments()
	possible := b.options.possible()
	b.options.Pool.Ranges(len(b.units), 16, func(_, lo, hi int) {
		for _, u := range b.units[lo:hi] {
			u.unfit = map[Task]string{}
			for _, t := range tasks {
				why := whyShare
				if slices.Contains(possible, t) {
					why = b.fit(u, t)
				} else if b.options.Tasks[string(t)] > 0 {
					why = whyTeacher
				}
				if why != "" {
					u.unfit[t] = why
				}
			}
		}
	})
	b.keep(func(_ int, u *unit) (string, string) {
		if len(u.unfit) < len(tasks) {
			return "", ""
		}
		var reasons []string
		for _, t := range possible {
			reasons = append(reasons, string(t)+": "+u.unfit[t])
		}
		return filterNoTask, strings.Join(reasons, "; ")
	})
	if len(b.units) == 0 {
		return inputErrorf("no record can be made of the %d functions in %s%s", b.report.Functions, b.options.Raw, b.reasons())
	}
	return nil
}

// fit prepares a task and returns "", or the reason why the function is not fit for it.
func (b *builder) fit(u *unit, t Task) (why string) {
	o := &b.options
	switch t {
	case Write:
		if o.Teacher == nil {
			return u.undescribed
		}
	case Complete:
		u.gap, why = u.chooseGap(b.domain, o)
	case Extend:
		switch {
		case o.Teacher == nil && u.undescribed != "":
			return u.undescribed
		case b.spoilt[u.file.Path]:
			return "the file holds a function that nearly equals one that is held out"
		}
		u.around, why = u.chooseAround(b.domain, o, b.functions[u.file.Path])
	case Fix:
		u.bug, why = u.chooseBug(b.domain, o)
	case Convert:
		u.old, why = u.chooseOld(b.domain, o)
	}
	return why
}

// chooseOld rewrites the function into another dialect. If nothing in it certainly differed there it returns the reason.
func (u *unit) chooseOld(d Domain, o *Options) (*Conversion, string) {
	c, ok := d.(Converter)
	if !ok {
		return nil, "the domain knows no other dialect"
	}
	if most := 3 * o.MaxTokens / 4; u.tokens > most {
		return nil, "it is too long to be shown and asked for"
	}
	old := c.Before(u.file, u.Function, u.code)
	if old == nil || old.Code == u.code {
		return nil, "nothing in it is written otherwise in another dialect"
	}
	return old, ""
}

// judgeComments decides which functions are described by their comments.
func (b *builder) judgeComments() {
	above, same := map[string]int{}, map[string]int{}
	for _, u := range b.units {
		above[u.Comment]++
		if u.Comment != "" {
			b.comments++
		}
		same[u.Comment+"\x00"+u.Signature+"\x00"+u.Setting]++
	}
	const several = 3 // functions, above which a comment describes none of them
	for _, u := range b.units {
		filter, reason := "", ""
		switch {
		case u.Comment == "":
			u.undescribed = "there is no comment above it"
			continue
		case above[u.Comment] >= several || same[u.Comment+"\x00"+u.Signature+"\x00"+u.Setting] > 1:
			filter, reason = filterRepeatedRemark, "the comment stands above several functions: "+firstLine(u.Comment)
		}
		if filter == "" || b.off[filter] {
			filter, reason = describes(u.Comment)
		}
		if filter == "" || b.off[filter] {
			u.described = paragraphs(u.Comment)
			continue
		}
		u.undescribed = reason
		b.rejections = append(b.rejections, u.reject(filter, reason))
	}
}

// A class is the units that are fit for the same tasks.
type class struct {
	fit   []Task
	units []*unit
	given map[Task]int
	left  int // units without a task
}

// assign gives each unit of one split a task that it is fit for, so that the numbers come as near to the shares as what the units
// are fit for allows: as many units as possible count towards the shares, and the rest goes where least is missing.
func assign(units []*unit, shares map[Task]float64, s seed) {
	classes := classify(units)
	free := quotas(shares, len(units))
	fillQuotas(classes, free)
	got := map[Task]int{}
	for _, c := range classes {
		for t, n := range c.given {
			got[t] += n
		}
	}
	for _, c := range classes {
		for ; c.left > 0; c.left-- {
			t := slices.MinFunc(c.fit, func(a, b Task) int {
				return cmp.Compare(float64(got[a]+1)/shares[a], float64(got[b]+1)/shares[b])
			})
			c.given[t]++
			got[t]++
		}
		key := func(u *unit) uint64 { return s.number(u.sum, u.file.Path, "task") }
		slices.SortStableFunc(c.units, func(a, b *unit) int { return cmp.Compare(key(a), key(b)) })
		at := 0
		for _, t := range c.fit {
			for _, u := range c.units[at : at+c.given[t]] {
				u.task = t
			}
			at += c.given[t]
		}
	}
}

// classify puts units together that are fit for the same tasks, in the order in which they come.
func classify(units []*unit) []*class {
	byKey := map[string]*class{}
	var classes []*class
	for _, u := range units {
		var fit []Task
		for _, t := range tasks {
			if _, no := u.unfit[t]; !no {
				fit = append(fit, t)
			}
		}
		key := fmt.Sprint(fit)
		if byKey[key] == nil {
			byKey[key] = &class{fit: fit, given: map[Task]int{}}
			classes = append(classes, byKey[key])
		}
		byKey[key].units = append(byKey[key].units, u)
		byKey[key].left++
	}
	return classes
}

// quotas are whole numbers in proportion to shares that add up to n, by largest remainders.
func quotas(shares map[Task]float64, n int) map[Task]int {
	q, rest := map[Task]int{}, n
	remainder := func(t Task) float64 { x := shares[t] * float64(n); return x - float64(int(x)) }
	var some []Task
	for _, t := range tasks {
		if shares[t] > 0 {
			q[t] = int(shares[t] * float64(n))
			rest -= q[t]
			some = append(some, t)
		}
	}
	slices.SortStableFunc(some, func(a, b Task) int { return cmp.Compare(remainder(b), remainder(a)) })
	for i := 0; i < rest && len(some) > 0; i++ {
		q[some[i%len(some)]]++
	}
	return q
}

// fillQuotas gives as many units as possible to tasks that are not full: the largest flow from classes to tasks, found by paths that
// let other classes change over (Ford and Fulkerson, "Maximal Flow Through a Network", 1956).
func fillQuotas(classes []*class, free map[Task]int) {
	quota := maps.Clone(free)
	for _, c := range classes {
		for c.left > 0 && augment(classes, c, free, quota, map[Task]bool{}) {
			c.left--
		}
	}
}

// augment gives one unit of a class to a task: to the one of which the largest part is missing, else to one that units of other classes
// leave for another.
func augment(classes []*class, c *class, free, quota map[Task]int, seen map[Task]bool) bool {
	best, most := Task(""), 0.0
	for _, t := range c.fit {
		if part := float64(free[t]) / float64(quota[t]); free[t] > 0 && part > most {
			best, most = t, part
		}
	}
	if best != "" {
		free[best]--
		c.given[best]++
		return true
	}
	for _, t := range c.fit {
		if seen[t] {
			continue
		}
		seen[t] = true
		for _, other := range classes {
			if other.given[t] > 0 && augment(classes, other, free, quota, seen) {
				other.given[t]--
				c.given[t]++
				return true
			}
		}
	}
	return false
}

// notePlan reports which tasks fall short of their shares, and why.
func (b *builder) notePlan() {
	fit := map[Task]int{}
	for _, u := range b.units {
		for _, t := range tasks {
			if _, no := u.unfit[t]; !no {
				fit[t]++
			}
		}
	}
	for _, t := range b.report.Tasks {
		const far = 0.05 // more than what whole records make of shares
		want := int(t.Wanted * float64(len(b.units)))
		switch {
		case fit[t.Task] < want:
			b.note("%s falls short of its share: %d of %d functions are fit for it, and a function gives one record", t.Task, fit[t.Task], len(b.units))
		case t.Wanted-t.Got > far:
			b.note("%s falls short of its share: records are whole, and filters have taken some out", t.Task)
		}
	}
	var needy []string
	for _, t := range tasks {
		if b.options.Tasks[string(t)] > 0 && t.teacherWrites() && b.options.Teacher == nil {
			needy = append(needy, string(t))
		}
	}
	if len(needy) > 0 {
		b.note("%s need a teacher; their shares went to the other tasks in proportion", strings.Join(needy, " and "))
	}
}
