package llama

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/cpu/cputest"
	"graft/internal/model"
	"graft/internal/model/modeltest"
)

func TestArch(t *testing.T) { modeltest.Run(t, Arch()) }

// TestTransformers compares logits with what ref/llama_golden.py wrote.
func TestTransformers(t *testing.T) {
	dirs, err := filepath.Glob("testdata/golden/*/config.json")
	if err != nil || len(dirs) < 6 {
		t.Fatalf("%d goldens, %v", len(dirs), err)
	}
	cputest.EachPath(t, func(t *testing.T) {
		for _, d := range dirs {
			t.Run(filepath.Base(filepath.Dir(d)), func(t *testing.T) { modeltest.Logits(t, model.Registry{Arch()}, filepath.Dir(d)) })
		}
	})
}

var folder = flag.String("llama.folder", "", "a model with expected.safetensors, as ref/interop.py writes it")

// TestFolder compares the logits of a model that is given on the command line: ref/interop.py has a real one.
func TestFolder(t *testing.T) {
	if *folder != "" {
		t.Logf("logits differ by %.2g of the largest", modeltest.Logits(t, model.Registry{Arch()}, *folder))
	}
}

func TestRefused(t *testing.T) {
	for key, want := range map[string]string{
		`"mlp_bias": true`:                                     "mlp_bias is true",
		`"pretraining_tp": 2`:                                  "pretraining_tp is 2",
		`"rope_interleaved": true`:                             "only the half-split form",
		`"rope_scaling": {"rope_type": "llama3", "factor": 8}`: "low_freq_factor is missing",
		`"rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4}`:                 "not above low_freq_factor",
		`"rope_scaling": {"rope_type": "llama3", "factor": 0, "low_freq_factor": 1, "high_freq_factor": 4}`:                 "factor",
		`"rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4, "beta_fast": 1}`: "beta_fast",
		`"rope_scaling": {"rope_type": "longrope"}`:                                                                         "supported are default, linear, yarn and llama3",
		`"hidden_act": "gelu"`: "want silu",
	} {
		_, err := model.Registry{Arch()}.ParseConfig([]byte(`{"model_type": "llama", `+key+`}`), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", key, err, want)
		}
	}
}

// TestDefaults are those of LlamaConfig.
func TestDefaults(t *testing.T) {
	c, err := model.Registry{Arch()}.ParseConfig([]byte(`{"model_type": "llama"}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.VocabSize != 32000 || c.HiddenSize != 4096 || c.IntermediateSize != 11008 || c.KVHeads != 32 || c.HeadDim != 128 || c.MaxPositions != 2048 ||
		c.BOS != 1 || len(c.EOS) != 1 || c.EOS[0] != 2 || c.QKVBias || c.TieEmbeddings || c.HeadNorms {
		t.Errorf("%+v", c)
	}
	if _, err := os.Stat("testdata/golden/versions.json"); err != nil {
		t.Error(err)
	}
}
