package cli

import (
	"context"

	"github.com/spf13/cobra"

	"graft/internal/config"
	"graft/internal/engine"
	"graft/internal/event"
)

func trainCommand(app *App) *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train an adapter",
		Long: "Train a LoRA, QLoRA or DoRA adapter and leave it in training.output_dir with its metrics, run.json, a model card and checkpoints.\n" +
			"A run that was interrupted, by Ctrl-C or a crash, continues where its last checkpoint is and ends with the same bytes.",
		Example: "  graft train --domain gdscript\n  graft train -c my.yaml --set training.max_steps=50",
		RunE:    func(cmd *cobra.Command, _ []string) error { return app.train(cmd.Context(), dry) },
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "check everything and print the plan, train nothing")
	return cmd
}

func (a *App) train(ctx context.Context, dry bool) error {
	if dry {
		return a.plan(ctx)
	}
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	con := newConsole(a.Stderr, a.flags.quiet)
	result, err := a.trainJob(ctx, c, con)
	con.close()
	if err != nil {
		return err
	}
	return a.report(result)
}

// trainJob trains what the configuration describes.
func (a *App) trainJob(ctx context.Context, c *config.Config, sink event.Sink) (*engine.Result, error) {
	j, err := a.job(c)
	if err != nil {
		return nil, err
	}
	e, err := a.engine(c)
	if err != nil {
		return nil, err
	}
	result, err := e.Train(ctx, j, sink)
	return result, placed(c, resumable(err))
}

// report says what a run came to.
func (a *App) report(r *engine.Result) error {
	if a.flags.json {
		return writeJSON(a.Stdout, r)
	}
	if r.Already {
		a.says("%s: this run is already finished, nothing to do", r.Dir)
		return nil
	}
	a.says("%d steps, loss %.4f, %d tokens; adapter in %s", r.Steps, r.Loss, r.Tokens, r.Dir)
	return nil
}

func planCommand(app *App) *cobra.Command {
	return &cobra.Command{
		Use:   "plan",
		Short: "Say what a run will train and take, before it starts",
		Long: "Check a configuration with its model and data as train does and print what will be trained and what not, the memory, disk and time\n" +
			"that it will take, and whether that fits. Nothing is written; an adapter that would not fit ends with exit code 2.",
		Example: "  graft plan --domain gdscript\n  graft plan -c my.yaml --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return app.plan(cmd.Context()) },
	}
}

func (a *App) plan(ctx context.Context) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	j, err := a.job(c)
	if err != nil {
		return err
	}
	e, err := a.engine(c)
	if err != nil {
		return err
	}
	con := newConsole(a.Stderr, a.flags.quiet)
	p, err := e.Plan(ctx, j, con)
	con.close()
	if err != nil {
		return placed(c, err)
	}
	if a.flags.json {
		if err := writeJSON(a.Stdout, p); err != nil {
			return err
		}
	} else {
		a.says("%s\n%s", p.Coverage, p.Estimate)
	}
	if err := p.Estimate.Fits(); err != nil {
		return &ExitError{ExitUsage, err}
	}
	return nil
}
