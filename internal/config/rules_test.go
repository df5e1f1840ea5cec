package config

import (
	"strings"
	"testing"
)

func TestRules(t *testing.T) {
	for _, c := range []struct{ name, sets, want string }{
		{"warm-up twice", "training.warmup_steps=5 training.warmup_ratio=0.1", "training.warmup_ratio: is set beside training.warmup_steps (--set)"},
		{"steps of warm-up", "training.warmup_steps=5", ""},
		{"ratio of warm-up", "training.warmup_ratio=0.1", ""},
		{"constant with ratio", "training.warmup_ratio=0.1 training.lr_scheduler=constant", "training.lr_scheduler: constant has no warm-up; choose constant_with_warmup"},
		{"constant with steps", "training.warmup_steps=1 training.lr_scheduler=constant", "training.lr_scheduler: constant has no warm-up"},
		{"constant", "training.lr_scheduler=constant", ""},
		{"constant_with_warmup", "training.warmup_steps=1 training.lr_scheduler=constant_with_warmup", ""},
		{"warm-up longer than run", "training.warmup_steps=11 training.max_steps=10", "training.warmup_steps: 11 steps of warm-up do not fit into training.max_steps: 10 (--set)"},
		{"warm-up as long as run", "training.warmup_steps=10 training.max_steps=10", ""},
		{"evaluation without data", "training.eval_steps=5 data.eval=", "training.eval_steps: evaluation needs data.eval, which is empty (--set)"},
		{"evaluation waits for a domain", "training.eval_steps=5", ""},
		{"no evaluation, no data", "data.eval=", ""},
		{"nothing to offload", "training.activation_offload=disk training.gradient_checkpointing=false", "training.activation_offload: only the inputs of layers that are computed again go to disk"},
		{"offload", "training.activation_offload=disk", ""},
		{"early stopping alone", "training.early_stopping_patience=2", "training.early_stopping_patience: early stopping looks at evaluations, and training.eval_steps is 0 (default)"},
		{"early stopping", "training.early_stopping_patience=2 training.eval_steps=5 domain=d", ""},
		{"system prompt before text", "data.format=text data.system_prompt=x", "data.system_prompt: text records have no turns"},
		{"system prompt", "data.system_prompt=x", ""},
		{"teacher without model", "dataset.teacher_model=", "dataset.teacher_model: is empty, and dataset.teacher: anthropic (default) needs a model"},
		{"no teacher, no model", "dataset.teacher_model= dataset.teacher=none", ""},
		{"tokens upside down", "dataset.max_tokens=16", "dataset.min_tokens: 16 is not below dataset.max_tokens: 16 (--set)"},
		{"tokens", "dataset.max_tokens=17", ""},
		{"nothing left to train on", "dataset.dev=0.5 dataset.test=0.5", "dataset.dev: 0.5 and dataset.test: 0.5 (--set) leave nothing to train on"},
		{"no held-out sets", "dataset.dev=0 dataset.test=0", ""},
		{
			"tasks do not add up", "dataset.tasks.write=1",
			"--set dataset.tasks: the shares add up to 1.6, expected 1: complete 0.25 (default), convert 0.05 (default), explain 0.05 (default), " +
				"extend 0.1 (default), fix 0.1 (default), review 0.05 (default), write 1 (--set); maps merge entry by entry",
		},
		{"tasks add up", "dataset.tasks.write=0.45 dataset.tasks.review=null", ""},
		{"bad value is not judged again", "dataset.max_tokens=x dataset.min_tokens=2000", `--set dataset.max_tokens: is "x" (a string), expected an integer`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(Source{Sets: strings.Fields(c.sets)})
			switch got := errorText(err); {
			case c.want == "" && err != nil:
				t.Errorf("%s: %v", c.sets, err)
			case !strings.Contains(got, c.want) || strings.Count(got, "\n") > 0:
				t.Errorf("%s: got %q, want %q", c.sets, got, c.want)
			}
		})
	}
}

// TestNoTask removes every task.
func TestNoTask(t *testing.T) {
	_, err := Load(Source{Sets: []string{"dataset.tasks={write: 0, complete: 0, extend: 0, fix: 0, convert: 0, explain: 0, review: null}"}})
	if want := "the shares add up to 0, expected 1: no task;"; !strings.Contains(errorText(err), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}
