package model_test

import (
	"path/filepath"
	"strings"
	"testing"

	"graft/internal/cpu/cputest"
	"graft/internal/model"
	"graft/internal/model/all"
	"graft/internal/model/modeltest"
	"graft/internal/weights"
)

// TestLogitsAreThoseOfTransformers reads what ref/model_golden.py wrote.
func TestLogitsAreThoseOfTransformers(t *testing.T) {
	dirs, err := filepath.Glob("testdata/golden/*/config.json")
	if err != nil || len(dirs) < 15 {
		t.Fatalf("%d goldens, %v", len(dirs), err)
	}
	cputest.EachPath(t, func(t *testing.T) {
		for _, d := range dirs {
			t.Run(filepath.Base(filepath.Dir(d)), func(t *testing.T) { modeltest.Logits(t, all.Models(), filepath.Dir(d)) })
		}
	})
}

// TestUnknownArchitectureIsNamed: the error says what the model is and what is known.
func TestUnknownArchitectureIsNamed(t *testing.T) {
	src, err := weights.Memory()
	if err != nil {
		t.Fatal(err)
	}
	c := &weights.Config{ModelType: "qwen3", Architectures: []string{"Qwen3ForTokenClassification"}}
	for what, r := range map[string]model.Registry{"class": all.Models(), "type": {}} {
		_, err := r.Load(c, src, model.Options{})
		if err == nil || !strings.Contains(err.Error(), "Qwen3ForTokenClassification") {
			t.Errorf("unknown %s: %v", what, err)
		}
	}
	if _, err := all.Models().Load(c, src, model.Options{}); !strings.Contains(err.Error(), "Qwen3ForCausalLM") {
		t.Errorf("the error does not list what is known: %v", err)
	}
}
