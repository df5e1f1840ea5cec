package cli

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"graft/internal/adapter"
)

func adapterCommand(app *App) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "adapter",
		Short:   "Look into an adapter's files, or change how they keep experts",
		Example: "  graft adapter inspect adapters/avorion",
	}
	cmd.AddCommand(adapterInspectCommand(app), adapterConvertCommand(app))
	return cmd
}

func adapterInspectCommand(app *App) *cobra.Command {
	return &cobra.Command{
		Use:     "inspect DIR",
		Short:   "What a PEFT adapter holds, and who reads it",
		Example: "  graft adapter inspect adapters/avorion",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := app.flags.refuseConfig(cmd); err != nil {
				return err
			}
			return app.adapterInspect(args[0])
		},
	}
}

func (a *App) adapterInspect(dir string) error {
	v, err := adapter.OpenFile(dir)
	if err != nil {
		return &ExitError{ExitUsage, err}
	}
	r, err := v.Inspect()
	if err := errors.Join(err, v.Close()); err != nil {
		return &ExitError{ExitUsage, err}
	}
	if a.flags.json {
		return json.NewEncoder(a.Stdout).Encode(r)
	}
	_, err = fmt.Fprint(a.Stdout, r)
	return err
}

func adapterConvertCommand(app *App) *cobra.Command {
	var to, output string
	var dry bool
	cmd := &cobra.Command{
		Use:   "convert DIR --to FORM --output DIR",
		Short: "Change how an adapter keeps the updates of experts",
		Long: "Write the adapter in DIR in the other form. per-expert: two matrices for every expert and projection, which graft writes, PEFT loads and\n" +
			"vLLM serves. fused: two matrices for the stacked experts of a layer, which PEFT from 0.20 on writes. Nothing is lost: converted\n" +
			"back it is the same.",
		Example: "  graft adapter convert adapters/peft --to per-expert --output adapters/served",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := app.flags.refuseConfig(cmd); err != nil {
				return err
			}
			return app.adapterConvert(args[0], adapter.Form(to), output, dry)
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "`FORM`: per-expert or fused")
	cmd.Flags().StringVar(&output, "output", "", "`DIR` to write; must not exist")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "check everything, write nothing")
	return cmd
}

func (a *App) adapterConvert(dir string, to adapter.Form, output string, dry bool) error {
	if to != adapter.PerExpert && to != adapter.Fused || output == "" {
		return usageErrorf("graft: adapter convert needs --to %s or %s, and --output DIR", adapter.PerExpert, adapter.Fused)
	}
	v, err := adapter.OpenFile(dir)
	if err != nil {
		return &ExitError{ExitUsage, err}
	}
	convert, did := v.Convert, "wrote"
	if dry {
		convert, did = v.Check, "would write"
	}
	if err := errors.Join(convert(to, output), v.Close()); err != nil {
		return &ExitError{ExitUsage, err}
	}
	if a.flags.json {
		return writeJSON(a.Stdout, map[string]any{"output": output, "experts": string(to), "dry_run": dry})
	}
	a.says("%s %s, experts in the form %s", did, output, to)
	return nil
}
