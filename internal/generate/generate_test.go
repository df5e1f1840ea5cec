package generate

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"graft/internal/model"
	"graft/internal/model/modeltest"
	"graft/internal/model/qwen3"
	"graft/internal/nn/nntest"
)

func session(t *testing.T, capacity int) (*Session, model.Model) {
	t.Helper()
	m := modeltest.Load(t, qwen3.Arch(), model.Options{})
	s, err := New(nntest.Context(t, false), m, capacity)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, m
}

func run(t *testing.T, o Options, prompt []int32) []int32 {
	t.Helper()
	s, _ := session(t, 40)
	var out []int32
	if err := s.Run(context.Background(), prompt, o, func(id int32) bool { out = append(out, id); return true }); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestGreedyIsTheArgmaxOfFullForward compares with running the whole sequence anew for every token.
func TestGreedyIsTheArgmaxOfFullForward(t *testing.T) {
	prompt := []int32{3, 14, 15, 92, 65}
	got := run(t, Options{MaxTokens: 10}, prompt)
	m := modeltest.Load(t, qwen3.Arch(), model.Options{})
	ctx := nntest.Context(t, false)
	seq := slices.Clone(prompt)
	for i, id := range got {
		h := model.Forward(ctx, m, model.NewBatch(seq))
		want := argmax(model.Logits(ctx, m, h, []int{len(seq) - 1}).Data)
		h.Free()
		if id != want {
			t.Fatalf("token %d is %d, want %d", i, id, want)
		}
		seq = append(seq, id)
	}
	if len(got) != 10 {
		t.Errorf("%d tokens, want 10", len(got))
	}
}

func TestStops(t *testing.T) {
	prompt := []int32{3, 14, 15}
	all := run(t, Options{MaxTokens: 12}, prompt)
	if got := run(t, Options{MaxTokens: 12, Stop: []int32{all[5]}}, prompt); !slices.Equal(got, all[:slices.Index(all, all[5])]) {
		t.Errorf("stop token: %v of %v", got, all)
	}
	if got := run(t, Options{MaxTokens: 100}, prompt); len(got) != 38 { // the last one needs no room of its own
		t.Errorf("%d tokens after a prompt of 3 in room for 40", len(got))
	}
	s, _ := session(t, 40)
	n := 0
	if err := s.Run(context.Background(), prompt, Options{MaxTokens: 9}, func(int32) bool { n++; return n < 4 }); err != nil || n != 4 {
		t.Errorf("%d tokens, %v", n, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Run(ctx, prompt, Options{MaxTokens: 9}, func(int32) bool { return true }); err == nil {
		t.Error("a cancelled run returned no error")
	}
}

func TestSamplingIsRepeatable(t *testing.T) {
	o := Options{MaxTokens: 20, Temperature: 1.5, Seed: 7}
	a, b := run(t, o, []int32{1, 2}), run(t, o, []int32{1, 2})
	o.Seed = 8
	c := run(t, o, []int32{1, 2})
	if !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Errorf("seed 7 twice: %v, %v; seed 8: %v", a, b, c)
	}
}

func TestChoose(t *testing.T) {
	logits := []float32{0, 3, 1, 2, -10}
	r := rand.New(rand.NewPCG(1, 1))
	count := func(o Options) map[int32]int {
		n := map[int32]int{}
		for range 4000 {
			n[o.choose(logits, r)]++
		}
		return n
	}
	if n := count(Options{Temperature: 1, TopK: 2}); len(n) != 2 || n[1] == 0 || n[3] == 0 {
		t.Errorf("top 2: %v", n)
	}
	if n := count(Options{Temperature: 1, TopP: 0.6}); len(n) != 1 || n[1] == 0 {
		t.Errorf("top p 0.6 keeps the one of 0.64: %v", n)
	}
	if n := count(Options{Temperature: 1, TopP: 0.7}); len(n) != 2 {
		t.Errorf("top p 0.7 keeps two: %v", n)
	}
	n := count(Options{Temperature: 1})
	if f := float64(n[1]) / 4000; f < 0.60 || f > 0.69 { // e³/(1+e³+e+e²+e⁻¹⁰) = 0.644
		t.Errorf("token 1 was drawn in %v of the cases, want 0.644", f)
	}
}

func TestMisuse(t *testing.T) {
	s, m := session(t, 4)
	for what, ids := range map[string][]int32{"nothing": {}, "too much": {1, 2, 3, 4, 5}, "an unknown token": {97}, "a negative token": {-1}} {
		if _, err := s.Feed(ids); err == nil {
			t.Errorf("fed %s", what)
		}
	}
	for _, n := range []int{0, m.Config().MaxPositions + 1} {
		if _, err := New(s.ctx, m, n); err == nil {
			t.Errorf("session of %d tokens", n)
		}
	}
}
