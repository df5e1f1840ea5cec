package teacher

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"graft/internal/fault"
	"graft/internal/teacher/extract"
)

// Report is what a Run did.
type Report struct {
	Teacher   string          `json:"teacher"`
	Model     string          `json:"model"`
	Endpoint  string          `json:"endpoint"`
	Price     Price           `json:"price"`
	Requests  int             `json:"requests"`
	Distinct  int             `json:"distinct"` // requests of different content
	Known     int             `json:"known"`    // of them, answered by the ledger
	Answered  int             `json:"answered"` // of them, with a text in the end
	Failures  map[Failure]int `json:"failures"` // of them
	Sent      int             `json:"sent"`     // tries, those in batches included
	Usage     Usage           `json:"usage"`    // of the answers that this run got
	Cost      float64         `json:"cost"`     // of the answers that this run got, US dollars
	Spent     float64         `json:"spent"`    // known of the whole ledger
	Uncertain float64         `json:"uncertain"`
	Batches   []string        `json:"batches,omitempty"` // ids of those that this run made or found
	Notes     []string        `json:"notes,omitempty"`
}

// job is a distinct request and what became of it.
type job struct {
	key    string
	req    Request
	schema *extract.Schema
	tokens int // MaxTokens of the next try
	reply  Reply
	done   bool
}

type run struct {
	t      Teacher
	o      Options
	l      *Ledger
	price  Price
	budget *budget
	jobs   []*job
	byKey  map[string]*job

	mu     sync.Mutex
	report Report
	cost   money
	done   int
	failed int
	doubts int // submissions of which it was not known whether they arrived
	streak int // requests that ended in an error since the last answer
	pause  pause
}

// Run answers reqs: from the ledger where it knows the answer, else by asking t. Replies stand in the order of reqs; requests of equal
// content are asked once. An error is one that ends the whole run, such as a bad key; what was answered until then is in the ledger and in
// the replies. A request that could not be answered is no error but a Reply with its Failure.
func Run(ctx context.Context, t Teacher, reqs []Request, o Options) ([]Reply, Report, error) {
	o = o.withDefaults()
	r := &run{t: t, o: o, l: o.Ledger, byKey: map[string]*job{}}
	r.report = Report{Teacher: t.Name(), Model: t.Model(), Endpoint: t.Endpoint(), Requests: len(reqs), Failures: map[Failure]int{}}
	if err := o.check(reqs); err != nil {
		return nil, r.report, err
	}
	order, err := r.collect(reqs)
	if err != nil {
		return nil, r.report, err
	}
	if o.Replay {
		err = r.replay()
	} else {
		err = r.ask(ctx)
	}
	replies := make([]Reply, len(reqs))
	for i, j := range order {
		if !j.done {
			j.reply.Failure, j.reply.Detail = Failed, "it was not asked: the run ended before"
		}
		replies[i] = j.reply
	}
	r.sumUp()
	return replies, r.report, err
}

// collect makes the jobs and settles those that the ledger knows.
func (r *run) collect(reqs []Request) (order []*job, err error) {
	schemas := map[string]*extract.Schema{}
	for i, req := range reqs {
		req.System, req.User = strings.ToValidUTF8(req.System, "\ufffd"), strings.ToValidUTF8(req.User, "\ufffd")
		key := Key(r.t, req)
		j := r.byKey[key]
		if j == nil {
			s, ok := schemas[string(req.Schema)]
			if !ok && req.Schema != nil {
				if s, err = extract.Compile(req.Schema); err != nil {
					return nil, fmt.Errorf("teacher: request %d: %w", i, err)
				}
				schemas[string(req.Schema)] = s
			}
			j = &job{key: key, req: req, schema: s, tokens: req.MaxTokens}
			r.byKey[key] = j
			r.jobs = append(r.jobs, j)
		}
		order = append(order, j)
	}
	r.report.Distinct = len(r.jobs)
	r.l.mu.Lock()
	defer r.l.mu.Unlock()
	for _, j := range r.jobs {
		if a := r.l.state.answers[j.key]; a != nil && r.settle(j, a) {
			r.report.Known++
		}
	}
	return order, nil
}

// settle makes a reply of an answer. false: it was cut off and is asked once more with more tokens.
func (r *run) settle(j *job, a *answered) bool {
	if a.stop == CutOff && a.tokens < r.o.MoreTokens && !r.o.Replay {
		j.tokens = r.o.MoreTokens
		return false
	}
	usage := a.usage
	usage.Add(a.beforeUsage)
	j.reply = Reply{Model: a.model, Usage: usage, Cost: (a.cost + a.before).dollars(), Failure: a.stop, Detail: a.detail}
	switch {
	case a.stop != "":
	case j.schema == nil:
		j.reply.Text = a.text
	default:
		text, err := extract.JSON(a.text, j.schema)
		if err != nil {
			j.reply.Failure, j.reply.Detail = Malformed, err.Error()
		}
		j.reply.Text = text
	}
	r.finish(j)
	return true
}

// finish counts a job that has its reply.
func (r *run) finish(j *job) {
	j.done = true
	r.done++
	if j.reply.Failure != "" {
		r.failed++
	}
}

// replay answers from the ledger alone.
func (r *run) replay() error {
	var unknown []string
	for _, j := range r.jobs {
		if j.done {
			continue
		}
		r.l.mu.Lock()
		left, ok := r.l.state.left[j.key]
		r.l.mu.Unlock()
		if !ok {
			unknown = append(unknown, j.key[:12])
			continue
		}
		j.reply = Reply{Failure: Failure(left.Status), Detail: left.Detail}
		r.finish(j)
	}
	if len(unknown) > 0 {
		return fault.Inputf("teacher: the ledger %s does not know %d of %d requests, the first has the key %s…; build without replay to ask them",
			r.l.path, len(unknown), len(r.jobs), unknown[0])
	}
	return nil
}

// ask sends what the ledger does not know.
func (r *run) ask(ctx context.Context) error {
	if r.done == len(r.jobs) {
		r.progress()
		return nil
	}
	var err error
	if r.o.Price != nil {
		r.price = *r.o.Price
	} else if r.price, err = PriceOf(r.t); err != nil {
		return fault.Input(err)
	}
	r.report.Price = r.price
	if err := r.forget(); err != nil {
		return err
	}
	known, lost := r.l.Spent()
	r.l.mu.Lock()
	reserved := r.l.state.reserved()
	r.l.mu.Unlock()
	r.budget = newBudget(toMoney(r.o.MaxCost), toMoney(known)+toMoney(lost), reserved)
	r.progress()
	return errors.Join(r.send(ctx), r.leave())
}

// send sends all that is pending in the mode that was asked for. Batches that are under way are waited for in any mode: they are paid for.
func (r *run) send(ctx context.Context) error {
	b, ok := r.t.(Batcher)
	switch {
	case ok && r.o.Mode == Batch:
		return r.batches(ctx, b, true)
	case ok:
		if err := errors.Join(r.live(ctx), r.batches(ctx, b, false)); err != nil {
			return err
		}
	case r.o.Mode == Batch:
		r.note("%s at %s takes no batches; the requests were sent live", r.t.Name(), r.t.Endpoint())
	}
	return r.live(ctx)
}

// forget turns what an earlier process sent, and never heard of, into money that may be spent.
func (r *run) forget() error {
	r.l.mu.Lock()
	var rs []*record
	for n := range r.l.state.asks {
		rs = append(rs, &record{Event: evLost, Ask: n, Detail: "the process ended while the request was under way"})
	}
	r.l.mu.Unlock()
	slices.SortFunc(rs, func(a, b *record) int { return cmp.Compare(a.Ask, b.Ask) })
	if len(rs) == 0 {
		return nil
	}
	return r.l.add(r.o.Clock.Now(), rs...)
}

// leave records how the requests without an answer ended, for replays.
func (r *run) leave() error {
	var rs []*record
	r.l.mu.Lock()
	for _, j := range r.jobs {
		old := r.l.state.left[j.key]
		f := j.reply.Failure
		if lasting := f == Failed || f == Expired || f == Unpaid; j.done && lasting && (old.Status != string(f) || old.Detail != j.reply.Detail) {
			rs = append(rs, &record{Event: evLeft, Key: j.key, Status: string(f), Detail: j.reply.Detail})
		}
	}
	r.l.mu.Unlock()
	if len(rs) == 0 {
		return nil
	}
	return r.l.add(r.o.Clock.Now(), rs...)
}

// pending are the jobs without a reply that no batch has, in order.
func (r *run) pending() (list []*job) {
	r.l.mu.Lock()
	defer r.l.mu.Unlock()
	flying := map[string]bool{}
	for _, f := range r.flights() {
		for k := range f.open {
			flying[k] = true
		}
	}
	for _, j := range r.jobs {
		if !j.done && !flying[j.key] {
			list = append(list, j)
		}
	}
	return list
}

// fail ends a job without an answer.
func (r *run) fail(j *job, f Failure, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	j.reply = Reply{Failure: f, Detail: fmt.Sprintf(format, args...)}
	r.finish(j)
}

// record of an answer to key; the reservation's number is the caller's to add.
func (r *run) answerRecord(key string, a Answer, tokens int, worst money, batch bool) *record {
	cost := r.price.cost(a.Usage, batch)
	if a.Usage == (Usage{}) {
		cost = worst // an endpoint that does not say what it charged is taken to have charged the most
	}
	c := cost.dollars()
	u := a.Usage
	return &record{
		Event: evAnswer, Key: key, Teacher: r.t.Name(), Model: strings.ToValidUTF8(a.Model, "\ufffd"), Status: string(a.Stop),
		Detail: strings.ToValidUTF8(a.Detail, "\ufffd"), MaxTokens: tokens, Text: strings.ToValidUTF8(a.Text, "\ufffd"), Usage: &u, Cost: &c,
	}
}

// answer settles a job with what the ledger now knows.
func (r *run) answer(j *job, rec *record) {
	r.l.mu.Lock()
	a := r.l.state.answers[rec.Key]
	r.l.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.streak = 0
	r.report.Usage.Add(*rec.Usage)
	r.cost += toMoney(*rec.Cost)
	if j != nil {
		r.settle(j, a)
	}
}

func (r *run) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := fmt.Sprintf(format, args...); !slices.Contains(r.report.Notes, s) {
		r.report.Notes = append(r.report.Notes, s)
	}
}

// progress tells how far the run is.
func (r *run) progress() {
	r.l.mu.Lock()
	waiting := 0
	for _, f := range r.l.state.flights {
		waiting += len(f.open)
	}
	r.l.mu.Unlock()
	var spent, reserved money
	if r.budget != nil {
		spent, reserved = r.budget.sums()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.o.Progress(Progress{
		Total: len(r.jobs), Done: r.done, Failed: r.failed, Waiting: waiting, Spent: spent.dollars(), Reserved: reserved.dollars(),
	})
}

// sumUp completes the report.
func (r *run) sumUp() {
	for _, j := range r.jobs {
		switch {
		case !j.done:
		case j.reply.Failure == "":
			r.report.Answered++
		default:
			r.report.Failures[j.reply.Failure]++
		}
	}
	r.report.Cost = r.cost.dollars()
	r.report.Spent, r.report.Uncertain = r.l.Spent()
	slices.Sort(r.report.Batches)
	const sharing = 20 // requests, from which on a shared system text should have been read from the cache
	if r.report.Usage.Prompt() > 0 && r.report.Usage.CacheRead == 0 && r.t.Name() == "anthropic" && r.report.Sent > sharing {
		r.report.Notes = append(r.report.Notes, "no token was read from the prompt cache: the system text is probably below the least length that "+
			r.t.Model()+" caches, and each request pays for it in full")
	}
}

// String is the report for people.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %d requests, %d distinct, %d answered by the ledger, %d answered in all", r.Model, r.Teacher, r.Requests, r.Distinct, r.Known, r.Answered)
	for _, f := range []Failure{Refused, CutOff, Malformed, Expired, Failed, Unpaid} {
		if n := r.Failures[f]; n > 0 {
			fmt.Fprintf(&b, ", %d %s", n, f)
		}
	}
	fmt.Fprintf(&b, "; $%.4f now, $%.4f in all", r.Cost, r.Spent)
	if r.Uncertain > 0 {
		fmt.Fprintf(&b, " and up to $%.4f for requests whose answers were lost", r.Uncertain)
	}
	for _, n := range r.Notes {
		b.WriteString("\n" + n)
	}
	return b.String()
}

// MarshalJSON leaves out what is not known.
func (p Price) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"input": p.Input, "output": p.Output, "cache_read": p.CacheRead, "batch": p.Batch, "as_of": p.AsOf})
}
