package adapter_test

import (
	"slices"
	"strings"
	"testing"

	"graft/internal/adapter"
	"graft/internal/model"
	"graft/internal/model/modeltest"
	"graft/internal/model/qwen3next"
)

// TestTargetsByName selects each kind of projection of Qwen3-Next by its name. The tiny model has 4 layers: the odd ones have full attention, the
// others a delta rule; all but layer 1 have 6 experts and a shared one.
func TestTargetsByName(t *testing.T) {
	m := modeltest.Load(t, qwen3next.Arch(), model.Options{})
	for _, c := range []struct {
		target string
		kind   model.Kind
		n      int
	}{
		{"in_proj_qkvz", model.LinearAttention, 2},
		{"in_proj_ba", model.LinearAttention, 2},
		{"out_proj", model.LinearAttention, 2},
		{"o_proj", model.Attention, 2},
		{"mlp.gate_proj", model.MLP, 1},
		{"shared_expert.gate_proj", model.SharedExpert, 3},
		{"shared_expert.up_proj", model.SharedExpert, 3},
		{"shared_expert.down_proj", model.SharedExpert, 3},
		{"shared_expert_gate", model.SharedExpert, 3},
		{"experts.5.down_proj", model.Expert, 3},
		{"model.layers.0.mlp.experts.0.up_proj", model.Expert, 1},
		{"gate", model.Router, 3},
		{"mlp.gate", model.Router, 3},
	} {
		cover, err := adapter.Cover(m, adapter.Spec{R: 2, Alpha: 4, Targets: []string{c.target}})
		if err != nil {
			t.Errorf("%s: %v", c.target, err)
			continue
		}
		for _, r := range cover.Rows {
			if want := map[bool]int{true: c.n}[r.Kind == c.kind && strings.HasSuffix("."+c.target, "."+r.Name)]; r.Adapted != want {
				t.Errorf("%s: %d of %s %s are adapted, want %d", c.target, r.Adapted, r.Kind, r.Name, want)
			}
		}
	}
}

// TestTargetsThatAreNone: modules that hold projections, and what is no projection, are refused with what to write.
func TestTargetsThatAreNone(t *testing.T) {
	m := modeltest.Load(t, qwen3next.Arch(), model.Options{})
	for target, want := range map[string][]string{
		"shared_expert": {"shared_expert holds down_proj, gate_proj, up_proj: name them as shared_expert.down_proj"},
		"linear_attn":   {"linear_attn holds in_proj_ba, in_proj_qkvz, out_proj: name them as linear_attn.in_proj_ba"},
		"experts":       {"experts holds down_proj, gate_proj, up_proj: name them as experts.0.down_proj"},
		"router":        {"no projection of the model is named router", "gate"},
		"conv1d":        {"no projection of the model is named conv1d"},
		"mtp.fc":        {"no projection of the model is named mtp.fc"},
		"embed_tokens":  {"no projection of the model is named embed_tokens", "never adapted"},
	} {
		_, err := adapter.Cover(m, adapter.Spec{R: 2, Alpha: 4, Targets: []string{"q_proj", target}})
		for _, w := range want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v, want %q", target, err, w)
			}
		}
	}
}

// TestAllLinearLeavesTheRouter: routers are meant by their name alone.
func TestAllLinearLeavesTheRouter(t *testing.T) {
	m := modeltest.Load(t, qwen3next.Arch(), model.Options{})
	cover, err := adapter.Cover(m, adapter.Spec{R: 2, Alpha: 4, Targets: []string{adapter.AllLinear}})
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, r := range cover.Rows {
		if r.Adapted != r.Modules {
			left = append(left, r.Name)
		}
	}
	if !slices.Equal(left, []string{"gate"}) {
		t.Errorf("all-linear leaves %q, want the router alone", left)
	}
}
