package teacher

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// flights are the batches under way that r's teacher at r's endpoint has, oldest first. l.mu is held.
func (r *run) flights() (list []*flight) {
	for _, f := range r.l.state.flights {
		if f.teacher == r.t.Name() && f.endpoint == r.t.Endpoint() {
			list = append(list, f)
		}
	}
	slices.SortFunc(list, func(a, b *flight) int { return cmp.Compare(a.number, b.number) })
	return list
}

func (r *run) underWay() []*flight {
	r.l.mu.Lock()
	defer r.l.mu.Unlock()
	return r.flights()
}

// foreign are the batches of the endpoint that are not the one of a number.
type (
	foreign    map[foreignKey]bool
	foreignKey struct {
		number uint64
		remote string
	}
)

// batches submits what is pending, if submit says so, in as many batches as limits and money ask for, and collects all results. Batches of
// an earlier process are collected like those of this one.
func (r *run) batches(ctx context.Context, b Batcher, submit bool) error {
	others := foreign{}
	wait := r.o.Poll
	for {
		refused := 0
		if submit {
			var err error
			if refused, err = r.submitAll(ctx, b); err != nil {
				return err
			}
		}
		fs := r.underWay()
		r.progress()
		if len(fs) == 0 && refused == 0 {
			return r.unpaidAll(submit)
		}
		if err := r.o.Clock.Sleep(ctx, max(wait, r.pauseLeft())); err != nil {
			return err
		}
		moved := false
		for _, f := range fs {
			over, err := r.look(ctx, b, f, others)
			if err != nil {
				return err
			}
			moved = moved || over
		}
		if wait = min(wait+wait/2, 10*r.o.Poll); moved {
			wait = r.o.Poll
		}
	}
}

// pauseLeft is how long the endpoint wants to be left alone.
func (r *run) pauseLeft() time.Duration {
	r.pause.mu.Lock()
	defer r.pause.mu.Unlock()
	return r.pause.until.Sub(r.o.Clock.Now())
}

// unpaidAll ends the jobs that do not fit below the limit although nothing is reserved any more.
func (r *run) unpaidAll(submit bool) error {
	if !submit {
		return nil
	}
	for _, j := range r.pending() {
		r.unpaid(j, r.worst(j, true))
	}
	r.progress()
	return nil
}

// submitAll submits batches until nothing is pending or nothing more fits. It returns how many the endpoint refused for now.
func (r *run) submitAll(ctx context.Context, b Batcher) (refused int, err error) {
	for {
		jobs, worst := r.fill(b)
		if len(jobs) == 0 {
			return 0, nil
		}
		taken, err := r.submit(ctx, b, jobs, worst)
		if err != nil || !taken {
			return 1, err
		}
	}
}

// fill reserves money for the next batch.
func (r *run) fill(b Batcher) (jobs []*job, worst []money) {
	size := 0
	for _, j := range r.pending() {
		req := j.req
		req.MaxTokens = j.tokens
		n := b.Size(req)
		if len(jobs) == r.o.BatchRequests || size+n > r.o.BatchBytes && len(jobs) > 0 {
			break
		}
		w := r.price.worst(req, true)
		if !r.budget.try(w) {
			continue
		}
		jobs, worst, size = append(jobs, j), append(worst, w), size+n
	}
	return jobs, worst
}

// submit sends one batch. The ledger knows of it before the endpoint does. taken is false where the endpoint said that it has not got it;
// where that is not known, the batch stays under way, without an id.
func (r *run) submit(ctx context.Context, b Batcher, jobs []*job, worst []money) (taken bool, err error) {
	if err := ctx.Err(); err != nil {
		r.giveBack(worst)
		return false, err
	}
	rec := &record{Event: evBatch, Batch: r.l.nextBatch(), Teacher: r.t.Name(), Endpoint: r.t.Endpoint()}
	items := make([]BatchItem, len(jobs))
	for i, j := range jobs {
		req := j.req
		req.MaxTokens = j.tokens
		items[i] = BatchItem{j.key, req}
		rec.Keys, rec.Reserves, rec.Tokens = append(rec.Keys, j.key), append(rec.Reserves, worst[i].dollars()), append(rec.Tokens, j.tokens)
	}
	if err := r.l.add(r.o.Clock.Now(), rec); err != nil {
		r.giveBack(worst)
		return false, err
	}
	call, cancel := calls(ctx)
	defer cancel()
	info, err := b.Submit(call, items)
	if err == nil {
		r.sent(info.ID, len(jobs))
		return true, r.l.add(r.o.Clock.Now(), &record{Event: evSubmitted, Batch: rec.Batch, Remote: info.ID})
	}
	e := callError(err)
	if e.Lost || e.Status == 500 { // an error of the server may come after the batch was made
		return true, r.unsure(e, len(jobs))
	}
	r.giveBack(worst)
	if err := r.l.add(r.o.Clock.Now(), &record{Event: evUnsent, Batch: rec.Batch, Detail: e.Error()}); err != nil {
		return false, err
	}
	return false, r.refused(e)
}

// unsure leaves a batch without an id under way, for search to find.
func (r *run) unsure(e *CallError, n int) error {
	r.note("whether the endpoint took a batch of %d requests was not known at first (%v)", n, e)
	r.pause.extend(r.o.Clock.Now().Add(e.After))
	if r.doubts++; r.doubts > r.o.Tries {
		return fmt.Errorf("teacher: %s: %d times it was not known whether a batch was taken, the last time after: %w; run the same command again later, "+
			"batches that were taken are found", r.t.Endpoint(), r.doubts, e)
	}
	return nil
}

// refused decides what the refusal of a whole batch means: an error, or another try after a pause.
func (r *run) refused(e *CallError) error {
	switch {
	case e.Stop:
		return r.stopped(e)
	case e.Status == 413 && r.o.BatchBytes > 1<<20:
		r.o.BatchBytes /= 2
		return nil
	case !e.Retry || e.After > r.o.MaxWait:
		return fmt.Errorf("teacher: %s does not take the batch: %w", r.t.Endpoint(), e)
	}
	r.mu.Lock()
	r.streak++
	n := r.streak
	r.mu.Unlock()
	if n >= r.o.Tries {
		return fmt.Errorf("teacher: %s did not take a batch %d times in a row: %w; run the same command again later", r.t.Endpoint(), n, e)
	}
	r.pause.extend(r.o.Clock.Now().Add(r.o.backoff(n, e.After)))
	return nil
}

func (r *run) giveBack(worst []money) {
	for _, m := range worst {
		r.budget.settle(m, 0)
	}
}

func (r *run) sent(id string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Sent += n
	r.streak = 0
	r.report.Batches = append(r.report.Batches, id)
}

// look asks after one batch and reads its results if it has ended. It tells whether the batch is over.
func (r *run) look(ctx context.Context, b Batcher, f *flight, others foreign) (bool, error) {
	call, cancel := calls(ctx)
	defer cancel()
	if f.remote == "" {
		return r.search(call, b, f, others)
	}
	info, err := b.Batch(call, f.remote)
	if e := (*CallError)(nil); errors.As(err, &e) && e.Status == 404 {
		return true, r.gone(f, "the endpoint does not know the batch "+f.remote+" any more")
	}
	if err != nil {
		return false, r.troubled(err)
	}
	r.mu.Lock()
	r.streak = 0
	if !slices.Contains(r.report.Batches, f.remote) {
		r.report.Batches = append(r.report.Batches, f.remote)
	}
	r.mu.Unlock()
	if !info.Ended {
		return false, nil
	}
	return r.read(call, b, f)
}

// troubled lets an error of looking pass a few times: looking costs nothing.
func (r *run) troubled(err error) error {
	e := callError(err)
	if e.Stop {
		return r.stopped(e)
	}
	r.mu.Lock()
	r.streak++
	n := r.streak
	r.mu.Unlock()
	if !e.Retry && e.Status != 0 || n >= 4*r.o.Tries {
		return fmt.Errorf("teacher: %s: batches are under way but cannot be looked at: %w; run the same command again later, they go on and are found again", r.t.Endpoint(), e)
	}
	r.pause.extend(r.o.Clock.Now().Add(r.o.backoff(n, e.After)))
	return nil
}

// read takes the results of an ended batch. A stream that breaks off is read again.
func (r *run) read(ctx context.Context, b Batcher, f *flight) (bool, error) {
	var some []*record
	seen := map[string]bool{}
	flush := func() error {
		err := r.take(some)
		some = some[:0:0]
		return err
	}
	err := b.Results(ctx, f.remote, func(res BatchResult) error {
		rec, ok := r.result(f, res)
		if !ok || seen[res.Key] {
			return nil // of no request that waits: a repetition, or somebody else's
		}
		seen[res.Key] = true
		if some = append(some, rec); len(some) < 256 {
			return nil
		}
		return flush()
	})
	if err2 := flush(); err2 != nil {
		return false, err2
	}
	if err != nil {
		return false, r.troubled(err)
	}
	r.l.mu.Lock()
	missing := len(f.open)
	r.l.mu.Unlock()
	if missing > 0 && f.reads < r.o.Tries {
		f.reads++ // a file that ends early between two lines looks whole
		return false, nil
	}
	if missing > 0 {
		return true, r.gone(f, "the results of the batch "+f.remote+" do not hold the request")
	}
	return true, r.l.add(r.o.Clock.Now(), &record{Event: evEnded, Batch: f.number})
}

// result makes a record of one result.
func (r *run) result(f *flight, res BatchResult) (*record, bool) {
	r.l.mu.Lock()
	e, ok := f.open[res.Key]
	r.l.mu.Unlock()
	if !ok {
		return nil, false
	}
	if res.Status != EntrySucceeded {
		rec := &record{Event: evEntry, Batch: f.number, Key: res.Key, Status: string(res.Status), Reserve: e.reserve.dollars()}
		if res.Err != nil {
			rec.Detail, rec.callErr = res.Err.Error(), res.Err
		}
		return rec, true
	}
	rec := r.answerRecord(res.Key, res.Answer, e.tokens, e.reserve, true)
	rec.Batch, rec.Reserve = f.number, e.reserve.dollars()
	return rec, true
}

// take writes results to the ledger, settles their money and their jobs.
func (r *run) take(recs []*record) error {
	if len(recs) == 0 {
		return nil
	}
	if err := r.l.add(r.o.Clock.Now(), recs...); err != nil {
		return err
	}
	for _, rec := range recs {
		j := r.byKey[rec.Key]
		if rec.Event == evAnswer {
			r.budget.settle(toMoney(rec.Reserve), toMoney(*rec.Cost))
			r.answer(j, rec)
			continue
		}
		r.budget.settle(toMoney(rec.Reserve), 0)
		r.unanswered(j, EntryStatus(rec.Status), rec.callErr)
	}
	r.progress()
	return nil
}

// unanswered ends a job that a batch returned without an answer, or leaves it pending for the next batch.
func (r *run) unanswered(j *job, s EntryStatus, e *CallError) {
	if j == nil {
		return
	}
	r.l.mu.Lock()
	times := r.l.state.expired[j.key]
	r.l.mu.Unlock()
	switch {
	case s == EntryCanceled:
		r.fail(j, Failed, "its batch was cancelled; another run asks again")
	case e != nil && !e.Retry:
		r.fail(j, Failed, "%v", e)
	case times < r.o.ExpiredTries:
	case s == EntryExpired:
		r.fail(j, Expired, "%d batches ended before it was worked on", times)
	case e != nil:
		r.fail(j, Failed, "%d batches returned it without an answer, the last with: %v", times, e)
	default:
		r.fail(j, Failed, "%d batches returned it without an answer", times)
	}
}

// gone gives up the results of a batch. What they have cost is not known.
func (r *run) gone(f *flight, why string) error {
	r.l.mu.Lock()
	var recs []*record
	for k, e := range f.open {
		recs = append(recs, &record{Event: evLost, Batch: f.number, Key: k, Reserve: e.reserve.dollars(), Detail: why})
	}
	r.l.mu.Unlock()
	slices.SortFunc(recs, func(a, b *record) int { return cmp.Compare(a.Key, b.Key) })
	r.note("%s: %d results are lost", why, len(recs))
	if err := r.l.add(r.o.Clock.Now(), append(recs, &record{Event: evEnded, Batch: f.number})...); err != nil {
		return err
	}
	for _, rec := range recs {
		m := toMoney(rec.Reserve)
		r.budget.settle(m, m)
		r.unanswered(r.byKey[rec.Key], EntryErrored, nil)
	}
	return nil
}

// skew is how far the endpoint's clock may be from ours: a day covers one that is set to another time zone.
const skew = 24 * time.Hour

// search looks for a batch whose id is not known: the process ended, or the connection, before the endpoint's answer came. The endpoint's
// list shows batches but not what is in them; the keys in the results, once there are some, say whose they are.
func (r *run) search(ctx context.Context, b Batcher, f *flight, others foreign) (bool, error) {
	list, err := b.Batches(ctx, f.started.Add(-skew))
	if err != nil {
		return false, r.troubled(err)
	}
	candidates := 0
	for _, info := range list {
		r.l.mu.Lock()
		known := r.l.state.remotes[info.ID]
		r.l.mu.Unlock()
		if known || others[foreignKey{f.number, info.ID}] || info.Requests != f.total {
			continue
		}
		if !info.Ended {
			candidates++
			continue
		}
		ours, err := r.ours(ctx, b, f, info.ID)
		if err != nil {
			return false, r.troubled(err)
		}
		if ours {
			r.sent(info.ID, f.total)
			return true, r.l.add(r.o.Clock.Now(), &record{Event: evSubmitted, Batch: f.number, Remote: info.ID})
		}
		others[foreignKey{f.number, info.ID}] = true
	}
	if candidates > 0 || r.o.Clock.Now().Sub(f.started) < r.o.Grace {
		return false, nil
	}
	r.l.mu.Lock()
	var worst []money
	for _, e := range f.open {
		worst = append(worst, e.reserve)
	}
	r.l.mu.Unlock()
	if err := r.l.add(r.o.Clock.Now(), &record{Event: evUnsent, Batch: f.number, Detail: "the endpoint does not list it"}); err != nil {
		return false, err
	}
	r.giveBack(worst)
	return true, nil
}

// errEnough ends a stream of results that has said what was asked.
var errEnough = errors.New("enough")

// ours tells whether the results of a batch are of f: whether the first is, and is not of another batch of ours that is searched for.
func (r *run) ours(ctx context.Context, b Batcher, f *flight, id string) (bool, error) {
	ours := false
	err := b.Results(ctx, id, func(res BatchResult) error {
		r.l.mu.Lock()
		_, ours = f.open[res.Key]
		r.l.mu.Unlock()
		return errEnough
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return ours, err
}
