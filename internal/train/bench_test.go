package train_test

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"testing"

	"graft/internal/adapter"
	"graft/internal/dtype"
	"graft/internal/event"
	"graft/internal/model"
	"graft/internal/model/qwen3"
	"graft/internal/nn"
	"graft/internal/parallel"
	"graft/internal/safetensors"
	"graft/internal/train"
	"graft/internal/weights"
)

// small is the shape of Qwen3-0.6B.
const small = `{"architectures":["Qwen3ForCausalLM"],"model_type":"qwen3","vocab_size":151936,"hidden_size":1024,"intermediate_size":3072,
"num_hidden_layers":28,"num_attention_heads":16,"num_key_value_heads":8,"head_dim":128,"hidden_act":"silu","max_position_embeddings":40960,
"rms_norm_eps":1e-6,"rope_theta":1000000,"tie_word_embeddings":true,"attention_bias":false,"torch_dtype":"bfloat16"}`

// BenchmarkStep is a training step on two samples of 512 tokens, all of them trained, rank 16 on the seven projections.
func BenchmarkStep(b *testing.B) {
	c, err := model.Registry{qwen3.Arch()}.ParseConfig([]byte(small), nil)
	if err != nil {
		b.Fatal(err)
	}
	src, err := randomBF16(c)
	if err != nil {
		b.Fatal(err)
	}
	for _, v := range []struct {
		name             string
		four, dora, save bool
	}{{"LoRA", false, false, false}, {"QLoRA", true, false, false}, {"DoRA", false, true, false}, {"LoRA recomputed", false, false, true}} {
		b.Run(v.name, func(b *testing.B) {
			spec := adapter.Spec{R: 16, Alpha: 32, DoRA: v.dora, Targets: []string{adapter.AllLinear}}
			opt := train.Options{
				MaxSteps: b.N, BatchSize: 2, Accumulation: 1, LearningRate: 1e-4, Schedule: "constant", Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8,
				MaxGradNorm: 1, Checkpointing: v.save, Seed: 1, LoggingSteps: 1,
			}
			pool := parallel.New(runtime.GOMAXPROCS(0))
			defer pool.Close()
			ctx := nn.NewContext(pool, true)
			m, err := model.Registry{qwen3.Arch()}.Load(c, src, model.Options{Half: true, FourBit: v.four, DoubleQuant: v.four, Pool: pool})
			if err != nil {
				b.Fatal(err)
			}
			a, err := adapter.Attach(ctx, m, spec, opt.Seed)
			if err != nil {
				b.Fatal(err)
			}
			r, err := train.New(train.Setup{
				Context: ctx, Model: m, Adapter: a, Train: fullRows(8, 512, c.VocabSize), Dir: b.TempDir(), Sink: event.Func(func(event.Event) {}),
			}, opt)
			if err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			if err := r.Train(context.Background()); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)*1024/b.Elapsed().Seconds(), "tok/s")
		})
	}
}

// fullRows makes n rows of one document of the given length, all of it trained.
func fullRows(n, length, vocab int) []train.Row {
	r := rand.New(rand.NewPCG(1, 1))
	rows := make([]train.Row, n)
	for i := range rows {
		s := train.Sample{IDs: make([]int32, length), Trained: make([]bool, length)}
		for j := range s.IDs {
			s.IDs[j], s.Trained[j] = int32(r.IntN(vocab)), true
		}
		rows[i] = train.Row{s}
	}
	return rows
}

// randomBF16 makes a checkpoint of a Qwen3 decoder in memory.
func randomBF16(c *weights.Config) (weights.Source, error) {
	r := rand.New(rand.NewPCG(2, 2))
	noise := make([]byte, 2<<20) // repeated: speed does not depend on the values
	for i := 0; i < len(noise); i += 2 {
		binary.LittleEndian.PutUint16(noise[i:], dtype.Float32ToBF16(float32(r.NormFloat64())*0.02))
	}
	inventory, err := model.Registry{qwen3.Arch()}.Inventory(c)
	if err != nil {
		return nil, err
	}
	var tensors []safetensors.Tensor
	for _, x := range inventory.Tensors {
		t := safetensors.Tensor{Info: safetensors.Info{Name: x.Name, DType: dtype.BF16, Shape: x.Shape}}
		for t.Data = make([]byte, 0, t.Size()); len(t.Data) < cap(t.Data); {
			t.Data = append(t.Data, noise[:min(len(noise), cap(t.Data)-len(t.Data))]...)
		}
		tensors = append(tensors, t)
	}
	return weights.Memory(tensors...)
}
