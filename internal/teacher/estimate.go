package teacher

import (
	"context"
	"errors"
	"fmt"
	"math"

	"graft/internal/fault"
)

// Estimate is what a Run would cost, said before anything is sent.
type Estimate struct {
	Requests     int     `json:"requests"` // distinct, that the ledger does not answer and no running batch has
	Known        int     `json:"known"`    // distinct, that it answers, or that a running batch has
	InputTokens  int     `json:"input_tokens"`
	OutputTokens int     `json:"output_tokens"`
	Cost         float64 `json:"cost"`  // US dollars, likely: no prompt cache, answers as long as OutputMethod says
	Worst        float64 `json:"worst"` // US dollars that are reserved if all is sent
	Spent        float64 `json:"spent"` // of the ledger already, answers that may have been lost included
	InputMethod  string  `json:"input_method"`
	OutputMethod string  `json:"output_method"`
}

// String is the estimate for people.
func (e Estimate) String() string {
	return fmt.Sprintf("%d requests to send: about %d tokens in (%s) and %d out (%s), about $%.4f, at worst $%.4f; spent before: $%.4f",
		e.Requests, e.InputTokens, e.InputMethod, e.OutputTokens, e.OutputMethod, e.Cost, e.Worst, e.Spent)
}

// sampleSize is how many questions are counted by the endpoint.
const sampleSize = 20

// EstimateCost foretells what Run(ctx, t, reqs, o) costs. It asks the endpoint to count the tokens of a few questions, which is free, and
// counts a third of the bytes where the endpoint cannot. With o.Count nothing is sent. It spends nothing.
func EstimateCost(ctx context.Context, t Teacher, reqs []Request, o Options) (Estimate, error) {
	o = o.withDefaults()
	if err := o.check(reqs); err != nil {
		return Estimate{}, err
	}
	r := &run{t: t, o: o, l: o.Ledger, byKey: map[string]*job{}}
	if _, err := r.collect(reqs); err != nil {
		return Estimate{}, err
	}
	price, err := PriceOf(t)
	if o.Price != nil {
		price, err = *o.Price, nil
	}
	if err != nil {
		return Estimate{}, fault.Input(err)
	}
	_, batches := t.(Batcher)
	batched := batches && o.Mode == Batch
	jobs := r.pending()
	known, lost := r.l.Spent()
	e := Estimate{Requests: len(jobs), Known: len(r.jobs) - len(jobs), Spent: known + lost}
	perByte, method, err := r.tokensPerByte(ctx, jobs)
	if err != nil {
		return Estimate{}, err
	}
	share, outMethod := r.answerShare()
	e.InputMethod, e.OutputMethod = method, outMethod
	var cost, worst money
	for _, j := range jobs {
		u := Usage{Input: int(math.Ceil(perByte * float64(bytesOf(j.req)))), Output: int(math.Ceil(share * float64(j.tokens)))}
		e.InputTokens, e.OutputTokens = e.InputTokens+u.Input, e.OutputTokens+u.Output
		req := j.req
		req.MaxTokens = j.tokens
		cost, worst = cost+price.cost(u, batched), worst+price.worst(req, batched)
	}
	e.Cost, e.Worst = cost.dollars(), worst.dollars()
	return e, nil
}

func bytesOf(r Request) int { return len(r.System) + len(r.User) + len(r.Schema) }

// tokensPerByte measures a sample of questions, evenly spread.
func (r *run) tokensPerByte(ctx context.Context, jobs []*job) (float64, string, error) {
	const rule, ruleName = 1.0 / 3, "a token for 3 bytes"
	if len(jobs) == 0 {
		return rule, "nothing to count", nil
	}
	count, bytes := 0, 0
	if r.o.Count != nil {
		for _, j := range jobs {
			count, bytes = count+r.o.Count(j.req), bytes+bytesOf(j.req)
		}
		return float64(count) / float64(max(bytes, 1)), "counted here", nil
	}
	n := min(sampleSize, len(jobs))
	for i := range n {
		j := jobs[i*len(jobs)/n]
		c, err := r.t.CountTokens(ctx, j.req)
		if err != nil && ctx.Err() != nil {
			return 0, "", ctx.Err()
		}
		var e *CallError
		if errors.As(err, &e) && e.Stop && e.Status != 404 { // a bad key shows before money is asked for
			return 0, "", r.stopped(e)
		}
		if err != nil {
			return rule, ruleName, nil
		}
		count, bytes = count+c, bytes+bytesOf(j.req)
	}
	return float64(count) / float64(max(bytes, 1)), fmt.Sprintf("counted by the endpoint in %d of them", n), nil
}

// answerShare is how much of max_tokens answers take: what those in the ledger took, else what usual ones do, else all.
func (r *run) answerShare() (float64, string) {
	r.l.mu.Lock()
	defer r.l.mu.Unlock()
	out, most, n := 0, 0, 0
	for _, a := range r.l.state.answers {
		out, most, n = out+a.usage.Output, most+a.tokens, n+1
	}
	const enough = 20
	switch usual := r.o.UsualShare; {
	case n >= enough && most > 0:
	case usual > 0 && usual < 1:
		return usual, fmt.Sprintf("%.0f %% of max_tokens, which is usual", 100*usual)
	default:
		return 1, "all of max_tokens"
	}
	return min(float64(out)/float64(most), 1), fmt.Sprintf("as in %d earlier answers", n)
}
