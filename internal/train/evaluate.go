package train

import (
	"context"
	"fmt"

	"graft/internal/event"
	"graft/internal/model"
	"graft/internal/nn"
)

// evaluation measures the held-out loss and decides on early stopping.
func (r *Run) evaluation(ctx context.Context) error {
	loss, err := r.evaluateSets(ctx)
	if err != nil {
		return err
	}
	r.state.Evaluated = r.state.Step
	if r.opt.Patience == 0 {
		return nil
	}
	s := &r.state
	if s.BestStep == 0 || loss < s.BestLoss {
		s.BestLoss, s.BestStep, s.SinceBest = loss, s.Step, 0
		return r.save() // the adapter that the run will end with
	}
	s.SinceBest++
	s.Stopped = s.SinceBest >= r.opt.Patience
	if s.Stopped {
		r.Sink.Emit(event.Note{Text: fmt.Sprintf("stopping after step %d: %d evaluations without improvement over %.4f at step %d",
			s.Step, s.SinceBest, s.BestLoss, s.BestStep)})
	}
	return nil
}

// evaluateSets measures the loss of each set and of all together, which it returns: the mean over all trained tokens.
func (r *Run) evaluateSets(ctx context.Context) (float64, error) {
	sets := r.EvalSets
	if len(sets) == 0 {
		sets = []EvalSet{{Rows: len(r.Eval)}}
	}
	var all event.Eval
	var sum float64
	for at, i := 0, 0; i < len(sets); i++ {
		loss, n, err := r.Evaluate(ctx, r.Eval[at:at+sets[i].Rows])
		if err != nil {
			return 0, err
		}
		at += sets[i].Rows
		all.Tokens += n
		sum += loss * float64(n)
		if len(sets) == 1 {
			all.EvalLoss = loss
		} else if err := r.told(event.Eval{Step: r.state.Step, EvalLoss: loss, Tokens: n, Set: sets[i].Name}); err != nil {
			return 0, err
		}
	}
	if len(sets) > 1 {
		all.EvalLoss = sum / float64(max(all.Tokens, 1))
	}
	all.Step = r.state.Step
	return all.EvalLoss, r.told(all)
}

// told writes an evaluation into the metrics and emits it.
func (r *Run) told(e event.Eval) error {
	if err := r.metrics.write(e); err != nil {
		return err
	}
	r.Sink.Emit(e)
	return nil
}

// Evaluate is the mean loss of the adapted model over the trained tokens of rows, and their number.
func (r *Run) Evaluate(ctx context.Context, rows []Row) (loss float64, trained int, err error) {
	return Loss(ctx, r.nn, model.Paged(r.model, r.Pager), rows, r.opt.BatchSize)
}

// Loss is the mean loss of a model over the trained tokens of rows, batch rows at a time, and their number.
func Loss(ctx context.Context, c *nn.Context, m model.Model, rows []Row, batch int) (loss float64, trained int, err error) {
	var sum float64
	for lo := 0; lo < len(rows); lo += batch {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		p := newPass(rows[lo:min(lo+batch, len(rows))])
		h := model.Forward(c, m, p.batch)
		t := c.NewTape(false)
		sum += t.CrossEntropy(t.Leaf(h, false), m.Head(), p.targets, 1, nil)
		t.Free()
		trained += p.trained
	}
	return sum / float64(max(trained, 1)), trained, nil
}
