package dataset

import "context"

// An Ablation is the effect of one filter: how many records there would be without it.
type Ablation struct {
	Filter  string `json:"filter"`
	Of      string `json:"of"` // what is counted: functions that get a task, or records
	With    int    `json:"with"`
	Without int    `json:"without"`
}

// Ablate counts for each filter that can be disabled what would be left without it. For filters of files, functions and comments it
// plans a build without them, which asks no teacher; for those of single records it counts in the report of a build.
func Ablate(ctx context.Context, d Domain, o Options, built *Report) ([]Ablation, error) {
	o.Until = StageCollect
	o.Sink = nil
	if o.Teacher != nil {
		silent := *o.Teacher
		silent.Estimate = nil
		o.Teacher = &silent
	}
	base, err := Build(ctx, d, o)
	if err != nil {
		return nil, err
	}
	records := 0
	for _, s := range built.Splits {
		records += s.Records
	}
	alone := map[string]int{}
	for _, y := range built.Yield {
		alone[y.Filter] = y.Alone
	}
	off := o.DisableFilters
	var all []Ablation
	for _, f := range filters {
		if f.Fixed {
			continue
		}
		if filterLevel(f.Name) == levelRecord {
			if singly(f.Name) {
				all = append(all, Ablation{f.Name, levelRecord, records, records + alone[f.Name]})
			}
			continue
		}
		o.DisableFilters = append(off[:len(off):len(off)], f.Name)
		r, err := Build(ctx, d, o)
		if err != nil {
			return nil, err
		}
		all = append(all, Ablation{f.Name, levelFunction, base.planned(), r.planned()})
	}
	return all, nil
}

// singly reports whether a filter looks at one record at a time.
func singly(name string) bool {
	for _, j := range judges {
		if j.filter == name {
			return true
		}
	}
	return false
}

// planned is how many functions have a task.
func (r *Report) planned() int {
	n := 0
	for _, t := range r.Tasks {
		n += t.Examples
	}
	return n
}
