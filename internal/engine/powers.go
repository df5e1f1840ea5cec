package engine

import (
	"context"

	"graft/internal/base"
	"graft/internal/event"
	"graft/internal/export"
	"graft/internal/model"
	"graft/internal/nn"
)

// Opener is an engine that runs a model in this process, for a conversation or to measure it.
type Opener interface {
	// Open loads a model, and the adapter in adapterDir unless that is "". m names directory, compute type and quantisation.
	Open(m Model, adapterDir string) (*Opened, error)
}

// Opened is a model ready to run.
type Opened struct {
	Base     *base.Base
	Model    model.Model
	Context  *nn.Context
	Streamed string // what of the weights is read again whenever it runs, "" if nothing
	// Loss is the mean loss over the trained tokens of the records in d.Train, and the number of these tokens.
	Loss func(ctx context.Context, d Data, sink event.Sink) (loss float64, trained int, err error)
	// Close releases the model.
	Close func() error
}

// Merger is an engine that merges an adapter into its base and compares the logits of what it wrote with those of base and adapter.
type Merger interface {
	PlanMerge(baseDir, adapterDir string) (Merge, error)
}

// Merge is a merge to be carried out.
type Merge interface {
	// Outline is what will be written.
	Outline() *export.Plan
	// Write carries the merge out.
	Write(ctx context.Context, output string, sink event.Sink) error
	// Check compares the logits of what was written with those of base and adapter.
	Check(output string) (export.Parity, error)
}

// Gauge is an engine that measures this machine.
type Gauge interface {
	// Rate is the speed of a matrix product in bfloat16 (half) or float32, in FLOP/s.
	Rate(half bool) float64
}
