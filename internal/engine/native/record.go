package native

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"graft/internal/adapter"
	"graft/internal/durable"
	"graft/internal/engine"
	"graft/internal/train"
)

// RunFile is the record of a run in its directory.
const RunFile = "run.json"

// runRecord is run.json.
type runRecord struct {
	Version     string            `json:"graft_version"`
	Engine      string            `json:"engine"`
	Host        host              `json:"host"`
	Identity    map[string]string `json:"identity"` // what the adapter depends on
	Config      json.RawMessage   `json:"config"`
	Data        *dataReport       `json:"data"`
	Coverage    *adapter.Coverage `json:"coverage"`
	Finished    bool              `json:"finished"`
	Totals      *engine.Result    `json:"totals,omitempty"`
	Interrupted bool              `json:"interrupted,omitempty"`
}

// host is where a run took place.
type host struct {
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	Kernels string `json:"kernels"`
	Threads int    `json:"threads"`
}

// dataReport says what became of the records.
type dataReport struct {
	Samples       int   `json:"samples"`
	Rows          int   `json:"rows"` // after packing
	Tokens        int   `json:"tokens"`
	TrainedTokens int   `json:"trained_tokens"`
	Longest       int   `json:"longest"`
	Truncated     int   `json:"truncated"`
	Dropped       []int `json:"dropped_lines,omitempty"` // nothing to train was left of them
	EvalSamples   int   `json:"eval_samples,omitempty"`
}

// identity lists everything that the bytes of the adapter depend on.
func identity(j engine.Job, base, data, tokens string) map[string]string {
	o := j.Options
	o.LoggingSteps, o.SaveSteps, o.SaveTotalLimit = 0, 0, 0 // what is only told or kept
	if o.Patience == 0 {
		o.EvalSteps = 0
	}
	id := map[string]string{
		"base": base, "training data": data, "tokenizer and template": tokens, "init_from": j.InitFrom,
		"base held as": fmt.Sprintf("bfloat16 %v, 4-bit %v, double_quant %v", j.Model.Half, j.Model.FourBit, j.Model.FourBit && j.Model.DoubleQuant),
		"data options": fmt.Sprintf("%s, system %q, max_seq_length %d, packing %v, loss on all %v",
			j.Data.Format, j.Data.SystemPrompt, j.Data.MaxLength, j.Data.Packing, j.Data.All),
		"training options": text(o),
		"adapter":          text(j.Spec),
	}
	return id
}

// text is v as JSON: a stable spelling.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain structs
	}
	return string(b)
}

// errOtherRun says that a directory is taken.
var errOtherRun = errors.New("the output directory holds another run")

// claim checks that dir is free, or holds the same run as r; finished tells that the latter is complete.
func (r *runRecord) claim(dir string, restart bool) (finished bool, err error) {
	old, err := readRecord(dir)
	if err != nil {
		return false, err
	}
	if old == nil {
		return false, r.claimEmpty(dir)
	}
	var diff []string
	for k, v := range r.Identity {
		if old.Identity[k] != v {
			diff = append(diff, fmt.Sprintf("  %s: there %s, now %s", k, old.Identity[k], v))
		}
	}
	slices.Sort(diff)
	const wayOut = "choose another training.output_dir or remove it"
	switch {
	case len(diff) > 0:
		return false, engine.Input(fmt.Errorf("native: %s: %w; %s:\n%s", dir, errOtherRun, wayOut, strings.Join(diff, "\n")))
	case restart:
		return false, engine.Input(fmt.Errorf("native: %s: %w, and training.resume is never; %s", dir, errOtherRun, wayOut))
	}
	return old.Finished, nil
}

// claimEmpty refuses a directory that has an adapter or checkpoints but no record of how they came about.
func (r *runRecord) claimEmpty(dir string) error {
	steps, err := train.Checkpoints(dir)
	if err != nil {
		return err
	}
	_, noAdapter := os.Stat(filepath.Join(dir, adapter.WeightsFile))
	if len(steps) > 0 || noAdapter == nil {
		return engine.Input(fmt.Errorf("native: %s: %w, one without %s; choose another training.output_dir or remove it", dir, errOtherRun, RunFile))
	}
	return nil
}

func readRecord(dir string) (*runRecord, error) {
	path := filepath.Join(dir, RunFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("native: %w", err)
	}
	r := &runRecord{}
	if err := json.Unmarshal(b, r); err != nil {
		return nil, engine.Input(fmt.Errorf("native: %s is damaged: %w; choose another training.output_dir or remove it", path, err))
	}
	return r, nil
}

func (r *runRecord) write(dir string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("native: %w", err)
	}
	return durable.WriteBytes(filepath.Join(dir, RunFile), append(b, '\n'))
}
