package train_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"graft/internal/adapter"
	"graft/internal/event"
	"graft/internal/model"
	"graft/internal/model/modeltest"
	"graft/internal/model/qwen3"
	"graft/internal/nn"
	"graft/internal/parallel"
	"graft/internal/train"
)

// lab is a small run that tests vary.
type lab struct {
	dir     string
	threads int
	half    bool
	spec    adapter.Spec
	opt     train.Options
	rows    []train.Row
	eval    []train.Row
	on      func(e event.Event)
}

func newLab(t *testing.T) *lab {
	return &lab{
		dir: t.TempDir(), threads: 2,
		spec: adapter.Spec{R: 4, Alpha: 8, Dropout: 0.1, Targets: []string{adapter.AllLinear}},
		opt: train.Options{
			MaxSteps: 8, BatchSize: 2, Accumulation: 2, LearningRate: 1e-2, Schedule: "cosine", WarmupSteps: 2, WeightDecay: 0.01,
			Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, MaxGradNorm: 1, Shuffle: true, Checkpointing: true, Seed: 5, LoggingSteps: 1, SaveSteps: 3,
			SaveTotalLimit: 2,
		},
		rows: randomRows(11, 1),
		eval: randomRows(5, 2),
	}
}

// randomRows makes rows of one document of ragged length; the first third of it is not trained.
func randomRows(n int, seed uint64) []train.Row {
	r := rand.New(rand.NewPCG(seed, 1))
	var rows []train.Row
	for range n {
		s := train.Sample{}
		length := 4 + r.IntN(20)
		for i := range length {
			s.IDs = append(s.IDs, int32(r.IntN(97)))
			s.Trained = append(s.Trained, i >= length/3)
		}
		rows = append(rows, train.Row{s})
	}
	return rows
}

// start makes the run; each is a process of its own as far as it can tell.
func (l *lab) start(t *testing.T) *train.Run {
	t.Helper()
	pool := parallel.New(l.threads)
	t.Cleanup(pool.Close)
	ctx := nn.NewContext(pool, l.half)
	ctx.Arena.SetPoison(true)
	t.Cleanup(func() {
		if n := ctx.Arena.InUse(); n != 0 {
			t.Errorf("%d bytes of activations were not freed", n)
		}
	})
	m := modeltest.Load(t, qwen3.Arch(), model.Options{Half: l.half, Pool: pool})
	a, err := adapter.Attach(ctx, m, l.spec, l.opt.Seed)
	if err != nil {
		t.Fatal(err)
	}
	r, err := train.New(train.Setup{
		Context: ctx, Model: m, Adapter: a, Train: l.rows, Eval: l.eval, Dir: l.dir,
		Sink: event.Func(func(e event.Event) {
			if l.on != nil {
				l.on(e)
			}
		}),
	}, l.opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (l *lab) run(t *testing.T) *train.Run {
	t.Helper()
	r := l.start(t)
	if err := r.Train(context.Background()); err != nil {
		t.Fatal(err)
	}
	return r
}

func (l *lab) file(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(l.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// lines are the metrics without what depends on time.
func (l *lab) lines(t *testing.T) []map[string]any {
	t.Helper()
	var out []map[string]any
	for line := range bytes.Lines(l.file(t, train.MetricsFile)) {
		m := map[string]any{}
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		delete(m, "tokens_per_second")
		delete(m, "rss_bytes")
		out = append(out, m)
	}
	return out
}

func (l *lab) same(t *testing.T, what string, other *lab) {
	t.Helper()
	for _, name := range []string{adapter.ConfigFile, adapter.WeightsFile} {
		if !bytes.Equal(l.file(t, name), other.file(t, name)) {
			t.Errorf("%s: %s differs", what, name)
		}
	}
	x, err1 := json.Marshal(l.lines(t))
	y, err2 := json.Marshal(other.lines(t))
	if err1 != nil || err2 != nil || !bytes.Equal(x, y) {
		t.Errorf("%s: metrics differ:\n%s\n%s", what, x, y)
	}
}

func TestSameBytesOnAnyNumberOfThreads(t *testing.T) {
	for _, half := range []bool{false, true} {
		var first *lab
		for _, n := range []int{1, 2, 4} {
			l := newLab(t)
			l.threads, l.half, l.spec.DoRA = n, half, half
			l.run(t)
			if first == nil {
				first = l
			}
			l.same(t, "threads", first)
		}
	}
}

// TestInterruptedAnywhereEndsTheSame stops a run in every step, in its passes through the layers too, and continues it.
func TestInterruptedAnywhereEndsTheSame(t *testing.T) {
	whole := newLab(t)
	whole.opt.EvalSteps = 4
	whole.run(t)
	for cut := 1; cut < 40; cut += 3 {
		l := newLab(t)
		l.opt.EvalSteps = 4
		ctx := &countdown{Context: context.Background(), left: cut}
		err := l.start(t).Train(ctx)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("interrupted at %d: %v", cut, err)
		}
		l.run(t)
		l.same(t, "interrupted", whole)
	}
}

// countdown is cancelled after its state was asked for left times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestKilledAnywhereEndsTheSame drops a run without a word, as kill -9 does, leaving a torn checkpoint and metrics beyond it.
func TestKilledAnywhereEndsTheSame(t *testing.T) {
	whole := newLab(t)
	whole.run(t)
	for kill := 1; kill <= 8; kill++ {
		l := newLab(t)
		func() {
			defer func() {
				if v := recover(); v != "killed" {
					t.Fatalf("recovered %v", v)
				}
			}()
			l.on = func(e event.Event) {
				if s, ok := e.(event.Step); ok && s.Step == kill {
					panic("killed")
				}
			}
			_ = l.start(t).Train(context.Background())
		}()
		if err := os.MkdirAll(filepath.Join(l.dir, ".checkpoint-6.123.tmp"), 0o755); err != nil {
			t.Fatal(err)
		}
		l.on = nil
		l.run(t)
		l.same(t, "killed", whole)
	}
}

func TestCheckpointsArePruned(t *testing.T) {
	l := newLab(t)
	l.opt.SaveSteps, l.opt.SaveTotalLimit = 1, 3
	l.run(t)
	steps, err := train.Checkpoints(l.dir)
	if err != nil || !slices.Equal(steps, []int{5, 6, 7}) {
		t.Errorf("checkpoints %v, %v", steps, err)
	}
}

// TestFailedCheckpointKeepsTheLastOne: the directory stops taking new entries after step 4, as a full disk does.
func TestFailedCheckpointKeepsTheLastOne(t *testing.T) {
	l := newLab(t)
	l.on = func(e event.Event) {
		if s, ok := e.(event.Step); ok && s.Step == 4 {
			// A file where the checkpoint's parent should be makes every write fail, for any user.
			kept := l.dir + ".kept"
			if err := errors.Join(os.Rename(l.dir, kept), os.WriteFile(l.dir, nil, 0o600)); err != nil {
				t.Error(err)
			}
		}
	}
	if err := l.start(t).Train(context.Background()); err == nil || !strings.Contains(err.Error(), "earlier ones are as they were") {
		t.Fatalf("error %v", err)
	}
	if err := errors.Join(os.Remove(l.dir), os.Rename(l.dir+".kept", l.dir)); err != nil {
		t.Fatal(err)
	}
	if steps, err := train.Checkpoints(l.dir); err != nil || !slices.Equal(steps, []int{3}) {
		t.Errorf("checkpoints %v, %v", steps, err)
	}
	whole := newLab(t)
	whole.run(t)
	l.on = nil
	l.run(t)
	l.same(t, "after the disk had room again", whole)
}

// TestCheckpointingChangesNothingButMemory compares losses with and without recomputation: they differ by the order of sums only.
func TestCheckpointingChangesNothingButMemory(t *testing.T) {
	with, without := newLab(t), newLab(t)
	without.opt.Checkpointing = false
	with.run(t)
	without.run(t)
	for i, m := range with.lines(t) {
		a, b := m["loss"].(float64), without.lines(t)[i]["loss"].(float64)
		if math.Abs(a-b) > 1e-5*a {
			t.Errorf("step %d: loss %v, without recomputation %v", i+1, a, b)
		}
	}
}

// TestKeptLayersChangeNothing lets some layers keep their results: not a byte may depend on it.
func TestKeptLayersChangeNothing(t *testing.T) {
	all := newLab(t)
	all.run(t)
	want := all.file(t, adapter.WeightsFile)
	for _, offload := range []bool{false, true} {
		some := newLab(t)
		some.opt.Kept, some.opt.Offload = 1, offload
		some.run(t)
		if !bytes.Equal(some.file(t, adapter.WeightsFile), want) {
			t.Errorf("offload %v: the adapter is another one", offload)
		}
	}
}

func TestLossFalls(t *testing.T) {
	l := newLab(t)
	l.opt.MaxSteps, l.opt.Epochs, l.spec.Dropout, l.opt.Shuffle = 0, 12, 0, false
	l.run(t)
	lines := l.lines(t)
	first, last := lines[0]["loss"].(float64), lines[len(lines)-1]["loss"].(float64)
	if len(lines) != 36 || lines[35]["epoch"].(float64) != 12 || last > 0.8*first { // 11 rows: 3 steps an epoch
		t.Errorf("%d steps, epoch %v, loss %v to %v", len(lines), lines[len(lines)-1]["epoch"], first, last)
	}
}

func TestEarlyStopping(t *testing.T) {
	l := newLab(t)
	l.opt.MaxSteps, l.opt.EvalSteps, l.opt.Patience, l.opt.LearningRate, l.opt.SaveSteps = 60, 2, 2, 0.3, 0 // far too fast
	r := l.run(t)
	s := r.State()
	if !s.Stopped || s.Step >= 60 || s.Step != s.BestStep+4 {
		t.Fatalf("%+v", s)
	}
	best, err := os.ReadFile(filepath.Join(l.dir, fmt.Sprintf("checkpoint-%d", s.BestStep), adapter.WeightsFile))
	if err != nil || !bytes.Equal(best, l.file(t, adapter.WeightsFile)) {
		t.Errorf("the adapter is not the one of the best evaluation (%v)", err)
	}
}

func TestDivergenceIsAnError(t *testing.T) {
	l := newLab(t)
	l.opt.LearningRate, l.opt.MaxGradNorm = 1e30, 0
	if err := l.start(t).Train(context.Background()); !errors.Is(err, train.ErrDiverged) {
		t.Errorf("error %v", err)
	}
}

// TestLoggingStepsAverages: a line every other step has the mean of two losses.
func TestLoggingStepsAverages(t *testing.T) {
	every, other := newLab(t), newLab(t)
	other.opt.LoggingSteps = 2
	every.run(t)
	other.run(t)
	a, b := every.lines(t), other.lines(t)
	if len(b) != 4 {
		t.Fatalf("%d lines", len(b))
	}
	for i, m := range b {
		want := (a[2*i]["loss"].(float64) + a[2*i+1]["loss"].(float64)) / 2
		if math.Abs(m["loss"].(float64)-want) > 1e-12 {
			t.Errorf("line %d: %v, want %v", i, m["loss"], want)
		}
	}
}

// TestPackedRowsAreSeparateDocuments: the same documents in one row or in several batches of a step have the same loss and gradient norm.
func TestPackedRowsAreSeparateDocuments(t *testing.T) {
	apart, packed := newLab(t), newLab(t)
	for _, l := range []*lab{apart, packed} {
		l.opt.MaxSteps, l.opt.Shuffle, l.spec.Dropout, l.rows = 3, false, 0, randomRows(4, 9)
	}
	packed.rows = []train.Row{slices.Concat(packed.rows[0], packed.rows[1], packed.rows[2]), packed.rows[3]}
	apart.run(t)
	packed.run(t)
	for i, m := range apart.lines(t) {
		for _, key := range []string{"loss", "grad_norm", "tokens", "trained_tokens"} {
			a, b := m[key].(float64), packed.lines(t)[i][key].(float64)
			if math.Abs(a-b) > 1e-5*a {
				t.Errorf("step %d: %s %v, packed %v", i+1, key, a, b)
			}
		}
	}
}

func TestNothingToTrainOn(t *testing.T) {
	l := newLab(t)
	if _, err := l.opt.Steps(0); err == nil {
		t.Error("no rows, no error")
	}
	l.opt.MaxSteps, l.opt.Epochs = 0, 0
	if _, err := l.opt.Steps(5); err == nil {
		t.Error("no epochs, no error")
	}
}
