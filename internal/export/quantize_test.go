package export_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"graft/internal/dtype"
	"graft/internal/export"
	"graft/internal/export/exporttest"
	"graft/internal/model"
	"graft/internal/model/all"
	"graft/internal/outdir"
	"graft/internal/parallel"
	"graft/internal/quant"
	"graft/internal/safetensors"
	"graft/internal/weights"
)

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func header(d dtype.DType, name string, shape ...int) weights.Info {
	return weights.Info{Info: safetensors.Info{Name: name, DType: d, Shape: shape}}
}

// nextHeaders are the tensors of a Qwen3-Next of two layers and two experts, and one that nobody knows.
func nextHeaders() []weights.Info {
	bf := func(name string, shape ...int) weights.Info { return header(dtype.BF16, name, shape...) }
	list := []weights.Info{
		bf("model.embed_tokens.weight", 64, 32), bf("lm_head.weight", 64, 32), bf("model.norm.weight", 32),
		bf("mtp.fc.weight", 32, 64), bf("mtp.layers.0.self_attn.q_proj.weight", 64, 32), bf("model.vision.weight", 4, 4, 4),
	}
	for i := range 11 {
		p := fmt.Sprintf("model.layers.%d.", i)
		list = append(list, bf(p+"input_layernorm.weight", 32), bf(p+"post_attention_layernorm.weight", 32),
			bf(p+"mlp.gate.weight", 2, 32), bf(p+"mlp.shared_expert_gate.weight", 1, 32))
		for _, e := range []string{"experts.0", "experts.1", "shared_expert"} {
			list = append(list, bf(p+"mlp."+e+".gate_proj.weight", 32, 32), bf(p+"mlp."+e+".up_proj.weight", 32, 32), bf(p+"mlp."+e+".down_proj.weight", 32, 32))
		}
		if i != 3 {
			list = append(list, bf(p+"linear_attn.in_proj_qkvz.weight", 96, 32), bf(p+"linear_attn.in_proj_ba.weight", 4, 32),
				bf(p+"linear_attn.conv1d.weight", 64, 1, 4), bf(p+"linear_attn.A_log", 2), bf(p+"linear_attn.dt_bias", 2),
				bf(p+"linear_attn.norm.weight", 16), bf(p+"linear_attn.out_proj.weight", 32, 32))
			continue
		}
		list = append(list, bf(p+"self_attn.q_proj.weight", 64, 32), bf(p+"self_attn.k_proj.weight", 32, 32), bf(p+"self_attn.v_proj.weight", 32, 32),
			bf(p+"self_attn.o_proj.weight", 32, 32), bf(p+"self_attn.q_norm.weight", 16), bf(p+"self_attn.k_norm.weight", 16))
	}
	return list
}

// inventory lists the tensors of the model that c describes.
func inventory(t *testing.T, c *weights.Config) *model.Inventory {
	t.Helper()
	v, err := all.Models().Inventory(c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// nextInventory is that of a Qwen3-Next of eleven layers, of which the fourth has full attention.
func nextInventory(t *testing.T) *model.Inventory {
	t.Helper()
	types := slices.Repeat([]string{`"linear_attention"`}, 11)
	types[3] = `"full_attention"`
	c, err := all.Models().ParseConfig([]byte(`{"model_type": "qwen3_next", "num_hidden_layers": 11, "num_experts": 2, "num_experts_per_tok": 1, "layer_types": [`+
		strings.Join(types, ", ")+`]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	return inventory(t, c)
}

// TestQuantizePlan decides on headers alone.
func TestQuantizePlan(t *testing.T) {
	p, err := export.PlanQuantize([]byte("{\n  \"model_type\": \"qwen3_next\"\n}\n"), &weights.Config{}, nextInventory(t), nextHeaders(), export.QuantizeOptions{DoubleQuant: true, ShardBytes: 20000})
	if err != nil {
		t.Fatal(err)
	}
	if want := 11*9 + 10*3 + 4; p.Quantized != want || !slices.Equal(p.Unknown, []string{"model.vision.weight"}) || p.Quantized+p.Plain != len(nextHeaders()) {
		t.Errorf("%d matrices in 4 bits, want %d; unknown %v", p.Quantized, want, p.Unknown)
	}
	var order []string
	for i, s := range p.Shards {
		if want := safetensors.ShardName(i+1, len(p.Shards)); s.Name != want {
			t.Errorf("file %s, want %s", s.Name, want)
		}
		for _, tensor := range s.Tensors {
			order = append(order, tensor.Name)
			stays := strings.HasPrefix(tensor.Name, "mtp.") || len(tensor.Shape) != 2 || tensor.Shape[0] < 3 || strings.Contains(tensor.Name, "embed") || strings.Contains(tensor.Name, "lm_head")
			if tensor.NF4 == stays {
				t.Errorf("%s: in 4 bits: %v", tensor.Name, tensor.NF4)
			}
		}
	}
	if len(p.Shards) < 4 || slices.Index(order, "model.layers.10.mlp.gate.weight") < slices.Index(order, "model.layers.9.mlp.gate.weight") {
		t.Errorf("%d files, layers not in their order", len(p.Shards))
	}
	text := quantizedConfig(t, p)
	if !strings.HasPrefix(text, "{\n  \"model_type\": \"qwen3_next\",\n  \"quantization_config\": {\n    \"quant_method\": \"bitsandbytes\",\n") {
		t.Errorf("config.json is\n%s", text)
	}
	for _, name := range []string{"lm_head", "model.layers.10.mlp.gate", "model.layers.3.mlp.shared_expert_gate", "mtp"} {
		if !strings.Contains(text, strconv.Quote(name)) {
			t.Errorf("llm_int8_skip_modules lacks %s:\n%s", name, text)
		}
	}
}

// quantizedConfig is the config.json that a plan writes.
func quantizedConfig(t *testing.T, p *export.Plan) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "q")
	if err := p.Write(t.Context(), zeros{}, export.Destination{Output: out, Lock: outdir.Lock}); err != nil {
		t.Fatal(err)
	}
	text := read(t, filepath.Join(out, "config.json"))
	var c struct {
		Q map[string]any `json:"quantization_config"`
	}
	if err := json.Unmarshal(text, &c); err != nil || c.Q["load_in_4bit"] != true {
		t.Errorf("%v in\n%s", err, text)
	}
	return string(text)
}

// zeros is content without meaning.
type zeros struct{}

func (zeros) NF4(_ string, rows, cols int, opt quant.NF4Options) (*quant.NF4, error) {
	return quant.QuantizeNF4(make([]float32, rows*cols), rows, cols, opt)
}

func (zeros) Plain(t safetensors.Info, write func(p []byte) error) error {
	return write(make([]byte, t.Size()))
}

// TestQuantizeRefuses names what cannot be quantised, all of it.
func TestQuantizeRefuses(t *testing.T) {
	q := "model.layers.3.self_attn.q_proj.weight"
	for want, c := range map[string]struct {
		config  string
		c       weights.Config
		tensors []weights.Info
	}{
		"the model is quantised already":              {"{}", weights.Config{Quantization: &weights.NF4Settings{}}, nil},
		"the model is quantised already; take":        {"{}", weights.Config{}, []weights.Info{{NF4: true}}},
		q + " is I32 of shape [4 4]; only float32":    {"{}", weights.Config{}, []weights.Info{header(dtype.I32, q, 4, 4)}},
		q + " is BF16 of shape [4 4 4]; only float32": {"{}", weights.Config{}, []weights.Info{header(dtype.BF16, q, 4, 4, 4)}},
		q + " is BF16 of shape [0 4]; only float32":   {"{}", weights.Config{}, []weights.Info{header(dtype.BF16, q, 0, 4)}},
		"export: config.json: ":                       {"[", weights.Config{}, []weights.Info{header(dtype.BF16, q, 4, 4)}},
	} {
		if _, err := export.PlanQuantize([]byte(c.config), &c.c, nextInventory(t), c.tensors, export.QuantizeOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// quantizeTiny plans the tiny model of checkpoint in many small files.
func quantizeTiny(t *testing.T, dir string, o export.QuantizeOptions) (*export.Plan, weights.Source) {
	t.Helper()
	o.ShardBytes = 3000
	c, err := all.Models().ReadConfig(dir)
	if err != nil {
		t.Fatal(err)
	}
	src, err := weights.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = src.Close() })
	p, err := export.PlanQuantize(read(t, filepath.Join(dir, "config.json")), c, inventory(t, c), slices.Collect(src.All()), o)
	if err != nil {
		t.Fatal(err)
	}
	return p, src
}

// TestQuantizeValues compares what was written with quantising in memory, bit for bit.
func TestQuantizeValues(t *testing.T) {
	for _, d := range []dtype.DType{dtype.F32, dtype.BF16, dtype.F16} {
		for _, o := range []export.QuantizeOptions{{DoubleQuant: true}, {DType: dtype.F32}} {
			dir, out := checkpoint(t, 2, d), filepath.Join(t.TempDir(), "sub", "q")
			if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
				t.Fatal(err)
			}
			p, src := quantizeTiny(t, dir, o)
			files, err := export.SideFiles(dir)
			if err != nil {
				t.Fatal(err)
			}
			pool := parallel.New(2)
			defer pool.Close()
			last := 0
			to := export.Destination{Output: out, Files: files, Lock: outdir.Lock, Progress: func(done, total int) {
				if last = done; total != p.Bytes {
					t.Errorf("total %d, want %d", total, p.Bytes)
				}
			}}
			if err := p.Write(t.Context(), export.FromSource(src, pool), to); err != nil {
				t.Fatal(err)
			}
			if last != p.Bytes {
				t.Errorf("progress ended at %d of %d", last, p.Bytes)
			}
			got, err := weights.OpenDir(out)
			if err != nil {
				t.Fatal(err)
			}
			compareQuantized(t, src, got, o)
			if err := got.Close(); err != nil {
				t.Error(err)
			}
			if string(read(t, filepath.Join(out, "tokenizer.json"))) != `{"a": "tokenizer"}` {
				t.Error("the tokenizer was not copied")
			}
			if _, err := os.Stat(filepath.Join(out, "pytorch_model.bin")); err == nil {
				t.Error("the old weights were copied")
			}
		}
	}
}

func compareQuantized(t *testing.T, src, got weights.Source, o export.QuantizeOptions) {
	t.Helper()
	n := 0
	for info := range src.All() {
		q, isNF4, err := got.NF4(info.Name)
		if err != nil {
			t.Fatal(err)
		}
		if !isNF4 {
			a, _ := src.Bytes(info.Name)
			b, err := got.Bytes(info.Name)
			if err != nil || !bytes.Equal(a, b) {
				t.Errorf("%s changed: %v", info.Name, err)
			}
			continue
		}
		n++
		w := make([]float32, info.Elements())
		if err := src.Rows(info.Name, 0, w); err != nil {
			t.Fatal(err)
		}
		want := quant.NF4Options{DoubleQuant: o.DoubleQuant, DType: dtype.BF16}
		if o.DType == dtype.F32 {
			want.DType = dtype.F32
		}
		for i := range w {
			w[i] = want.DType.Round(w[i])
		}
		ref, err := quant.QuantizeNF4(w, info.Shape[0], info.Shape[1], want)
		if err != nil {
			t.Fatal(err)
		}
		a, b := ref.Tensors(""), q.Tensors("")
		for i := range a {
			if a[i].Name != b[i].Name || !bytes.Equal(a[i].Data, b[i].Data) {
				t.Errorf("%s%s differs from quantising in memory", info.Name, a[i].Name)
			}
		}
	}
	if n != 21 {
		t.Errorf("%d matrices in 4 bits, want 21", n)
	}
}

// dying is content that fails, or kills the process, at the nth tensor.
type dying struct {
	export.Content
	left *int
	fail error
}

func (d dying) die() error {
	if *d.left--; *d.left >= 0 {
		return nil
	}
	if d.fail == nil {
		self, err := os.FindProcess(os.Getpid())
		return errors.Join(err, self.Kill())
	}
	return d.fail
}

func (d dying) NF4(name string, rows, cols int, opt quant.NF4Options) (*quant.NF4, error) {
	if err := d.die(); err != nil {
		return nil, err
	}
	return d.Content.NF4(name, rows, cols, opt)
}

func (d dying) Plain(t safetensors.Info, write func(p []byte) error) error {
	return d.Content.Plain(t, func(p []byte) error { return errors.Join(write(p), d.die()) }) // in the middle of a tensor
}

const dieVariable = "GRAFT_TEST_DIE" // "N FROM TO": quantise until tensor N and be killed

// TestQuantizeKilled is the process that TestQuantizeResume kills.
func TestQuantizeKilled(t *testing.T) {
	words := strings.Fields(os.Getenv(dieVariable))
	if len(words) != 3 {
		return
	}
	n, err := strconv.Atoi(words[0])
	if err != nil {
		t.Fatal(err)
	}
	p, src := quantizeTiny(t, words[1], export.QuantizeOptions{DoubleQuant: true})
	t.Fatal("survived", p.Write(t.Context(), dying{export.FromSource(src, nil), &n, nil}, export.Destination{Output: words[2], Lock: outdir.Lock}))
}

// TestQuantizeResume kills a process again and again, each time a little later, and ends with the bytes of one that nobody killed.
func TestQuantizeResume(t *testing.T) {
	dir, out := checkpoint(t, 1, dtype.BF16), t.TempDir()
	p, src := quantizeTiny(t, dir, export.QuantizeOptions{DoubleQuant: true})
	whole, parts := filepath.Join(out, "whole"), filepath.Join(out, "parts")
	if err := p.Write(t.Context(), export.FromSource(src, nil), export.Destination{Output: whole, Lock: outdir.Lock}); err != nil {
		t.Fatal(err)
	}
	to, before := export.Destination{Output: parts, Lock: outdir.Lock}, 0
	killed := -1
	if runtime.GOOS == "windows" {
		killed = 1
	}
	for _, n := range []int{0, 1, 3, 4, 6} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestQuantizeKilled$")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s %s", dieVariable, n, dir, parts))
		if text, err := cmd.CombinedOutput(); err == nil || cmd.ProcessState.ExitCode() != killed || len(text) > 0 {
			t.Fatalf("%v: %s", err, text)
		}
		if _, err := os.Stat(parts); err == nil {
			t.Fatal("an unfinished directory has its name")
		}
		done := p.Done(to)
		if done < before {
			t.Errorf("%d bytes were done, now %d", before, done)
		}
		before = done
	}
	if before == 0 || before >= p.Bytes {
		t.Errorf("%d of %d bytes are kept", before, p.Bytes)
	}
	other := to
	other.Identity = "newer weights"
	if err := p.Write(t.Context(), zeros{}, other); !errors.Is(err, export.ErrOtherWork) {
		t.Errorf("other weights continue the work: %v", err)
	}
	n, broken := 3, errors.New("broken")
	if err := p.Write(t.Context(), dying{export.FromSource(src, nil), &n, broken}, to); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Write(ctx, export.FromSource(src, nil), to); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if err := p.Write(t.Context(), export.FromSource(src, nil), to); err != nil {
		t.Fatal(err)
	}
	exporttest.Same(t, whole, parts)
	if rest, err := os.ReadDir(filepath.Dir(whole)); err != nil || len(rest) != 2 {
		t.Errorf("left behind: %v, %v", rest, err)
	}
	if err := p.Write(t.Context(), zeros{}, to); !errors.Is(err, export.ErrOccupied) {
		t.Errorf("an output was written over: %v", err)
	}
}
