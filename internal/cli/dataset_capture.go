package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"graft/internal/config"
	"graft/internal/teacher"
	"graft/internal/teacher/anthropic"
	"graft/internal/teacher/cassette"
	"graft/internal/teacher/openai"
)

func datasetCaptureCommand(app *App) *cobra.Command {
	var batch bool
	cmd := &cobra.Command{
		Use:   "capture FILE",
		Short: "Record how a teacher answers, for tests",
		Long: "Ask the configured teacher a few short questions and write the exchanges to FILE, without keys, headers, hosts and the ids of accounts,\n" +
			"messages and batches, so that tests can play them without a network. It costs a fraction of a cent with a hosted teacher, and at most\n" +
			"the lesser of dataset.max_cost and 10 cents.",
		Example: "  graft dataset capture exchanges.json --domain gdscript\n  graft dataset capture batch.json --batch",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return app.datasetCapture(cmd.Context(), args[0], batch)
		},
	}
	cmd.Flags().BoolVar(&batch, "batch", false, "send the questions in a message batch, and wait until it ends")
	return cmd
}

// captureTeacher is the teacher that the configuration names, over rt, and the key that must not be recorded.
func (a *App) captureTeacher(c *config.Config, over func(key string) http.RoundTripper) (t teacher.Teacher, err error) {
	d := &c.Dataset
	url := func(variable string) string {
		if d.BaseURL != "" {
			return d.BaseURL
		}
		return a.getenv(variable)
	}
	switch d.Teacher {
	case anthropic.Name:
		key := a.getenv(anthropic.KeyVariable)
		t, err = anthropic.New(anthropic.Options{Model: d.TeacherModel, BaseURL: url(anthropic.BaseURLVariable), Key: key, Transport: over(key)})
	case openai.Name:
		key := a.getenv(openai.KeyVariable)
		t, err = openai.New(openai.Options{Model: d.TeacherModel, BaseURL: url(openai.BaseURLVariable), Key: key, Transport: over(key)})
	default:
		return nil, c.Problem("dataset.teacher", "there is nobody to ask with %s; choose %s or %s", d.Teacher, anthropic.Name, openai.Name)
	}
	if err != nil {
		return nil, &ExitError{ExitUsage, err}
	}
	return t, nil
}

// captureCost is the most that a capture may cost, in US dollars.
const captureCost = 0.10

// captureQuestions are short ones that end in different ways: with words, with JSON, and cut off.
func captureQuestions() []teacher.Request {
	schema := json.RawMessage(`{"type":"object","required":["instruction"],"additionalProperties":false,"properties":{"instruction":{"type":"string"}}}`)
	return []teacher.Request{
		{System: "You answer in one short sentence.", User: "What is a function?", MaxTokens: 512},
		{System: "You write instructions for code.", User: "function add(a, b) return a + b end", Schema: schema, MaxTokens: 512},
		{System: "You count.", User: "Write the numbers from 1 to 200 in words.", MaxTokens: 16},
	}
}

func (a *App) datasetCapture(ctx context.Context, path string, batch bool) (err error) {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		return usageErrorf("graft: %s exists; name a file that does not, or remove it", path)
	}
	var rec *cassette.Recorder
	t, err := a.captureTeacher(c, func(key string) http.RoundTripper {
		rec = cassette.NewRecorder(nil, key)
		return rec
	})
	if err != nil {
		return err
	}
	if !a.flags.quiet {
		fmt.Fprintf(a.Stderr, "asking %s at %s %d short questions of graft's own\n", t.Model(), t.Endpoint(), len(captureQuestions()))
	}
	report, err := askForCapture(ctx, t, min(c.Dataset.MaxCost, captureCost), batch)
	if err != nil {
		return err
	}
	if report.Answered == 0 {
		return fmt.Errorf("graft: no question was answered, so nothing was written: %s (at most $%.2f may be spent, the lesser of dataset.max_cost and 10 cents)",
			report, min(c.Dataset.MaxCost, captureCost))
	}
	if err := rec.Save(path, t.Name()+" "+t.Model()); err != nil {
		return err
	}
	if a.flags.json {
		return writeJSON(a.Stdout, map[string]any{"file": path, "exchanges": rec.Exchanges(), "report": report})
	}
	a.says("%s\nwrote %d exchanges to %s; look through it before you give it away", report, rec.Exchanges(), path)
	return nil
}

// askForCapture asks with a ledger that is thrown away: a capture belongs to no build.
func askForCapture(ctx context.Context, t teacher.Teacher, limit float64, batch bool) (report teacher.Report, err error) {
	dir, err := os.MkdirTemp("", "graft-capture-*")
	if err != nil {
		return report, fmt.Errorf("graft: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	l, err := teacher.OpenLedger(filepath.Join(dir, "ledger.jsonl"))
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	o := teacher.Options{Ledger: l, Mode: teacher.Live, Concurrency: 1, MaxCost: limit, Poll: time.Second}
	if batch {
		o.Mode = teacher.Batch
	}
	if _, err := teacher.EstimateCost(ctx, t, captureQuestions(), o); err != nil { // this also records how tokens are counted
		return report, err
	}
	_, report, err = teacher.Run(ctx, t, captureQuestions(), o)
	return report, err
}
