package teacher_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"sync"
	"testing"
	"time"

	"graft/internal/teacher"
	"graft/internal/teacher/anthropic"
	"graft/internal/teacher/teachertest"
)

// childVariable tells the test binary to be a build that can be killed.
const childVariable = "GRAFT_TEACHER_CHILD"

// childJob is what a child does.
type childJob struct {
	URL, Ledger, Out string
	Mode             teacher.Mode
	Requests         int
	MaxCost          float64
}

func TestMain(m *testing.M) {
	if job := os.Getenv(childVariable); job != "" {
		if err := child(job); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// killOptions are those of children and of the undisturbed run.
func killOptions(l *teacher.Ledger, job childJob) teacher.Options {
	return teacher.Options{
		Ledger: l, Mode: job.Mode, MaxCost: job.MaxCost, Concurrency: 16, BatchRequests: 150, Clock: &teachertest.Clock{},
	}
}

// child runs the job and writes its replies and its report.
func child(text string) error {
	var job childJob
	if err := json.Unmarshal([]byte(text), &job); err != nil {
		return err
	}
	l, err := teacher.OpenLedger(job.Ledger)
	if err != nil {
		return err
	}
	c, err := anthropic.New(anthropic.Options{Model: testModel, BaseURL: job.URL, Key: testKey})
	if err != nil {
		return err
	}
	replies, report, err := teacher.Run(nobody{}, c, questions(job.Requests), killOptions(l, job))
	if err != nil {
		return err
	}
	b, err := json.Marshal(map[string]any{"texts": texts(replies), "report": report})
	if err != nil {
		return err
	}
	return os.WriteFile(job.Out, b, 0o600)
}

// nobody is a context that nothing ends.
type nobody struct{}

func (nobody) Deadline() (time.Time, bool) { return time.Time{}, false }
func (nobody) Done() <-chan struct{}       { return nil }
func (nobody) Err() error                  { return nil }
func (nobody) Value(any) any               { return nil }

// killer kills the child that runs when the server has had as many calls as the next kill wants.
type killer struct {
	mu    sync.Mutex
	at    []int // calls, ascending
	child *os.Process
	kills int
}

func (k *killer) call(n int, _ *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.at) == 0 || n < k.at[0] || k.child == nil {
		return
	}
	_ = k.child.Kill() // SIGKILL
	k.child = nil
	k.at = k.at[1:]
	k.kills++
}

// start starts a child; the killer does not act before it knows it.
func (k *killer) start(t *testing.T, job childJob) *exec.Cmd {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	text, err := json.Marshal(job)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	k.child = cmd.Process
	return cmd
}

// TestKilledTenTimes is the proof of the package: 2,000 requests, errors of every kind, and a process that is killed ten times.
func TestKilledTenTimes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Fatal("this proof needs SIGKILL; run it on Linux or macOS")
	}
	const requests, kills = 2000, 10
	outcomes := teachertest.Faults{Refuse: 10, Cut: 10, Think: 200, Fence: 200, Invalid: 5}
	noisy := outcomes
	noisy.RateLimit, noisy.RateLimitPlain, noisy.Overloaded, noisy.Broken, noisy.Drop, noisy.Expire, noisy.Errored = 20, 20, 20, 20, 20, 30, 30
	noisy.LoseBatch, noisy.RefuseBatch, noisy.TearResults = 5, 7, true
	for _, mode := range []teacher.Mode{teacher.Live, teacher.Batch} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			k := &killer{}
			for i := range kills {
				k.at = append(k.at, map[teacher.Mode]int{teacher.Live: 100 + 200*i, teacher.Batch: 3 + 7*i}[mode])
			}
			quiet := serve(t, teachertest.Options{Faults: outcomes, Polls: 2})
			s := serve(t, teachertest.Options{Key: testKey, Faults: noisy, Polls: 2, OnCall: k.call})
			dir := t.TempDir()
			job := childJob{URL: s.URL(), Ledger: filepath.Join(dir, "ledger.jsonl"), Out: filepath.Join(dir, "out.json"), Mode: mode, Requests: requests, MaxCost: 0.5}
			for range kills + 1 {
				if err := k.start(t, job).Wait(); err == nil {
					break
				}
				s.Idle()
			}
			if k.kills != kills {
				t.Errorf("the process was killed %d times, expected %d", k.kills, kills)
			}
			var got struct {
				Texts  []string       `json:"texts"`
				Report teacher.Report `json:"report"`
			}
			b, err := os.ReadFile(job.Out)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(b, &got); err != nil {
				t.Fatal(err)
			}
			plain := openLedger(t, filepath.Join(dir, "plain.jsonl"))
			want, _, err := teacher.Run(t.Context(), client(t, quiet.URL()), questions(requests), killOptions(plain, job))
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Texts) != requests || !reflect.DeepEqual(got.Texts, texts(want)) {
				t.Error("the result differs from that of an undisturbed run")
			}
			live, batch := s.Charged()
			charged, r := dollars(live, false)+dollars(batch, true), got.Report
			if charged > job.MaxCost || charged < r.Spent-1e-9 || charged > r.Spent+r.Uncertain+1e-9 || r.Spent+r.Uncertain > job.MaxCost {
				t.Errorf("the server charged %.6f; the ledger says %.6f and up to %.6f more, the limit is %g", charged, r.Spent, r.Uncertain, job.MaxCost)
			}
			answered, again := s.Answered()
			if mode == teacher.Batch && (again != 0 || r.Uncertain != 0 || !near(charged, r.Spent)) {
				t.Errorf("%d questions in batches were paid for again; charged %.9f, ledger %.9f", again, charged, r.Spent)
			}
			s.Close()
			o := killOptions(openLedger(t, job.Ledger), job)
			o.Replay = true
			if again, _, err := teacher.Run(t.Context(), client(t, job.URL), questions(requests), o); err != nil || !reflect.DeepEqual(texts(again), got.Texts) {
				t.Errorf("the replay without a server differs: %v", err)
			}
			t.Logf("%d calls, %d questions charged, %d again; charged $%.6f, ledger $%.6f and up to $%.6f", s.Calls(), answered, again, charged, r.Spent, r.Uncertain)
		})
	}
}
