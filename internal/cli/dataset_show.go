package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"graft/internal/dataset"
)

func datasetStatsCommand(app *App) *cobra.Command {
	return &cobra.Command{
		Use:     "stats",
		Short:   "Count the records of a dataset and what was left out",
		Long:    "Count the records beside data.train by split, task and licence, their lengths in tokens of the base model, what each filter has taken\n" +
			"out and what the teacher has cost; with --verbose each case with its reason.",
		Example: "  graft dataset stats --domain gdscript\n  graft dataset stats -c my.yaml --json",
		RunE:    func(*cobra.Command, []string) error { return app.datasetStats() },
	}
}

// openDataset reads the dataset beside data.train.
func (a *App) openDataset() (*dataset.Saved, error) {
	c, err := a.loadConfig()
	if err != nil {
		return nil, err
	}
	if err := c.Need("data.train"); err != nil {
		return nil, err
	}
	if len(c.Data.Train) != 1 {
		return nil, c.Problem("data.train", "names %d files; look at one dataset at a time", len(c.Data.Train))
	}
	s, err := dataset.Open(filepath.Dir(c.Data.Train.Path()))
	if err != nil {
		return nil, datasetError(err)
	}
	return s, nil
}

// statsReport is what is known of a dataset, as --json shows it.
type statsReport struct {
	Splits   []dataset.SplitCount     `json:"splits"`
	Lengths  []dataset.LengthRow      `json:"lengths"`
	Licences []dataset.LicenceRow     `json:"licences"`
	Rejected []dataset.RejectionCount `json:"rejected"`
	Report   *dataset.Report          `json:"report"`
}

func (a *App) datasetStats() error {
	s, err := a.openDataset()
	if err != nil {
		return err
	}
	if a.flags.json {
		return writeJSON(a.Stdout, statsReport{s.Splits(), s.Lengths(), s.Licences(), s.Rejections(), s.Report})
	}
	a.says("%s\n%s", dataset.SplitTable(s.Splits()), dataset.LengthTable(s.Lengths()))
	for _, l := range s.Licences() {
		a.says("licence %s: %d records", l.Licence, l.Records)
	}
	if r := s.Report; r != nil {
		if r.Spent != nil {
			a.says("%s", r.Spent)
		}
		a.says("residual leak: %d\ntokens counted with %s\n\n%s", r.Leak, r.Tokenizer, dataset.YieldTable(r.Yield))
	} else {
		a.says("\n%s", dataset.RejectionTable(s.Rejections()))
	}
	var names []string
	for _, f := range dataset.Filters() {
		if !f.Fixed {
			names = append(names, f.Name)
		}
	}
	a.says("dataset.disable_filters can disable %s", strings.Join(names, ", "))
	if a.flags.verbose {
		for _, r := range s.Rejected {
			a.says("%s: %s:%d %s: %s", r.Filter, r.Path, r.Line, r.Function, r.Reason)
		}
	}
	return nil
}

type showFlags struct {
	split string
	count int
	seed  uint64
}

func datasetShowCommand(app *App) *cobra.Command {
	var o showFlags
	cmd := &cobra.Command{
		Use:     "show [NUMBER]...",
		Short:   "Print records of a dataset",
		Long:    "Print records beside data.train with where they come from: those of the numbers, which are lines from 1, or some at random.",
		Example: "  graft dataset show --domain gdscript\n  graft dataset show --domain gdscript --split test 1 7",
		Args:    cobra.ArbitraryArgs,
		RunE:    func(_ *cobra.Command, args []string) error { return app.datasetShow(args, o) },
	}
	cmd.Flags().StringVar(&o.split, "split", string(dataset.Train), "`SPLIT` to show: train, dev, test or heldout")
	cmd.Flags().IntVar(&o.count, "count", 3, "how many records to pick at random")
	cmd.Flags().Uint64Var(&o.seed, "seed", 0, "which ones are picked")
	return cmd
}

// shownRecord is a record as --json shows it.
type shownRecord struct {
	Number int `json:"number"`
	dataset.Record
	Meta dataset.Meta `json:"meta"`
}

func (a *App) datasetShow(args []string, o showFlags) error {
	split, err := dataset.ParseSplit(o.split)
	if err != nil {
		return datasetError(err)
	}
	if o.count < 1 {
		return usageErrorf("graft: --count is %d, expected at least 1", o.count)
	}
	s, err := a.openDataset()
	if err != nil {
		return err
	}
	chosen := s.Sample(split, o.count, o.seed)
	if len(args) > 0 {
		if chosen, err = numbers(args, len(s.Records[split]), split); err != nil {
			return err
		}
	}
	shown := []shownRecord{}
	for _, i := range chosen {
		shown = append(shown, shownRecord{i + 1, s.Records[split][i], s.Meta[split][i]})
	}
	if a.flags.json {
		return writeJSON(a.Stdout, shown)
	}
	for _, r := range shown {
		m := r.Meta
		a.says("=== %s %d: %s, %s:%d %s, %d tokens\n%s\n--- output\n%s\n", split, r.Number, m.Task, m.Path, m.Line, m.Function, m.OutputTokens, r.Instruction, r.Output)
	}
	return nil
}

// numbers turns line numbers into indices.
func numbers(args []string, most int, split dataset.Split) ([]int, error) {
	var chosen []int
	var errs []error
	for _, arg := range args {
		n, err := strconv.Atoi(arg)
		if err != nil || n < 1 || n > most {
			errs = append(errs, fmt.Errorf("graft: there is no record %q in %s, which has %d", arg, split, most))
		}
		chosen = append(chosen, n-1)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, &ExitError{ExitUsage, err}
	}
	return chosen, nil
}
