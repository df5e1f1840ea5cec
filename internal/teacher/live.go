package teacher

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// pause keeps all requests back when an endpoint asked one of them to wait.
type pause struct {
	mu    sync.Mutex
	until time.Time
}

func (p *pause) extend(t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t.After(p.until) {
		p.until = t
	}
}

func (p *pause) wait(ctx context.Context, c Clock) error {
	p.mu.Lock()
	d := p.until.Sub(c.Now())
	p.mu.Unlock()
	if d <= 0 {
		return ctx.Err()
	}
	return c.Sleep(ctx, d)
}

// parting is how long requests under way may go on when the run is asked to stop: their answers are paid for.
const parting = 30 * time.Second

// calls is the context of requests, which outlives ctx by parting.
func calls(ctx context.Context) (context.Context, context.CancelFunc) {
	call, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(parting, cancel) })
	return call, func() { stop(); cancel() }
}

// live asks all pending requests, o.Concurrency at a time. Money is reserved in the order of the requests. An error of one ends the run once
// the others under way are answered.
func (r *run) live(ctx context.Context) error {
	call, cancel := calls(ctx)
	defer cancel()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r.l.mu.Lock()
	r.budget.fly(r.l.state.reserved())
	r.l.mu.Unlock()
	batches := len(r.underWay()) > 0
	slots := make(chan struct{}, r.o.Concurrency)
	var workers sync.WaitGroup
	for _, j := range r.pending() {
		slots <- struct{}{} // before the money: nobody holds money and waits for something else than an answer
		worst := r.worst(j, false)
		ok, err := r.budget.take(ctx, worst)
		if err == nil && ok && ctx.Err() != nil {
			r.budget.settle(worst, 0)
		}
		if ctx.Err() != nil {
			break
		}
		if !ok {
			if !batches { // else it may fit when they have ended
				r.unpaid(j, worst)
			}
			<-slots
			continue
		}
		workers.Go(func() {
			if err := r.one(ctx, call, j, worst); err != nil {
				stop(err)
			}
			r.progress()
			<-slots
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

// worst is the most that the next try of j can cost.
func (r *run) worst(j *job, batch bool) money {
	req := j.req
	req.MaxTokens = j.tokens
	return r.price.worst(req, batch)
}

// unpaid ends a job that does not fit below the limit. One that was cut off before stays so.
func (r *run) unpaid(j *job, worst money) {
	r.l.mu.Lock()
	cut := r.l.state.answers[j.key]
	r.l.mu.Unlock()
	if cut != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		kept := *cut
		kept.tokens = max(kept.tokens, r.o.MoreTokens)
		r.settle(j, &kept)
		return
	}
	spent, reserved := r.budget.sums()
	r.fail(j, Unpaid, "it can cost up to $%.6f, and of $%.2f (max_cost) $%.6f are spent and $%.6f reserved", worst.dollars(), r.o.MaxCost, spent.dollars(), reserved.dollars())
}

// one asks j until it has a reply; worst is reserved for the first try. An error ends the run.
// ctx is that of the run, call that of requests.
func (r *run) one(ctx, call context.Context, j *job, worst money) error {
	for try := 1; ; try++ {
		if err := r.pause.wait(ctx, r.o.Clock); err != nil {
			r.budget.settle(worst, 0)
			return err
		}
		e, err := r.try(call, j, worst)
		if err != nil || e == nil && j.done {
			return err
		}
		if e != nil {
			if over, err := r.over(ctx, j, e, try); over {
				return err
			}
		} else {
			try = 0 // it was cut off: the second request has tries of its own
		}
		worst = r.worst(j, false)
		ok, err := r.budget.take(ctx, worst)
		if err != nil {
			return err
		}
		if !ok {
			r.unpaid(j, worst)
			return nil
		}
	}
}

// over tells whether the error e ends the request, and whether it ends the run. Otherwise it waits before the next try.
func (r *run) over(ctx context.Context, j *job, e *CallError, try int) (bool, error) {
	if e.Stop {
		return true, r.stopped(e)
	}
	if e.Retry && e.After > r.o.MaxWait {
		return true, fmt.Errorf("teacher: %s wants to be left alone for %s: %w; run the same command later, nothing is asked twice", r.t.Endpoint(), e.After.Round(time.Second), e)
	}
	if !e.Retry || try >= r.o.Tries {
		r.fail(j, Failed, "%v", e)
		return true, r.gaveUp(e)
	}
	d := r.o.backoff(try, e.After)
	if e.After > 0 {
		r.pause.extend(r.o.Clock.Now().Add(e.After))
	}
	err := r.o.Clock.Sleep(ctx, d)
	return err != nil, err
}

// stopped words an error that every request would meet.
func (r *run) stopped(e *CallError) error {
	way := "look at the account's limits and balance"
	switch e.Status {
	case 401, 403:
		way = "check the key and what it may use"
	case 404:
		way = fmt.Sprintf("check dataset.teacher_model (%s) and dataset.base_url; an endpoint without batches needs dataset.mode: live", r.t.Model())
	}
	return fmt.Errorf("teacher: %s: %w; %s", r.t.Endpoint(), e, way)
}

// gaveUp ends the run when one request after the other fails because the endpoint does not get up again, or when not one was ever
// answered: what ails them all is not worth asking all.
func (r *run) gaveUp(e *CallError) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.streak++
	const never = 20
	down := e.Retry && r.streak >= max(5, r.o.Concurrency+1)
	wrong := !e.Retry && r.streak >= never && r.report.Known == 0 && r.report.Usage == (Usage{})
	if !down && !wrong {
		return nil
	}
	return fmt.Errorf("teacher: %s: %d requests in a row failed, the last with: %w; run the same command again when that is mended, nothing is asked twice",
		r.t.Endpoint(), r.streak, e)
}

// try makes one try of j and gives the reservation back. It returns what the endpoint did instead of answering, or an error that ends the run.
func (r *run) try(ctx context.Context, j *job, worst money) (*CallError, error) {
	n := r.l.nextAsk()
	if err := r.l.add(r.o.Clock.Now(), &record{Event: evAsk, Ask: n, Key: j.key, Reserve: worst.dollars(), MaxTokens: j.tokens}); err != nil {
		r.budget.settle(worst, 0)
		return nil, err
	}
	r.mu.Lock()
	r.report.Sent++
	r.mu.Unlock()
	req := j.req
	req.MaxTokens = j.tokens
	a, err := r.t.Ask(ctx, req)
	if err != nil {
		e := callError(err)
		if e.Lost {
			r.budget.settle(worst, worst)
			err = r.l.add(r.o.Clock.Now(), &record{Event: evLost, Ask: n, Key: j.key, Detail: e.Error()})
		} else {
			r.budget.settle(worst, 0)
			err = r.l.add(r.o.Clock.Now(), &record{Event: evVoid, Ask: n, Key: j.key, Detail: e.Error()})
		}
		if err == nil {
			err = ctx.Err()
		}
		return e, err
	}
	rec := r.answerRecord(j.key, a, j.tokens, worst, false)
	rec.Ask = n
	err = r.l.add(r.o.Clock.Now(), rec)
	r.budget.settle(worst, toMoney(*rec.Cost))
	if err != nil {
		return nil, err
	}
	r.answer(j, rec)
	return nil, nil
}

// nextAsk numbers sendings.
func (l *Ledger) nextAsk() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state.askSeq++
	return l.state.askSeq
}

func (l *Ledger) nextBatch() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state.batchSeq++
	return l.state.batchSeq
}
