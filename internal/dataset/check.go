package dataset

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"graft/internal/dataset/neardup"
	"graft/internal/parallel"
)

// A Checked is the result of checking finished datasets.
type Checked struct {
	Folders []string       `json:"folders"`
	Records int            `json:"records"`
	Leaks   int            `json:"residual_leak"` // pairs of nearly the same output in different splits
	Bad     []CheckedIssue `json:"issues"`
}

// A CheckedIssue is a record that is not what it should be.
type CheckedIssue struct {
	Place  string `json:"place"`
	Filter string `json:"filter"`
	Reason string `json:"reason"`
}

// A saved record with where it lies.
type checkedRecord struct {
	Record
	meta   Meta
	split  Split
	folder string
	line   int
}

func (r *checkedRecord) place() string {
	return fmt.Sprintf("%s:%d", filepath.Join(r.folder, r.split.File()), r.line)
}

// Check looks at finished datasets: whether the files are as a build has left them, whether outputs are valid code of the domain, whether
// an instruction holds its output, and whether anything that is trained on in one of the folders nearly equals what is held out in any. The
// domain of a folder is the one that its report names.
func Check(folders []string, domain func(name string) (Domain, error), threshold float64, pool *parallel.Pool) (*Checked, error) {
	c := &Checked{Folders: folders, Bad: []CheckedIssue{}}
	var all []*checkedRecord
	var errs []error
	for _, folder := range folders {
		s, err := Open(folder)
		if err == nil {
			err = (&output{}).check(folder)
		}
		if err == nil && s.Report == nil {
			err = inputErrorf("%s has no %s; build the dataset again", folder, reportFile)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		d, err := domain(s.Report.Domain)
		if err != nil {
			errs = append(errs, inputErrorf("%s: %w", folder, err))
			continue
		}
		for _, split := range splits {
			for i, r := range s.Records[split] {
				rec := &checkedRecord{r, s.Meta[split][i], split, folder, i + 1}
				all = append(all, rec)
				if filter, why := rec.judge(d); why != "" {
					c.Bad = append(c.Bad, CheckedIssue{rec.place(), filter, why})
				}
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	c.Records = len(all)
	leaks := crossing(all, threshold, pool)
	c.Leaks = len(leaks)
	return c, errors.Join(leaks...)
}

// judge looks at one record.
func (r *checkedRecord) judge(d Domain) (filter, why string) {
	shown := r.Instruction
	if r.meta.FIM {
		shown = strings.NewReplacer(fimPrefix, "", fimSuffix, "", fimMiddle, "").Replace(shown)
	}
	switch token := controlToken.FindString(shown + r.Output); {
	case token != "":
		return filterControl, "it contains " + token
	case strings.TrimSpace(r.Output) == "" || strings.TrimSpace(r.Instruction) == "":
		return filterOutput, "it is empty"
	case r.meta.Writer == writerHuman && strings.Contains(r.Instruction, strings.TrimSpace(r.Output)):
		return filterLeak, "the instruction contains the output"
	case r.meta.Task != Complete && r.meta.Writer == writerHuman:
		if err := d.Check(r.Output); err != nil {
			return filterOutput, err.Error()
		}
	}
	return "", ""
}

// crossing lists pairs of nearly the same output of which one is trained on, in whichever folder, and the other held out, or which are
// held out in different splits of a folder.
func crossing(all []*checkedRecord, threshold float64, pool *parallel.Pool) []error {
	var docs []string
	var of []*checkedRecord
	var number []int
	for _, r := range all {
		if r.meta.Writer == writerHuman && r.meta.Task != Complete { // lines taken out of a function are idioms too often
			docs, of, number = append(docs, r.Output), append(of, r), append(number, slices.Index(splits, r.split))
		}
	}
	var errs []error
	for _, p := range neardup.New(docs, threshold, pool).Crossing(number) {
		errs = append(errs, fmt.Errorf("dataset: %s nearly equals %s: %w", of[p.A].place(), of[p.B].place(), ErrLeak))
	}
	return errs
}
