package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"graft/internal/config"
	"graft/internal/dataset"
	"graft/internal/event"
	"graft/internal/teacher"
	"graft/internal/teacher/anthropic"
	"graft/internal/teacher/openai"
)

// teacherNone is dataset.teacher of builds that ask nobody.
const teacherNone = "none"

// ledgerName is the file beside data.train that keeps what a teacher was asked and has answered.
const ledgerName = ".ledger.jsonl"

func ledgerPath(c *config.Config) string {
	return filepath.Join(filepath.Dir(c.Data.Train.Path()), ledgerName)
}

// asker asks the teacher of one build.
type asker struct {
	app    *App
	con    *console
	t      teacher.Teacher
	ledger *teacher.Ledger
	price  teacher.Price
	config *config.Dataset
	count  func(string) int
	counts map[string]int // of texts that many requests share

	offline bool // answer from the ledger alone
	dry     bool // ask nothing
}

// datasetTeacher is who words the requests of a build, nil if nobody does. finish lets go of what it holds.
func (a *App) datasetTeacher(c *config.Config, f buildFlags, con *console) (_ *dataset.Teacher, finish func() error, err error) {
	finish = func() error { return nil }
	d := &c.Dataset
	if d.Teacher == teacherNone {
		return nil, finish, nil
	}
	k := &asker{app: a, con: con, config: d, counts: map[string]int{}, offline: f.offline, dry: f.dry}
	t := &dataset.Teacher{Name: d.Teacher, Model: d.TeacherModel, Languages: d.Languages, SelfCheck: d.SelfCheck, Ask: k.ask, Estimate: k.estimate}
	if t.Prompts, err = ownPrompts(d.Prompts); err != nil {
		return nil, finish, c.Problem("dataset.prompts", "%v", err)
	}
	if f.until == dataset.StageCollect {
		t.Estimate = nil
		return t, finish, nil
	}
	if k.count, _, err = a.tokenCounter(c); err != nil {
		return nil, finish, err
	}
	if k.t, err = a.newTeacher(d, f.dry || f.offline); err != nil {
		return nil, finish, teacherProblem(c, err)
	}
	if k.price, err = priceOf(k.t, d.Price); err != nil {
		return nil, finish, c.Problem("dataset.price", "%v", err)
	}
	t.Terms = strings.ReplaceAll(teacher.Notice(k.t), k.t.Endpoint(), "the teacher's endpoint") // where it stands changes no record
	if f.dry {
		k.ledger, err = teacher.ReadLedger(ledgerPath(c))
		return t, finish, err
	}
	if err := os.MkdirAll(filepath.Dir(c.Data.Train.Path()), 0o755); err != nil {
		return nil, finish, fmt.Errorf("graft: %w", err)
	}
	if k.ledger, err = teacher.OpenLedger(ledgerPath(c)); err != nil {
		return nil, finish, err
	}
	return t, k.ledger.Close, nil
}

// ownPrompts is the user's folder of templates, nil if there is none.
func ownPrompts(dir string) (fs.FS, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, fmt.Errorf("%s is a file, expected a folder of templates", dir)
	}
	return os.DirFS(dir), nil
}

// newTeacher makes the client. For an estimate no key is needed.
func (a *App) newTeacher(d *config.Dataset, dry bool) (teacher.Teacher, error) {
	key := func(variable string) string {
		if v := a.getenv(variable); v != "" || !dry {
			return v
		}
		return "none, since nothing is asked"
	}
	url := func(variable string) string {
		if d.BaseURL != "" {
			return d.BaseURL
		}
		return a.getenv(variable)
	}
	if d.Teacher == openai.Name {
		return openai.New(openai.Options{Model: d.TeacherModel, BaseURL: url(openai.BaseURLVariable), Key: key(openai.KeyVariable)})
	}
	return anthropic.New(anthropic.Options{
		Model: d.TeacherModel, BaseURL: url(anthropic.BaseURLVariable), Key: key(anthropic.KeyVariable), Effort: d.Effort,
	})
}

// teacherProblem gives an error about a teacher the place of the key that chose it.
func teacherProblem(c *config.Config, err error) error {
	return c.Problem("dataset.teacher", "%v", err)
}

// priceOf is what the user states, else what is known.
func priceOf(t teacher.Teacher, stated string) (teacher.Price, error) {
	if stated != "" {
		return teacher.ParsePrice(stated)
	}
	return teacher.PriceOf(t)
}

// terms shows what somebody should know before code leaves this machine, once for each ledger.
func (k *asker) terms() error {
	notice := teacher.Notice(k.t)
	if notice == "" || k.silent() || k.ledger.Acknowledged(k.t) {
		return nil
	}
	k.con.Emit(event.Warning{Text: notice})
	return k.ledger.Acknowledge(k.t)
}

// silent reports whether nothing is sent.
func (k *asker) silent() bool { return k.dry || k.offline }

// options are how requests are asked.
func (k *asker) options(requests []teacher.Request) teacher.Options {
	o := teacher.Options{
		Ledger: k.ledger, Replay: k.offline, Mode: teacher.Mode(k.config.Mode), Concurrency: k.config.Concurrency, MaxCost: k.config.MaxCost, Price: &k.price,
		MoreTokens: 4 * maxTokens(requests), UsualShare: usualShare,
	}
	if _, counts := k.t.(teacher.Batcher); k.silent() || !counts {
		o.Count = k.tokens
	}
	if k.app.waits != nil {
		k.app.waits(&o)
	}
	return o
}

// ask answers requests, as far as max_cost goes.
func (k *asker) ask(ctx context.Context, requests []teacher.Request) ([]teacher.Reply, error) {
	if err := k.terms(); err != nil {
		return nil, err
	}
	start, first := time.Now(), -1
	o := k.options(requests)
	o.Progress = func(p teacher.Progress) {
		if first < 0 {
			first = p.Done
		}
		k.con.Emit(event.Progress{Stage: "ask", Done: p.Done, Total: p.Total, Unit: "questions", Beside: beside(p, p.Done-first, time.Since(start))})
	}
	replies, report, err := teacher.Run(ctx, k.t, requests, o)
	for _, n := range report.Notes {
		k.con.Emit(event.Note{Text: n})
	}
	if err == nil {
		k.con.Emit(event.Note{Text: report.String()})
	}
	return replies, err
}

func maxTokens(requests []teacher.Request) int {
	most := 0
	for _, r := range requests {
		most = max(most, r.MaxTokens)
	}
	return most
}

// beside reports the speed, the duration and the cost.
func beside(p teacher.Progress, done int, took time.Duration) string {
	s := fmt.Sprintf("$%.4f", p.Spent)
	if p.Waiting > 0 {
		s += fmt.Sprintf("  %d in batches", p.Waiting)
	}
	if rate := float64(done) / max(took.Seconds(), 1e-9); done > 0 && took > time.Second {
		eta := time.Duration(float64(p.Total-p.Done) / rate * float64(time.Second)).Round(time.Second)
		s += fmt.Sprintf("  %.1f/s  eta %v", rate, eta)
	}
	return s
}

// What an estimate assumes: the teacher's tokens for one of the base model's, the part of max_tokens that a usual answer takes, and tokens of
// a verdict, usually and at most.
const (
	moreTokens = 1.3
	usualShare = 0.22
	usualCheck = 40
	mostCheck  = 256
)

// tokens is about how many tokens of the teacher a question has.
func (k *asker) tokens(r teacher.Request) int {
	n, ok := k.counts[r.System]
	if !ok {
		n = k.count(r.System)
		k.counts[r.System] = n
	}
	return int(moreTokens * float64(n+k.count(r.User)))
}

// estimate is the cost of the requests that the ledger does not answer, the system text counted in full, since a cache may not hold.
func (k *asker) estimate(ctx context.Context, requests []teacher.Request) (dataset.Estimate, error) {
	if err := k.terms(); err != nil {
		return dataset.Estimate{}, err
	}
	t, err := teacher.EstimateCost(ctx, k.t, requests, k.options(requests))
	if err != nil {
		return dataset.Estimate{}, err
	}
	e := dataset.Estimate{
		Requests: t.Requests + t.Known, Answered: t.Known, Input: t.InputTokens, Output: t.OutputTokens, Cost: t.Cost, Most: t.Worst, Spent: t.Spent,
	}
	if k.config.SelfCheck && len(requests) > 0 {
		k.addChecks(&e, requests)
	}
	if !k.offline && e.Spent+e.Cost > k.config.MaxCost {
		k.con.Emit(event.Warning{Text: fmt.Sprintf("about $%.4f are expected after $%.4f that were spent before, dataset.max_cost is %g: what it does not reach is left out",
			e.Cost, e.Spent, k.config.MaxCost)})
	}
	return e, nil
}

// addChecks adds what the self-check asks: about each request once more, in about as many words. What the ledger answers beyond the requests
// is taken for verdicts on them.
func (k *asker) addChecks(e *dataset.Estimate, requests []teacher.Request) {
	input := 0
	for _, r := range requests {
		input += k.tokens(r)
	}
	known := max(0, min(e.Answered, k.ledger.Answers()-e.Answered))
	n, factor := e.Requests-known, 1.0
	if _, ok := k.t.(teacher.Batcher); ok && k.config.Mode == string(teacher.Batch) {
		factor = k.price.Batch
	}
	input = input / len(requests) * n
	cost := func(output int) float64 {
		return factor * (float64(input)*k.price.Input + float64(n*output)*k.price.Output) / 1e6
	}
	e.Requests, e.Answered = 2*e.Requests, e.Answered+known
	e.Input, e.Output, e.Cost, e.Most = e.Input+input, e.Output+n*usualCheck, e.Cost+cost(usualCheck), e.Most+cost(mostCheck)
}
