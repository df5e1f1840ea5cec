package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"graft/internal/adapter"
	"graft/internal/config"
	"graft/internal/engine"
	"graft/internal/event"
	"graft/internal/export"
	"graft/internal/outdir"
)

func mergeCommand(app *App) *cobra.Command {
	var o mergeFlags
	cmd := &cobra.Command{
		Use:   "merge --output DIR",
		Short: "Merge an adapter into its base model",
		Long: "Write the base model with the adapter merged in: every weight in float32, rounded once to the type it had; configuration and tokenizer\n" +
			"are copied. Then base + adapter and the merged model are run on the same text and their logits compared; a difference that rounding\n" +
			"does not explain ends with exit code 3.",
		Example: "  graft merge --domain gdscript --output merged/gdscript\n  graft merge -c my.yaml --adapter adapters/my/checkpoint-100 --output out",
		RunE:    func(cmd *cobra.Command, _ []string) error { return app.merge(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.output, "output", "", "`DIR` to write; must not exist or be empty")
	cmd.Flags().StringVar(&o.adapter, "adapter", "", "`DIR` of a PEFT adapter; training.output_dir by default")
	cmd.Flags().BoolVar(&o.dry, "dry-run", false, "print what would be written, write nothing")
	return cmd
}

type mergeFlags struct {
	output, adapter string
	dry             bool
}

// mergeReport is what merge says.
type mergeReport struct {
	Output string         `json:"output"`
	Files  int            `json:"files"`
	Bytes  int            `json:"bytes"`
	Merged int            `json:"merged_tensors"`
	Parity *export.Parity `json:"parity,omitempty"`
}

func (a *App) merge(ctx context.Context, o mergeFlags) error {
	if o.output == "" {
		return usageErrorf("graft: merge needs --output DIR")
	}
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	con := newConsole(a.Stderr, a.flags.quiet)
	r, err := a.mergeModel(ctx, c, o, con)
	con.close()
	if err != nil {
		return err
	}
	did := "wrote"
	if o.dry {
		did = "would write"
	}
	if err := a.mergeSays(r, did); err != nil {
		return err
	}
	if r.Parity != nil && !r.Parity.OK {
		return &ExitError{Code: ExitGate}
	}
	return nil
}

// mergeModel merges and checks what was written, or, dry, says what would be.
func (a *App) mergeModel(ctx context.Context, c *config.Config, o mergeFlags, sink event.Sink) (*mergeReport, error) {
	if err := vacant(o.output); err != nil {
		return nil, err
	}
	base, err := a.modelDir(c)
	if err != nil {
		return nil, err
	}
	adapterDir, err := adapterOf(c, o.adapter)
	if err != nil {
		return nil, err
	}
	e, err := local[engine.Merger](a, c, "merge an adapter")
	if err != nil {
		return nil, err
	}
	m, err := e.PlanMerge(base, adapterDir)
	if err != nil {
		return nil, placed(c, err)
	}
	p := m.Outline()
	r := &mergeReport{Output: o.output, Files: len(p.Shards) + len(p.Copy), Bytes: p.Tensors, Merged: p.Merged}
	if o.dry {
		return r, nil
	}
	if err := m.Write(ctx, o.output, sink); err != nil {
		return nil, err
	}
	parity, err := m.Check(o.output)
	r.Parity = &parity
	return r, err
}

// vacant refuses a directory that cannot be written or that holds something.
func vacant(dir string) error {
	if err := outdir.Check(dir); err != nil {
		return usageErrorf("%w; choose another --output", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("graft: %w", err)
	}
	if len(entries) > 0 {
		return usageErrorf("graft: %s is not empty; choose another --output or remove it", dir)
	}
	return nil
}

func (a *App) mergeSays(r *mergeReport, did string) error {
	if a.flags.json {
		return writeJSON(a.Stdout, r)
	}
	a.says("%s %s: %d files, %.1f MiB of tensors, %d of them merged", did, r.Output, r.Files, float64(r.Bytes)/(1<<20), r.Merged)
	if r.Parity != nil {
		a.says("%s", r.Parity)
	}
	return nil
}

// adapterOf is the directory of the adapter: the one named, or where the configuration's run has left it.
func adapterOf(c *config.Config, named string) (string, error) {
	if named != "" {
		return named, nil
	}
	if err := c.Need("training.output_dir"); err != nil {
		return "", err
	}
	dir := c.Training.OutputDir
	if _, err := os.Stat(filepath.Join(dir, adapter.ConfigFile)); err != nil {
		return "", c.Problem("training.output_dir", "%s holds no adapter (%s): train first, or name one with --adapter", dir, adapter.ConfigFile)
	}
	return dir, nil
}
