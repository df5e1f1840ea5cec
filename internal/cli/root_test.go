package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"graft/internal/config"
)

// exitText returns the exit code of a program that failed.
func exitText(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return strconv.Itoa(exit.ExitCode())
	}
	return err.Error()
}

// run runs the program in this process.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	app := &App{Stdout: &out, Stderr: &errs, LookupEnv: func(string) (string, bool) { return "", false }}
	code = app.Run(t.Context(), args)
	return code, out.String(), errs.String()
}

// TestCommands holds every command to the house rules.
func TestCommands(t *testing.T) {
	seen := 0
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		if name := cmd.Name(); name == "help" || name == "completion" {
			return // cobra's own
		}
		seen++
		if !strings.HasPrefix(cmd.Example, "  "+strings.SplitN(cmd.CommandPath(), " ", 2)[0]) {
			t.Errorf("%s: the example %q does not start with the command", cmd.CommandPath(), cmd.Example)
		}
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: short description %q, expected a phrase without full stop", cmd.CommandPath(), cmd.Short)
		}
		for _, c := range cmd.Commands() {
			walk(c)
		}
	}
	walk(NewRoot(&App{Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}}))
	if seen < 6 {
		t.Errorf("%d commands seen, expected root, config and its four", seen)
	}
}

func TestExitCodes(t *testing.T) {
	problems := config.Problems{{Key: "lora.r", Message: "x"}}
	for _, c := range []struct {
		err         error
		interrupted bool
		want        int
	}{
		{nil, false, ExitDone},
		{nil, true, ExitDone},
		{errors.New("x"), false, ExitFailed},
		{usageErrorf("x"), false, ExitUsage},
		{fmt.Errorf("train: %w", usageErrorf("x")), false, ExitUsage},
		{problems, false, ExitUsage},
		{fmt.Errorf("train: %w", problems[0]), false, ExitUsage},
		{&ExitError{Code: ExitGate, Err: errors.New("leak")}, false, ExitGate},
		{fmt.Errorf("train: %w", context.Canceled), true, ExitInterrupted},
		{context.Canceled, false, ExitFailed},
		{errors.New("x"), true, ExitFailed},
	} {
		if got := exitCode(c.err, c.interrupted); got != c.want {
			t.Errorf("exitCode(%v, %v) = %d, want %d", c.err, c.interrupted, got, c.want)
		}
	}
	inner := errors.New("inner")
	if e := (&ExitError{ExitGate, inner}); !errors.Is(e, inner) || e.Error() != "inner" {
		t.Errorf("ExitError does not unwrap: %v", e)
	}
	if got := (&ExitError{Code: ExitGate}).Error(); got != "exit code 3" {
		t.Errorf("got %q", got)
	}
}

// TestRun covers in this process what the scripts cover from outside.
func TestRun(t *testing.T) {
	t.Chdir("../..")
	for _, c := range []struct{ args, stdout, stderr string }{
		{"config check --domain avorion", "ok\n  files     config/base.yaml, config/avorion.yaml\n", ""},
		{"config check -c config/base.yaml", "no domain is set, and {domain} is used by data.train, data.eval, training.output_dir, dataset.raw\n", ""},
		{"config show --domain flecs domain", "domain: flecs  # config/flecs.yaml:3\n", ""},
		{"config check --domain flecs --set lora.r=0", "", "--set lora.r: 0 is out of range"},
		{"config show --domain flecs --set lora.r=0", "", "--set lora.r: 0 is out of range"},
		{"config check --domain flecs --set lora.r=0 --json", `"ok": false`, ""},
		{"config check --domain flecs --json", `"ok": true`, ""},
		{"config schema", `"title": "graft configuration"`, ""},
		{"config docs", "# Configuration reference", ""},
		{"confgi", "", "did you mean graft config?"},
		{"config show --quiet --verbose", "", "exclude each other"},
	} {
		code, stdout, stderr := run(t, strings.Fields(c.args)...)
		if !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%s: got %q and %q, want %q and %q", c.args, stdout, stderr, c.stdout, c.stderr)
		}
		if failed := c.stderr != "" || strings.Contains(c.stdout, "false"); failed != (code == ExitUsage) {
			t.Errorf("%s: exit code %d", c.args, code)
		}
	}
}

// brokenWriter is a full disk or a closed pipe.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// TestWriteFails proves that no command ends well when its output is lost.
func TestWriteFails(t *testing.T) {
	for _, args := range []string{"config show", "config show --json", "config check --set lora.r=8", "config check --set lora.r=8 --json", "config docs", "config schema", "doctor", "help", "completion bash"} {
		var errs bytes.Buffer
		app := &App{Stdout: brokenWriter{}, Stderr: &errs, LookupEnv: func(string) (string, bool) { return "", false }}
		if code := app.Run(t.Context(), strings.Fields(args)); code != ExitFailed || !strings.Contains(errs.String(), "no space left") {
			t.Errorf("%s: exit code %d, %q", args, code, errs.String())
		}
	}
}
