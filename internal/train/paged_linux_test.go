package train_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

const deepConfig = `{"model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"], "vocab_size": 97, "hidden_size": 512, "intermediate_size": 2048,
	"num_hidden_layers": 16, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 64, "max_position_embeddings": 128,
	"tie_word_embeddings": true}`

// deepModel writes a model of 16 layers of 8 MB in bfloat16.
func deepModel(t *testing.T) string {
	t.Helper()
	c, err := model.Registry{qwen3.Arch()}.ParseConfig([]byte(deepConfig), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	var ts []safetensors.Tensor
	inventory, err := model.Registry{qwen3.Arch()}.Inventory(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, tensor := range inventory.Tensors {
		x := safetensors.Tensor{Info: safetensors.Info{Name: tensor.Name, DType: dtype.BF16, Shape: tensor.Shape}}
		for range min(x.Elements(), 50000) {
			v := 1 + r.Float32()
			if len(x.Shape) > 1 {
				v = (r.Float32() - 0.5) / 8
			}
			x.Data = binary.LittleEndian.AppendUint16(x.Data, dtype.Float32ToBF16(v))
		}
		x.Data = bytes.Repeat(x.Data, x.Size()/len(x.Data)+1)[:x.Size()]
		ts = append(ts, x)
	}
	dir := t.TempDir()
	if err := safetensors.WriteFile(filepath.Join(dir, "model.safetensors"), ts, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

// trainDeep trains DoRA, and evaluates, on the model in dir with a budget of memory for its layers, 0 for none, and returns the adapter and the most that was
// mapped of files at a time.
func trainDeep(t *testing.T, dir string, budget int) (adapterFile []byte, mapped int) {
	t.Helper()
	c, err := model.Registry{qwen3.Arch()}.ParseConfig([]byte(deepConfig), nil)
	if err != nil {
		t.Fatal(err)
	}
	before := rssFile(t)
	src, err := weights.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	pool := parallel.New(2)
	defer pool.Close()
	m, err := model.Registry{qwen3.Arch()}.Load(c, src, model.Options{Half: true, Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	ctx := nn.NewContext(pool, true)
	l := newLab(t)
	l.spec.Targets, l.opt.MaxSteps, l.opt.EvalSteps = []string{"q_proj", "down_proj"}, 2, 1
	l.rows, l.eval = l.rows[:4], l.eval[:1]
	s := train.Setup{Context: ctx, Model: m, Train: l.rows, Eval: l.eval, Dir: l.dir, Sink: event.Discard}
	if budget > 0 {
		if s.Pager, err = model.NewPager(m, src, budget); err != nil {
			t.Fatal(err)
		}
	}
	stop, most := make(chan struct{}), make(chan int)
	go func() {
		peak := 0
		for {
			select {
			case <-stop:
				most <- peak
				return
			case <-time.After(200 * time.Microsecond):
				peak = max(peak, rssFile(t))
			}
		}
	}()
	l.spec.DoRA = true // which reads all weights before the first step
	if s.Adapter, err = adapter.Attach(ctx, model.Paged(m, s.Pager), l.spec, 1); err != nil {
		t.Fatal(err)
	}
	run, err := train.New(s, l.opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Train(t.Context()); err != nil {
		t.Error(err)
	}
	close(stop)
	mapped = <-most - before
	if err := s.Pager.Close(); err != nil {
		t.Error(err)
	}
	if err := src.Close(); err != nil {
		t.Error(err)
	}
	return l.file(t, "adapter_model.safetensors"), mapped
}

// rssFile is how many bytes of files are mapped and resident.
func rssFile(t *testing.T) (kib int) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Error(err)
	}
	_, rest, _ := strings.Cut(string(text), "RssFile:")
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Error(err)
	}
	return kib << 10
}

// TestStreaming trains a model whose layers have a quarter of their size to be in: no more is in memory, and the adapter is the same.
func TestStreaming(t *testing.T) {
	dir := deepModel(t)
	const layers, budget, slack = 16 * 8 << 20, 30 << 20, 12 << 20
	want, all := trainDeep(t, dir, 0)
	if all < layers*3/4 {
		t.Fatalf("%d MiB mapped without a pager: the test proves nothing", all>>20)
	}
	got, streamed := trainDeep(t, dir, budget)
	if streamed > budget+slack {
		t.Errorf("%d MiB of files were in memory, the budget is %d MiB", streamed>>20, budget>>20)
	}
	roomy, _ := trainDeep(t, dir, 2*layers)
	if !bytes.Equal(got, want) || !bytes.Equal(roomy, want) {
		t.Error("streaming changes the adapter")
	}
	t.Logf("%d MiB mapped without a pager, %d with", all>>20, streamed>>20)
}
