package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"graft/internal/config"
)

// configCommand looks at the configuration and at what is known about it.
func configCommand(app *App) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "config",
		Short:   "Show, check and document the configuration",
		Example: "  graft config show --domain avorion lora",
	}
	cmd.AddCommand(configShowCommand(app), configCheckCommand(app), configSchemaCommand(app), configDocsCommand(app))
	return cmd
}

func configShowCommand(app *App) *cobra.Command {
	return &cobra.Command{
		Use:   "show [KEY | SECTION]...",
		Short: "Print effective values and where each comes from",
		Long: "Print the effective value of each key, or of those named, with its origin: file:line, --set, --domain or default.\n" +
			"The output is a configuration file that loads to the same values.",
		Example: "  graft config show --domain avorion\n  graft config show -c my.yaml --set lora.r=8 lora training.learning_rate",
		Args:    cobra.ArbitraryArgs,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return config.Keys(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error { return app.configShow(args) },
	}
}

func (a *App) configShow(names []string) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	settings, err := c.Select(names...)
	if err != nil {
		return err
	}
	if a.flags.json {
		return writeJSON(a.Stdout, map[string]any{"files": nonNil(c.Files()), "settings": settings})
	}
	_, err = io.WriteString(a.Stdout, config.YAML(settings))
	return err
}

func configCheckCommand(app *App) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Report every mistake in the configuration",
		Long: "Load the configuration and report every mistake with its place. Prints ok and a summary when there is none;\n" +
			"with --verbose every value too.",
		Example: "  graft config check --domain avorion\n  graft config check -c my.yaml --json",
		RunE:    func(*cobra.Command, []string) error { return app.configCheck() },
	}
}

func (a *App) configCheck() error {
	if a.flags.config == "" && a.flags.domain == "" && len(a.flags.sets) == 0 {
		return usageErrorf("graft: nothing to check; name a file with --config FILE or --domain NAME")
	}
	c, err := a.loadConfig()
	var problems config.Problems
	switch {
	case err != nil && !errors.As(err, &problems):
		return err
	case a.flags.json:
		report := map[string]any{"ok": err == nil, "problems": nonNil(problems)}
		if err == nil {
			report["files"], report["waiting"] = nonNil(c.Files()), nonNil(c.Waiting())
		}
		if jsonErr := writeJSON(a.Stdout, report); jsonErr != nil || err == nil {
			return jsonErr
		}
		return &ExitError{Code: ExitUsage}
	case err != nil:
		return err
	case a.flags.quiet:
		return nil
	}
	text := "ok\n" + summary(c)
	if a.flags.verbose {
		text += config.YAML(c.Settings())
	}
	_, err = io.WriteString(a.Stdout, text)
	return err
}

// summary says in a few lines what a configuration amounts to.
func summary(c *config.Config) string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "  %-9s %s\n", name, fmt.Sprintf(format, args...))
	}
	if files := c.Files(); len(files) > 0 {
		line("files", "%s", strings.Join(files, ", "))
	}
	held := "held in its own type"
	if c.Model.LoadIn4bit {
		held = "held in 4-bit NF4"
	}
	line("model", "%s (%s), %s, computed in %s", c.Model.Name, c.Model.Revision, held, c.Model.Dtype)
	t := c.Training
	length := fmt.Sprintf("%g epochs", t.NumEpochs)
	if t.MaxSteps > 0 {
		length = fmt.Sprintf("%d steps", t.MaxSteps)
	}
	line("training", "%s of %d x %d samples, %d tokens each, learning rate %g (%s), engine %s",
		length, t.GradientAccumulationSteps, t.BatchSize, t.MaxSeqLength, t.LearningRate, t.LRScheduler, c.Engine)
	line("adapter", "%s", adapterSummary(c.Lora))
	if len(c.Data.Train) > 0 {
		line("data", "%s", c.Data.Train)
	}
	if t.OutputDir != "" {
		line("output", "%s", t.OutputDir)
	}
	if waiting := c.Waiting(); len(waiting) > 0 {
		line("note", "no domain is set, and {domain} is used by %s", strings.Join(waiting, ", "))
	}
	return b.String()
}

func adapterSummary(l config.Lora) string {
	if l.InitFrom != "" {
		return "as in " + l.InitFrom
	}
	name := "LoRA"
	if l.UseRslora {
		name = "rsLoRA"
	}
	if l.UseDora {
		name = strings.Replace(name, "Lo", "Do", 1)
	}
	return fmt.Sprintf("%s r %d, alpha %g, dropout %g, on %s", name, l.R, l.Alpha, l.Dropout, strings.Join(l.TargetModules, ", "))
}

func configSchemaCommand(app *App) *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "Print a JSON Schema of configuration files, for editors",
		Example: "  graft config schema > config/schema.json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := app.flags.refuseConfig(cmd); err != nil {
				return err
			}
			text, err := config.Schema()
			if err != nil {
				return err
			}
			_, err = app.Stdout.Write(text)
			return err
		},
	}
}

func configDocsCommand(app *App) *cobra.Command {
	return &cobra.Command{
		Use:     "docs",
		Short:   "Print the reference of all keys, in Markdown",
		Example: "  graft config docs > docs/config.md",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if app.flags.json {
				return usageErrorf("graft: the reference is Markdown; for JSON see graft config schema")
			}
			if err := app.flags.refuseConfig(cmd); err != nil {
				return err
			}
			_, err := io.WriteString(app.Stdout, config.Docs())
			return err
		},
	}
}

// writeJSON writes one indented value, as every command does under --json.
func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// nonNil makes an empty list [] in JSON.
func nonNil[S ~[]E, E any](list S) S {
	if list == nil {
		return S{}
	}
	return list
}
