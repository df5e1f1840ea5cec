package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"graft/internal/config"
	"graft/internal/dataset"
	"graft/internal/dataset/domain/all"
	"graft/internal/teacher"
)

func datasetStatsCommand(app *App) *cobra.Command {
	return &cobra.Command{
		Use:   "stats",
		Short: "Count the records of a dataset and what was left out",
		Long: "Count the records beside data.train by split, task and licence, their lengths in tokens of the base model, what each filter has taken\n" +
			"out and what the teacher has cost; with --verbose each case with its reason.",
		Example: "  graft dataset stats --domain gdscript\n  graft dataset stats -c my.yaml --json",
		RunE:    func(*cobra.Command, []string) error { return app.datasetStats() },
	}
}

// openDataset reads the dataset beside data.train.
func (a *App) openDataset() (*savedDataset, error) {
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
		return nil, err
	}
	return &savedDataset{s, c}, nil
}

// savedDataset is a dataset with the configuration that names it.
type savedDataset struct {
	*dataset.Saved
	config *config.Config
}

// ledgerCost is what was paid according to a ledger, in US dollars.
type ledgerCost struct {
	Known float64 `json:"known_usd"`
	Lost  float64 `json:"lost_usd"` // that may have been paid without an answer
}

// cost asks the ledger beside a dataset, nil if there is none.
func (s *savedDataset) cost() (*ledgerCost, error) {
	path := ledgerPath(s.config)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	l, err := teacher.ReadLedger(path)
	if err != nil {
		return nil, err
	}
	c := &ledgerCost{}
	c.Known, c.Lost = l.Spent()
	return c, nil
}

// statsReport is what is known of a dataset, as --json shows it.
type statsReport struct {
	Splits   []dataset.SplitCount     `json:"splits"`
	Lengths  []dataset.LengthRow      `json:"lengths"`
	Licences []dataset.LicenceRow     `json:"licences"`
	Rejected []dataset.RejectionCount `json:"rejected"`
	Cost     *ledgerCost              `json:"cost,omitempty"`
	Report   *dataset.Report          `json:"report"`
}

func (a *App) datasetStats() error {
	s, err := a.openDataset()
	if err != nil {
		return err
	}
	cost, err := s.cost()
	if err != nil {
		return err
	}
	if a.flags.json {
		return writeJSON(a.Stdout, statsReport{s.Splits(), s.Lengths(), s.Licences(), s.Rejections(), cost, s.Report})
	}
	a.says("%s\n%s", dataset.SplitTable(s.Splits()), dataset.LengthTable(s.Lengths()))
	for _, l := range s.Licences() {
		a.says("licence %s: %d records", l.Licence, l.Records)
	}
	if r := s.Report; r != nil {
		if r.Spent != nil {
			a.says("%s", r.Spent)
		}
		if cost != nil {
			a.says("the ledger of the teacher holds $%.4f, and $%.4f that may have been lost on the way", cost.Known, cost.Lost)
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
	split  string
	count  int
	seed   uint64
	source bool
}

func datasetShowCommand(app *App) *cobra.Command {
	var o showFlags
	cmd := &cobra.Command{
		Use:     "show [NUMBER]...",
		Short:   "Print records of a dataset",
		Long:    "Print records beside data.train with where they come from: those of the numbers, which are lines from 1, or some at random.",
		Example: "  graft dataset show --domain gdscript\n  graft dataset show --domain gdscript --split test 1 7",
		Args:    cobra.ArbitraryArgs,
		RunE:    func(cmd *cobra.Command, args []string) error { return app.datasetShow(cmd.Context(), args, o) },
	}
	cmd.Flags().StringVar(&o.split, "split", string(dataset.Train), "`SPLIT` to show: train, dev, test or heldout")
	cmd.Flags().IntVar(&o.count, "count", 3, "how many records to pick at random")
	cmd.Flags().BoolVar(&o.source, "source", false, "print the source code beside each record")
	cmd.Flags().Uint64Var(&o.seed, "seed", 0, "which ones are picked")
	return cmd
}

// shownRecord is a record as --json shows it.
type shownRecord struct {
	Number int `json:"number"`
	dataset.Record
	Meta   dataset.Meta `json:"meta"`
	Source string       `json:"source,omitempty"`
}

func (a *App) datasetShow(ctx context.Context, args []string, o showFlags) error {
	split, err := dataset.ParseSplit(o.split)
	if err != nil {
		return err
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
		r := shownRecord{Number: i + 1, Record: s.Records[split][i], Meta: s.Meta[split][i]}
		if o.source {
			if r.Source, err = a.sourceOf(ctx, s.config, &r.Meta); err != nil {
				return err
			}
		}
		shown = append(shown, r)
	}
	if a.flags.json {
		return writeJSON(a.Stdout, shown)
	}
	for _, r := range shown {
		m := r.Meta
		a.says("=== %s %d: %s, %s:%d %s, %d tokens", split, r.Number, m.Task, m.Path, m.Line, m.Function, m.OutputTokens)
		record := r.Instruction + "\n--- output\n" + r.Output
		if o.source {
			record = sideBySide(record, r.Source)
		}
		a.says("%s\n", record)
	}
	return nil
}

// sourceOf is the source code of a record, from its line on: as much as the output has, and some lines more.
func (a *App) sourceOf(ctx context.Context, c *config.Config, m *dataset.Meta) (string, error) {
	d, err := all.Get(c.Domain)
	if err != nil {
		return "", c.Problem("domain", "%v", err)
	}
	if err := c.Need("dataset.raw"); err != nil {
		return "", err
	}
	raw, err := a.locateSource(ctx, d, c.Dataset.Raw)
	if err != nil {
		return "", err
	}
	text, err := dataset.Source(raw, d, m)
	return text, err
}

// sideBySide puts two texts into two columns.
func sideBySide(left, right string) string {
	const width = 78
	wrap := func(s string) []string {
		var lines []string
		for line := range strings.SplitSeq(strings.ReplaceAll(strings.TrimRight(s, "\n"), "\t", "    "), "\n") {
			r := []rune(line)
			for ; len(r) > width; r = r[width:] {
				lines = append(lines, string(r[:width]))
			}
			lines = append(lines, string(r))
		}
		return lines
	}
	a, b := wrap(left), wrap(right)
	var out strings.Builder
	for i := range max(len(a), len(b)) {
		var l, r string
		if i < len(a) {
			l = a[i]
		}
		if i < len(b) {
			r = b[i]
		}
		out.WriteString(strings.TrimRight(l+strings.Repeat(" ", width-len([]rune(l)))+" | "+r, " ") + "\n")
	}
	return out.String()
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
