package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"graft/internal/config"
	"graft/internal/engine"
	"graft/internal/teacher"
)

// App is what a run of the program sees of the world.
type App struct {
	Stdout    io.Writer
	Stderr    io.Writer
	LookupEnv func(name string) (value string, set bool)
	Engines   []engine.Maker // those to choose from; nil for all of this build

	flags sharedFlags
	waits func(*teacher.Options) // how long a teacher is waited for; nil: as long as people would
}

// NewRoot returns the command graft with all commands below it.
func NewRoot(app *App) *cobra.Command {
	root := &cobra.Command{
		Use:   "graft",
		Short: "Fine-tune code models with LoRA, QLoRA or DoRA from one binary",
		Long: "graft turns domain code into a coding assistant: raw code, instruction data, adapter, proof, merged model.\n\n" +
			"Exit codes: 0 done, 1 the work failed, 2 bad usage, configuration or input, 3 a gate refused, 130 interrupted.",
		Example:           "  graft config check --domain avorion",
		Version:           Version,
		SilenceErrors:     true, // Run prints them
		SilenceUsage:      true,
		PersistentPreRunE: func(*cobra.Command, []string) error { return app.flags.check() },
	}
	root.SetOut(app.Stdout)
	root.SetErr(app.Stderr)
	app.flags.register(root)
	root.AddCommand(
		datasetCommand(app),
		demoCommand(app),
		trainCommand(app),
		planCommand(app),
		quantizeCommand(app),
		mergeCommand(app),
		adapterCommand(app),
		chatCommand(app),
		pullCommand(app),
		doctorCommand(app),
		initCommand(app),
		configCommand(app),
	)
	root.InitDefaultCompletionCmd()
	strict(root)
	return root
}

// strict makes bad usage of cmd and all commands below it an error with exit code 2 that names the nearest good one.
// A command without Args takes no arguments.
func strict(cmd *cobra.Command) {
	cmd.SetFlagErrorFunc(flagError)
	if cmd.HasSubCommands() {
		cmd.Args = cobra.ArbitraryArgs
		cmd.RunE = subcommandNeeded
	}
	check := cmd.Args
	if check == nil {
		check = noArguments
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageErrorf("graft: %s: %w; see %[1]s --help", cmd.CommandPath(), err)
		}
		return nil
	}
	for _, c := range cmd.Commands() {
		strict(c)
	}
}

func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("unexpected argument %q", args[0])
	}
	return nil
}

// subcommandNeeded runs a command that only groups others: it prints its help, or names the nearest of the others.
func subcommandNeeded(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	path := cmd.CommandPath()
	hint := fmt.Sprintf("see %s --help", path)
	if near := config.Nearest(args[0], names); len(near) > 0 {
		hint = fmt.Sprintf("did you mean %s %s?", path, strings.Join(near, " or "))
	}
	return usageErrorf("graft: unknown command %q of %s; %s", args[0], path, hint)
}

// flagError words a mistake in a flag.
func flagError(cmd *cobra.Command, err error) error {
	path := cmd.CommandPath()
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		return usageErrorf("graft: unknown flag --%s of %s; %s", unknown.GetSpecifiedName(), path, flagHint(cmd, unknown.GetSpecifiedName()))
	case errors.As(err, &unknown):
		return usageErrorf("graft: unknown flag -%s of %s; see %[2]s --help", unknown.GetSpecifiedName(), path)
	case errors.As(err, &invalid):
		return usageErrorf("graft: --%s is %q, expected %s", invalid.GetFlag().Name, invalid.GetValue(), invalid.GetFlag().Value.Type())
	case errors.As(err, &missing):
		name, _ := pflag.UnquoteUsage(missing.GetFlag())
		return usageErrorf("graft: --%s needs a value: --%[1]s %s", missing.GetFlag().Name, name)
	}
	return usageErrorf("graft: %s: %w", path, err)
}

// flagHint names the nearest flag; the name of a configuration key leads to --set.
func flagHint(cmd *cobra.Command, name string) string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	if near := config.Nearest("--"+name, names); len(near) > 0 {
		return "did you mean " + strings.Join(near, " or ") + "?"
	}
	if keys := config.Suggest(name); len(keys) > 0 {
		return "did you mean --set " + keys[0] + "=VALUE?"
	}
	return fmt.Sprintf("see %s --help", cmd.CommandPath())
}

// Run runs the program with args and returns its exit code. Errors are written to app.Stderr.
func (a *App) Run(ctx context.Context, args []string) int {
	out := &checkedWriter{Writer: a.Stdout}
	app := *a
	app.Stdout = out
	root := NewRoot(&app)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil && out.err != nil {
		err = fmt.Errorf("graft: the output was lost: %w", out.err)
	}
	code := exitCode(err, ctx.Err() != nil)
	var exit *ExitError
	switch silent := errors.As(err, &exit) && exit.Err == nil; {
	case err == nil || silent:
	case exit == nil && code == ExitInterrupted:
		fmt.Fprintln(a.Stderr, "graft: interrupted")
	default:
		fmt.Fprintln(a.Stderr, printable(err.Error()))
	}
	return code
}

// checkedWriter remembers that something could not be written: no command ends well when its output is lost.
type checkedWriter struct {
	io.Writer
	err error
}

// Write passes p on.
func (w *checkedWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

// Main runs the program as the operating system started it and returns its exit code. The first interrupt asks the
// command to save its state and stop, the second ends the process.
func Main() int { return mainWith(nil) }

// mainWith is Main with other waits.
func mainWith(waits func(*teacher.Options)) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	app := &App{Stdout: os.Stdout, Stderr: os.Stderr, LookupEnv: os.LookupEnv, waits: waits}
	return app.Run(ctx, os.Args[1:])
}
