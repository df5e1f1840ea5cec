package dataset

import (
	"errors"
	"maps"
	"path"
	"slices"
	"strings"

	"graft/internal/dataset/gate"
	"graft/internal/dataset/licence"
	"graft/internal/event"
	"graft/internal/fault"
	"graft/internal/parallel"
)

// ErrLeak marks the refusal of a split whose parts share nearly the same function. Nothing was written.
var ErrLeak = fault.Gate(errors.New("the split leaks"))

// inputErrorf is an error about what the user gave: options, folders, files. Nothing was written.
func inputErrorf(format string, args ...any) error { return fault.Inputf("dataset: "+format, args...) }

// Options say what to build.
type Options struct {
	Raw string // folder of the source code
	Out string // folder of the files written, created if need be

	Include []string // globs of files to read; empty: those of the domain
	Exclude []string // globs of files and folders to leave out
	HoldOut []string // folders below Raw that go into a set of their own

	Licenses []string // SPDX ids of the licences that are taken, or one of the words any and permissive; none: any

	Tasks                map[string]float64 // share of each task; those that the teacher cannot make are ignored
	MinTokens, MaxTokens int                // of an output
	CountTokens          func(text string) int
	Tokenizer            string // whose tokens CountTokens counts, for the card

	NearDuplicate  float64 // similarity from which two functions are the same, in (0, 1]
	Dev, Test      float64 // shares of the functions, rounded to whole components
	DisableFilters []string
	Seed           uint64

	FIM           float64          // share of the records of the task complete that are worded with fill-in-the-middle tokens
	Caps          map[string]int   // most records by file, symbol, and task of a file; 0 or missing: no limit
	Decontaminate []string         // files that no record may share a run of words with
	Teacher       *Teacher         // who writes requests; nil: comments and rules do
	API           []string         // files and folders that describe the domain's API; empty: what lies in Raw
	Gates         []*gate.External // checkers of the user's that judge the files too

	Until  Stage          // the last stage; "": all
	DryRun bool           // do everything but write and ask the teacher
	Pool   *parallel.Pool // may be nil; results do not depend on it
	Sink   event.Sink     // receives progress; may be nil
}

// A Stage is where a build can stop. Nothing is written then.
type Stage string

// The stages.
const (
	StageCollect  Stage = "collect"  // files are read, functions found, filtered, divided and planned
	StageGenerate Stage = "generate" // the teacher has answered
)

// check reports all that is wrong with the options.
func (o *Options) check() error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, inputErrorf(format, args...)) }
	if o.MinTokens < 1 || o.MaxTokens <= o.MinTokens {
		fail("outputs of %d to %d tokens are asked for, expected at least 1 and a range", o.MinTokens, o.MaxTokens)
	}
	if o.CountTokens == nil {
		fail("CountTokens is missing")
	}
	if !(o.NearDuplicate > 0 && o.NearDuplicate <= 1) {
		fail("near_duplicate is %g, expected a similarity above 0 and up to 1", o.NearDuplicate)
	}
	if !(o.Dev >= 0 && o.Test >= 0 && o.Dev+o.Test < 1) {
		fail("dev is %g and test %g, expected shares that leave something to train on", o.Dev, o.Test)
	}
	return errors.Join(append(errs, o.checkLists())...)
}

// checkLists reports what is wrong with names, globs and tasks.
func (o *Options) checkLists() error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, inputErrorf(format, args...)) }
	for _, name := range o.DisableFilters {
		switch f := filterByName(name); {
		case f == nil:
			fail("disable_filters: there is no filter %q; there are %s", name, strings.Join(switchable(), ", "))
		case f.Fixed:
			fail("disable_filters: %q cannot be disabled; %s can", name, strings.Join(switchable(), ", "))
		}
	}
	for _, glob := range slices.Concat(o.Include, o.Exclude) {
		if _, err := path.Match(glob, ""); err != nil {
			fail("the glob %q is malformed: %w", glob, err)
		}
	}
	if _, err := licence.NewPolicy(o.Licenses); err != nil {
		errs = append(errs, inputErrorf("%w", err))
	}
	if !(o.FIM >= 0 && o.FIM <= 1) {
		fail("fim is %g, expected a share from 0 to 1", o.FIM)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Caps)) {
		if !slices.Contains(Caps(), name) {
			fail("caps: there is no cap %q; there are %s", name, strings.Join(Caps(), ", "))
		}
	}
	if len(o.possible()) == 0 {
		fail("tasks: all that this build can make have the share 0; without a teacher the tasks are %s, %s, %s, %s and %s", Write, Complete, Extend, Fix, Convert)
	}
	return errors.Join(errs...)
}

// matchGlob reports whether a path with slashes matches a glob: * and ? stay within a name, ** stands for any folders, and a
// glob without a slash is looked for in every folder.
func matchGlob(glob, name string) bool {
	if !strings.Contains(glob, "/") {
		glob = "**/" + glob
	}
	return matchParts(strings.Split(strings.Trim(glob, "/"), "/"), strings.Split(name, "/"))
}

func matchParts(glob, name []string) bool {
	for len(glob) > 0 {
		if glob[0] == "**" {
			for len(glob) > 1 && glob[1] == "**" {
				glob = glob[1:]
			}
			for i := range len(name) + 1 {
				if matchParts(glob[1:], name[i:]) {
					return true
				}
			}
			return false
		}
		if len(name) == 0 {
			return false
		}
		if ok, err := path.Match(glob[0], name[0]); err != nil || !ok {
			return false
		}
		glob, name = glob[1:], name[1:]
	}
	return len(name) == 0
}
