package native

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/engine"
	"graft/internal/event"
	"graft/internal/fault"
	"graft/internal/model/modeltest"
)

// TestMerge trains, merges, checks, and runs the result beside base + adapter.
func TestMerge(t *testing.T) {
	j := job(t)
	j.Options.LearningRate = 1e-2
	mustTrain(t, j)
	m, err := native.PlanMerge(j.Model.Dir, j.OutputDir)
	if err != nil {
		t.Fatal(err)
	}
	if m.Outline().Merged != 12 || len(m.Outline().Shards) != 1 {
		t.Errorf("%d tensors of %d files are merged, want 12 of 1", m.Outline().Merged, len(m.Outline().Shards))
	}
	out := filepath.Join(t.TempDir(), "merged")
	var last event.Progress
	if err := m.Write(t.Context(), out, event.Func(func(e event.Event) { last = e.(event.Progress) })); err != nil {
		t.Fatal(err)
	}
	if last.Stage != "merge" || last.Done != last.Total {
		t.Errorf("the last that is told is %+v", last)
	}
	p, err := m.Check(out)
	if err != nil || !p.OK || p.Effect <= p.Error {
		t.Errorf("parity %+v, %v", p, err)
	}
	if wrong, err := m.Check(j.Model.Dir); err != nil || wrong.Error <= p.Error {
		t.Errorf("the base passes for the merged model as well: %+v, %v", wrong, err)
	}
	if _, err := m.Check(t.TempDir()); err == nil {
		t.Error("an empty directory passes the check")
	}
	l, err := native.open(engine.Model{Dir: out}, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// TestOpen opens base and adapter, and refuses what does not belong together.
func TestOpen(t *testing.T) {
	j := job(t)
	mustTrain(t, j)
	l, err := native.open(engine.Model{Dir: j.Model.Dir, Half: true, FourBit: true, DoubleQuant: true}, j.OutputDir)
	if err != nil {
		t.Fatal(err)
	}
	wrapped := 0
	for _, s := range l.Model.Slots() {
		if s.Proj != s.Base {
			wrapped++
		}
	}
	if err := l.Close(); err != nil || wrapped != 12 {
		t.Errorf("%d projections are adapted, want 12; %v", wrapped, err)
	}
	for _, c := range []struct{ model, adapter, want string }{
		{t.TempDir(), "", "config.json"},
		{j.Model.Dir, t.TempDir(), "not a PEFT adapter directory"},
	} {
		if _, err := native.open(engine.Model{Dir: c.model}, c.adapter); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %q: %v, want %q", c.model, c.adapter, err, c.want)
		}
	}
}

func TestPlanMergeRefuses(t *testing.T) {
	j := job(t)
	mustTrain(t, j)
	wide := modeltest.TinyCoder(t)
	path := filepath.Join(wide, "config.json")
	if err := os.WriteFile(path, []byte(strings.Replace(read(t, path), `"hidden_size": 256`, `"hidden_size": 512`, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ base, adapter, want string }{
		{t.TempDir(), j.OutputDir, "config.json"},
		{wide, j.OutputDir, "config.json says"},
		{j.Model.Dir, t.TempDir(), "not a PEFT adapter directory"},
	} {
		if _, err := native.PlanMerge(c.base, c.adapter); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// TestProbeWithoutTokenizer draws tokens of the whole vocabulary, the same each time.
func TestProbeWithoutTokenizer(t *testing.T) {
	dir := t.TempDir()
	a, b := probeTokens(dir, 50), probeTokens(dir, 50)
	if len(a) != len(probeTexts) {
		t.Fatalf("%d sequences", len(a))
	}
	for i := range a {
		for k, id := range a[i] {
			if id < 0 || id >= 50 || id != b[i][k] {
				t.Fatalf("token %d of sequence %d is %d, then %d", k, i, id, b[i][k])
			}
		}
	}
	if small := probeTokens(modeltest.TinyCoder(t), 50); len(small[0]) != 32 {
		t.Errorf("a tokenizer larger than the vocabulary is used: %d tokens", len(small[0]))
	}
}

func TestRate(t *testing.T) {
	if half, full := native.Rate(true), native.Rate(false); half < 1e8 || full < 1e8 {
		t.Errorf("%.3g and %.3g FLOP/s: that is no speed", half, full)
	}
}
