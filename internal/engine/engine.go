package engine

import (
	"context"
	"encoding/json"
	"fmt"

	"graft/internal/adapter"
	"graft/internal/event"
	"graft/internal/train"
)

// Job is one training run.
type Job struct {
	Model     Model
	Data      Data
	Spec      adapter.Spec
	InitFrom  string // a PEFT adapter directory whose rank, alpha, targets and variant govern; "" starts fresh
	Options   train.Options
	MaxMemory int // bytes that the run may take; 0 for what is free
	// KeepLayers lets as many layers as there is memory for keep their results, rather than recompute all with Options.Checkpointing.
	KeepLayers bool
	OutputDir  string
	Restart    bool            // refuse to continue an earlier run
	Resolved   json.RawMessage // the whole configuration, for run.json
	Version    string          // of the program
}

// Model is the base and how it is held.
type Model struct {
	Name        string // as the user wrote it
	Revision    string
	Dir         string
	Half        bool // compute type bfloat16, else float32
	FourBit     bool
	DoubleQuant bool
}

// Data is what is trained on.
type Data struct {
	Train, Eval  string // files; Eval "" if there is none
	Evaluate     bool   // on Eval while training; otherwise it is only compared with Train
	Format       string
	SystemPrompt string
	MaxLength    int
	Packing      bool
	All          bool // the loss is on all tokens, not only on completions

	Mix   []Source // several files to train on, in place of Train
	Evals []Source // several files to evaluate on one by one, in place of Eval
}

// Source is one of several files of records.
type Source struct {
	Name   string  // short, for reports
	Path   string  //
	Weight float64 // share of an epoch in proportion to those of the others; 0 for all: each file once
}

// TrainFiles are the files to train on.
func (d Data) TrainFiles() []Source {
	if len(d.Mix) > 0 {
		return d.Mix
	}
	return []Source{{Path: d.Train}}
}

// EvalFiles are the files to evaluate on, none if there are none.
func (d Data) EvalFiles() []Source {
	if len(d.Evals) > 0 || d.Eval == "" {
		return d.Evals
	}
	return []Source{{Path: d.Eval}}
}

// Result is what a run comes to.
type Result struct {
	Dir           string  `json:"dir"`
	Steps         int     `json:"steps"`
	Loss          float64 `json:"loss"`      // of the last step
	EvalLoss      float64 `json:"eval_loss"` // of the last evaluation, 0 without
	Tokens        int     `json:"tokens"`
	TrainedTokens int     `json:"trained_tokens"`
	Seconds       float64 `json:"seconds"` // of this process
	PeakRSS       int     `json:"peak_rss_bytes"`
	Stopped       bool    `json:"stopped_early"`
	Already       bool    `json:"already_finished"` // an earlier process had finished the run
}

// Engine trains. What else an engine can do are the interfaces of powers.go, which not every one has.
type Engine interface {
	// Name is the engine's name in the configuration.
	Name() string
	// Plan checks a job as Train does and returns what it will train and take. It loads no weights and writes nothing.
	Plan(ctx context.Context, j Job, sink event.Sink) (*Plan, error)
	// Train runs the job, or what is left of it. When ctx ends it saves its state and returns an error that wraps ctx's.
	Train(ctx context.Context, j Job, sink event.Sink) (*Result, error)
}

// Options are what any engine is made with.
type Options struct {
	Threads   int
	MaxMemory int // bytes that an opened model may take, 0 for what is free; a job to train has its own
}

// Maker makes an engine: an entry of the registry, package all.
type Maker struct {
	Name string // in the configuration
	New  func(o Options) Engine
}

// Plan is what is known about a run before it starts.
type Plan struct {
	Coverage *adapter.Coverage `json:"coverage"`
	Data     *DataReport       `json:"data"`
	Estimate Estimate          `json:"estimate"`
}

// Estimate is what a run will take. It is written as JSON, and as a table for people.
type Estimate interface {
	fmt.Stringer
	// Fits returns why the run would not fit, or nil.
	Fits() error
}

// DataReport is what became of the records.
type DataReport struct {
	Samples       int   `json:"samples"`
	Rows          int   `json:"rows"` // after packing
	Tokens        int   `json:"tokens"`
	TrainedTokens int   `json:"trained_tokens"`
	Longest       int   `json:"longest"`
	Truncated     int   `json:"truncated"`
	Dropped       []int `json:"dropped_lines,omitempty"` // nothing to train was left of them
	EvalSamples   int   `json:"eval_samples,omitempty"`

	Mix []MixReport `json:"mix,omitempty"` // of several files
}

// MixReport is what an epoch takes of one file.
type MixReport struct {
	Name     string  `json:"name"`
	Path     string  `json:"path"`
	Weight   float64 `json:"weight,omitempty"`
	Samples  int     `json:"samples"`
	Rows     int     `json:"rows"`
	PerEpoch int     `json:"rows_per_epoch"`
}
