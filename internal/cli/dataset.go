package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
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
	cmd.AddCommand(
		datasetBuildCommand(app), datasetCollectCommand(app), datasetGenerateCommand(app), datasetCheckCommand(app), datasetStatsCommand(app), datasetShowCommand(app),
		datasetCalibrateCommand(app), datasetCaptureCommand(app),
	)
	return cmd
}

// buildFlags are what a build is asked for on the command line.
type buildFlags struct {
	teacher string
	dry     bool
	ablate  bool
	offline bool
	until   dataset.Stage
}

// register adds the flags that all stages take.
func (f *buildFlags) register(cmd *cobra.Command, dry string) {
	cmd.Flags().StringVar(&f.teacher, "teacher", "", "`NAME`, stands for --set dataset.teacher=NAME: anthropic, openai or none")
	if dry != "" {
		cmd.Flags().BoolVar(&f.dry, "dry-run", false, dry)
	}
	complete(cmd, "teacher", func(string) ([]string, cobra.ShellCompDirective) {
		return []string{"anthropic", "openai", "none"}, cobra.ShellCompDirectiveNoFileComp
	})
}

// run builds as far as the flags say.
func (a *App) runBuild(cmd *cobra.Command, f buildFlags) error {
	if cmd.Flags().Changed("teacher") {
		a.flags.sets = append(a.flags.sets, "dataset.teacher="+f.teacher)
	}
	return a.datasetBuild(cmd.Context(), f)
}

func datasetBuildCommand(app *App) *cobra.Command {
	var f buildFlags
	cmd := &cobra.Command{
		Use:   "build",
		Short: "Make training records from source code",
		Long: "Read the source code in dataset.raw and write train.jsonl, eval.jsonl, test.jsonl, what is known about each record, what was left\n" +
			"out and why, and DATASET.md beside data.train. A teacher words the requests; what it answers is kept in .ledger.jsonl there, so that\n" +
			"an interrupted build goes on without paying twice and a finished one runs again with --offline. Without a teacher nothing leaves this\n" +
			"machine. The same sources, configuration, seed and answers give the same bytes.",
		Example: "  graft dataset build --domain gdscript --teacher none\n  graft dataset build -c my.yaml --dry-run",
		RunE:    func(cmd *cobra.Command, _ []string) error { return app.runBuild(cmd, f) },
	}
	f.register(cmd, "write nothing and ask no teacher; say what a teacher would cost")
	cmd.Flags().BoolVar(&f.offline, "offline", false, "take the teacher's answers from .ledger.jsonl alone")
	cmd.Flags().BoolVar(&f.ablate, "ablate", false, "say of each filter how much there would be without it")
	return cmd
}

func datasetCollectCommand(app *App) *cobra.Command {
	f := buildFlags{until: dataset.StageCollect}
	cmd := &cobra.Command{
		Use:   "collect",
		Short: "Say what a build would read and plan",
		Long: "Read the source code in dataset.raw, find its functions, filter, divide and plan them as a build does, and say what has come of it: files,\n" +
			"licences, what was left out, tasks. Nothing is written and no teacher is asked.",
		Example: "  graft dataset collect --domain flecs\n  graft dataset collect --domain flecs --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return app.runBuild(cmd, f) },
	}
	f.register(cmd, "")
	return cmd
}

func datasetGenerateCommand(app *App) *cobra.Command {
	f := buildFlags{until: dataset.StageGenerate}
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Let the teacher answer, write no records",
		Long: "Ask the teacher what a build would ask and keep the answers in .ledger.jsonl beside data.train, where build finds them. Nothing else is\n" +
			"written.",
		Example: "  graft dataset generate --domain flecs\n  graft dataset generate --domain flecs --dry-run",
		RunE:    func(cmd *cobra.Command, _ []string) error { return app.runBuild(cmd, f) },
	}
	f.register(cmd, "ask nothing; say what it would cost")
	return cmd
}

func (a *App) datasetBuild(ctx context.Context, f buildFlags) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	r, err := a.makeDataset(ctx, c, f)
	if err != nil {
		return err
	}
	if a.flags.json {
		return writeJSON(a.Stdout, r)
	}
	a.says("%s", r.Summary())
	if len(r.Ablations) > 0 {
		a.says("%s", ablationTable(r.Ablations))
	}
	asks := c.Dataset.Teacher != teacherNone
	switch {
	case f.until == dataset.StageCollect:
	case f.dry && asks:
		a.says("nothing was asked and nothing written")
	case f.until == dataset.StageGenerate && !asks:
		a.says("dataset.teacher is none: there is nothing to ask")
	case f.until == dataset.StageGenerate:
		a.says("the answers are in %s", ledgerPath(c))
	case f.dry:
		a.says("would write %s", r.Out)
	default:
		a.says("wrote %s", r.Out)
	}
	return nil
}

// ablationTable shows what each filter is worth.
func ablationTable(rows []dataset.Ablation) string {
	var b strings.Builder
	b.WriteString("| without          | counted   |    with | without | difference |\n|------------------|-----------|--------:|--------:|-----------:|\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %-16s | %-9s | %7d | %7d | %+10d |\n", r.Filter, r.Of, r.With, r.Without, r.Without-r.With)
	}
	return b.String()
}

// builtReport is the report of a build as --json shows it.
type builtReport struct {
	*dataset.Report
	Ablations []dataset.Ablation `json:"ablations,omitempty"`
}

// makeDataset builds what the configuration describes.
func (a *App) makeDataset(ctx context.Context, c *config.Config, f buildFlags) (_ *builtReport, err error) {
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
	if err := a.locate(ctx, d, &o); err != nil {
		return nil, err
	}
	o.Pool, o.DryRun, o.Until = parallel.New(n), f.dry, f.until
	defer o.Pool.Close()
	con := newConsole(a.Stderr, a.flags.quiet)
	o.Sink = con
	var finish func() error
	if o.Teacher, finish, err = a.datasetTeacher(c, f, con); err == nil {
		defer func() { err = errors.Join(err, finish()) }()
	}
	var r *dataset.Report
	if err == nil {
		r, err = dataset.Build(ctx, d, o)
	}
	con.close()
	if err != nil {
		return nil, resumable(err)
	}
	built := &builtReport{Report: r}
	if f.ablate {
		built.Ablations, err = dataset.Ablate(ctx, d, o, r)
	}
	return built, resumable(err)
}

func datasetCheckCommand(app *App) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Look over finished datasets before training on them",
		Long: "Prove of the datasets that data.train names, several of them too, that their files are as a build has left them, that outputs are valid code,\n" +
			"that no instruction holds its output, and that nothing that is trained on nearly equals what is held out in any of them. Exit code 3\n" +
			"if something leaks, 1 if a record is not what it should be.",
		Example: "  graft dataset check --domain gdscript\n  graft dataset check -c config/unified.yaml --json",
		RunE:    func(*cobra.Command, []string) error { return app.datasetCheck() },
	}
}

func (a *App) datasetCheck() error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	if err := c.Need("data.train"); err != nil {
		return err
	}
	n, err := a.threads()
	if err != nil {
		return err
	}
	var folders []string
	for _, f := range c.Data.Train {
		if dir := filepath.Dir(f.Path); !slices.Contains(folders, dir) {
			folders = append(folders, dir)
		}
	}
	pool := parallel.New(n)
	defer pool.Close()
	checked, err := dataset.Check(folders, all.Get, c.Dataset.NearDuplicate, pool)
	if checked == nil {
		return err
	}
	if a.flags.json {
		err = errors.Join(err, writeJSON(a.Stdout, checked))
	} else {
		for _, b := range checked.Bad {
			a.says("%s: %s: %s", b.Place, b.Filter, b.Reason)
		}
		a.says("%d records in %s: residual leak %d, %d records with a problem", checked.Records, strings.Join(checked.Folders, ", "), checked.Leaks, len(checked.Bad))
	}
	if err == nil && len(checked.Bad) > 0 {
		return &ExitError{Code: ExitFailed}
	}
	return err
}
