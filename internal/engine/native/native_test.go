package native

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"graft/internal/adapter"
	"graft/internal/engine"
	"graft/internal/event"
	"graft/internal/fault"
	"graft/internal/model/builtin"
	"graft/internal/model/modeltest"
	"graft/internal/run"
	"graft/internal/safetensors"
	"graft/internal/train"
)

var native = Engine{engine.Options{Threads: 2}}

// shared is a copy of the built-in model for tests that only read it.
var shared string

func TestMain(m *testing.M) {
	files, _ := builtin.Files("tiny-coder")
	dir, err := os.MkdirTemp("", "native")
	if err == nil {
		shared = filepath.Join(dir, "model")
		err = os.CopyFS(shared, files)
	}
	code := 1
	if err == nil {
		code = m.Run()
	}
	if err = errors.Join(err, os.RemoveAll(dir)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// records writes a file of records, one for each name.
func records(t *testing.T, names ...string) string {
	t.Helper()
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "{\"instruction\":\"Write %s\",\"output\":\"function %s() end\"}\n", name, name)
	}
	path := filepath.Join(t.TempDir(), "records.jsonl")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// job is a run of three short steps.
func job(t *testing.T) engine.Job {
	t.Helper()
	return engine.Job{
		Model: engine.Model{Name: shared, Revision: "main", Dir: shared},
		Data:  engine.Data{Train: records(t, "add", "sub", "mul", "div"), Format: "auto", MaxLength: 32},
		Spec:  adapter.Spec{R: 2, Alpha: 4, Targets: []string{"q_proj", "v_proj"}},
		Options: train.Options{
			MaxSteps: 3, BatchSize: 2, Accumulation: 1, LearningRate: 1e-3, Schedule: "constant", Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8,
			MaxGradNorm: 1, Checkpointing: true, Seed: 1, LoggingSteps: 1, SaveSteps: 1, SaveTotalLimit: 2,
		},
		OutputDir: filepath.Join(t.TempDir(), "out"), Resolved: json.RawMessage(`{"domain":"x"}`), Version: "9",
	}
}

func mustTrain(t *testing.T, j engine.Job) *engine.Result {
	t.Helper()
	r, err := native.Train(t.Context(), j, event.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestTrain proves what a run returns and leaves, that doing it again does nothing, and that threads do not matter.
func TestTrain(t *testing.T) {
	j := job(t)
	r := mustTrain(t, j)
	if r.Steps != 3 || r.Loss <= 0 || r.EvalLoss != 0 || r.Already || r.Stopped || r.Dir != j.OutputDir || r.TrainedTokens >= r.Tokens || r.PeakRSS <= 0 {
		t.Errorf("result %+v", r)
	}
	record, err := run.Read(j.OutputDir)
	if err != nil || !record.Finished || record.Version != "9" || record.Engine != "native" || *record.Totals != *r || record.Data.Samples != 4 {
		t.Errorf("record %+v, %v", record, err)
	}
	var config map[string]string
	if err := json.Unmarshal(record.Config, &config); err != nil || config["domain"] != "x" {
		t.Errorf("configuration %s, %v", record.Config, err)
	}
	again := mustTrain(t, j)
	if !again.Already || again.Steps != 3 || again.Loss != r.Loss {
		t.Errorf("again: %+v", again)
	}
	first := j.OutputDir
	j.OutputDir += "2"
	one, err := Engine{engine.Options{Threads: 1}}.Train(t.Context(), j, event.Discard)
	if err != nil || one.Loss != r.Loss {
		t.Errorf("on one thread: %+v, %v", one, err)
	}
	for _, name := range []string{adapter.WeightsFile, adapter.ConfigFile, run.CardFile} {
		if read(t, first, name) != read(t, j.OutputDir, name) {
			t.Errorf("%s differs on one thread", name)
		}
	}
}

// TestEvaluation proves that losses on held-out records are in the result, the record and the card.
func TestEvaluation(t *testing.T) {
	j := job(t)
	j.Data.Eval, j.Data.Evaluate, j.Options.EvalSteps, j.Data.Packing = records(t, "mod", "pow"), true, 1, true
	r := mustTrain(t, j)
	losses, evals, err := run.Curve(filepath.Join(j.OutputDir, train.MetricsFile))
	if err != nil || len(losses) != 3 || len(evals) != 3 || r.EvalLoss != evals[2] || r.Loss != losses[2] {
		t.Errorf("%v %v %v, result %+v", losses, evals, err, r)
	}
	card := read(t, j.OutputDir, run.CardFile)
	if want := fmt.Sprintf("| held-out loss | %.4f at first, %.4f at last |", evals[0], evals[2]); !strings.Contains(card, want) {
		t.Errorf("no %q in\n%s", want, card)
	}
}

// TestInterruptedAfterTheLastStep proves that the totals do not depend on which process made the steps.
func TestInterruptedAfterTheLastStep(t *testing.T) {
	j := job(t)
	whole := mustTrain(t, j)
	want := read(t, j.OutputDir, adapter.WeightsFile)
	j.OutputDir += "2"
	ctx, cancel := context.WithCancel(t.Context())
	j.Data.Eval, j.Data.Evaluate, j.Options.EvalSteps = records(t, "mod"), true, 3
	_, err := native.Train(ctx, j, event.Func(func(e event.Event) {
		if s, ok := e.(event.Step); ok && s.Step == 3 {
			cancel() // the evaluation that follows is what is interrupted
		}
	}))
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if steps, err := train.Checkpoints(j.OutputDir); err != nil || !slices.Contains(steps, 3) {
		t.Fatalf("checkpoints %v, %v", steps, err)
	}
	r := mustTrain(t, j)
	if r.Loss != whole.Loss || r.Tokens != whole.Tokens || r.EvalLoss == 0 || read(t, j.OutputDir, adapter.WeightsFile) != want {
		t.Errorf("got %+v, want the loss and tokens of %+v", r, whole)
	}
}

func TestInterruptedBeforeTheStart(t *testing.T) {
	j := job(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := native.Train(ctx, j, event.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("train: %v", err)
	}
	if _, err := native.Plan(ctx, j, event.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("plan: %v", err)
	}
	if _, err := os.Stat(j.OutputDir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was written: %v", err)
	}
}

// TestLeftovers proves that what a killed process was writing goes, and nothing else.
func TestLeftovers(t *testing.T) {
	j := job(t)
	for _, name := range []string{".checkpoint-3.77.tmp/x", ".checkpoint-1.old.tmp/x", "notes.tmp/x", ".git/x"} {
		if err := os.MkdirAll(filepath.Join(j.OutputDir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	mustTrain(t, j)
	left, err := filepath.Glob(filepath.Join(j.OutputDir, ".*"))
	if err != nil || len(left) != 1 || filepath.Base(left[0]) != ".git" {
		t.Errorf("left are %v, %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(j.OutputDir, "notes.tmp", "x")); err != nil {
		t.Error(err)
	}
}

// TestOneProcessAtATime proves that a second run of the same directory is turned away while the first is at work.
func TestOneProcessAtATime(t *testing.T) {
	j := job(t)
	second := errors.New("not tried")
	_, err := native.Train(t.Context(), j, event.Func(func(e event.Event) {
		if s, ok := e.(event.Step); ok && s.Step == 1 {
			_, second = native.Train(t.Context(), j, event.Discard)
		}
	}))
	if err != nil || !errors.Is(second, fault.ErrInput) || !strings.Contains(second.Error(), "another process is writing into "+j.OutputDir) {
		t.Errorf("the first: %v; the second: %v", err, second)
	}
}

// TestRefused changes a good job in one place each. Plan and Train refuse it alike and write nothing.
func TestRefused(t *testing.T) {
	other := job(t)
	other.Spec.Targets = []string{"o_proj"}
	mustTrain(t, other)
	if err := os.Remove(filepath.Join(other.OutputDir, run.File)); err != nil {
		t.Fatal(err)
	}
	absolute := filepath.Join(t.TempDir(), "none.jsonl")
	for _, c := range []struct {
		name, key, want string
		change          func(j *engine.Job)
	}{
		{"no data", "data.train", "none.jsonl does not exist in ", func(j *engine.Job) { j.Data.Train = "none.jsonl" }},
		{"absolute path", "data.train", absolute + " does not exist; ", func(j *engine.Job) { j.Data.Train = absolute }},
		{"no evaluation data", "data.eval", "none.jsonl does not exist", func(j *engine.Job) { j.Data.Eval, j.Data.Evaluate = "none.jsonl", true }},
		{"format", "", "unknown format", func(j *engine.Job) { j.Data.Format = "xml" }},
		{"too short", "", "no record is left", func(j *engine.Job) { j.Data.MaxLength = 2 }},
		{"targets", "lora.target_modules", "no projection of the model is named x_proj", func(j *engine.Job) { j.Spec.Targets = []string{"x_proj"} }},
		{"exclude", "lora.exclude_modules", "no projection of the model is named x_proj", func(j *engine.Job) { j.Spec.Exclude = []string{"x_proj"} }},
		{"ranks", "lora.rank_pattern", "matches no adapted module", func(j *engine.Job) { j.Spec.RankPattern = map[string]int{"o_proj": 2} }},
		{"alphas", "lora.alpha_pattern", "matches no adapted module", func(j *engine.Job) { j.Spec.AlphaPattern = map[string]float64{"o_proj": 2} }},
		{"start", "lora.init_from", "not a PEFT adapter directory", func(j *engine.Job) { j.InitFrom = j.Model.Dir }},
		{"file in the way", "training.output_dir", "is a file", func(j *engine.Job) { j.OutputDir = j.Data.Train }},
		{"adapter in the way", "training.output_dir", "another run, one without run.json", func(j *engine.Job) { j.OutputDir = other.OutputDir }},
		{"no model", "", "config.json", func(j *engine.Job) { j.Model.Dir = t.TempDir() }},
		{"no steps", "", "make no step", func(j *engine.Job) { j.Options.MaxSteps = 0 }},
		{"schedule", "", "schedule", func(j *engine.Job) { j.Options.Schedule = "square" }},
	} {
		j := job(t)
		c.change(&j)
		existed := j.OutputDir == other.OutputDir || j.OutputDir == j.Data.Train
		_, planErr := native.Plan(t.Context(), j, event.Discard)
		_, trainErr := native.Train(t.Context(), j, event.Discard)
		for name, err := range map[string]error{"plan": planErr, "train": trainErr} {
			var key *fault.KeyError
			errors.As(err, &key)
			if !errors.Is(err, fault.ErrInput) || !strings.Contains(fmt.Sprint(err), c.want) || (key == nil) != (c.key == "") || key != nil && key.Key != c.key {
				t.Errorf("%s, %s: %v, want %q about key %q", c.name, name, err, c.want, c.key)
			}
		}
		if _, err := os.Stat(j.OutputDir); !existed && !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: something was written: %v", c.name, err)
		}
	}
}

// TestTooLong refuses samples that the model has no positions for.
func TestTooLong(t *testing.T) {
	j := job(t)
	j.Model.Dir = modeltest.TinyCoder(t)
	path := filepath.Join(j.Model.Dir, "config.json")
	text := strings.Replace(read(t, path), `"max_position_embeddings": 2048`, `"max_position_embeddings": 8`, 1)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	const want = "a sample has 23 tokens, the model has positions for 8; lower training.max_seq_length"
	if _, err := native.Train(t.Context(), j, event.Discard); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}

// TestOtherRun proves which changes make another run, and how they are told.
func TestOtherRun(t *testing.T) {
	j := job(t)
	mustTrain(t, j)
	for _, c := range []struct {
		want   string // "": the same run
		change func(j *engine.Job)
	}{
		{"", func(j *engine.Job) { j.Options.SaveSteps, j.Options.LoggingSteps, j.Options.SaveTotalLimit = 7, 7, 7 }},
		{"", func(j *engine.Job) { j.Version, j.Resolved = "10", json.RawMessage(`{}`) }},
		{"", func(j *engine.Job) { j.Model.Name, j.Model.DoubleQuant = "other/name", true }},
		{"  training options: Seed: there 1, now 2", func(j *engine.Job) { j.Options.Seed = 2 }},
		{"  adapter: R: there 2, now 3", func(j *engine.Job) { j.Spec.R = 3 }},
		{"  training data: there ", func(j *engine.Job) { j.Data.Train = records(t, "other") }},
		{"  data options: there ", func(j *engine.Job) { j.Data.MaxLength = 31 }},
		{"  base held as: there its own type, computed in float32, now 4-bit NF4, computed in bfloat16", func(j *engine.Job) { j.Model.FourBit, j.Model.Half = true, true }},
		{"and training.resume is never", func(j *engine.Job) { j.Restart = true }},
	} {
		k := j
		c.change(&k)
		r, err := native.Train(t.Context(), k, event.Discard)
		if c.want == "" && (err != nil || !r.Already) {
			t.Errorf("the same run is refused: %+v, %v", r, err)
		}
		if c.want != "" && (!errors.Is(err, run.ErrOther) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

func TestDamagedRecord(t *testing.T) {
	j := job(t)
	mustTrain(t, j)
	path := filepath.Join(j.OutputDir, run.File)
	for _, c := range []struct{ text, want string }{{"{", "is damaged"}, {"[]", "is damaged"}, {`{"identity":{}}`, "holds another run"}} {
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := native.Train(t.Context(), j, event.Discard); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

// TestInitFrom proves that an adapter's own settings govern, that what differs is told, and that its weights are what training starts from.
func TestInitFrom(t *testing.T) {
	j := job(t)
	j.Model.Name = "org/first"
	mustTrain(t, j)
	next := job(t)
	next.InitFrom, next.Options.LearningRate = j.OutputDir, 1e-12
	next.Spec = adapter.Spec{R: 8, Alpha: 8, DoRA: true, RSLoRA: true, Targets: []string{"o_proj"}}
	var notes []string
	r, err := native.Train(t.Context(), next, event.Func(func(e event.Event) {
		if n, ok := e.(event.Note); ok {
			notes = append(notes, n.Text)
		}
	}))
	if err != nil || r.Steps != 3 {
		t.Fatal(err)
	}
	text := strings.Join(notes, "\n")
	for _, want := range []string{"governs: r 2 instead of 8, alpha 4 instead of 8, use_dora false instead of true, use_rslora false instead of true, and its own 12 target modules", "was made for org/first, the base is " + shared} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	was, err1 := safetensors.Open(filepath.Join(j.OutputDir, adapter.WeightsFile))
	is, err2 := safetensors.Open(filepath.Join(next.OutputDir, adapter.WeightsFile))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	n := 0
	for info := range was.All() {
		other, err := is.Info(info.Name)
		if err != nil || !slices.Equal(other.Shape, info.Shape) {
			t.Errorf("%s: %v, %v", info.Name, other, err)
		}
		n++
	}
	if err := errors.Join(was.Close(), is.Close()); err != nil || n != 24 {
		t.Errorf("%d tensors, %v", n, err)
	}
}

func TestRevision(t *testing.T) {
	for _, c := range []struct{ name, dir, want string }{
		{"org/model", "/cache/x", "main"}, {"/models/x", "/models/x", ""}, {"builtin:tiny-coder", "/cache/x", ""},
	} {
		r := &task{job: engine.Job{Model: engine.Model{Name: c.name, Dir: c.dir, Revision: "main"}}}
		if got := r.revision(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
