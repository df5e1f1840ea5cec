package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"graft/internal/adapter"
	"graft/internal/dtype"
	"graft/internal/durable"
	"graft/internal/event"
	"graft/internal/nn"
	"graft/internal/safetensors"
)

// saveInterval is how often a checkpoint is written when SaveSteps does not say.
const saveInterval = 10 * time.Minute

// The files of a checkpoint beside the adapter's.
const (
	optimizerFile = "optimizer.safetensors"
	stateFile     = "state.json"
)

func checkpointDir(dir string, step int) string {
	return filepath.Join(dir, fmt.Sprintf("checkpoint-%d", step))
}

// Checkpoints lists the steps of the checkpoints in dir, rising. What was being written when a run died does not count: checkpoints
// are written aside and renamed.
func Checkpoints(dir string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("train: %w", err)
	}
	var steps []int
	for _, e := range entries {
		if n, ok := strings.CutPrefix(e.Name(), "checkpoint-"); ok && e.IsDir() {
			if step, err := strconv.Atoi(n); err == nil && step > 0 {
				steps = append(steps, step)
			}
		}
	}
	slices.Sort(steps)
	return steps, nil
}

// save writes a checkpoint of the current step and removes the oldest ones.
func (r *Run) save() error {
	r.saved = time.Now()
	r.state.MetricsBytes = r.metrics.size
	dir := checkpointDir(r.Dir, r.state.Step)
	if _, err := os.Stat(dir); err == nil {
		return nil // an evaluation and an interruption may ask for the same step
	}
	err := durable.WriteDir(dir, func(tmp string) error {
		text, err := json.MarshalIndent(r.state, "", "  ")
		if err != nil {
			return err
		}
		return errors.Join(
			r.adapter.Save(tmp, r.Base),
			safetensors.WriteFile(filepath.Join(tmp, optimizerFile), r.moments(), nil),
			durable.WriteBytes(filepath.Join(tmp, stateFile), append(text, '\n')),
		)
	})
	if err != nil {
		return fmt.Errorf("train: checkpoint of step %d was not written, earlier ones are as they were: %w", r.state.Step, err)
	}
	r.Sink.Emit(event.Saved{Step: r.state.Step, Dir: dir})
	return r.prune()
}

// prune removes the oldest checkpoints, except the one of the best evaluation.
func (r *Run) prune() error {
	steps, err := Checkpoints(r.Dir)
	if err != nil {
		return err
	}
	steps = slices.DeleteFunc(steps, func(s int) bool { return r.opt.Patience > 0 && s == r.state.BestStep })
	for len(steps) > max(r.opt.SaveTotalLimit, 1) {
		if err := removeCheckpoint(checkpointDir(r.Dir, steps[0])); err != nil {
			return err
		}
		steps = steps[1:]
	}
	return nil
}

// removeCheckpoint renames first: a half-removed checkpoint must not look whole.
func removeCheckpoint(dir string) error {
	gone := filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+".old.tmp")
	if err := errors.Join(os.RemoveAll(gone), durable.Rename(dir, gone)); err != nil {
		return fmt.Errorf("train: remove old checkpoint: %w", err)
	}
	return os.RemoveAll(gone)
}

// moments are the optimizer's state under the parameters' names.
func (r *Run) moments() []safetensors.Tensor {
	var ts []safetensors.Tensor
	for i, p := range r.adam.Params {
		ts = append(ts, adapter.Tensor("m."+p.Name, p, r.adam.M[i]), adapter.Tensor("v."+p.Name, p, r.adam.V[i]))
	}
	return ts
}

// restore continues from the last checkpoint.
func (r *Run) restore() error {
	steps, err := Checkpoints(r.Dir)
	if err != nil || len(steps) == 0 {
		return err
	}
	dir := checkpointDir(r.Dir, steps[len(steps)-1])
	if err := errors.Join(r.loadState(dir), r.loadParams(dir), r.loadMoments(dir)); err != nil {
		return fmt.Errorf("train: cannot continue from %s (remove it to fall back to an earlier one): %w", dir, err)
	}
	if r.state.Step != steps[len(steps)-1] {
		return fmt.Errorf("train: %s says it is of step %d", dir, r.state.Step)
	}
	r.adam.Step = r.state.Step
	r.Sink.Emit(event.Note{Text: fmt.Sprintf("continuing after step %d of %d", r.state.Step, r.plan.total)})
	return nil
}

func (r *Run) loadState(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, stateFile))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, &r.state)
}

// loadParams sets the adapter's parameters from the adapter files in dir.
func (r *Run) loadParams(dir string) error {
	r.adapter.Clock.Version++
	return readParams(filepath.Join(dir, adapter.WeightsFile), r.adam.Params, func(_ int, p *nn.Param) (string, []float32) {
		return adapter.TensorName(p), p.Data
	})
}

func (r *Run) loadMoments(dir string) error {
	path := filepath.Join(dir, optimizerFile)
	return errors.Join(
		readParams(path, r.adam.Params, func(i int, p *nn.Param) (string, []float32) { return "m." + p.Name, r.adam.M[i] }),
		readParams(path, r.adam.Params, func(i int, p *nn.Param) (string, []float32) { return "v." + p.Name, r.adam.V[i] }))
}

// readParams fills, for every parameter, what where names from the tensor of that name.
func readParams(path string, params []*nn.Param, where func(i int, p *nn.Param) (string, []float32)) error {
	f, err := safetensors.Open(path)
	if err != nil {
		return err
	}
	var errs []error
	for i, p := range params {
		name, dst := where(i, p)
		data, err := f.Bytes(name)
		if err == nil {
			err = dtype.ToFloat32(dst, data, dtype.F32)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %q: %w", path, name, err))
		}
	}
	return errors.Join(append(errs, f.Close())...)
}
