package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"graft/internal/config"
	"graft/internal/dataset"
	"graft/internal/dataset/domain/all"
	"graft/internal/parallel"
)

// datasetCommand makes training records from source code and looks at them.
func datasetCommand(app *App) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "dataset",
		Short:   "Make training records from source code and look at them",
		Example: "  graft dataset build --domain gdscript --teacher none",
	}
	cmd.AddCommand(datasetBuildCommand(app), datasetStatsCommand(app), datasetShowCommand(app))
	cmd.AddCommand(datasetCaptureCommand(app))
	return cmd
}

func datasetBuildCommand(app *App) *cobra.Command {
	var teacher string
	var dry bool
	cmd := &cobra.Command{
		Use:   "build",
		Short: "Make training records from source code",
		Long: "Read the source code in dataset.raw and write train.jsonl, eval.jsonl, test.jsonl, what is known about each record, what was left\n" +
			"out and why, and DATASET.md beside data.train. Without a teacher nothing leaves this machine: functions with a comment become\n" +
			"\"write this function\", others \"fill in what is missing\". The same sources, configuration and seed give the same bytes.",
		Example: "  graft dataset build --domain gdscript --teacher none\n  graft dataset build -c my.yaml --teacher none --dry-run",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("teacher") {
				app.flags.sets = append(app.flags.sets, "dataset.teacher="+teacher)
			}
			return app.datasetBuild(cmd.Context(), dry)
		},
	}
	cmd.Flags().StringVar(&teacher, "teacher", "", "`NAME`, stands for --set dataset.teacher=NAME; this version has none")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "do everything but write")
	complete(cmd, "teacher", func(string) ([]string, cobra.ShellCompDirective) {
		return []string{"none"}, cobra.ShellCompDirectiveNoFileComp
	})
	return cmd
}

func (a *App) datasetBuild(ctx context.Context, dry bool) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	r, err := a.makeDataset(ctx, c, dry)
	if err != nil {
		return err
	}
	if a.flags.json {
		return writeJSON(a.Stdout, r)
	}
	did := "wrote"
	if dry {
		did = "would write"
	}
	a.says("%s\n%s %s", r.Summary(), did, r.Out)
	return nil
}

// makeDataset builds what the configuration describes.
func (a *App) makeDataset(ctx context.Context, c *config.Config, dry bool) (*dataset.Report, error) {
	o, err := a.datasetOptions(c)
	if err != nil {
		return nil, err
	}
	d, err := all.Get(c.Domain)
	if err != nil {
		return nil, c.Problem("domain", "%v", err)
	}
	n, err := a.threads()
	if err != nil {
		return nil, err
	}
	o.Pool, o.DryRun = parallel.New(n), dry
	defer o.Pool.Close()
	r, err := dataset.Build(ctx, d, o)
	return r, datasetError(err)
}

// datasetError gives errors of the package the exit code that they stand for.
func datasetError(err error) error {
	switch {
	case errors.Is(err, dataset.ErrInput):
		return &ExitError{ExitUsage, err}
	case errors.Is(err, dataset.ErrLeak):
		return &ExitError{ExitGate, err}
	}
	return err
}

func datasetStatsCommand(app *App) *cobra.Command {
	return &cobra.Command{
		Use:     "stats",
		Short:   "Count the records of a dataset and what was left out",
		Long:    "Count the records beside data.train by split and task, and what each filter has taken out; with --verbose each case with its reason.",
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
	s, err := dataset.Open(filepath.Dir(c.Data.Train))
	if err != nil {
		return nil, datasetError(err)
	}
	return s, nil
}

func (a *App) datasetStats() error {
	s, err := a.openDataset()
	if err != nil {
		return err
	}
	if a.flags.json {
		return writeJSON(a.Stdout, map[string]any{"splits": s.Splits(), "rejected": s.Rejections()})
	}
	a.says("%s\n%s", dataset.SplitTable(s.Splits()), dataset.RejectionTable(s.Rejections()))
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
