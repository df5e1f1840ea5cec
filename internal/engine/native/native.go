package native

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"graft/internal/adapter"
	"graft/internal/base"
	"graft/internal/engine"
	"graft/internal/event"
	"graft/internal/fault"
	"graft/internal/mem"
	"graft/internal/model"
	"graft/internal/model/all"
	"graft/internal/nn"
	"graft/internal/outdir"
	"graft/internal/parallel"
	"graft/internal/run"
	"graft/internal/train"
	"graft/internal/trainset"
)

// Name is the engine's name in the configuration.
const Name = "native"

// Engine trains, runs and merges models on the CPU.
type Engine struct{ engine.Options }

// New makes the engine.
func New(o engine.Options) engine.Engine { return Engine{o} }

var (
	_ engine.Engine = Engine{}
	_ engine.Opener = Engine{}
	_ engine.Merger = Engine{}
	_ engine.Gauge  = Engine{}
)

// Name is Name.
func (Engine) Name() string { return Name }

// Plan checks a job as Train does, loads nothing but names and shapes of the weights, and writes nothing.
func (e Engine) Plan(ctx context.Context, j engine.Job, sink event.Sink) (*engine.Plan, error) {
	r, err := e.prepare(ctx, j, sink)
	if err != nil {
		return nil, err
	}
	if _, err := r.record.Claim(j.OutputDir, j.Restart); err != nil {
		return nil, errors.Join(err, r.close())
	}
	disk := 0.0
	if r.estimate.Placement.Mode == Streamed {
		disk = readRate(r.base)
	}
	r.estimate.at(measureRate(r.pool, j.Model.Half), disk)
	return &engine.Plan{Coverage: r.record.Coverage, Data: r.data.Report, Estimate: r.estimate}, r.close()
}

// Train runs the job, or what is left of it.
func (e Engine) Train(ctx context.Context, j engine.Job, sink event.Sink) (result *engine.Result, err error) {
	r, err := e.prepare(ctx, j, sink)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	finished, err := r.record.Claim(j.OutputDir, j.Restart)
	if err != nil {
		return nil, err
	}
	if finished {
		return r.already()
	}
	if err := r.estimate.Fits(); err != nil {
		return nil, fault.Input(err)
	}
	return r.train(ctx)
}

// task is one job on its way.
type task struct {
	job      engine.Job
	sink     event.Sink
	pool     *parallel.Pool
	base     *base.Base
	data     *trainset.Set
	record   *run.Record
	estimate *Estimate
	pager    *model.Pager // once the model is loaded
	start    time.Time
}

func (r *task) close() error {
	err := r.pager.Close()
	r.pool.Close()
	if r.base != nil {
		err = errors.Join(err, r.base.Close())
	}
	return err
}

// load builds the model and its pager, which stays with the run, and attaches the adapter.
func (r *task) load() (*nn.Context, model.Model, *adapter.Adapter, error) {
	opt := options(r.job.Model, r.pool)
	opt.Progress = func(done, total int) {
		r.sink.Emit(event.Progress{Stage: "load", Done: done, Total: total, Unit: "layers"})
	}
	m, err := all.Models().Load(r.base.Config, r.base.Source, opt)
	if err != nil {
		return nil, nil, nil, fault.Input(err)
	}
	if r.pager, err = model.NewPager(m, r.base.Source, r.estimate.Placement.budget); err != nil {
		return nil, nil, nil, err
	}
	ctx := nn.NewContext(r.pool, r.job.Model.Half)
	var a *adapter.Adapter
	if r.job.InitFrom != "" {
		a, err = adapter.Load(ctx, m, r.job.InitFrom, r.job.Spec.Dropout, r.job.Options.Seed)
	} else {
		a, err = adapter.Attach(ctx, model.Paged(m, r.pager), r.job.Spec, r.job.Options.Seed)
	}
	return ctx, m, a, fault.Input(err)
}

// train does the work.
func (r *task) train(ctx context.Context) (result *engine.Result, err error) {
	// What lives long is large and what a step leaves behind is small: collecting often costs next to nothing, and rarely would double memory.
	defer debug.SetGCPercent(debug.SetGCPercent(15))
	nnCtx, m, a, err := r.load()
	if err != nil {
		return nil, err
	}
	r.sink.Emit(event.Note{Text: r.record.Coverage.String()})
	if err := os.MkdirAll(r.job.OutputDir, 0o755); err != nil {
		return nil, fault.Input(fmt.Errorf("native: %w", err))
	}
	unlock, err := outdir.Lock(r.job.OutputDir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	switch finished, err := r.begin(); {
	case err != nil:
		return nil, err
	case finished:
		return r.already()
	}
	result = &engine.Result{Dir: r.job.OutputDir}
	if p := r.estimate.Placement; p.Mode == Streamed {
		r.sink.Emit(event.Note{Text: fmt.Sprintf("weights%s", p)})
	}
	t, err := train.New(train.Setup{
		Pager: r.pager, Context: nnCtx, Model: m, Adapter: a, Train: r.data.Train, Eval: r.data.Eval, Mix: r.data.Mix, EvalSets: r.data.EvalSets,
		Dir:  r.job.OutputDir,
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

// begin claims the output directory, which this process has locked: it looks again whose it is, removes what a process that was
// killed was writing, and records the run.
func (r *task) begin() (finished bool, err error) {
	dir := r.job.OutputDir
	if finished, err = r.record.Claim(dir, r.job.Restart); finished || err != nil {
		return finished, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, fmt.Errorf("native: %w", err)
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasPrefix(name, ".") && strings.HasSuffix(name, ".tmp") {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				return false, fmt.Errorf("native: %w", err)
			}
		}
	}
	return false, r.record.Write(dir)
}

// revision is the hub revision for the adapter's files; other models have none.
func (r *task) revision() string {
	if m := r.job.Model; m.Dir != m.Name && !strings.HasPrefix(m.Name, base.BuiltinPrefix) {
		return m.Revision
	}
	return ""
}

// finish writes what a finished run leaves beside the adapter; run.json last, it says that all is there.
func (r *task) finish(t *train.Run, result *engine.Result) error {
	s := t.State()
	result.Steps, result.Tokens, result.TrainedTokens, result.Stopped = s.Step, s.Tokens, s.TrainedTokens, s.Stopped
	result.Seconds, result.PeakRSS = time.Since(r.start).Seconds(), mem.PeakRSS()
	losses, evals, err := run.Curve(filepath.Join(r.job.OutputDir, train.MetricsFile))
	if err != nil {
		return err
	}
	if n := len(losses); result.Loss == 0 && n > 0 { // an earlier process made all the steps
		result.Loss = losses[n-1]
	}
	if n := len(evals); n > 0 {
		result.EvalLoss = evals[n-1]
	}
	if err := r.record.WriteCard(r.job, s, losses, evals); err != nil {
		return err
	}
	r.record.Finished, r.record.Totals = true, result
	return r.record.Write(r.job.OutputDir)
}

// already is the result of a run that an earlier process finished.
func (r *task) already() (*engine.Result, error) {
	old, err := run.Read(r.job.OutputDir)
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
