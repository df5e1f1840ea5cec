package native

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"graft/internal/adapter"
	"graft/internal/cpu"
	"graft/internal/engine"
	"graft/internal/event"
	"graft/internal/mem"
	"graft/internal/model"
	"graft/internal/model/all"
	"graft/internal/nn"
	"graft/internal/parallel"
	"graft/internal/train"
)

// Engine trains on the CPU.
type Engine struct {
	Threads int
}

var _ engine.Engine = Engine{}

// Name is the engine's name in the configuration.
func (Engine) Name() string { return "native" }

// Plan is what is known about a run before it starts.
type Plan struct {
	Coverage *adapter.Coverage `json:"coverage"`
	Data     *dataReport       `json:"data"`
	Estimate *Estimate         `json:"estimate"`
}

// Plan checks a job as Train does, loads nothing but names and shapes of the weights, and writes nothing.
func (e Engine) Plan(_ context.Context, j engine.Job, sink event.Sink) (*Plan, error) {
	r, err := e.prepare(j, sink, true)
	if err != nil {
		return nil, err
	}
	defer r.close()
	return &Plan{r.record.Coverage, r.data.report, r.estimate}, nil
}

// Train runs the job, or what is left of it.
func (e Engine) Train(ctx context.Context, j engine.Job, sink event.Sink) (result *engine.Result, err error) {
	r, err := e.prepare(j, sink, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	finished, err := r.record.claim(j.OutputDir, j.Restart)
	if err != nil {
		return nil, err
	}
	if finished {
		return r.already()
	}
	if err := r.estimate.Fits(); err != nil {
		return nil, engine.Input(err)
	}
	return r.train(ctx)
}

// run is one job on its way.
type run struct {
	job      engine.Job
	sink     event.Sink
	pool     *parallel.Pool
	base     *engine.Base
	data     *data
	record   *runRecord
	estimate *Estimate
	start    time.Time
}

func (r *run) close() error {
	r.pool.Close()
	if r.base == nil {
		return nil
	}
	return r.base.Close()
}

// prepare does everything that can fail because of what the user gave, before anything is written or loaded.
func (e Engine) prepare(j engine.Job, sink event.Sink, measure bool) (_ *run, err error) {
	r := &run{job: j, sink: sink, pool: parallel.New(e.Threads), start: time.Now()}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	if r.base, err = engine.OpenBase(j.Model.Dir); err != nil {
		return nil, engine.Input(err)
	}
	cover, err := r.cover()
	if err != nil {
		return nil, engine.Input(err)
	}
	if r.data, err = loadData(j, r.base, r.pool, sink); err != nil {
		return nil, err
	}
	if err := r.checkLength(); err != nil {
		return nil, engine.Input(err)
	}
	if r.record, err = r.newRecord(cover, e.Threads); err != nil {
		return nil, err
	}
	rate := 0.0
	if measure {
		rate = measureRate(r.pool, j.Model.Half)
	}
	r.estimate, err = r.newEstimate(cover, rate, e.Threads)
	return r, engine.Input(err)
}

// cover applies the adapter's settings to the names and shapes of the model.
func (r *run) cover() (*adapter.Coverage, error) {
	m, err := all.Models().Outline(r.base.Config, r.base.Source)
	if err != nil {
		return nil, err
	}
	if r.job.InitFrom == "" {
		return adapter.Cover(m, r.job.Spec)
	}
	spec, base, err := adapter.ReadSpec(m, r.job.InitFrom)
	if err != nil {
		return nil, err
	}
	r.tellSpec(spec, base)
	spec.Dropout = r.job.Spec.Dropout
	r.job.Spec = spec
	return adapter.Cover(m, spec)
}

// tellSpec notes where the adapter to start from differs from the configuration, which it overrules.
func (r *run) tellSpec(own adapter.Spec, base string) {
	said := r.job.Spec
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
	if base != "" && base != r.job.Model.Name {
		r.sink.Emit(event.Note{Text: fmt.Sprintf("%s was made for %s, the base is %s", r.job.InitFrom, base, r.job.Model.Name)})
	}
}

// checkLength compares the samples with the positions that the model has.
func (r *run) checkLength() error {
	if most := r.base.Config.MaxPositions; r.data.longest > most {
		return fmt.Errorf("native: a sample has %d tokens, the model has positions for %d; lower training.max_seq_length", r.data.longest, most)
	}
	return nil
}

func (r *run) newRecord(cover *adapter.Coverage, threads int) (*runRecord, error) {
	base, err1 := engine.HashBase(r.base.Dir)
	data, err2 := engine.HashFile(r.job.Data.Train)
	tokens, err3 := hashTokens(r.base.Dir)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	return &runRecord{
		Version: r.job.Version, Engine: Engine{}.Name(), Config: r.job.Resolved, Data: r.data.report, Coverage: cover,
		Host:     host{runtime.GOOS, runtime.GOARCH, cpu.Active().String(), threads},
		Identity: identity(r.job, base, data, tokens),
	}, nil
}

// hashTokens identifies tokenizer and chat template.
func hashTokens(dir string) (string, error) {
	all := ""
	for _, name := range []string{"tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", "chat_template.json"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err != nil {
			continue // a model has some of them
		}
		sum, err := engine.HashFile(path)
		if err != nil {
			return "", err
		}
		all += name + " " + sum + "\n"
	}
	return engine.HashText(all), nil
}

func (r *run) newEstimate(cover *adapter.Coverage, rate float64, threads int) (*Estimate, error) {
	steps, err := r.job.Options.Steps(len(r.data.train))
	if err != nil {
		return nil, err
	}
	s := shape{cfg: r.base.Config, job: r.job, cover: cover, steps: steps, sequence: r.data.longest, threads: threads}
	for t := range r.base.Source.All() {
		s.stored += t.Size()
	}
	s.pass, s.tokens = r.job.Options.Extent(r.data.train, steps)
	return estimate(s, rate), nil
}

// load builds the model and attaches the adapter.
func (r *run) load() (*nn.Context, model.Model, *adapter.Adapter, error) {
	opt := model.Options{
		Half: r.job.Model.Half, FourBit: r.job.Model.FourBit, DoubleQuant: r.job.Model.DoubleQuant, Pool: r.pool,
		Progress: func(done, total int) {
			r.sink.Emit(event.Progress{Stage: "load", Done: done, Total: total, Unit: "layers"})
		},
	}
	m, err := all.Models().Load(r.base.Config, r.base.Source, opt)
	if err != nil {
		return nil, nil, nil, engine.Input(err)
	}
	ctx := nn.NewContext(r.pool, r.job.Model.Half)
	var a *adapter.Adapter
	if r.job.InitFrom != "" {
		a, err = adapter.Load(ctx, m, r.job.InitFrom, r.job.Spec.Dropout, r.job.Options.Seed)
	} else {
		a, err = adapter.Attach(ctx, m, r.job.Spec, r.job.Options.Seed)
	}
	return ctx, m, a, engine.Input(err)
}

// train does the work.
func (r *run) train(ctx context.Context) (*engine.Result, error) {
	nnCtx, m, a, err := r.load()
	if err != nil {
		return nil, err
	}
	r.sink.Emit(event.Note{Text: r.record.Coverage.String()})
	if err := os.MkdirAll(r.job.OutputDir, 0o755); err != nil {
		return nil, fmt.Errorf("native: %w", err)
	}
	if err := r.record.write(r.job.OutputDir); err != nil {
		return nil, err
	}
	result := &engine.Result{Dir: r.job.OutputDir}
	t, err := train.New(train.Setup{
		Context: nnCtx, Model: m, Adapter: a, Train: r.data.train, Eval: r.data.eval, Dir: r.job.OutputDir,
		Base: adapter.Base{Name: r.job.Model.Name, Revision: r.revision()},
		Sink: event.Func(func(e event.Event) {
			switch e := e.(type) {
			case event.Step:
				result.Loss = e.Loss
			case event.Eval:
				result.EvalLoss = e.EvalLoss
			}
			r.sink.Emit(e)
		}),
	}, r.job.Options)
	if err != nil {
		return nil, err
	}
	if err := t.Train(ctx); err != nil {
		return nil, err
	}
	return result, r.finish(t, result)
}

// revision is the hub revision for the adapter's files; other models have none.
func (r *run) revision() string {
	if r.job.Model.Dir == r.job.Model.Name {
		return ""
	}
	return r.job.Model.Revision
}

// finish writes what a finished run leaves beside the adapter; run.json last, it says that all is there.
func (r *run) finish(t *train.Run, result *engine.Result) error {
	s := t.State()
	result.Steps, result.Tokens, result.TrainedTokens, result.Stopped = s.Step, s.Tokens, s.TrainedTokens, s.Stopped
	result.Seconds, result.PeakRSS = time.Since(r.start).Seconds(), mem.PeakRSS()
	if err := r.writeCard(s); err != nil {
		return err
	}
	r.record.Finished, r.record.Totals = true, result
	return r.record.write(r.job.OutputDir)
}

// already is the result of a run that an earlier process finished.
func (r *run) already() (*engine.Result, error) {
	old, err := readRecord(r.job.OutputDir)
	if err != nil {
		return nil, err
	}
	result := old.Totals
	if result == nil {
		result = &engine.Result{}
	}
	result.Dir, result.Already = r.job.OutputDir, true
	return result, nil
}

// Describe is v as indented JSON.
func Describe(v any) (string, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	return string(b), err
}
