package native

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"graft/internal/engine"
	"graft/internal/export"
	"graft/internal/fault"
	"graft/internal/generate"
)

// openIn opens the model with all that a job has trained, in so many bytes.
func openIn(t *testing.T, j engine.Job, most int) (*Loaded, error) {
	t.Helper()
	return Engine{engine.Options{Threads: 2, MaxMemory: most}}.open(j.Model, j.OutputDir)
}

// TestOpenInLittleMemory: with more and more memory a model is refused, streamed, and held; what it computes is the same. So is a merge.
func TestOpenInLittleMemory(t *testing.T) {
	j := job(t)
	j.Spec.DoRA = true
	mustTrain(t, j)
	all, err := openIn(t, j, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, all)
	want := export.Logits(all.Context, all.Model, [][]int32{{1, 2, 3, 40, 50}, {7, 8}}).Data
	text := said(t, all)
	var modes []Mode
	for most := 1 << 20; most < 1<<30 && !slices.Contains(modes, InRAM); most += 1 << 20 {
		l, err := openIn(t, j, most)
		mode := NoFit
		if err == nil {
			mode = l.Placement.Mode
		} else if !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "of memory") || !strings.Contains(err.Error(), "graft quantize") {
			t.Fatalf("in %d MiB: %v", most>>20, err)
		}
		if n := len(modes); n == 0 || modes[n-1] != mode {
			modes = append(modes, mode)
		}
		if err != nil {
			continue
		}
		if got := export.Logits(l.Context, l.Model, [][]int32{{1, 2, 3, 40, 50}, {7, 8}}).Data; !slices.Equal(got, want) {
			t.Errorf("%s: other logits", mode)
		}
		if got := said(t, l); got != text {
			t.Errorf("%s: says %q, else %q", mode, got, text)
		}
		closed(t, l)
	}
	if !slices.Equal(modes, []Mode{NoFit, Streamed, InRAM}) {
		t.Errorf("with more memory a model is %q", modes)
	}
}

// said is a few tokens, which are greedy.
func said(t *testing.T, l *Loaded) string {
	t.Helper()
	s, err := generate.New(l.Context, l.Model, 20)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var ids []int32
	if err := s.Run(t.Context(), []int32{5, 6, 7}, generate.Options{MaxTokens: 8}, func(id int32) bool { ids = append(ids, id); return true }); err != nil {
		t.Fatal(err)
	}
	return l.Base.Tokenizer.Decode(ids, false)
}

func closed(t *testing.T, l *Loaded) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// TestMergeNeedsRoomForItsCheck: what could not be checked is not written.
func TestMergeNeedsRoomForItsCheck(t *testing.T) {
	j := job(t)
	mustTrain(t, j)
	_, err := Engine{engine.Options{Threads: 2, MaxMemory: 1 << 20}}.PlanMerge(j.Model.Dir, j.OutputDir)
	if !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "the check of what is merged") {
		t.Errorf("error %v", err)
	}
}
