package run

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"graft/internal/adapter"
	"graft/internal/base"
	"graft/internal/digest"
	"graft/internal/durable"
	"graft/internal/engine"
	"graft/internal/fault"
	"graft/internal/outdir"
	"graft/internal/train"
)

// File is the record of a run in its directory.
const File = "run.json"

// Record is run.json.
type Record struct {
	Version  string             `json:"graft_version"`
	Engine   string             `json:"engine"`
	Host     Host               `json:"host"`
	Identity map[string]string  `json:"identity"` // what the adapter depends on
	Config   json.RawMessage    `json:"config"`
	Data     *engine.DataReport `json:"data"`
	Coverage *adapter.Coverage  `json:"coverage"`
	Finished bool               `json:"finished"`
	Totals   *engine.Result     `json:"totals,omitempty"`
}

// Host is where a run took place.
type Host struct {
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	Kernels string `json:"kernels"`
	Threads int    `json:"threads"`
}

// trainingData is the entry of an identity that the model card shows.
const trainingData = "training data"

// Identity lists everything that the bytes of the adapter depend on.
func Identity(j engine.Job) (map[string]string, error) {
	o := j.Options
	o.LoggingSteps, o.SaveSteps, o.SaveTotalLimit, o.Kept = 0, 0, 0, 0 // what is only told or kept
	if o.Patience == 0 {
		o.EvalSteps = 0
	}
	id := map[string]string{
		"base held as": heldAs(j.Model),
		"data options": fmt.Sprintf("%s, system %q, max_seq_length %d, packing %v, loss on all %v",
			j.Data.Format, j.Data.SystemPrompt, j.Data.MaxLength, j.Data.Packing, j.Data.All),
		"training options": text(o),
		"adapter":          text(j.Spec),
	}
	var errs []error
	hash := func(name string, of func(string) (string, error), path string) {
		sum, err := of(path)
		id[name] = sum
		errs = append(errs, err)
	}
	hash("base", base.Hash, j.Model.Dir)
	hash("tokenizer and template", base.HashTokenizer, j.Model.Dir)
	hashFiles := func(name string, files []engine.Source) {
		sum, err := hashSources(files)
		id[name] = sum
		errs = append(errs, err)
	}
	hashFiles(trainingData, j.Data.TrainFiles())
	if o.Patience > 0 { // it decides which step the adapter is of
		hashFiles("evaluation data", j.Data.EvalFiles())
	}
	if j.InitFrom != "" {
		hash("init_from", digest.File, filepath.Join(j.InitFrom, adapter.WeightsFile))
	}
	return id, errors.Join(errs...)
}

// hashSources identifies a file, or several with their weights.
func hashSources(files []engine.Source) (string, error) {
	all := ""
	for _, f := range files {
		sum, err := digest.File(f.Path)
		if err != nil || len(files) == 1 {
			return sum, err
		}
		all += fmt.Sprintf("%s %v\n", sum, f.Weight)
	}
	return digest.Text(all), nil
}

// heldAs says how the base is held in memory, and what is computed in.
func heldAs(m engine.Model) string {
	compute := "float32"
	if m.Half {
		compute = "bfloat16"
	}
	switch {
	case m.FourBit && m.DoubleQuant:
		return "4-bit NF4 with double quantisation, computed in " + compute
	case m.FourBit:
		return "4-bit NF4, computed in " + compute
	}
	return "its own type, computed in " + compute
}

// text is v as JSON: a stable spelling.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain structs
	}
	return string(b)
}

// ErrOther is the error of a directory that is taken.
var ErrOther = errors.New("the output directory holds another run")

// Claim checks that dir is free and can be written, or holds the same run as r; finished tells that the latter is complete.
func (r *Record) Claim(dir string, restart bool) (finished bool, err error) {
	defer func() {
		if errors.Is(err, fault.ErrInput) {
			err = fault.InputAt("training.output_dir", err)
		}
	}()
	if err := outdir.Check(dir); err != nil {
		return false, fault.Input(err)
	}
	old, err := Read(dir)
	if err != nil {
		return false, err
	}
	if old == nil {
		return false, r.claimEmpty(dir)
	}
	const wayOut = "choose another training.output_dir or remove it"
	diff := difference(old.Identity, r.Identity)
	switch {
	case len(diff) > 0:
		return false, fault.Input(fmt.Errorf("run: %s: %w; %s:\n%s", dir, ErrOther, wayOut, strings.Join(diff, "\n")))
	case restart:
		return false, fault.Input(fmt.Errorf("run: %s: %w, and training.resume is never; %s", dir, ErrOther, wayOut))
	}
	return old.Finished, nil
}

// difference lists the entries in which two identities differ, in alphabetical order.
func difference(there, now map[string]string) []string {
	names := map[string]bool{}
	for _, id := range []map[string]string{there, now} {
		for name := range id {
			names[name] = true
		}
	}
	var diff []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if there[name] == now[name] {
			continue
		}
		var a, b map[string]json.RawMessage
		if json.Unmarshal([]byte(there[name]), &a) == nil && json.Unmarshal([]byte(now[name]), &b) == nil {
			diff = append(diff, differentFields(name, a, b)...)
			continue
		}
		diff = append(diff, fmt.Sprintf("  %s: there %s, now %s", name, cmp.Or(there[name], "none"), cmp.Or(now[name], "none")))
	}
	return diff
}

// differentFields lists the fields in which two objects of an identity differ.
func differentFields(name string, there, now map[string]json.RawMessage) []string {
	var diff []string
	for _, field := range slices.Sorted(maps.Keys(now)) {
		if a, b := string(there[field]), string(now[field]); a != b {
			diff = append(diff, fmt.Sprintf("  %s: %s: there %s, now %s", name, field, cmp.Or(a, "none"), b))
		}
	}
	return diff
}

// claimEmpty refuses a directory that has an adapter or checkpoints but no record of how they came about.
func (r *Record) claimEmpty(dir string) error {
	steps, err := train.Checkpoints(dir)
	if err != nil {
		return err
	}
	_, noAdapter := os.Stat(filepath.Join(dir, adapter.WeightsFile))
	if len(steps) > 0 || noAdapter == nil {
		return fault.Input(fmt.Errorf("run: %s: %w, one without %s; choose another training.output_dir or remove it", dir, ErrOther, File))
	}
	return nil
}

// Read reads the record in a directory, nil if there is none.
func Read(dir string) (*Record, error) {
	path := filepath.Join(dir, File)
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("run: %w", err)
	}
	r := &Record{}
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fault.Input(fmt.Errorf("run: %s is damaged: %w; choose another training.output_dir or remove it", path, err))
	}
	return r, nil
}

// Write writes the record into a directory.
func (r *Record) Write(dir string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("run: %w", err)
	}
	return durable.WriteBytes(filepath.Join(dir, File), append(b, '\n'))
}
