package native

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"graft/internal/adapter"
	"graft/internal/engine"
	"graft/internal/event"
	"graft/internal/model"
	"graft/internal/model/all"
	"graft/internal/nn"
	"graft/internal/parallel"
	"graft/internal/train"
)

// medium are models large enough that activations outweigh what does not grow with the tokens.
var medium = map[string]string{
	"qwen2": `{"model_type": "qwen2", "vocab_size": 512, "hidden_size": 256, "intermediate_size": 704, "num_hidden_layers": 3,
		"num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 1024, "tie_word_embeddings": true}`,
	"qwen3": `{"model_type": "qwen3", "vocab_size": 512, "hidden_size": 192, "intermediate_size": 512, "num_hidden_layers": 4,
		"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 64, "max_position_embeddings": 1024}`,
	"qwen3_moe": `{"model_type": "qwen3_moe", "vocab_size": 512, "hidden_size": 192, "intermediate_size": 256, "moe_intermediate_size": 96,
		"num_experts": 16, "num_experts_per_tok": 4, "num_hidden_layers": 4, "mlp_only_layers": [2], "num_attention_heads": 4,
		"num_key_value_heads": 2, "head_dim": 64, "max_position_embeddings": 1024}`,
	"qwen3_next": `{"model_type": "qwen3_next", "vocab_size": 512, "hidden_size": 192, "moe_intermediate_size": 96,
		"shared_expert_intermediate_size": 96, "num_experts": 16, "num_experts_per_tok": 4, "num_hidden_layers": 4, "num_attention_heads": 4,
		"num_key_value_heads": 2, "head_dim": 64, "linear_num_key_heads": 4, "linear_num_value_heads": 8, "linear_key_head_dim": 32,
		"linear_value_head_dim": 32, "max_position_embeddings": 1024}`,
}

// TestActivations trains a step and compares the most that the arena held with the estimate.
func TestActivations(t *testing.T) {
	for _, v := range []struct {
		name, what string
		change     func(j *engine.Job)
	}{
		{"qwen2", "few targets", func(j *engine.Job) { j.Spec.Targets = []string{"q_proj", "v_proj"} }},
		{"qwen3", "kept", func(j *engine.Job) { j.Options.Checkpointing = false }},
		{"qwen3", "float32", func(j *engine.Job) { j.Model.Half = false }},
		{"qwen3_moe", "DoRA", func(j *engine.Job) { j.Spec.DoRA = true }},
		{"qwen3_moe", "kept", func(j *engine.Job) { j.Options.Checkpointing = false }},
		{"qwen3_moe", "offloaded", func(j *engine.Job) { j.Options.Offload = true }},
		{"qwen3_moe", "two kept", func(j *engine.Job) { j.Options.Kept = 2 }},
		{"qwen3_next", "three kept", func(j *engine.Job) { j.Options.Kept = 3 }},
		{"qwen3_next", "everything", func(*engine.Job) {}},
		{"qwen3_next", "kept", func(j *engine.Job) { j.Options.Checkpointing = false }},
	} {
		t.Run(v.name+" "+v.what, func(t *testing.T) {
			j := engine.Job{
				Model: engine.Model{Half: true}, Spec: adapter.Spec{R: 8, Alpha: 16, Targets: []string{adapter.AllLinear}},
				Options: train.Options{
					MaxSteps: 1, BatchSize: 3, Accumulation: 1, LearningRate: 1e-4, Schedule: "constant", Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-8,
					Checkpointing: true, LoggingSteps: 1, SaveTotalLimit: 1,
				},
			}
			v.change(&j)
			got, want := arenaPeak(t, medium[v.name], j)
			ratio := float64(got) / float64(want)
			t.Logf("predicted %.1f MiB, was %.1f: %.2f", float64(got)/(1<<20), float64(want)/(1<<20), ratio)
			if ratio < 0.9 || ratio > 1.1 {
				t.Errorf("predicted %d bytes of activations, there were %d", got, want)
			}
		})
	}
}

// arenaPeak predicts the activations of a step, and measures them.
func arenaPeak(t *testing.T, config string, j engine.Job) (predicted, measured int) {
	t.Helper()
	const threads, length = 2, 400
	src, err := all.Models().Random([]byte(config), 1)
	if err != nil {
		t.Fatal(err)
	}
	c, err := all.Models().ParseConfig([]byte(config), nil)
	if err != nil {
		t.Fatal(err)
	}
	pool := parallel.New(threads)
	defer pool.Close()
	m, err := all.Models().Load(c, src, model.Options{Half: j.Model.Half, Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	cover, err := adapter.Cover(m, j.Spec)
	if err != nil {
		t.Fatal(err)
	}
	ctx := nn.NewContext(pool, j.Model.Half)
	a, err := adapter.Attach(ctx, m, j.Spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	var rows []train.Row
	for range 3 {
		s := train.Sample{}
		for range length {
			s.IDs, s.Trained = append(s.IDs, int32(r.IntN(c.VocabSize))), append(s.Trained, true)
		}
		rows = append(rows, train.Row{s})
	}
	before := ctx.Arena.Peak()
	run, err := train.New(train.Setup{Context: ctx, Model: m, Adapter: a, Train: rows, Dir: t.TempDir(), Sink: event.Discard}, j.Options)
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Train(t.Context()); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", config, err))
	}
	s := shape{cfg: c, job: j, cover: cover, pass: 3 * length, sequence: length, threads: threads}
	return s.activations(), max(ctx.Arena.Peak(), before)
}
