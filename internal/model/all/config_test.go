package all

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"graft/internal/dtype"
	"graft/internal/weights"
)

// TestTransformersConfigs compares with what transformers makes of configurations in both dialects; ref/formats_golden.py writes them.
func TestTransformersConfigs(t *testing.T) {
	raw, err := os.ReadFile("../../weights/testdata/golden/configs.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Cases []struct {
			Name   string
			Config json.RawMessage
			Want   struct {
				weights.Config
				DType string
			}
		} `json:"cases"`
	}
	if err := json.Unmarshal(raw, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden.Cases) < 20 {
		t.Fatalf("only %d cases", len(golden.Cases))
	}
	for _, c := range golden.Cases {
		t.Run(c.Name, func(t *testing.T) {
			got, err := Models().ParseConfig(c.Config, nil)
			if err != nil {
				t.Fatal(err)
			}
			want := c.Want.Config
			if c.Want.DType != "None" {
				if want.DType, err = dtype.ParseTorch(c.Want.DType); err != nil {
					t.Fatal(err)
				}
			}
			if math.Abs(got.Rope.AttentionFactor-want.Rope.AttentionFactor) > 1e-12 {
				t.Errorf("attention factor %v, want %v", got.Rope.AttentionFactor, want.Rope.AttentionFactor)
			}
			want.HeadNorms, want.OutputGate, want.ZeroCentredNorm = got.HeadNorms, got.OutputGate, got.ZeroCentredNorm // proved by logits
			want.Rope.AttentionFactor = got.Rope.AttentionFactor
			if want.MoE != nil && len(want.MoE.Dense) == 0 {
				want.MoE.Dense, got.MoE.Dense = nil, nil
			}
			if !reflect.DeepEqual(got, &want) {
				a, _ := json.MarshalIndent(got, "", " ")
				b, _ := json.MarshalIndent(want, "", " ")
				t.Errorf("got\n%s\nwant\n%s", a, b)
			}
		})
	}
}

func TestSparseLayers(t *testing.T) {
	c, err := Models().ParseConfig([]byte(`{"model_type":"qwen3_moe","num_hidden_layers":6,"decoder_sparse_step":2,"mlp_only_layers":[3]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for i := range c.Layers {
		if c.MoE.Sparse(i) {
			got = append(got, i)
		}
	}
	if !slices.Equal(got, []int{1, 5}) {
		t.Errorf("layers with experts: %v", got)
	}
	if (*weights.MoE)(nil).Sparse(1) {
		t.Error("a dense model has experts")
	}
}

func TestGenerationConfigWins(t *testing.T) {
	config := `{"model_type":"qwen3","eos_token_id":7,"bos_token_id":8,"pad_token_id":9}`
	for _, c := range []struct {
		generation string
		eos        []int
		bos, pad   int
	}{
		{``, []int{7}, 8, 9},
		{`{}`, []int{7}, 8, 9},
		{`{"eos_token_id":[1,2],"bos_token_id":3,"pad_token_id":null}`, []int{1, 2}, 3, 9},
		{`{"eos_token_id":4}`, []int{4}, 8, 9},
	} {
		got, err := Models().ParseConfig([]byte(config), []byte(c.generation))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.EOS, c.eos) || got.BOS != c.bos || got.PAD != c.pad {
			t.Errorf("%s: eos %v, bos %d, pad %d", c.generation, got.EOS, got.BOS, got.PAD)
		}
	}
}

func TestBadConfigs(t *testing.T) {
	for _, c := range []struct{ name, config, generation, want string }{
		{"empty", ``, ``, `config.json: model_type "" is not supported; supported are llama, qwen2, qwen3, qwen3_moe, qwen3_next`},
		{"not JSON", `{`, ``, "config.json: unexpected end of JSON input"},
		{"null", `null`, ``, "config.json: null where an object was expected"},
		{"a list", `[]`, ``, "config.json: json: cannot unmarshal array"},
		{"other model", `{"model_type":"gemma"}`, ``, `model_type "gemma" is not supported`},
		{"model type no text", `{"model_type":7}`, ``, "model_type is 7, want a string"},
		{"zero", `{"model_type":"qwen3","hidden_size":0}`, ``, "config.json: hidden_size is 0, want an integer from 1 to 1048576"},
		{"huge", `{"model_type":"qwen3","vocab_size":99999999999999999999}`, ``, "vocab_size is 99999999999999999999, want an integer"},
		{"fraction", `{"model_type":"qwen3","num_hidden_layers":2.5}`, ``, "num_hidden_layers is 2.5, want an integer"},
		{"text", `{"model_type":"qwen3","num_attention_heads":"8"}`, ``, `num_attention_heads is "8", want an integer`},
		{"null size", `{"model_type":"qwen3","hidden_size":null}`, ``, "hidden_size is null, want an integer"},
		{"null kv heads", `{"model_type":"qwen3_moe","num_key_value_heads":null}`, ``, "num_key_value_heads is null, want an integer"},
		{"kv heads", `{"model_type":"qwen3","num_attention_heads":6,"num_key_value_heads":4}`, ``, "num_attention_heads 6 is not a multiple of num_key_value_heads 4"},
		{"head_dim", `{"model_type":"qwen2","hidden_size":100,"num_attention_heads":3,"num_key_value_heads":1}`, ``, "hidden_size 100 is not a multiple of num_attention_heads 3, and head_dim is not given"},
		{"odd head", `{"model_type":"qwen3","head_dim":33}`, ``, "leaves 33 dimensions to rotate, want an even number"},
		{"eps", `{"model_type":"qwen3","rms_norm_eps":-1}`, ``, "rms_norm_eps is -1, want a number from 0 to 1"},
		{"eps text", `{"model_type":"qwen3","rms_norm_eps":"x"}`, ``, `rms_norm_eps is "x", want a number`},
		{"bool", `{"model_type":"qwen3","tie_word_embeddings":1}`, ``, "tie_word_embeddings is 1, want true or false"},
		{"architectures", `{"model_type":"qwen3","architectures":"Qwen3ForCausalLM"}`, ``, `architectures is "Qwen3ForCausalLM", want a list of strings`},
		{"dtype", `{"model_type":"qwen3","torch_dtype":"float8_e4m3fn"}`, ``, `torch_dtype is "float8_e4m3fn", want float32, bfloat16 or float16`},
		{"layer count", `{"model_type":"qwen3","num_hidden_layers":2,"layer_types":["full_attention"]}`, ``, "layer_types has 1 entries for 2 layers"},
		{"layer type", `{"model_type":"qwen3","num_hidden_layers":1,"layer_types":["linear_attention"]}`, ``, `layer_types[0] is "linear_attention", want full_attention or sliding_attention`},
		{"next layer type", `{"model_type":"qwen3_next","num_hidden_layers":1,"layer_types":["sliding_attention"]}`, ``, "want full_attention or linear_attention"},
		{"no window", `{"model_type":"qwen3","num_hidden_layers":1,"layer_types":["sliding_attention"]}`, ``, "do not give a window"},
		{"window", `{"model_type":"qwen3","use_sliding_window":true,"sliding_window":0}`, ``, "sliding_window is 0"},
		{"activation", `{"model_type":"qwen3","hidden_act":"gelu"}`, ``, `hidden_act is "gelu", want silu`},
		{"dropout", `{"model_type":"qwen3","attention_dropout":0.1}`, ``, "attention_dropout is 0.1, want 0"},
		{"per layer", `{"model_type":"qwen3","per_layer_config":{"0":{}}}`, ``, "per_layer_config is not supported"},
		{"shared expert", `{"model_type":"qwen3_moe","shared_expert_intermediate_size":512}`, ``, "qwen3_moe has no shared expert"},
		{"experts per token", `{"model_type":"qwen3_moe","num_experts":4,"num_experts_per_tok":5}`, ``, "num_experts_per_tok 5 is more than the 4 experts"},
		{"two expert counts", `{"model_type":"qwen3_moe","num_experts":4,"num_local_experts":8}`, ``, "num_experts is 4 and num_local_experts is 8"},
		{"dense layers", `{"model_type":"qwen3_moe","num_hidden_layers":2,"mlp_only_layers":[2]}`, ``, "mlp_only_layers names layer 2 of 2"},
		{"dense layers text", `{"model_type":"qwen3_moe","mlp_only_layers":"all"}`, ``, `mlp_only_layers is "all", want a list of integers`},
		{"value heads", `{"model_type":"qwen3_next","linear_num_key_heads":3,"linear_num_value_heads":4}`, ``, "linear_num_value_heads 4 is not a multiple of linear_num_key_heads 3"},
		{"rope no object", `{"model_type":"qwen3","rope_scaling":4}`, ``, "rope_scaling: json: cannot unmarshal number"},
		{"rope type", `{"model_type":"qwen3","rope_scaling":{"type":"dynamic","factor":2}}`, ``, `rope_scaling: rope_type "dynamic" is not supported; supported are default, linear and yarn`},
		{"rope nested", `{"model_type":"qwen3","rope_parameters":{"full_attention":{}}}`, ``, "rope_parameters: full_attention has no effect here; known are rope_type, type"},
		{"rope factor", `{"model_type":"qwen3","rope_scaling":{"type":"linear"}}`, ``, "rope_scaling: factor is missing"},
		{"small factor", `{"model_type":"qwen3","rope_scaling":{"type":"yarn","factor":0.5}}`, ``, "factor is 0.5, want a number from 1 to"},
		{"betas", `{"model_type":"qwen3","rope_scaling":{"type":"yarn","factor":2,"beta_fast":1,"beta_slow":2}}`, ``, "beta_fast 1 is less than beta_slow 2"},
		{"theta", `{"model_type":"qwen3","rope_theta":0}`, ``, "rope_theta is 0"},
		{"partial", `{"model_type":"qwen3","partial_rotary_factor":0.5}`, ``, "partial_rotary_factor is 0.5; qwen3 rotates whole heads"},
		{"nothing rotated", `{"model_type":"qwen3_next","partial_rotary_factor":0}`, ``, "leaves 0 dimensions to rotate"},
		{"eos", `{"model_type":"qwen3","vocab_size":10,"eos_token_id":[3,10]}`, ``, "config.json: eos_token_id is [3,10], want token ids from 0 to 9"},
		{"generation", `{"model_type":"qwen3"}`, `{"eos_token_id":"<|im_end|>"}`, `generation_config.json: eos_token_id is "<|im_end|>", want token ids`},
		{"generation JSON", `{"model_type":"qwen3"}`, `[`, "generation_config.json: unexpected end"},
		{"gptq", `{"model_type":"qwen3","quantization_config":{"quant_method":"gptq","bits":4}}`, ``, `config.json: quantization_config: quant_method "gptq" is not supported; supported are float32`},
		{"no method", `{"model_type":"qwen3","quantization_config":{}}`, ``, `quant_method "" is not supported`},
		{"int8", `{"model_type":"qwen3","quantization_config":{"quant_method":"bitsandbytes","load_in_8bit":true}}`, ``, "bitsandbytes int8 is not supported"},
		{"fp4", `{"model_type":"qwen3","quantization_config":{"load_in_4bit":true}}`, ``, `bnb_4bit_quant_type "fp4" is not supported`},
		{"compute dtype", `{"model_type":"qwen3","quantization_config":{"load_in_4bit":true,"bnb_4bit_quant_type":"nf4","bnb_4bit_compute_dtype":"int8"}}`, ``, `bnb_4bit_compute_dtype is "int8"`},
		{"skip", `{"model_type":"qwen3","quantization_config":{"load_in_4bit":true,"bnb_4bit_quant_type":"nf4","llm_int8_skip_modules":7}}`, ``, "llm_int8_skip_modules is 7, want a list of strings"},
		{"compressed", `{"model_type":"qwen3","compression_config":{}}`, ``, "compressed-tensors is not supported"},
		{"long value", `{"model_type":"qwen3","tie_word_embeddings":"` + strings.Repeat("x", 100) + `"}`, ``, "x…, want true or false"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Models().ParseConfig([]byte(c.config), []byte(c.generation))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "weights: ") {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	_, err := Models().ParseConfig([]byte(`{"model_type":"qwen3","hidden_size":-1,"hidden_act":"relu","rope_theta":"x"}`), []byte(`{"eos_token_id":-1}`))
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("error %v, want four problems", err)
	}
}

func TestReadConfig(t *testing.T) {
	c, err := Models().ReadConfig("../../weights/testdata/golden/bnb")
	if err != nil {
		t.Fatal(err)
	}
	want := &weights.NF4Settings{DoubleQuant: true, ComputeDType: dtype.BF16}
	if c.ModelType != "qwen3" || c.HeadDim != 16 || !slices.Equal(c.EOS, []int{2}) || !reflect.DeepEqual(c.Quantization, want) {
		t.Errorf("%+v, quantisation %+v", c, c.Quantization)
	}
	dir := t.TempDir()
	if _, err := Models().ReadConfig(dir); err == nil || !strings.Contains(err.Error(), dir+": there is no config.json") {
		t.Errorf("empty directory: %v", err)
	}
	path := filepath.Join(dir, "config.json")
	if err := os.WriteFile(path, []byte(`{"model_type":"qwen3","hidden_size":0}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Models().ReadConfig(dir); err == nil || !strings.Contains(err.Error(), path+": hidden_size is 0") {
		t.Errorf("the path is not in the error: %v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "generation_config.json"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Models().ReadConfig(dir); err == nil || !strings.Contains(err.Error(), "generation_config.json is no regular file") {
		t.Errorf("directory for a file: %v", err)
	}
	if err := os.Truncate(path, 17<<20); err != nil {
		t.Fatal(err)
	}
	if _, err := Models().ReadConfig(dir); err == nil || !strings.Contains(err.Error(), "at most 16777216 bytes") {
		t.Errorf("huge config.json: %v", err)
	}
	if _, err := weights.OpenDir(dir); err == nil || !strings.Contains(err.Error(), "at most 16777216 bytes") {
		t.Errorf("huge config.json: %v", err)
	}
	if _, err := weights.OpenDir(filepath.Join(dir, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing directory: %v", err)
	}
}

func FuzzParseConfig(f *testing.F) {
	raw, err := os.ReadFile("../../weights/testdata/golden/configs.json")
	if err != nil {
		f.Fatal(err)
	}
	var golden struct {
		Cases []struct{ Config json.RawMessage } `json:"cases"`
	}
	if err := json.Unmarshal(raw, &golden); err != nil {
		f.Fatal(err)
	}
	for _, c := range golden.Cases {
		f.Add([]byte(c.Config), []byte(`{"eos_token_id":[1,2]}`))
	}
	f.Fuzz(func(t *testing.T, config, generation []byte) {
		c, err := Models().ParseConfig(config, generation)
		if err != nil {
			return
		}
		if len(c.LayerTypes) != c.Layers || c.HeadDim < 1 || c.Heads%c.KVHeads != 0 || c.Rope.Dim%2 != 0 || c.Rope.Dim > c.HeadDim {
			t.Errorf("%s gives %+v", config, c)
		}
	})
}
