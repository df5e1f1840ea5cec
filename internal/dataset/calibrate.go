package dataset

import (
	"context"
	"fmt"
	"slices"

	"graft/internal/dataset/gate"
	"graft/internal/dataset/surface"
)

// A Calibration is the result of gates and filters on code that the user trusts.
type Calibration struct {
	Domain    string     `json:"domain"`
	Files     int        `json:"files"`
	Functions int        `json:"functions"`
	Gates     []Judgment `json:"gates"`
	Filters   []Judgment `json:"filters"` // those that judge files or functions; they choose, so a high share is no mistake
	API       API        `json:"api"`
}

// A Judgment is how many of the trusted files or functions one gate or filter refuses.
type Judgment struct {
	Name     string   `json:"name"`
	Unit     string   `json:"unit"` // files or functions
	Judged   int      `json:"judged"`
	Refused  int      `json:"refused"`
	Unjudged int      `json:"unjudged,omitempty"` // a header was missing, or the time was up
	First    []string `json:"first"`              // the first reasons, as path:line: reason
}

// Share is the share that is refused, 0 of none.
func (j *Judgment) Share() float64 {
	if j.Judged == 0 {
		return 0
	}
	return float64(j.Refused) / float64(j.Judged)
}

// An API is what is known about the domain's API, and how the trusted code stands to it.
type API struct {
	Version string          `json:"version"`
	Sources []string        `json:"sources"` // empty: it was not found, and the filter is off
	Names   int             `json:"names"`
	Floor   surface.Rate    `json:"floor"`   // of the trusted code: below it no figure means anything
	Control surface.Control `json:"control"` // of made-up names
}

const (
	mostReasons  = 3    // shown of a judgment
	controlNames = 2000 // made up for the control
)

func (j *Judgment) refuse(reason string) {
	if j.Refused++; len(j.First) < mostReasons {
		j.First = append(j.First, reason)
	}
}

// Calibrate lets the domain's gate, those of o.Gates and the filters for code judge the code below o.Raw, and compares it with
// the API. Nothing is written.
func Calibrate(ctx context.Context, d Domain, o Options) (*Calibration, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	b := &builder{
		ctx: ctx, domain: d, options: o, off: map[string]bool{}, functions: map[string][]Function{}, spoilt: map[string]bool{},
		alone: map[string]int{}, flow: map[string]flow{},
	}
	for _, name := range o.DisableFilters {
		b.off[name] = true
	}
	if err := b.run(b.collect, b.chunk); err != nil {
		return nil, err
	}
	c := &Calibration{Domain: d.Name(), Files: len(b.files), Functions: len(b.units)}
	if err := b.run(b.filter); err != nil {
		return nil, err
	}
	c.judgments(b)
	for _, e := range o.Gates {
		j, err := b.external(e)
		if err != nil {
			return nil, err
		}
		c.Gates = append(c.Gates, *j)
	}
	return c, b.compareAPI(&c.API)
}

// judgments counts what the gate and the filters have refused so far.
func (c *Calibration) judgments(b *builder) {
	syntax := Judgment{Name: filterSyntax, Unit: "files", Judged: c.Files}
	found := map[string]*Judgment{filterSyntax: &syntax}
	var order []string
	for _, r := range b.rejections {
		j := found[r.Filter]
		if j == nil {
			j = &Judgment{Name: r.Filter, Unit: "functions", Judged: c.Functions}
			if r.Function == "" {
				j.Unit, j.Judged = "files", c.Files
			}
			found[r.Filter] = j
		}
		place := r.Path
		if r.Line > 0 {
			place = fmt.Sprintf("%s:%d", r.Path, r.Line)
		}
		j.refuse(place + ": " + r.Reason)
	}
	for _, f := range filters {
		if j := found[f.Name]; j != nil && f.Name != filterSyntax {
			if j.Unit == "files" {
				j.Judged += j.Refused // they are not among the files that were taken
			}
			order = append(order, f.Name)
		}
	}
	c.Gates = []Judgment{syntax}
	for _, name := range order {
		c.Filters = append(c.Filters, *found[name])
	}
}

// external lets a checker of the user judge the files of its languages.
func (b *builder) external(e *gate.External) (*Judgment, error) {
	j := &Judgment{Name: e.Name, Unit: "files"}
	for _, f := range b.files {
		if !e.Judges(b.domain.Language(f).Fence) {
			continue
		}
		v, reason, err := b.checkFile(e, f)
		if err != nil {
			return nil, fmt.Errorf("dataset: %s: %w", f.Path, err)
		}
		switch v {
		case gate.Refused:
			j.Judged++
			j.refuse(f.Path + ": " + reason)
		case gate.Unjudged:
			j.Unjudged++
			if j.Unjudged <= mostReasons {
				j.First = append(j.First, f.Path+": not judged: "+reason)
			}
		default:
			j.Judged++
		}
	}
	return j, nil
}

// compareAPI measures the trusted code against the API.
func (b *builder) compareAPI(a *API) error {
	var own []surface.Source
	for _, f := range b.files {
		own = append(own, surface.Source{Path: f.Path, Language: b.domain.Language(f).Fence, Text: f.Text})
	}
	s, err := surface.Load(surface.Options{Domain: b.domain.Name(), Raw: b.options.Raw, Paths: b.options.API, Own: own})
	if err != nil {
		return inputErrorf("api: %w", err)
	}
	a.Version, a.Sources, a.Names = s.Version(), s.Sources(), s.Size()
	if !s.Found() {
		return nil
	}
	refs := make([][]surface.Ref, len(own))
	b.options.Pool.Ranges(len(own), 4, func(_, lo, hi int) {
		for i, src := range own[lo:hi] {
			refs[lo+i] = s.References(src.Language, src.Text)
		}
	})
	for i, src := range own {
		a.Floor.Add(src.Path, refs[i])
	}
	a.Control = s.Control(controlNames, b.options.Seed)
	return nil
}

// Exceeds lists the gates that refuse more than a share of what they have judged, and whether the API does: its unknown names
// are more than a share of the references. Those that are disabled do not count.
func (c *Calibration) Exceeds(gates, api float64, disabled []string) []string {
	var names []string
	for _, j := range c.Gates {
		if !slices.Contains(disabled, j.Name) && j.Share() > gates {
			names = append(names, j.Name)
		}
	}
	if !slices.Contains(disabled, filterUngrounded) && c.API.Floor.Share() > api {
		names = append(names, filterUngrounded)
	}
	return names
}
