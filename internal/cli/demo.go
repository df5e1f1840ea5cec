package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"graft/data"
	"graft/internal/config"
	"graft/internal/dataset"
	"graft/internal/durable"
	"graft/internal/engine"
	"graft/internal/event"
	"graft/internal/generate"
)

func demoCommand(app *App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "demo [DIR]",
		Short: "Show the whole way on a small model, offline",
		Long: "Make a dataset of sample GDScript, train a LoRA adapter of the built-in model on it, compare losses and answers before and after,\n" +
			"merge the adapter and check the merged model. All of it is written to DIR (graft-demo by default); run again, it starts anew.",
		Example: "  graft demo\n  graft demo /tmp/demo",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := app.flags.refuseConfig(cmd); err != nil {
				return err
			}
			dir := "graft-demo"
			if len(args) > 0 {
				dir = args[0]
			}
			return app.demo(cmd.Context(), filepath.Clean(dir))
		},
	}
	return cmd
}

// demoMark is the configuration of a demo, and what tells its folder from others.
const demoMark = "demo.yaml"

// demoYAML is the configuration of the demo; %s is its folder.
const demoYAML = `# Written by graft demo, which replaces this folder when it is run again.
domain: gdscript
model: {name: "builtin:tiny-coder", load_in_4bit: false}
data:
  train: '%[1]s/data/train.jsonl'
  eval: '%[1]s/data/eval.jsonl'
dataset:
  raw: '%[1]s/raw'
  teacher: none
  dev: 0.06
  test: 0.0
  tasks: {write: 0.6, complete: 0.4, extend: 0, fix: 0, convert: 0, explain: 0, review: 0} # what fits into max_seq_length
training:
  output_dir: '%[1]s/adapter'
  max_seq_length: 384
  max_steps: 40
  batch_size: 4
  gradient_accumulation_steps: 1
  learning_rate: 4.0e-3
  warmup_steps: 5
  eval_steps: 20
  logging_steps: 10
  gradient_checkpointing: false
lora: {r: 16, alpha: 32}
`

// demo is one demonstration.
type demo struct {
	*App
	dir    string
	config *config.Config
	start  time.Time

	prompt string // of a held-out record
	report demoReport
}

// demoReport is what the demo has shown.
type demoReport struct {
	Dir           string          `json:"dir"`
	Dataset       *dataset.Report `json:"dataset"`
	Before        demoAnswer      `json:"before"`
	Train         *engine.Result  `json:"train"`
	After         demoAnswer      `json:"after"`
	Merge         *mergeReport    `json:"merge"`
	Seconds       float64         `json:"seconds"`
	heldOutTokens int
}

// demoAnswer is what a model is worth: its loss on the held-out records and an answer to one of them.
type demoAnswer struct {
	Loss   float64 `json:"held_out_loss"`
	Answer string  `json:"answer"`
}

func (a *App) demo(ctx context.Context, dir string) error {
	d := &demo{App: a, dir: dir, start: time.Now(), report: demoReport{Dir: dir}}
	for _, stage := range []func(context.Context) error{d.prepare, d.build, d.before, d.train, d.after, d.merge} {
		if err := stage(ctx); err != nil {
			return err
		}
	}
	d.report.Seconds = time.Since(d.start).Seconds()
	if a.flags.json {
		return writeJSON(a.Stdout, d.report)
	}
	d.tells("done in %.0f s. Try next:\n  graft chat -c %[2]s -p 'Write a function that heals the player.'\n  graft init my-project --domain gdscript",
		d.report.Seconds, filepath.Join(dir, demoMark))
	return nil
}

// tells prints a line of the story, unless a program is listening.
func (d *demo) tells(format string, args ...any) {
	if !d.flags.json {
		d.says(format, args...)
	}
}

// prepare makes the folder: sample code and configuration. A folder that is no demo's is left alone.
func (d *demo) prepare(context.Context) error {
	if err := vacant(d.dir); err != nil {
		if _, marked := os.Stat(filepath.Join(d.dir, demoMark)); marked != nil {
			return fmt.Errorf("%w (it has no %s, so it is not of a demo)", err, demoMark)
		}
		if err := os.RemoveAll(d.dir); err != nil {
			return fmt.Errorf("graft: %w", err)
		}
	}
	if err := os.MkdirAll(d.dir, 0o755); err != nil {
		return fmt.Errorf("graft: %w", err)
	}
	file := filepath.Join(d.dir, demoMark)
	quoted := strings.ReplaceAll(filepath.ToSlash(d.dir), "'", "''")
	if err := durable.WriteBytes(file, fmt.Appendf(nil, demoYAML, quoted)); err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(d.dir, "raw"), data.GDScript()); err != nil {
		return fmt.Errorf("graft: %w", err)
	}
	c, err := config.Load(config.Source{File: file})
	d.config = c
	return err
}

// build makes the dataset and takes the prompt from what it holds out.
func (d *demo) build(ctx context.Context) error {
	r, err := d.makeDataset(ctx, d.config, buildFlags{})
	if err != nil {
		return err
	}
	d.report.Dataset = r.Report
	counts := map[dataset.Split]int{}
	for _, s := range r.Splits {
		counts[s.Split] = s.Records
	}
	d.tells("1 data    %d functions in %d files of %s\n          %d records to train on, %d held out; see %s",
		r.Functions, r.Files, d.config.Dataset.Raw, counts[dataset.Train], counts[dataset.Dev], filepath.Join(r.Out, "DATASET.md"))
	saved, err := dataset.Open(r.Out)
	if err != nil {
		return err
	}
	for i, m := range saved.Meta[dataset.Dev] {
		if m.Task == dataset.Write {
			d.prompt = saved.Records[dataset.Dev][i].Instruction
			return nil
		}
	}
	return errors.New("graft: the demo's dataset holds no instruction out")
}

func (d *demo) before(ctx context.Context) (err error) {
	d.report.Before, err = d.measure(ctx, "")
	if err == nil {
		d.tells("2 before  held-out loss %.4f over %d tokens. Asked:\n%s\n          builtin:tiny-coder answers:\n%s",
			d.report.Before.Loss, d.report.heldOutTokens, indent(d.prompt), indent(d.report.Before.Answer))
	}
	return err
}

func (d *demo) after(ctx context.Context) (err error) {
	d.report.After, err = d.measure(ctx, d.config.Training.OutputDir)
	if err == nil {
		loss, was := d.report.After.Loss, d.report.Before.Loss
		d.tells("4 after   held-out loss %.4f (%+.1f %%). The same question, with the adapter:\n%s", loss, 100*(loss-was)/was, indent(d.report.After.Answer))
	}
	return err
}

// measure asks the model, with an adapter or without.
func (d *demo) measure(ctx context.Context, adapterDir string) (r demoAnswer, err error) {
	dir, err := d.modelDir(d.config)
	if err != nil {
		return r, err
	}
	e, err := local[engine.Opener](d.App, d.config, "run a model")
	if err != nil {
		return r, err
	}
	m, err := e.Open(engine.Model{Dir: dir, Half: true}, adapterDir)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	held := engine.Data{Train: d.config.Data.Eval.Path(), Format: "instruction", MaxLength: d.config.Training.MaxSeqLength}
	if r.Loss, d.report.heldOutTokens, err = m.Loss(ctx, held, event.Discard); err != nil {
		return r, err
	}
	o := generate.Options{MaxTokens: 80, TopP: 1, Stop: m.Base.EndIDs()}
	c := &conversation{App: &App{Stdout: io.Discard, Stderr: io.Discard}, model: m, options: o}
	r.Answer, err = c.answer(ctx, d.prompt, false)
	return r, err
}

func (d *demo) train(ctx context.Context) error {
	d.tells("3 train   LoRA, rank %d, %d steps", d.config.Lora.R, d.config.Training.MaxSteps)
	r, err := d.trainJob(ctx, d.config, event.Func(d.progress))
	if err != nil {
		return err
	}
	d.report.Train = r
	d.tells("          %d tokens in %.1f s; adapter in %s", r.Tokens, r.Seconds, r.Dir)
	return nil
}

// progress tells how training goes.
func (d *demo) progress(e event.Event) {
	switch e := e.(type) {
	case event.Step:
		if e.Logged {
			d.tells("          step %2d of %d: loss %.4f, %.0f tokens/s", e.Step, e.Total, e.Loss, e.TokensPerSecond)
		}
	case event.Eval:
		d.tells("          held-out loss %.4f", e.EvalLoss)
	}
}

func (d *demo) merge(ctx context.Context) error {
	r, err := d.mergeModel(ctx, d.config, mergeFlags{output: filepath.Join(d.dir, "merged")}, event.Discard)
	if err != nil {
		return err
	}
	d.report.Merge = r
	d.tells("5 merge   %d tensors merged, written to %s\n%s", r.Merged, r.Output, indent(r.Parity.String()))
	if !r.Parity.OK {
		return &ExitError{Code: ExitGate}
	}
	return nil
}

// indent sets a text off from what is said about it.
func indent(text string) string {
	const margin = "          | "
	return margin + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+margin)
}
