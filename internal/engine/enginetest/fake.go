package enginetest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"graft/internal/adapter"
	"graft/internal/durable"
	"graft/internal/engine"
	"graft/internal/event"
	"graft/internal/fault"
)

// Fake makes an engine of the given name that keeps the contract and trains nothing: its adapter is empty.
func Fake(name string) engine.Maker {
	return engine.Maker{Name: name, New: func(o engine.Options) engine.Engine { return &fake{name, o} }}
}

type fake struct {
	name    string
	options engine.Options
}

// fakeEstimate is what a fake run takes: nothing.
type fakeEstimate struct {
	Threads int `json:"threads"`
}

func (e fakeEstimate) String() string { return fmt.Sprintf("nothing, on %d threads\n", e.Threads) }

func (fakeEstimate) Fits() error { return nil }

// Name is the name it was made with.
func (f *fake) Name() string { return f.name }

// Plan looks at the data.
func (f *fake) Plan(ctx context.Context, j engine.Job, _ event.Sink) (*engine.Plan, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if _, err := os.Stat(j.Data.Train); err != nil {
		return nil, fault.Input(fmt.Errorf("fake: %w", err))
	}
	return &engine.Plan{Coverage: &adapter.Coverage{Trainable: 1}, Data: &engine.DataReport{Samples: 1}, Estimate: fakeEstimate{f.options.Threads}}, nil
}

// Train writes files with the names of an adapter's, and what the run was asked for beside them.
func (f *fake) Train(ctx context.Context, j engine.Job, sink event.Sink) (*engine.Result, error) {
	if _, err := f.Plan(ctx, j, sink); err != nil {
		return nil, err
	}
	asked, err := json.Marshal(j.Options)
	if err != nil {
		return nil, err
	}
	result := &engine.Result{Dir: j.OutputDir, Steps: 1}
	mark := filepath.Join(j.OutputDir, "fake.json")
	if old, err := os.ReadFile(mark); err == nil {
		if string(old) != string(asked) {
			return nil, fmt.Errorf("fake: %s holds another run", j.OutputDir)
		}
		result.Already = true
		return result, nil
	}
	if err := os.MkdirAll(j.OutputDir, 0o755); err != nil {
		return nil, err
	}
	for _, name := range []string{adapter.ConfigFile, adapter.WeightsFile, "fake.json"} {
		if err := durable.WriteBytes(filepath.Join(j.OutputDir, name), asked); err != nil {
			return nil, err
		}
	}
	return result, nil
}
