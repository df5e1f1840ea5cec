package train

import (
	"context"
	"errors"
	"fmt"
	"time"

	"graft/internal/adapter"
	"graft/internal/event"
	"graft/internal/mem"
	"graft/internal/model"
	"graft/internal/nn"
	"graft/internal/optim"
)

// ErrDiverged says that a loss or gradient was no longer a number.
var ErrDiverged = errors.New("training has diverged")

// Setup is what a run works on.
type Setup struct {
	Context *nn.Context
	Model   model.Model
	Adapter *adapter.Adapter
	Base    adapter.Base // for the adapter's files
	Pager   *model.Pager // of the model's weights; nil where they stay in memory
	Train   []Row
	Eval    []Row // nil without evaluation

	Mix      []Portion // of Train, in its order; nil: all rows once an epoch
	EvalSets []EvalSet // of Eval, in its order; nil: it is one set
	Dir      string
	Sink     event.Sink
}

// A Portion is the rows of one source and how many of them an epoch takes: each epoch goes on where the last one stopped in a fixed
// permutation of them, and begins anew at its end.
type Portion struct{ Rows, PerEpoch int }

// An EvalSet is the rows of one evaluation set.
type EvalSet struct {
	Name string
	Rows int
}

// Run is a training run.
type Run struct {
	Setup
	nn      *nn.Context
	model   model.Model
	adapter *adapter.Adapter
	opt     Options
	plan    *schedule
	order   order
	adam    *optim.AdamW
	state   State
	metrics *metrics
	saved   time.Time // of the last checkpoint
}

// State is where a run is, beside the parameters and moments.
type State struct {
	Step          int     `json:"step"` // optimizer steps done
	Tokens        int     `json:"tokens"`
	TrainedTokens int     `json:"trained_tokens"`
	LossSum       float64 `json:"loss_sum"` // of the steps since the last metrics line
	AuxSum        float64 `json:"aux_loss_sum"`
	MetricsBytes  int64   `json:"metrics_bytes"`
	Evaluated     int     `json:"evaluated"` // step of the last evaluation
	BestLoss      float64 `json:"best_loss"`
	BestStep      int     `json:"best_step"` // 0 = no evaluation yet
	SinceBest     int     `json:"evaluations_since_best"`
	Stopped       bool    `json:"stopped_early"`
}

// New prepares a run in s.Dir and continues from its last checkpoint, if there is one.
func New(s Setup, o Options) (*Run, error) {
	n := EpochRows(len(s.Train), s.Mix)
	plan, err := o.plan(n)
	if err != nil {
		return nil, err
	}
	r := &Run{Setup: s, nn: s.Context, model: s.Model, adapter: s.Adapter, opt: o, plan: plan, saved: time.Now()}
	r.order = order{
		rows: n, mix: s.Mix, batch: o.BatchSize, accumulation: o.Accumulation, shuffle: o.Shuffle, seed: o.Seed, perEpoch: plan.perEpoch,
	}
	r.adam = optim.NewAdamW(s.Adapter.Params(), o.Beta1, o.Beta2, o.Epsilon, o.WeightDecay)
	if err := r.restore(); err != nil {
		return nil, err
	}
	r.metrics, err = openMetrics(s.Dir, r.state.MetricsBytes)
	return r, err
}

// State tells where the run is.
func (r *Run) State() State { return r.state }

// Train runs the remaining steps and writes the adapter into the run's directory. When ctx ends it saves a checkpoint of the last whole step
// and returns ctx's error.
func (r *Run) Train(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, r.metrics.close()) }()
	for {
		if err := r.observe(ctx); err != nil {
			return r.interrupted(ctx, err)
		}
		if r.state.Step == r.plan.total || r.state.Stopped {
			return r.finish()
		}
		if err := r.step(ctx); err != nil {
			return r.interrupted(ctx, err)
		}
	}
}

// step is one optimizer step.
func (r *Run) step(ctx context.Context) error {
	start := time.Now()
	batches := r.batches(r.state.Step)
	r.adapter.Clock.Step = uint64(r.state.Step)
	loss, aux, err := r.gradients(ctx, batches)
	if err != nil {
		optim.ZeroGrad(r.adam.Params)
		return err
	}
	norm := r.adam.GradNorm(r.nn.Pool)
	if !finite(loss) || !finite(norm) {
		return fmt.Errorf("%w: step %d has loss %v and gradient norm %v; a lower learning_rate may help, and a look at the data",
			ErrDiverged, r.state.Step+1, loss, norm)
	}
	rate := r.plan.rate.Rate(r.state.Step)
	r.adam.Update(r.nn.Pool, rate, optim.ClipFactor(norm, r.opt.MaxGradNorm))
	r.adapter.Clock.Version++
	optim.ZeroGrad(r.adam.Params)
	return r.log(batches, event.Step{Loss: loss, AuxLoss: aux, GradNorm: norm, LearningRate: rate}, time.Since(start))
}

// batches are the rows of step n.
func (r *Run) batches(n int) [][]Row {
	var out [][]Row
	for _, b := range r.order.step(n) {
		rows := make([]Row, len(b))
		for i, k := range b {
			rows[i] = r.Setup.Train[k]
		}
		out = append(out, rows)
	}
	return out
}

// log counts a finished step and writes its metrics line, if one is due: the loss is then the mean over the steps since the last line.
func (r *Run) log(batches [][]Row, e event.Step, took time.Duration) error {
	s := &r.state
	n := 0
	for _, b := range batches {
		n += tokens(b)
		s.TrainedTokens += trainedTokens(b)
	}
	s.Step++
	s.Tokens += n
	s.LossSum += e.Loss
	s.AuxSum += e.AuxLoss
	e.Step, e.Total, e.Tokens, e.TrainedTokens = s.Step, r.plan.total, s.Tokens, s.TrainedTokens
	e.Epoch = r.order.epochs(s.Step)
	seconds := max(took.Seconds(), 1e-6) // the clock of Windows may not advance during a short step
	e.TokensPerSecond, e.RSSBytes = float64(n)/seconds, mem.RSS()
	if e.Logged = s.Step%r.opt.LoggingSteps == 0; e.Logged {
		e.Loss = s.LossSum / float64(r.opt.LoggingSteps)
		e.AuxLoss = s.AuxSum / float64(r.opt.LoggingSteps)
		s.LossSum, s.AuxSum = 0, 0
		if err := r.metrics.write(&e); err != nil {
			return err
		}
	}
	r.Sink.Emit(e)
	return nil
}

// observe evaluates and saves where that is due after the steps done. A run that was interrupted in an evaluation starts with it again.
func (r *Run) observe(ctx context.Context) error {
	step := r.state.Step
	if r.opt.EvalSteps > 0 && step%r.opt.EvalSteps == 0 && r.state.Evaluated < step {
		if err := r.evaluation(ctx); err != nil {
			return err
		}
	}
	due := time.Since(r.saved) > saveInterval
	if r.opt.SaveSteps > 0 {
		due = step%r.opt.SaveSteps == 0
	}
	if due && step > 0 && step < r.plan.total {
		return r.save()
	}
	return nil
}

// interrupted saves where the run is if it was asked to stop.
func (r *Run) interrupted(ctx context.Context, err error) error {
	if ctx.Err() == nil || !errors.Is(err, ctx.Err()) || r.state.Step == 0 {
		return err
	}
	return errors.Join(err, r.save())
}

// finish writes the adapter. With early stopping it is the one of the best evaluation.
func (r *Run) finish() error {
	if r.opt.Patience > 0 && r.state.BestStep > 0 && r.state.BestStep != r.state.Step {
		if err := r.loadParams(checkpointDir(r.Dir, r.state.BestStep)); err != nil {
			return err
		}
		r.Sink.Emit(event.Note{Text: fmt.Sprintf("the adapter is the one of step %d, the best evaluation", r.state.BestStep)})
	}
	if err := r.adapter.Save(r.Dir, r.Base); err != nil {
		return err
	}
	r.Sink.Emit(event.Saved{Step: r.state.Step, Dir: r.Dir})
	return nil
}
