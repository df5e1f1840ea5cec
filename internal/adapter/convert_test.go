package adapter_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/adapter"
	"graft/internal/dtype"
	"graft/internal/safetensors"
)

// convert opens dir and writes it in another form.
func convert(t *testing.T, dir string, to adapter.Form) (string, error) {
	t.Helper()
	v, err := adapter.OpenFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	out := filepath.Join(t.TempDir(), "out")
	return out, v.Convert(to, out)
}

// TestConvertLosesNothing takes what PEFT saved apart and puts it together again: the same tensors.
func TestConvertLosesNothing(t *testing.T) {
	for _, name := range []string{"moe_fused", "moe_fused_rslora", "moe_fused_down", "moe_fused_gate_up"} {
		t.Run(name, func(t *testing.T) {
			original := filepath.Join("testdata/golden", name, "adapter")
			apart, err := convert(t, original, adapter.PerExpert)
			if err != nil {
				t.Fatal(err)
			}
			for info := range open(t, apart).All() {
				if strings.Contains(info.Name, ".experts.lora") || strings.Contains(info.Name, "base_layer") {
					t.Errorf("%s is stacked", info.Name)
				}
			}
			again, err := convert(t, apart, adapter.Fused)
			if err != nil {
				t.Fatal(err)
			}
			sameTensors(t, open(t, original), open(t, again))
			v, err := adapter.OpenFile(again)
			if err != nil {
				t.Fatal(err)
			}
			r, err := v.Inspect()
			if err != nil || r.Experts != adapter.Fused || r.PEFT != "" || v.Close() != nil {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

func open(t *testing.T, dir string) *safetensors.File {
	t.Helper()
	f, err := safetensors.Open(filepath.Join(dir, adapter.WeightsFile))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func sameTensors(t *testing.T, want, got *safetensors.File) {
	t.Helper()
	n := 0
	for info := range want.All() {
		n++
		a, err1 := want.Bytes(info.Name)
		b, err2 := got.Bytes(info.Name)
		if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs (%v, %v)", info.Name, err1, err2)
		}
	}
	for range got.All() {
		n--
	}
	if n != 0 {
		t.Errorf("%d tensors more or less", n)
	}
}

// TestConvertRefuses damages an adapter with experts in ways that a conversion must not pass on.
func TestConvertRefuses(t *testing.T) {
	apart, err := convert(t, "testdata/golden/moe_fused/adapter", adapter.PerExpert)
	if err != nil {
		t.Fatal(err)
	}
	const expert = "base_model.model.model.layers.1.mlp.experts.2."
	for what, c := range map[string]struct {
		drop, rename, to string
		config           [2]string
		form             adapter.Form
		want             string
	}{
		"a matrix is missing":    {drop: expert + "up_proj.lora_A.weight", form: adapter.Fused, want: "expert 2 has matrices of shapes []"},
		"a projection is":        {drop: "up_proj", form: adapter.Fused, want: "only one of gate_proj and up_proj"},
		"a rank differs":         {config: [2]string{`"rank_pattern": {`, `"rank_pattern": {"experts\\.2\\.down_proj": 2,`}, form: adapter.Fused, want: "another rank or alpha"},
		"no rank fits":           {config: [2]string{`"r": 4`, `"r": 5`}, form: adapter.Fused, want: "and rank 5"},
		"an expert is far away":  {rename: expert + "up_proj.lora_A.weight", to: "base_model.model.model.layers.1.mlp.experts.99999999.up_proj.lora_A.weight", form: adapter.Fused, want: "expert 99999999"},
		"the form is unknown":    {form: "both", want: `form "both"`},
		"the form is the same":   {form: adapter.PerExpert, want: "already"},
		"it says it is DoRA":     {config: [2]string{`"use_dora": false`, `"use_dora": true`}, form: adapter.Fused, want: "no fused form"},
		"a tensor is a stranger": {rename: expert + "up_proj.lora_A.weight", to: expert + "up_proj.lora_C.weight", form: adapter.Fused, want: "expert 2 has matrices of shapes []"},
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			copyAdapter(t, apart, dir, damage{c.drop, c.rename, c.to, c.config})
			out, err := convert(t, dir, c.form)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("something was written")
			}
		})
	}
}

// damage is what is changed in an adapter: tensors whose names contain drop are left out, one is renamed, a text in its configuration is
// replaced.
type damage struct {
	drop, rename, to string
	config           [2]string
}

// copyAdapter copies an adapter, damaged.
func copyAdapter(t *testing.T, from, dir string, d damage) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(from, adapter.ConfigFile))
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.Replace(string(text), d.config[0], d.config[1], 1)
	if d.config[0] != "" && edited == string(text) {
		t.Fatalf("%s does not hold %q", text, d.config[0])
	}
	edited = strings.Replace(edited, ",}", "}", 1)
	if !json.Valid([]byte(edited)) {
		t.Fatal(edited)
	}
	f := open(t, from)
	var ts []safetensors.Tensor
	for info := range f.All() {
		if d.drop != "" && strings.Contains(info.Name, d.drop) {
			continue
		}
		data, err := f.Bytes(info.Name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Name == d.rename {
			info.Name = d.to
		}
		info.DType = dtype.F32
		ts = append(ts, safetensors.Tensor{Info: info, Data: data})
	}
	if err := os.WriteFile(filepath.Join(dir, adapter.ConfigFile), []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := safetensors.WriteFile(filepath.Join(dir, adapter.WeightsFile), ts, nil); err != nil {
		t.Fatal(err)
	}
}
