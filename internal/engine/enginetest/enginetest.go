// Package enginetest is the conformance kit of engines, and a fake engine to prove the command line and the kit itself with.
package enginetest

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"graft/internal/adapter"
	"graft/internal/engine"
	"graft/internal/event"
	"graft/internal/fault"
)

// Run proves an engine on a small job that job makes, each time with another output directory that does not exist yet.
func Run(t *testing.T, m engine.Maker, job func(t *testing.T) engine.Job) {
	e := m.New(engine.Options{Threads: 2})
	if e.Name() != m.Name || e.Name() == "" {
		t.Errorf("the engine is named %q in the registry and calls itself %q", m.Name, e.Name())
	}
	t.Run("a plan is complete and writes nothing", func(t *testing.T) { plans(t, e, job(t)) })
	t.Run("what is missing is refused before anything is written", func(t *testing.T) { refuses(t, e, job(t)) })
	t.Run("a cancelled run returns the context's error", func(t *testing.T) { cancelled(t, e, job(t)) })
	t.Run("a run leaves an adapter, once", func(t *testing.T) { trains(t, e, job(t)) })
	t.Run("another run in the same directory is refused", func(t *testing.T) { claims(t, e, job(t)) })
}

// untouched fails if a directory is there.
func untouched(t *testing.T, dir string) {
	t.Helper()
	if entries, err := os.ReadDir(dir); err == nil {
		t.Errorf("%s holds %v", dir, entries)
	}
}

func plans(t *testing.T, e engine.Engine, j engine.Job) {
	p, err := e.Plan(t.Context(), j, event.Discard)
	if err != nil {
		t.Fatal(err)
	}
	untouched(t, j.OutputDir)
	var parts map[string]json.RawMessage
	b, err := json.Marshal(p)
	if err := errors.Join(err, json.Unmarshal(b, &parts)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"coverage", "data", "estimate"} {
		if len(parts[name]) < len("{}") || string(parts[name]) == "null" {
			t.Errorf("the plan has no %s: %s", name, b)
		}
	}
	if p.Coverage.Trainable < 1 || p.Data.Samples < 1 || p.Estimate.String() == "" {
		t.Errorf("%d parameters, %d samples, estimate %q", p.Coverage.Trainable, p.Data.Samples, p.Estimate)
	}
	if err := p.Estimate.Fits(); err != nil {
		t.Error(err)
	}
}

func refuses(t *testing.T, e engine.Engine, j engine.Job) {
	j.Data.Train = filepath.Join(t.TempDir(), "missing.jsonl")
	if _, err := e.Plan(t.Context(), j, event.Discard); !errors.Is(err, fault.ErrInput) {
		t.Errorf("a plan without data: %v", err)
	}
	if _, err := e.Train(t.Context(), j, event.Discard); !errors.Is(err, fault.ErrInput) {
		t.Errorf("a run without data: %v", err)
	}
	untouched(t, j.OutputDir)
}

func cancelled(t *testing.T, e engine.Engine, j engine.Job) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Train(ctx, j, event.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want an error that wraps the context's", err)
	}
}

func trains(t *testing.T, e engine.Engine, j engine.Job) {
	first, err := e.Train(t.Context(), j, event.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if first.Dir != j.OutputDir || first.Steps < 1 || first.Already {
		t.Errorf("%+v", first)
	}
	for _, name := range []string{adapter.ConfigFile, adapter.WeightsFile} {
		if info, err := os.Stat(filepath.Join(j.OutputDir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	again, err := e.Train(t.Context(), j, event.Discard)
	if err != nil || !again.Already || again.Steps != first.Steps {
		t.Errorf("the same run again: %+v, %v", again, err)
	}
}

func claims(t *testing.T, e engine.Engine, j engine.Job) {
	if _, err := e.Train(t.Context(), j, event.Discard); err != nil {
		t.Fatal(err)
	}
	j.Options.LearningRate *= 2
	if _, err := e.Train(t.Context(), j, event.Discard); err == nil {
		t.Error("a run with another learning rate took the directory")
	}
}
