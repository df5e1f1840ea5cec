package dataset

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"graft/internal/dataset/licence"
	"graft/internal/dataset/surface"
	"graft/internal/teacher"
)

// A builder carries the state from stage to stage.
type builder struct {
	ctx     context.Context
	domain  Domain
	options Options
	off     map[string]bool // filters that are disabled

	files      []*File
	units      []*unit // in the order of paths and offsets
	group      map[string]string
	functions  map[string][]Function // of each file
	spoilt     map[string]bool       // files with a function that nearly equals one that is held out
	surface    *surface.Surface      // the API, nil where nobody needs it
	authors    []string
	comments   int // functions that have one
	prompts    *prompts
	asked      []*unit // whose requests the teacher answers
	requests   []teacher.Request
	alone      map[string]int // records that one filter alone takes out
	flow       map[string]flow
	rejections []Rejection
	report     Report
}

// A flow is how many came to a filter and how many it let through.
type flow struct{ in, out int }

// Build makes training records from the source code below o.Raw and writes them to o.Out, unless o.DryRun is set. On any error
// what was in o.Out stays as it was.
func Build(ctx context.Context, d Domain, o Options) (*Report, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	b := &builder{
		ctx: ctx, domain: d, options: o, off: map[string]bool{}, functions: map[string][]Function{}, spoilt: map[string]bool{}, alone: map[string]int{},
		flow: map[string]flow{}, report: Report{Disabled: []string{}, Notes: []string{}},
	}
	for _, name := range o.DisableFilters {
		b.off[name] = true
	}
	if err := b.run(
		b.collect, b.checkers, b.holdOut, b.chunk, b.filter, b.dropDuplicates, b.prepareTasks, b.split, b.loadSurface, b.prepareRequests,
	); err != nil {
		return nil, err
	}
	if o.Until == StageCollect || o.DryRun && o.Teacher != nil {
		b.finish()
		return &b.report, nil
	}
	if err := b.run(b.ask); err != nil {
		return nil, err
	}
	if o.Until == StageGenerate {
		b.finish()
		return &b.report, nil
	}
	if err := b.run(b.judgeRecords, b.selfCheck, b.limitRepeats, b.proveSplit); err != nil {
		return nil, err
	}
	b.finish()
	out, err := b.render()
	if err != nil {
		return nil, err
	}
	if err := out.check(o.Out); err != nil || o.DryRun {
		return &b.report, err
	}
	return &b.report, out.write(o.Out)
}

// run goes through stages until one fails.
func (b *builder) run(stages ...func() error) error {
	for _, stage := range stages {
		if err := stage(); err != nil {
			return err
		}
		if err := b.ctx.Err(); err != nil {
			return fmt.Errorf("dataset: %w", err)
		}
	}
	return nil
}

// collect reads the files.
func (b *builder) collect() error {
	policy, err := licence.NewPolicy(b.options.Licenses)
	if err != nil {
		return inputErrorf("%w", err)
	}
	c := collector{
		ctx: b.ctx, root: b.options.Raw, include: b.options.Include, exclude: b.options.Exclude, disabled: b.off, licences: policy,
		pool: b.options.Pool,
	}
	if len(c.include) == 0 {
		c.include = b.domain.Include()
	}
	if len(c.include) == 0 {
		return inputErrorf("include: the domain %s has no files of its own; set dataset.include to globs such as **/*.py", b.domain.Name())
	}
	if err := c.collect(); err != nil {
		return err
	}
	for _, glob := range slices.Concat(b.options.Include, b.options.Exclude) {
		if !c.used[glob] {
			b.note("the glob %q matches nothing below %s", glob, b.options.Raw)
		}
	}
	for _, id := range policy.Listed() {
		if !c.used[id] {
			b.note("no file is under the licence %s", id)
		}
	}
	b.files, b.rejections = c.files, c.rejections
	b.report.Files, b.report.Bytes = len(c.files), c.bytes
	if len(c.files) == 0 {
		return inputErrorf("%s holds no file of the domain %s (%s)%s", b.options.Raw, b.domain.Name(), strings.Join(c.include, ", "), b.reasons())
	}
	return nil
}

func (b *builder) note(format string, args ...any) {
	b.report.Notes = append(b.report.Notes, fmt.Sprintf(format, args...))
}

// reasons says which filters took out how much, to go after an error.
func (b *builder) reasons() string {
	counts := countRejections(b.rejections)
	if len(counts) == 0 {
		return ""
	}
	var parts []string
	for _, c := range counts {
		parts = append(parts, fmt.Sprintf("%d by %s", c.Count, c.Filter))
	}
	return "; taken out: " + strings.Join(parts, ", ")
}

// holdOut checks the folders that are held out.
func (b *builder) holdOut() error {
	for _, folder := range b.options.HoldOut {
		if !slices.ContainsFunc(b.files, func(f *File) bool { return below(f.Path, folder) }) {
			return inputErrorf("hold_out: %q holds no file of the domain; name a folder below %s", folder, b.options.Raw)
		}
	}
	return nil
}

// below reports whether a path is a folder or lies in it.
func below(name, folder string) bool {
	folder = path.Clean(strings.ReplaceAll(folder, `\`, "/"))
	return folder == "." || name == folder || strings.HasPrefix(name, folder+"/")
}

// chunk finds the functions and what is declared around them.
func (b *builder) chunk() error {
	type result struct {
		functions []Function
		units     []*unit
		declared  []declaration
		problem   error
	}
	results := make([]result, len(b.files))
	b.options.Pool.Ranges(len(b.files), 8, func(_, lo, hi int) {
		for i, f := range b.files[lo:hi] {
			functions, err := b.domain.Functions(f)
			if err != nil {
				results[lo+i].problem = err
				continue
			}
			for k := range functions {
				functions[k].Signature = tidy(functions[k].Signature)
			}
			results[lo+i] = result{functions, newUnits(f, b.domain.Language(f), functions), declarations(b.domain, f, functions), nil}
		}
	})
	known := map[string]*surroundings{}
	for i, r := range results {
		if f := b.files[i]; r.problem != nil {
			b.rejections = append(b.rejections, Rejection{Filter: filterSyntax, Path: f.Path, Reason: r.problem.Error()})
		} else {
			if known[companion(f.Path)] == nil {
				known[companion(f.Path)] = &surroundings{}
			}
			known[companion(f.Path)].add(r.declared)
			b.functions[f.Path] = r.functions
		}
		b.units = append(b.units, r.units...)
	}
	b.report.Functions = len(b.units)
	b.options.Pool.Ranges(len(b.units), 64, func(_, lo, hi int) {
		for _, u := range b.units[lo:hi] {
			u.context, u.declared = contextOf(u, known[companion(u.file.Path)])
			u.tokens = b.options.CountTokens(u.code)
			u.heldOut = slices.ContainsFunc(b.options.HoldOut, func(folder string) bool { return below(u.file.Path, folder) })
		}
	})
	return nil
}

// keep takes out the units for which judge names a filter that is not disabled.
func (b *builder) keep(judge func(i int, u *unit) (filter, reason string)) {
	var kept []*unit
	taken := map[string]int{}
	for i, u := range b.units {
		if filter, reason := judge(i, u); filter != "" && !b.off[filter] {
			b.rejections = append(b.rejections, u.reject(filter, reason))
			taken[filter]++
		} else {
			kept = append(kept, u)
		}
	}
	for filter, n := range taken {
		b.flow[filter] = flow{len(b.units), len(b.units) - n}
	}
	b.units = kept
}

// filter takes out functions by what they are.
func (b *builder) filter() error {
	inside := nested(b.units)
	b.keep(func(_ int, u *unit) (string, string) {
		if outer := inside[u]; outer != nil {
			return filterNested, "it is part of " + outer.Name
		}
		return "", ""
	})
	b.keep(func(_ int, u *unit) (string, string) {
		if why := u.trivial(); why != "" {
			return filterTrivial, why
		}
		return "", ""
	})
	b.keep(func(_ int, u *unit) (string, string) {
		if token := controlToken.FindString(u.code + u.Comment + u.Name + u.Setting + strings.Join(u.context, "\n")); token != "" {
			return filterControl, "it contains " + token
		}
		return "", ""
	})
	b.keep(func(_ int, u *unit) (string, string) {
		if commentedCode(u.code, u.language.Comment) {
			return filterCommentedCode, "it contains code that was commented out"
		}
		return "", ""
	})
	b.keep(func(_ int, u *unit) (string, string) {
		if o := &b.options; u.tokens < o.MinTokens || u.tokens > o.MaxTokens {
			return filterLength, fmt.Sprintf("it has %d tokens, expected %d to %d", u.tokens, o.MinTokens, o.MaxTokens)
		}
		return "", ""
	})
	return nil
}

// dropDuplicates takes out functions that are there already. Files are grouped with all of them.
func (b *builder) dropDuplicates() error {
	index, repeats := findDuplicates(b.units, b.options.NearDuplicate, b.options.Pool)
	heldOut := map[int]*unit{} // of a component
	var free []*unit
	for _, u := range b.units {
		if u.heldOut {
			heldOut[u.component] = u
		}
	}
	for _, u := range b.units {
		if heldOut[u.component] == nil {
			free = append(free, u)
		}
	}
	b.group = groups(free)
	all, exact := b.units, map[string]*unit{}
	b.keep(func(i int, u *unit) (string, string) {
		if h := heldOut[u.component]; h != nil && !u.heldOut {
			b.spoilt[u.file.Path] = true
			return filterHeldOut, "it nearly equals " + h.place()
		}
		plain := strings.Join(strings.Fields(u.code), " ")
		j, repeated := repeats[i]
		if first := exact[plain]; first != nil && (repeated || b.off[filterNearDuplicate]) && !b.off[filterDuplicate] {
			return filterDuplicate, "it equals " + first.place()
		}
		exact[plain] = u
		if repeated {
			return filterNearDuplicate, fmt.Sprintf("near duplicates connect it with %s, similarity %.2f", all[j].place(), index.Similarity(i, j))
		}
		return "", ""
	})
	return nil
}

// split divides the functions, proves that the parts share nothing, and gives each function its task.
func (b *builder) split() error {
	var free []*unit
	for _, u := range b.units {
		if u.split = HeldOut; !u.heldOut {
			free = append(free, u)
		}
	}
	if len(free) == 0 {
		return inputErrorf("nothing is left to train on: every function lies in a folder that is held out")
	}
	divide(free, b.group, &b.options)
	if err := checkLeak(b.units, b.options.NearDuplicate, b.options.Pool); err != nil {
		return err
	}
	for _, s := range splits {
		assign(b.of(s), b.options.shares(), seed(b.options.Seed))
	}
	for _, s := range []struct {
		split Split
		share float64
	}{{Dev, b.options.Dev}, {Test, b.options.Test}} {
		if s.share > 0 && len(b.of(s.split)) == 0 {
			b.note("%s is empty: the functions fall into too few components to be divided", s.split)
		}
	}
	return nil
}

// proveSplit proves again, of what has become a record, that the parts share nothing.
func (b *builder) proveSplit() error {
	if len(b.of(Train)) == 0 {
		return inputErrorf("no record is left to train on%s", b.reasons())
	}
	return checkLeak(b.units, b.options.NearDuplicate, b.options.Pool)
}

// of returns the units of a split.
func (b *builder) of(s Split) []*unit {
	var found []*unit
	for _, u := range b.units {
		if u.split == s {
			found = append(found, u)
		}
	}
	return found
}

// finish fills in the report.
func (b *builder) finish() {
	r, o := &b.report, &b.options
	r.Domain, r.Raw, r.Out, r.Tokenizer, r.Seed = b.domain.Name(), o.Raw, o.Out, o.Tokenizer, o.Seed
	components := map[string]bool{}
	for _, g := range b.group {
		components[g] = true
	}
	r.Components = len(components)
	r.Rejected = countRejections(b.rejections)
	r.Yield = b.yield()
	r.Disabled = append(r.Disabled, slices.Sorted(maps.Keys(b.off))...)
	shares := o.shares()
	for _, t := range o.possible() {
		n := 0
		for _, u := range b.units {
			if u.task == t {
				n++
			}
		}
		r.Tasks = append(r.Tasks, TaskShare{Task: t, Wanted: shares[t], Examples: n, Got: float64(n) / float64(max(1, len(b.units)))})
	}
	b.notePlan()
}

// yield says of each filter how much came to it and what it let through.
func (b *builder) yield() []FilterYield {
	var all []FilterYield
	files := b.report.Files
	for _, c := range b.report.Rejected {
		if filterLevel(c.Filter) == levelFile {
			files += c.Count
		}
	}
	comments := b.comments
	for _, c := range b.report.Rejected {
		y := FilterYield{Filter: c.Filter, Of: filterLevel(c.Filter), In: b.flow[c.Filter].in, Out: b.flow[c.Filter].out, Alone: b.alone[c.Filter]}
		switch y.Of {
		case levelFile:
			y.In, y.Out = files, files-c.Count
			files = y.Out
		case levelComment:
			y.In, y.Out = comments, comments-c.Count
			comments = y.Out
		}
		all = append(all, y)
	}
	return all
}
