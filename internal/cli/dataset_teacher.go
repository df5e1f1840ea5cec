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
}

// datasetTeacher is who words the requests of a build, nil if nobody does. finish lets go of what it holds.
func (a *App) datasetTeacher(c *config.Config, f buildFlags, con *console) (_ *dataset.Teacher, finish func() error, err error) {
	finish = func() error { return nil }
	d := &c.Dataset
	if d.Teacher == teacherNone {
		return nil, finish, nil
	}
	k := &asker{app: a, con: con, config: d, counts: map[string]int{}, offline: f.offline}
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
		return t, finish, nil
	}
	if err := os.MkdirAll(filepath.Dir(c.Data.Train.Path()), 0o755); err != nil {
		return nil, finish, fmt.Errorf("graft: %w", err)
	}
	if k.ledger, err = teacher.OpenLedger(ledgerPath(c)); err != nil {
		return nil, finish, datasetError(err)
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

// ask answers requests, as far as max_cost goes.
func (k *asker) ask(ctx context.Context, requests []teacher.Request) ([]teacher.Reply, error) {
	if notice := teacher.Notice(k.t); notice != "" && !k.offline && !k.ledger.Acknowledged(k.t) {
		k.con.Emit(event.Warning{Text: notice})
		if err := k.ledger.Acknowledge(k.t); err != nil {
			return nil, err
		}
	}
	start, first := time.Now(), -1
	o := teacher.Options{
		Ledger: k.ledger, Replay: k.offline, Mode: teacher.Mode(k.config.Mode), Concurrency: k.config.Concurrency, MaxCost: k.config.MaxCost, Price: &k.price,
		MoreTokens: 4 * maxTokens(requests),
		Progress: func(p teacher.Progress) {
			if first < 0 {
				first = p.Done
			}
			k.con.Emit(event.Progress{Stage: "ask", Done: p.Done, Total: p.Total, Unit: "questions", Beside: beside(p, p.Done-first, time.Since(start))})
		},
	}
	if k.app.waits != nil {
		k.app.waits(&o)
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

// beside says how fast it goes, how long it takes and what it costs.
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

// What an estimate assumes: the teacher's tokens for one of the base model's, and tokens of a usual answer.
const (
	moreTokens  = 1.3
	usualAnswer = 220
	usualCheck  = 40
)

// estimate says what requests cost, the system text counted in full, since a cache may not hold.
func (k *asker) estimate(_ context.Context, requests []teacher.Request) (dataset.Estimate, error) {
	e := dataset.Estimate{Requests: len(requests)}
	var most float64
	batch := 1.0
	if _, ok := k.t.(teacher.Batcher); ok && k.config.Mode == string(teacher.Batch) {
		batch = k.price.Batch
	}
	for _, r := range requests {
		n, ok := k.counts[r.System]
		if !ok {
			n = k.count(r.System)
			k.counts[r.System] = n
		}
		e.Input += int(moreTokens * float64(n+k.count(r.User)))
		e.Output += usualAnswer
		most += float64(r.MaxTokens)
	}
	if k.config.SelfCheck {
		e.Requests, e.Input, e.Output = 2*e.Requests, 2*e.Input, e.Output+usualCheck*len(requests)
	}
	cost := func(out float64) float64 { return batch * (float64(e.Input)*k.price.Input + out*k.price.Output) / 1e6 }
	e.Cost, e.Most = cost(float64(e.Output)), cost(most)
	if e.Cost > k.config.MaxCost {
		k.con.Emit(event.Warning{Text: fmt.Sprintf("about $%.4f are expected, dataset.max_cost is %g: what it does not reach is left out", e.Cost, k.config.MaxCost)})
	}
	return e, nil
}
