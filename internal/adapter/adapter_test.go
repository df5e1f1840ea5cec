package adapter_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/adapter"
	"graft/internal/adapter/adaptertest"
	"graft/internal/dtype"
	"graft/internal/nn/nntest"
	"graft/internal/safetensors"
)

var all = []string{adapter.AllLinear}

func TestLoRA(t *testing.T) { adaptertest.Run(t, adapter.Spec{R: 3, Alpha: 6, Targets: all}) }

func TestRSLoRA(t *testing.T) {
	adaptertest.Run(t, adapter.Spec{R: 6, Alpha: 5, RSLoRA: true, Targets: []string{"q_proj", "down_proj"}})
}

func TestDoRA(t *testing.T) {
	adaptertest.Run(t, adapter.Spec{R: 3, Alpha: 6, DoRA: true, Targets: all})
}

func TestDropout(t *testing.T) {
	adaptertest.Run(t, adapter.Spec{R: 6, Alpha: 6, Dropout: 0.4, Targets: []string{"q_proj", "v_proj"}})
	adaptertest.Run(t, adapter.Spec{R: 6, Alpha: 6, Dropout: 0.4, DoRA: true, Targets: []string{"q_proj", "v_proj"}})
}

func TestPatterns(t *testing.T) {
	adaptertest.Run(t, adapter.Spec{
		R: 6, Alpha: 6, Targets: []string{"q_proj", "up_proj", "model.layers.1.mlp.down_proj"}, Exclude: []string{"layers.2.self_attn.q_proj"},
		RankPattern:  map[string]int{"up_proj": 7, `layers\.0\.self_attn\.q_proj`: 9},
		AlphaPattern: map[string]float64{`.*\.down_proj`: 12.5},
	})
}

// TestSpecErrors lists what a Spec is refused for, and words that the message must have.
func TestSpecErrors(t *testing.T) {
	ctx, m := nntest.Context(t, false), adaptertest.Model(t)
	for name, c := range map[string]struct {
		spec adapter.Spec
		want []string
	}{
		"rank 0":           {adapter.Spec{Targets: all}, []string{"rank 0"}},
		"unknown name":     {adapter.Spec{R: 2, Targets: []string{"q_proj", "c_attn"}}, []string{"c_attn", "gate_proj", "all-linear"}},
		"no target":        {adapter.Spec{R: 2}, []string{"q_proj"}},
		"head":             {adapter.Spec{R: 2, Targets: []string{"lm_head"}}, []string{"lm_head", "never adapted"}},
		"part of a name":   {adapter.Spec{R: 2, Targets: []string{"proj"}}, []string{"named proj"}},
		"unknown exclude":  {adapter.Spec{R: 2, Targets: all, Exclude: []string{"k_prj"}}, []string{"k_prj"}},
		"all excluded":     {adapter.Spec{R: 2, Targets: []string{"q_proj"}, Exclude: []string{"q_proj"}}, []string{"nothing is left"}},
		"bad pattern":      {adapter.Spec{R: 2, Targets: all, RankPattern: map[string]int{"(": 3}}, []string{"rank_pattern", "regular expression"}},
		"unused pattern":   {adapter.Spec{R: 2, Targets: []string{"q_proj"}, RankPattern: map[string]int{"up_proj": 3}}, []string{"up_proj", "no adapted module"}},
		"rank 0 pattern":   {adapter.Spec{R: 2, Targets: all, RankPattern: map[string]int{"up_proj": 0}}, []string{"rank 0"}},
		"patterns quarrel": {adapter.Spec{R: 2, Targets: all, RankPattern: map[string]int{"up_proj": 3, `.*up_proj`: 4}}, []string{"both match", "differ"}},
	} {
		_, err := adapter.Attach(ctx, m, c.spec, 1)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q does not say %q", name, err, w)
			}
		}
		if _, err2 := adapter.Cover(m, c.spec); err2 == nil || err2.Error() != err.Error() {
			t.Errorf("%s: Cover says %v", name, err2)
		}
	}
	for _, s := range m.Slots() {
		if s.Proj != s.Base {
			t.Fatalf("%s was wrapped by a refused adapter", s.Name)
		}
	}
}

func TestCoverageCounts(t *testing.T) {
	ctx, m := nntest.Context(t, false), adaptertest.Model(t)
	for _, spec := range []adapter.Spec{
		{R: 2, Targets: []string{"q_proj", "layers.1.mlp.up_proj"}},
		{R: 3, Targets: all, DoRA: true, RankPattern: map[string]int{"o_proj": 5}},
	} {
		c, err := adapter.Cover(m, spec)
		if err != nil {
			t.Fatal(err)
		}
		a, err := adapter.Attach(ctx, m, spec, 1)
		if err != nil {
			t.Fatal(err)
		}
		n, modules := 0, 0
		for _, p := range a.Params() {
			n += len(p.Data)
		}
		for _, r := range c.Rows {
			modules += r.Adapted
		}
		if c.Trainable != n || modules != len(a.Modules) {
			t.Errorf("coverage says %d parameters in %d modules, there are %d in %d", c.Trainable, modules, n, len(a.Modules))
		}
		if !strings.Contains(c.String(), fmt.Sprint(n)) {
			t.Errorf("the report lacks the total %d:\n%s", n, c)
		}
		a.Detach(m)
	}
}

// TestFirstLayer: nothing below the lowest adapter needs a gradient.
func TestFirstLayer(t *testing.T) {
	ctx, m := nntest.Context(t, false), adaptertest.Model(t)
	a, err := adapter.Attach(ctx, m, adapter.Spec{R: 1, Targets: []string{"model.layers.2.mlp.up_proj", "layers.1.self_attn.k_proj"}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if n := a.FirstLayer(m); n != 1 {
		t.Errorf("first layer %d, want 1", n)
	}
}

// TestDropoutIsTheSameAgain: a mask depends on seed, step, place and position, and on nothing else.
func TestDropoutIsTheSameAgain(t *testing.T) {
	ctx, m := nntest.Context(t, false), adaptertest.Model(t)
	a := adaptertest.Attach(t, ctx, m, adapter.Spec{R: 4, Alpha: 8, Dropout: 0.5, Targets: []string{"q_proj"}})
	module := a.Modules[0].Adapted
	run := func() []float32 {
		tape := ctx.NewTape(false)
		defer tape.Free()
		x := nntest.Tensor(ctx, nntest.Normal(nntest.Rand(1), 8, 32, 1))
		return nntest.Matrix(module.Apply(tape, tape.Leaf(x, false)).Data()).Data
	}
	off := run()
	a.Clock.Training = true
	first, second := run(), run()
	a.Clock.Step++
	third := run()
	a.Clock.Step--
	a.Clock.Row = 3
	fourth := run()
	if !same(first, second) {
		t.Error("the same place and step gave another mask")
	}
	for what, v := range map[string][]float32{"off": off, "another step": third, "other tokens": fourth} {
		if same(first, v) {
			t.Errorf("%s gave the same output", what)
		}
	}
}

func same(a, b []float32) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// saved writes an adapter and its configuration with changes.
func saved(t *testing.T, edit func(config map[string]any), tensors func(ts map[string]safetensors.Tensor)) string {
	t.Helper()
	ctx, m := nntest.Context(t, false), adaptertest.Model(t)
	a := adaptertest.Attach(t, ctx, m, adapter.Spec{R: 2, Alpha: 4, Targets: []string{"q_proj"}})
	dir := t.TempDir()
	if err := a.Save(dir, adapter.Base{Name: "m"}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, adapter.ConfigFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	config := map[string]any{}
	if err := json.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}
	edit(config)
	if text, err = json.Marshal(config); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	byName := map[string]safetensors.Tensor{}
	for _, p := range a.Params() {
		name := "base_model.model." + p.Name
		byName[name] = adapter.Tensor(name, p, p.Data)
	}
	tensors(byName)
	var list []safetensors.Tensor
	for _, x := range byName {
		list = append(list, x)
	}
	if err := safetensors.WriteFile(filepath.Join(dir, adapter.WeightsFile), list, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

const firstA = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"

// TestLoadRefuses lists adapters that cannot be applied as they are, and words that the message must have.
func TestLoadRefuses(t *testing.T) {
	key := func(k string, v any) func(map[string]any) { return func(c map[string]any) { c[k] = v } }
	keep := func(map[string]safetensors.Tensor) {}
	plain := func(map[string]any) {}
	extra := func(name string, shape ...int) func(map[string]safetensors.Tensor) {
		return func(ts map[string]safetensors.Tensor) {
			x := safetensors.Tensor{Info: safetensors.Info{Name: name, DType: dtype.F32, Shape: shape}}
			x.Data = make([]byte, x.Size())
			ts[name] = x
		}
	}
	for name, c := range map[string]struct {
		config  func(map[string]any)
		tensors func(map[string]safetensors.Tensor)
		want    []string
	}{
		"another method":       {key("peft_type", "VERA"), keep, []string{"peft_type", "VERA"}},
		"trained bias":         {key("bias", "all"), keep, []string{"bias"}},
		"PiSSA":                {key("init_lora_weights", "pissa_niter_4"), keep, []string{"init_lora_weights", "base model"}},
		"modules to save":      {key("modules_to_save", []string{"lm_head"}), keep, []string{"modules_to_save", "lm_head"}},
		"parameters":           {key("target_parameters", []string{"experts.gate_up_proj"}), keep, []string{"target_parameters"}},
		"a future variant":     {key("use_zora", true), keep, []string{"use_zora"}},
		"rank 0":               {key("r", 0), keep, []string{"r is 0"}},
		"text for a number":    {key("r", "two"), keep, []string{"r is a JSON string"}},
		"another rank":         {key("r", 3), keep, []string{"shape", "[2 32]", "[3 32]"}},
		"DoRA without m":       {key("use_dora", true), keep, []string{"lora_magnitude_vector", "missing"}},
		"m without DoRA":       {plain, extra("base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector", 32), []string{"not part of a LoRA"}},
		"no such module":       {plain, extra("base_model.model.model.layers.9.self_attn.q_proj.lora_A.weight", 2, 32), []string{"layers.9"}},
		"embedding":            {plain, extra("base_model.model.model.embed_tokens.lora_embedding_A", 2, 97), []string{"embed_tokens"}},
		"fused experts":        {plain, extra("base_model.model.model.layers.0.mlp.experts.lora_A.weight", 2, 32), []string{"experts"}},
		"A without B":          {plain, func(ts map[string]safetensors.Tensor) { delete(ts, strings.Replace(firstA, "_A", "_B", 1)) }, []string{"lora_B", "missing"}},
		"another shape":        {plain, extra(firstA, 2, 31), []string{"shape", "[2 31]"}},
		"no tensors":           {plain, func(ts map[string]safetensors.Tensor) { clear(ts) }, []string{"no adapter tensors"}},
		"broken rank pattern":  {key("rank_pattern", map[string]int{"(": 2}), keep, []string{"rank_pattern"}},
		"a target without":     {key("target_modules", []string{"q_proj", "layers.1.mlp.up_proj"}), keep, []string{"layers.1.mlp.up_proj", "no tensors"}},
		"a regex target":       {key("target_modules", `.*\.(q|k)_proj`), keep, []string{"layers.0.self_attn.k_proj", "no tensors"}},
		"a broken regex":       {key("target_modules", "("), keep, []string{"target_modules", "regular expression"}},
		"rank pattern of zero": {key("rank_pattern", map[string]int{"q_proj": 0}), keep, []string{"rank 0"}},
	} {
		dir := saved(t, c.config, c.tensors)
		m := adaptertest.Model(t)
		_, err := adapter.Load(nntest.Context(t, false), m, dir, 0, 1)
		if err == nil {
			t.Errorf("%s: loaded", name)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q does not say %q", name, err, w)
			}
		}
		for _, s := range m.Slots() {
			if s.Proj != s.Base {
				t.Errorf("%s: %s stays wrapped", name, s.Name)
			}
		}
	}
}

// TestLoadAcceptsPeftsSpellings: the same modules may be said in several ways.
func TestLoadAcceptsPeftsSpellings(t *testing.T) {
	for _, targets := range []any{[]string{"q_proj"}, []string{"self_attn.q_proj"}, `.*self_attn\.q_proj`, `(?=.*q_proj).*`, nil} {
		dir := saved(t, func(c map[string]any) {
			c["target_modules"], c["peft_version"], c["loftq_config"] = targets, "0.21.2", map[string]any{}
		}, func(map[string]safetensors.Tensor) {})
		if _, err := adapter.Load(nntest.Context(t, false), adaptertest.Model(t), dir, 0, 1); err != nil {
			t.Errorf("target_modules %v: %v", targets, err)
		}
	}
	dir := saved(t, func(c map[string]any) {
		c["target_modules"], c["exclude_modules"] = "all-linear", `.*([kvo]|gate|up|down)_proj`
	},
		func(map[string]safetensors.Tensor) {})
	if _, err := adapter.Load(nntest.Context(t, false), adaptertest.Model(t), dir, 0, 1); err != nil {
		t.Error(err)
	}
}

func TestLoadNeedsItsFiles(t *testing.T) {
	ctx, m := nntest.Context(t, false), adaptertest.Model(t)
	dir := t.TempDir()
	if _, err := adapter.Load(ctx, m, dir, 0, 1); err == nil || !strings.Contains(err.Error(), adapter.ConfigFile) {
		t.Errorf("empty directory: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, adapter.ConfigFile), []byte(`{"peft_type":"LORA","r":2,"lora_alpha":2}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := adapter.Load(ctx, m, dir, 0, 1); err == nil || !strings.Contains(err.Error(), adapter.WeightsFile) {
		t.Errorf("without weights: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, adapter.ConfigFile), []byte(`{"peft_type":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := adapter.Load(ctx, m, dir, 0, 1); err == nil || !strings.Contains(err.Error(), adapter.ConfigFile) {
		t.Errorf("broken configuration: %v", err)
	}
}
