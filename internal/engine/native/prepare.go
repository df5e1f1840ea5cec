package native

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"graft/internal/adapter"
	"graft/internal/base"
	"graft/internal/cpu"
	"graft/internal/engine"
	"graft/internal/event"
	"graft/internal/fault"
	"graft/internal/mem"
	"graft/internal/model"
	"graft/internal/model/all"
	"graft/internal/nn"
	"graft/internal/parallel"
	"graft/internal/run"
	"graft/internal/train"
	"graft/internal/trainset"
)

// prepare does everything that can fail because of what the user gave, before anything is written or loaded.
func (e Engine) prepare(ctx context.Context, j engine.Job, sink event.Sink) (_ *task, err error) {
	r := &task{job: j, sink: sink, pool: parallel.New(e.Threads), start: time.Now()}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	if r.base, err = base.Open(j.Model.Dir); err != nil {
		return nil, fault.Input(err)
	}
	outline, cover, err := r.cover()
	if err != nil {
		return nil, fault.Input(err)
	}
	if r.data, err = trainset.Load(j, r.base, r.pool, sink); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := r.checkLength(); err != nil {
		return nil, fault.Input(err)
	}
	if r.record, err = r.newRecord(cover, e.Threads); err != nil {
		return nil, err
	}
	r.estimate, err = r.newEstimate(outline, cover, e.Threads)
	return r, fault.Input(err)
}

// cover applies the adapter's settings to the names and shapes of the model.
func (r *task) cover() (outline model.Model, c *adapter.Coverage, err error) {
	m, err := all.Models().Outline(r.base.Config, r.base.Source)
	if err != nil {
		return nil, nil, err
	}
	if r.job.InitFrom != "" {
		c, err = r.adopt(m)
		return m, c, fault.InputAt("lora.init_from", err)
	}
	if c, err = adapter.Cover(m, r.job.Spec); err != nil {
		return nil, nil, fault.InputAt(culprit(m, r.job.Spec), err)
	}
	return m, c, nil
}

// adopt takes over the settings of the adapter to start from, after a look at all its tensors.
func (r *task) adopt(m model.Model) (*adapter.Coverage, error) {
	saved, err := adapter.Read(m, r.job.InitFrom)
	if err != nil {
		return nil, err
	}
	a, err := adapter.Load(nn.NewContext(r.pool, false), m, r.job.InitFrom, 0, 0)
	if err != nil {
		return nil, err
	}
	a.Detach(m)
	r.tellSpec(saved)
	saved.Spec.Dropout = r.job.Spec.Dropout
	r.job.Spec = saved.Spec
	return saved.Coverage, nil
}

// culprit is the configuration key for which a Spec cannot be placed on m: the first without which it can.
func culprit(m model.Model, s adapter.Spec) string {
	tries := []struct {
		key     string
		without func()
	}{
		{"lora.alpha_pattern", func() { s.AlphaPattern = nil }},
		{"lora.rank_pattern", func() { s.RankPattern = nil }},
		{"lora.exclude_modules", func() { s.Exclude = nil }},
	}
	for _, t := range tries {
		t.without()
		if _, err := adapter.Cover(m, s); err == nil {
			return t.key
		}
	}
	return "lora.target_modules"
}

// tellSpec notes where the adapter to start from differs from the configuration, which it overrules.
func (r *task) tellSpec(saved *adapter.Saved) {
	own, said := saved.Spec, r.job.Spec
	var diff []string
	note := func(key string, there, here any) {
		if there != here {
			diff = append(diff, fmt.Sprintf("%s %v instead of %v", key, there, here))
		}
	}
	note("r", own.R, said.R)
	note("alpha", own.Alpha, said.Alpha)
	note("use_dora", own.DoRA, said.DoRA)
	note("use_rslora", own.RSLoRA, said.RSLoRA)
	if len(diff) > 0 {
		r.sink.Emit(event.Note{Text: fmt.Sprintf("%s governs: %s, and its own %d target modules", r.job.InitFrom, strings.Join(diff, ", "), len(own.Targets))})
	}
	if base := saved.Base; base != "" && base != r.job.Model.Name {
		r.sink.Emit(event.Note{Text: fmt.Sprintf("%s was made for %s, the base is %s", r.job.InitFrom, base, r.job.Model.Name)})
	}
}

// checkLength compares the samples with the positions that the model has.
func (r *task) checkLength() error {
	if most := r.base.Config.MaxPositions; r.data.Longest > most {
		return fmt.Errorf("native: a sample has %d tokens, the model has positions for %d; lower training.max_seq_length", r.data.Longest, most)
	}
	return nil
}

func (r *task) newRecord(cover *adapter.Coverage, threads int) (*run.Record, error) {
	id, err := run.Identity(r.job)
	if err != nil {
		return nil, err
	}
	return &run.Record{
		Version: r.job.Version, Engine: Engine{}.Name(), Config: r.job.Resolved, Data: r.data.Report, Coverage: cover,
		Host: run.Host{OS: runtime.GOOS, Arch: runtime.GOARCH, Kernels: cpu.Active().String(), Threads: threads}, Identity: id,
	}, nil
}

func (r *task) newEstimate(outline model.Model, cover *adapter.Coverage, threads int) (*Estimate, error) {
	first := train.FirstEpoch(r.data.Train, r.data.Mix, &r.job.Options)
	steps, err := r.job.Options.Steps(len(first))
	if err != nil {
		return nil, err
	}
	s := shape{cfg: r.base.Config, job: r.job, cover: cover, steps: steps, threads: threads}
	s.free, s.freeDisk = available(r.job.MaxMemory), mem.FreeDisk(r.job.OutputDir)
	if s.held, err = newHeld(r.job.Model, r.base, outline, distinct(r.data.Train)); err != nil {
		return nil, err
	}
	s.pass, s.tokens = r.job.Options.Extent(first, steps)
	s.passes = max((s.tokens/max(steps, 1)+s.pass-1)/max(s.pass, 1), 1)
	if s.foot, err = footprint(outline, &r.job, train.Size{Tokens: s.pass, Longest: r.data.Longest}, threads); err != nil {
		return nil, err
	}
	s.trained = float64(r.data.Report.TrainedTokens) / float64(max(r.data.Report.Tokens, 1))
	if !r.job.Options.Checkpointing {
		return estimate(s), nil
	}
	able := s.ableToKeep()
	if r.job.KeepLayers {
		r.job.Options.Kept = able
		s.job.Options.Kept = able
	}
	e := estimate(s)
	e.Able = able
	return e, nil
}

// footprint counts what a pass of a job takes, on the names and shapes of its model.
func footprint(outline model.Model, j *engine.Job, size train.Size, threads int) (*train.Footprint, error) {
	var f *train.Footprint
	err := onSizes(outline, j, threads, func(c *nn.Context, kinds []int, first int) {
		f = train.CountPass(c, outline, kinds, first, size)
	})
	return f, err
}

// onSizes calls count with a context that only counts, while the layers of outline that are the first of their kind have the job's adapter, if it has
// one. kinds tells which layers are alike then (model.LayerKinds), and no layer below first has an adapter.
func onSizes(outline model.Model, j *engine.Job, threads int, count func(c *nn.Context, kinds []int, first int)) error {
	c := nn.NewCounting(threads, j.Model.Half)
	if j.Spec.R == 0 {
		count(c, model.LayerKinds(outline, func(*model.Slot) int { return 0 }), outline.Layers())
		return nil
	}
	ranks, err := adapter.Ranks(outline, j.Spec)
	if err != nil {
		return err
	}
	first := outline.Layers()
	kinds := model.LayerKinds(outline, func(s *model.Slot) int {
		if ranks[s.Name] > 0 {
			first = min(first, s.Layer)
		}
		return ranks[s.Name]
	})
	a, err := adapter.Outline(c, outline, j.Spec, kinds)
	if err != nil {
		return err
	}
	defer a.Detach(outline)
	count(c, kinds, first)
	return nil
}

// distinct is the number of different tokens.
func distinct(rows []train.Row) int {
	seen := map[int32]bool{}
	for _, row := range rows {
		for _, s := range row {
			for _, id := range s.IDs {
				seen[id] = true
			}
		}
	}
	return len(seen)
}
