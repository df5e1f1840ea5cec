package teacher_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"graft/internal/fault"
	"graft/internal/teacher"
	"graft/internal/teacher/anthropic"
	"graft/internal/teacher/openai"
	"graft/internal/teacher/teachertest"
)

const (
	testKey   = "sk-ant-test-0123456789abcdef"
	testModel = "claude-haiku-5-5"
)

var testSchema = json.RawMessage(`{"type":"object","additionalProperties":false,"required":["instruction","difficulty","names"],"properties":{
	"instruction":{"type":"string","minLength":1},"difficulty":{"type":"integer","minimum":1,"maximum":5},
	"names":{"type":"array","items":{"type":"string"}}}}`)

var testSystem = strings.Repeat("You write instructions for code. ", 20)

// questions makes n distinct requests.
func questions(n int) []teacher.Request {
	reqs := make([]teacher.Request, n)
	for i := range reqs {
		reqs[i] = teacher.Request{
			System: testSystem, User: fmt.Sprintf("function f%d() <return %d> end -- äß &amp; \"q\"", i, i*i), Schema: testSchema, MaxTokens: 512,
		}
	}
	return reqs
}

func openLedger(t *testing.T, path string) *teacher.Ledger {
	t.Helper()
	l, err := teacher.OpenLedger(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func client(t *testing.T, url string) *anthropic.Client {
	t.Helper()
	c, err := anthropic.New(anthropic.Options{Model: testModel, BaseURL: url, Key: testKey})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func serve(t *testing.T, o teachertest.Options) *teachertest.Server {
	t.Helper()
	s := teachertest.Start(o)
	t.Cleanup(s.Close)
	return s
}

// dollars is the price of Haiku 5.5, worked out apart from the code under test.
func dollars(u teacher.Usage, batch bool) float64 {
	d := 0.10*float64(u.Input) + 0.01*float64(u.CacheRead) + 0.125*float64(u.CacheWrite) + 0.20*float64(u.CacheWriteLong) + 0.50*float64(u.Output)
	if batch {
		d /= 2
	}
	return d / 1e6
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

// texts are the parts of replies that must not depend on what went wrong on the way.
func texts(rs []teacher.Reply) []string {
	out := make([]string, 0, len(rs))
	for _, r := range rs {
		out = append(out, string(r.Failure)+"|"+r.Model+"|"+r.Text)
	}
	return out
}

func TestRunAnswersInOrder(t *testing.T) {
	for _, mode := range []teacher.Mode{teacher.Live, teacher.Batch} {
		t.Run(string(mode), func(t *testing.T) {
			s := serve(t, teachertest.Options{Key: testKey, Polls: 3})
			l := openLedger(t, filepath.Join(t.TempDir(), "ledger.jsonl"))
			reqs := questions(60)
			reqs = append(reqs, reqs[7], teacher.Request{User: "say something", MaxTokens: 100})
			clock := &teachertest.Clock{}
			replies, report, err := teacher.Run(t.Context(), client(t, s.URL()), reqs, teacher.Options{
				Ledger: l, Mode: mode, MaxCost: 1, Concurrency: 7, BatchRequests: 25, Clock: clock,
			})
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range replies {
				q := teachertest.Question{Model: testModel, System: reqs[i].System, User: reqs[i].User, Schema: reqs[i].Schema}
				want := teachertest.Answer(q)
				if reqs[i].Schema != nil {
					var a, b any
					if json.Unmarshal([]byte(want), &a) != nil || json.Unmarshal([]byte(r.Text), &b) != nil || !reflect.DeepEqual(a, b) {
						t.Fatalf("reply %d is\n%s, expected\n%s (%s %s)", i, r.Text, want, r.Failure, r.Detail)
					}
				} else if r.Text != want {
					t.Fatalf("reply %d is %q, expected %q", i, r.Text, want)
				}
			}
			live, batch := s.Charged()
			if want := dollars(live, false) + dollars(batch, true); !near(report.Cost, want) || !near(report.Spent, want) || report.Uncertain != 0 {
				t.Errorf("cost %g, spent %g, uncertain %g, the server charged %g", report.Cost, report.Spent, report.Uncertain, want)
			}
			if n, again := s.Answered(); n != 61 || again != 0 || report.Distinct != 61 || report.Answered != 61 || report.Sent != 61 {
				t.Errorf("%d answered, %d again; report %+v", n, again, report)
			}
			if mode == teacher.Batch && (len(report.Batches) != 3 || live != teacher.Usage{}) {
				t.Errorf("batches %v, live usage %+v", report.Batches, live)
			}
		})
	}
}

func TestReplayNeedsNoServer(t *testing.T) {
	s := serve(t, teachertest.Options{Faults: teachertest.Faults{Refuse: 100, Cut: 100, Fence: 200, Think: 200, Invalid: 100}})
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	l := openLedger(t, path)
	reqs := questions(100)
	o := teacher.Options{Ledger: l, Mode: teacher.Live, MaxCost: 1, Clock: &teachertest.Clock{}}
	first, report, err := teacher.Run(t.Context(), client(t, s.URL()), reqs, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []teacher.Failure{teacher.Refused, teacher.CutOff, teacher.Failed} {
		if report.Failures[f] == 0 {
			t.Errorf("no reply failed with %s: %v", f, report.Failures)
		}
	}
	c := client(t, s.URL())
	s.Close()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	o.Ledger, o.Replay, o.MaxCost = openLedger(t, path), true, 0
	again, _, err := teacher.Run(t.Context(), c, reqs, o)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(first, again) {
		t.Error("the replay differs")
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the replay changed the ledger (%v)", err)
	}
	_, _, err = teacher.Run(t.Context(), c, questions(101), o)
	if !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "does not know 1 of 101 requests") {
		t.Errorf("unknown request: %v", err)
	}
}

func TestSecondRunAsksNothing(t *testing.T) {
	s := serve(t, teachertest.Options{})
	l := openLedger(t, filepath.Join(t.TempDir(), "ledger.jsonl"))
	o := teacher.Options{Ledger: l, MaxCost: 1}
	first, _, err := teacher.Run(t.Context(), client(t, s.URL()), questions(10), o)
	if err != nil {
		t.Fatal(err)
	}
	calls := s.Calls()
	second, report, err := teacher.Run(t.Context(), client(t, s.URL()), questions(10), o)
	if err != nil || s.Calls() != calls || report.Known != 10 || !reflect.DeepEqual(first, second) {
		t.Errorf("calls %d then %d, report %+v, %v", calls, s.Calls(), report, err)
	}
}

func TestMaxCost(t *testing.T) {
	for _, mode := range []teacher.Mode{teacher.Live, teacher.Batch} {
		t.Run(string(mode), func(t *testing.T) {
			s := serve(t, teachertest.Options{Faults: teachertest.Faults{Drop: 50}})
			l := openLedger(t, filepath.Join(t.TempDir(), "ledger.jsonl"))
			const limit = 0.01
			spent, unpaid := 0.0, 0
			for range 3 { // earlier spending counts
				_, report, err := teacher.Run(t.Context(), client(t, s.URL()), questions(600), teacher.Options{
					Ledger: l, Mode: mode, MaxCost: limit, Concurrency: 8, Clock: &teachertest.Clock{},
				})
				if err != nil {
					t.Fatal(err)
				}
				live, batch := s.Charged()
				spent, unpaid = dollars(live, false)+dollars(batch, true), report.Failures[teacher.Unpaid]
				if spent > limit || report.Spent+report.Uncertain > limit {
					t.Fatalf("the server charged %g, the ledger says %g and %g, the limit is %g", spent, report.Spent, report.Uncertain, limit)
				}
			}
			if spent < limit/4 || unpaid == 0 || unpaid == 600 {
				t.Errorf("spent %g of %g, %d unpaid: the limit should be nearly used up", spent, limit, unpaid)
			}
		})
	}
}

func TestNothingMayBeSpent(t *testing.T) {
	s := serve(t, teachertest.Options{})
	l := openLedger(t, filepath.Join(t.TempDir(), "ledger.jsonl"))
	replies, report, err := teacher.Run(t.Context(), client(t, s.URL()), questions(3), teacher.Options{Ledger: l})
	if err != nil || report.Failures[teacher.Unpaid] != 3 || s.Calls() != 0 || !strings.Contains(replies[0].Detail, "max_cost") {
		t.Errorf("calls %d, replies %+v, %v", s.Calls(), replies, err)
	}
}

func TestCutOffIsAskedOnceMore(t *testing.T) {
	for _, mode := range []teacher.Mode{teacher.Live, teacher.Batch} {
		t.Run(string(mode), func(t *testing.T) {
			s := serve(t, teachertest.Options{Faults: teachertest.Faults{Cut: 300, CutBelow: 2048}})
			l := openLedger(t, filepath.Join(t.TempDir(), "ledger.jsonl"))
			_, report, err := teacher.Run(t.Context(), client(t, s.URL()), questions(40), teacher.Options{
				Ledger: l, Mode: mode, MaxCost: 1, MoreTokens: 2048, Clock: &teachertest.Clock{},
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, again := s.Answered(); report.Answered != 40 || again == 0 || report.Sent != 40+again {
				t.Errorf("%d asked again, report %+v", again, report)
			}
			live, batch := s.Charged()
			if want := dollars(live, false) + dollars(batch, true); !near(report.Cost, want) {
				t.Errorf("cost %g, the server charged %g", report.Cost, want)
			}
		})
	}
}

func TestFaultsDoNotShow(t *testing.T) {
	outcomes := teachertest.Faults{Refuse: 20, Cut: 20, Think: 300, Fence: 300, Invalid: 10}
	noisy := outcomes
	noisy.RateLimit, noisy.RateLimitPlain, noisy.Overloaded, noisy.Broken, noisy.Drop, noisy.Expire, noisy.Errored = 50, 50, 50, 50, 50, 50, 50
	noisy.LoseBatch, noisy.RefuseBatch, noisy.TearResults = 3, 4, true
	for _, mode := range []teacher.Mode{teacher.Live, teacher.Batch} {
		t.Run(string(mode), func(t *testing.T) {
			var results [][]string
			for _, f := range []teachertest.Faults{outcomes, noisy} {
				s := serve(t, teachertest.Options{Faults: f, Polls: 2})
				l := openLedger(t, filepath.Join(t.TempDir(), "ledger.jsonl"))
				replies, report, err := teacher.Run(t.Context(), client(t, s.URL()), questions(300), teacher.Options{
					Ledger: l, Mode: mode, MaxCost: 5, Concurrency: 8, BatchRequests: 40, Clock: &teachertest.Clock{},
				})
				if err != nil {
					t.Fatal(err)
				}
				results = append(results, texts(replies))
				live, batch := s.Charged()
				if charged := dollars(live, false) + dollars(batch, true); charged < report.Spent-1e-9 || charged > report.Spent+report.Uncertain+1e-9 {
					t.Errorf("the server charged %g, the ledger says %g and up to %g more", charged, report.Spent, report.Uncertain)
				}
				if _, again := s.Answered(); mode == teacher.Batch && (again != 0 || report.Uncertain != 0) {
					t.Errorf("%d questions were paid for again, %g is uncertain", again, report.Uncertain)
				}
			}
			if !reflect.DeepEqual(results[0], results[1]) {
				t.Error("errors on the way changed the replies")
			}
		})
	}
}

func TestBadKeyStops(t *testing.T) {
	s := serve(t, teachertest.Options{Key: "another"})
	l := openLedger(t, filepath.Join(t.TempDir(), "ledger.jsonl"))
	for _, mode := range []teacher.Mode{teacher.Live, teacher.Batch} {
		before := s.Calls()
		_, _, err := teacher.Run(t.Context(), client(t, s.URL()), questions(100), teacher.Options{Ledger: l, Mode: mode, MaxCost: 1, Clock: &teachertest.Clock{}})
		if err == nil || !strings.Contains(err.Error(), "HTTP 401") || !strings.Contains(err.Error(), "check the key") || strings.Contains(err.Error(), testKey) {
			t.Errorf("%s: %v", mode, err)
		}
		if n := s.Calls() - before; n > 8 {
			t.Errorf("%s: %d calls with a bad key", mode, n)
		}
	}
}

func TestDeadEndpoint(t *testing.T) {
	s := serve(t, teachertest.Options{})
	c := client(t, s.URL())
	s.Close()
	l := openLedger(t, filepath.Join(t.TempDir(), "ledger.jsonl"))
	clock := &teachertest.Clock{}
	_, report, err := teacher.Run(t.Context(), c, questions(50), teacher.Options{Ledger: l, MaxCost: 1, Clock: clock, Tries: 3})
	if err == nil || !strings.Contains(err.Error(), "in a row failed") || report.Uncertain != 0 {
		t.Errorf("%v, report %+v", err, report)
	}
}

func TestOpenAI(t *testing.T) {
	for _, noSchema := range []bool{false, true} {
		s := serve(t, teachertest.Options{
			Key: testKey, NoSchema: noSchema, Faults: teachertest.Faults{Think: 300, Fence: 300, Refuse: 50, RateLimit: 100, Drop: 100},
			Answer: func(q teachertest.Question) string {
				q.Schema = testSchema
				return teachertest.Answer(q)
			},
		})
		c, err := openai.New(openai.Options{Model: "qwen3-coder", BaseURL: s.OpenAIURL(), Key: testKey})
		if err != nil {
			t.Fatal(err)
		}
		l := openLedger(t, filepath.Join(t.TempDir(), "ledger.jsonl"))
		_, report, err := teacher.Run(t.Context(), c, questions(100), teacher.Options{Ledger: l, Mode: teacher.Batch, Clock: &teachertest.Clock{}})
		if err != nil {
			t.Fatal(err)
		}
		if report.Answered+report.Failures[teacher.Refused] != 100 || report.Failures[teacher.Refused] == 0 || report.Spent+report.Uncertain != 0 {
			t.Errorf("no schema %v: %s", noSchema, report)
		}
		if !strings.Contains(report.String(), "takes no batches") {
			t.Errorf("no note about batches: %s", report)
		}
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	s := serve(t, teachertest.Options{Faults: teachertest.Faults{RateLimit: 1000}})
	l := openLedger(t, filepath.Join(t.TempDir(), "ledger.jsonl"))
	clock := &teachertest.Clock{}
	_, report, err := teacher.Run(t.Context(), client(t, s.URL()), questions(1), teacher.Options{Ledger: l, MaxCost: 1, Clock: clock, Backoff: time.Millisecond})
	if err != nil || report.Answered != 1 {
		t.Fatal(err, report)
	}
	long := 0
	for _, w := range clock.Waits() {
		if w >= 2*time.Second {
			long++
		}
	}
	if long != 2 {
		t.Errorf("waits %v, expected two of the 2 s that the server asked for", clock.Waits())
	}
}

func TestInterruptedRunGoesOn(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, teachertest.Options{})
	l := openLedger(t, filepath.Join(t.TempDir(), "ledger.jsonl"))
	o := teacher.Options{Ledger: l, MaxCost: 1, Concurrency: 3, Progress: func(p teacher.Progress) {
		if p.Done >= 10 {
			cancel()
		}
	}}
	replies, report, err := teacher.Run(ctx, client(t, s.URL()), questions(50), o)
	if !errors.Is(err, context.Canceled) || report.Answered < 10 || report.Answered > 20 || report.Uncertain != 0 || len(replies) != 50 {
		t.Fatalf("%v: %s", err, report)
	}
	o.Progress = nil
	if _, report, err = teacher.Run(t.Context(), client(t, s.URL()), questions(50), o); err != nil || report.Answered != 50 {
		t.Fatal(err, report)
	}
	if _, again := s.Answered(); again != 0 {
		t.Errorf("%d questions were paid for twice", again)
	}
}

func TestEstimate(t *testing.T) {
	s := serve(t, teachertest.Options{Key: testKey})
	l := openLedger(t, filepath.Join(t.TempDir(), "ledger.jsonl"))
	o := teacher.Options{Ledger: l, Mode: teacher.Batch, MaxCost: 1, Clock: &teachertest.Clock{}}
	before, err := teacher.EstimateCost(t.Context(), client(t, s.URL()), questions(50), o)
	if err != nil {
		t.Fatal(err)
	}
	if live, batch := s.Charged(); live.Prompt()+batch.Prompt() != 0 || before.Requests != 50 || !strings.Contains(before.InputMethod, "counted by the endpoint in 20") {
		t.Errorf("charged %v %v, estimate %s", live, batch, before)
	}
	_, report, err := teacher.Run(t.Context(), client(t, s.URL()), questions(50), o)
	if err != nil {
		t.Fatal(err)
	}
	if report.Cost > before.Cost || before.Cost > before.Worst || before.InputTokens < report.Usage.Prompt()*9/10 || before.InputTokens > report.Usage.Prompt()*11/10 {
		t.Errorf("cost %g, tokens %d, estimate %s", report.Cost, report.Usage.Prompt(), before)
	}
	after, err := teacher.EstimateCost(t.Context(), client(t, s.URL()), questions(100), o)
	if err != nil || after.Requests != 50 || !near(after.Spent, report.Spent) || !strings.Contains(after.OutputMethod, "50 earlier answers") || after.Cost >= before.Cost {
		t.Errorf("second estimate %s, %v", after, err)
	}
	s.Close()
	if off, err := teacher.EstimateCost(t.Context(), client(t, s.URL()), questions(100), o); err != nil || off.InputMethod != "a token for 3 bytes" {
		t.Errorf("estimate without an endpoint: %s, %v", off, err)
	}
	bad := serve(t, teachertest.Options{Key: "another"})
	if _, err := teacher.EstimateCost(t.Context(), client(t, bad.URL()), questions(1), teacher.Options{Ledger: openLedger(t, filepath.Join(t.TempDir(), "l"))}); err == nil {
		t.Error("a bad key does not show in the estimate")
	}
}

// TestLiveRunWaitsForBatches: batches that an interrupted run left are paid for, so a live run takes their answers.
func TestLiveRunWaitsForBatches(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, teachertest.Options{Polls: 5})
	l := openLedger(t, filepath.Join(t.TempDir(), "ledger.jsonl"))
	o := teacher.Options{Ledger: l, Mode: teacher.Batch, MaxCost: 1, Clock: &teachertest.Clock{}, Progress: func(p teacher.Progress) {
		if p.Waiting > 0 {
			cancel()
		}
	}}
	if _, _, err := teacher.Run(ctx, client(t, s.URL()), questions(30), o); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	// What the batch holds back leaves next to nothing for live requests until it has ended.
	worst, err := teacher.EstimateCost(t.Context(), client(t, s.URL()), questions(31), teacher.Options{Ledger: l, MaxCost: 1})
	if err != nil {
		t.Fatal(err)
	}
	o.Mode, o.Progress, o.MaxCost = teacher.Live, nil, 31*worst.Worst // worst is of one live request
	_, report, err := teacher.Run(t.Context(), client(t, s.URL()), questions(40), o)
	if err != nil || report.Answered != 40 {
		t.Fatal(err, report)
	}
	live, batch := s.Charged()
	if _, again := s.Answered(); again != 0 || live.Output == 0 || batch.Output == 0 {
		t.Errorf("%d questions were paid for again, live %+v, batch %+v", again, live, batch)
	}
}

func TestAllInvalidStops(t *testing.T) {
	s := serve(t, teachertest.Options{Faults: teachertest.Faults{Invalid: 1000}})
	l := openLedger(t, filepath.Join(t.TempDir(), "ledger.jsonl"))
	_, _, err := teacher.Run(t.Context(), client(t, s.URL()), questions(200), teacher.Options{Ledger: l, MaxCost: 1, Clock: &teachertest.Clock{}})
	if err == nil || !strings.Contains(err.Error(), "in a row failed") || s.Calls() > 40 {
		t.Errorf("%d calls, %v", s.Calls(), err)
	}
}

func TestWrongOptions(t *testing.T) {
	l := openLedger(t, filepath.Join(t.TempDir(), "ledger.jsonl"))
	c := client(t, "http://127.0.0.1:9")
	for _, o := range []teacher.Options{
		{}, {Ledger: l, Mode: "fast"}, {Ledger: l, Concurrency: -1}, {Ledger: l, MaxCost: -1}, {Ledger: l, MaxCost: math.NaN()}, {Ledger: l, BatchRequests: 100_001},
	} {
		if _, _, err := teacher.Run(t.Context(), c, questions(1), o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
	bad := []teacher.Request{{User: "", MaxTokens: 1}, {User: "u"}, {User: "u", MaxTokens: 1, Schema: json.RawMessage(`{"type":7}`)}}
	for i := range bad {
		if _, _, err := teacher.Run(t.Context(), c, bad[i:i+1], teacher.Options{Ledger: l}); err == nil {
			t.Errorf("request %d was taken", i)
		}
	}
	if _, err := anthropic.New(anthropic.Options{Effort: "extreme"}); err == nil || !strings.Contains(err.Error(), "ANTHROPIC_API_KEY") ||
		!strings.Contains(err.Error(), "no model") || !strings.Contains(err.Error(), "effort") || !errors.Is(err, fault.ErrInput) {
		t.Errorf("all problems at once: %v", err)
	}
	if _, err := openai.New(openai.Options{Model: "m"}); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "OPENAI_API_KEY") {
		t.Errorf("no key: %v", err)
	}
	if _, err := openai.New(openai.Options{Model: "m", BaseURL: "http://localhost:1/v1"}); err != nil {
		t.Errorf("a local endpoint needs no key: %v", err)
	}
}
