package train

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"graft/internal/adapter"
	"graft/internal/event"
	"graft/internal/model"
	"graft/internal/model/all"
	"graft/internal/nn"
	"graft/internal/parallel"
	"graft/internal/weights"
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

// footprintJob is one way of training.
type footprintJob struct {
	half bool
	spec adapter.Spec
	opt  Options
}

// TestFootprint trains a step and compares the most that the arena held with what was counted before.
func TestFootprint(t *testing.T) {
	for _, v := range []struct {
		name, what string
		change     func(j *footprintJob)
	}{
		{"qwen2", "few targets", func(j *footprintJob) { j.spec.Targets = []string{"q_proj", "v_proj"} }},
		{"qwen2", "dropout", func(j *footprintJob) { j.spec.Dropout = 0.1 }},
		{"qwen3", "kept", func(j *footprintJob) { j.opt.Checkpointing = false }},
		{"qwen3", "float32", func(j *footprintJob) { j.half = false }},
		{"qwen3", "last layer only", func(j *footprintJob) { j.spec.Targets = []string{"model.layers.3.self_attn.q_proj"} }},
		{"qwen3_moe", "DoRA", func(j *footprintJob) { j.spec.DoRA = true }},
		{"qwen3_moe", "kept", func(j *footprintJob) { j.opt.Checkpointing = false }},
		{"qwen3_moe", "offloaded", func(j *footprintJob) { j.opt.Offload = true }},
		{"qwen3_moe", "two kept", func(j *footprintJob) { j.opt.Kept = 2 }},
		{"qwen3_next", "three kept", func(j *footprintJob) { j.opt.Kept = 3 }},
		{"qwen3_next", "everything", func(*footprintJob) {}},
		{"qwen3_next", "kept", func(j *footprintJob) { j.opt.Checkpointing = false }},
	} {
		t.Run(v.name+" "+v.what, func(t *testing.T) {
			j := footprintJob{
				half: true, spec: adapter.Spec{R: 8, Alpha: 16, Targets: []string{adapter.AllLinear}},
				opt: Options{
					MaxSteps: 1, BatchSize: 3, Accumulation: 1, LearningRate: 1e-4, Schedule: "constant", Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-8,
					Checkpointing: true, LoggingSteps: 1, SaveTotalLimit: 1,
				},
			}
			v.change(&j)
			got, want := footprintPeak(t, medium[v.name], j)
			ratio := float64(got) / float64(want)
			t.Logf("counted %.1f MiB, was %.1f: %.2f", float64(got)/(1<<20), float64(want)/(1<<20), ratio)
			if ratio < 0.97 || ratio > 1.03 {
				t.Errorf("counted %d bytes of activations, there were %d", got, want)
			}
		})
	}
}

// footprintPeak counts the activations of a step, and measures them.
func footprintPeak(t *testing.T, config string, j footprintJob) (counted, measured int) {
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
	m, err := all.Models().Load(c, src, model.Options{Half: j.half, Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	ctx := nn.NewContext(pool, j.half)
	a, err := adapter.Attach(ctx, m, j.spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	var rows []Row
	for range 3 {
		s := Sample{}
		for range length {
			s.IDs, s.Trained = append(s.IDs, int32(r.IntN(c.VocabSize))), append(s.Trained, true)
		}
		rows = append(rows, Row{s})
	}
	before := ctx.Arena.Peak()
	run, err := New(Setup{Context: ctx, Model: m, Adapter: a, Train: rows, Dir: t.TempDir(), Sink: event.Discard}, j.opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Train(t.Context()); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", config, err))
	}
	return countFor(t, config, src, j, Size{3 * length, length}, threads).Activations(&j.opt), max(ctx.Arena.Peak(), before)
}

// countFor counts a pass on names and shapes alone.
func countFor(t *testing.T, config string, src weights.Source, j footprintJob, size Size, threads int) *Footprint {
	t.Helper()
	c, err := all.Models().ParseConfig([]byte(config), nil)
	if err != nil {
		t.Fatal(err)
	}
	outline, err := all.Models().Outline(c, src)
	if err != nil {
		t.Fatal(err)
	}
	ranks, err := adapter.Ranks(outline, j.spec)
	if err != nil {
		t.Fatal(err)
	}
	first := outline.Layers()
	kinds := model.LayerKinds(outline, func(s *model.Slot) int {
		if ranks[s.Name] > 0 {
			first = min(first, s.Layer)
		}
		return ranks[s.Name]
	})
	count := nn.NewCounting(threads, j.half)
	if _, err := adapter.Outline(count, outline, j.spec, kinds); err != nil {
		t.Fatal(err)
	}
	f := CountPass(count, outline, kinds, first, size)
	if n := count.Arena.InUse(); n != 0 {
		t.Errorf("%d bytes are still in use after the count", n)
	}
	return f
}

// TestLogitsOwnSlab has logits larger than a slab of the arena: they take memory of their own beside what the layers left.
func TestLogitsOwnSlab(t *testing.T) {
	j := footprintJob{half: true, spec: adapter.Spec{R: 8, Alpha: 16, Targets: []string{adapter.AllLinear}}}
	for vocab, more := range map[string]bool{"512": false, "60000": true} {
		config := strings.Replace(medium["qwen3"], `"vocab_size": 512`, `"vocab_size": `+vocab, 1)
		src, err := all.Models().Random([]byte(config), 1)
		if err != nil {
			t.Fatal(err)
		}
		f := countFor(t, config, src, j, Size{8000, 400}, 2)
		if a, b := f.Activations(&j.opt), f.Touched(&j.opt); (b > a) != more || b < a {
			t.Errorf("vocabulary %s: %d bytes of activations, %d taken from the system", vocab, a, b)
		}
	}
}
