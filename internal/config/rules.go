package config

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// rule is a condition on several keys. Ranges of single keys stand in the table.
type rule struct {
	keys  []string               // the keys judged; the problem is reported at the first
	doc   string                 // the condition, for the reference page
	check func(c *Config) string // what is wrong and the way out, "" when all is well
}

var crossRules = []rule{
	{
		keys: []string{"training.warmup_ratio", "training.warmup_steps"},
		doc:  "`warmup_steps` or `warmup_ratio`, not both.",
		check: func(c *Config) string {
			if c.Training.WarmupRatio > 0 && c.Training.WarmupSteps > 0 {
				return fmt.Sprintf("is set beside training.warmup_steps (%s); set one of them to 0", c.Origin("training.warmup_steps"))
			}
			return ""
		},
	},
	{
		keys: []string{"training.lr_scheduler", "training.warmup_steps", "training.warmup_ratio"},
		doc:  "`lr_scheduler: constant` has no warm-up; `constant_with_warmup` has.",
		check: func(c *Config) string {
			if c.Training.LRScheduler == "constant" && (c.Training.WarmupSteps > 0 || c.Training.WarmupRatio > 0) {
				return "constant has no warm-up; choose constant_with_warmup, or set warmup_steps and warmup_ratio to 0"
			}
			return ""
		},
	},
	{
		keys: []string{"training.warmup_steps", "training.max_steps"},
		doc:  "With `max_steps`, `warmup_steps` is at most as many.",
		check: func(c *Config) string {
			if c.Training.MaxSteps > 0 && c.Training.WarmupSteps > c.Training.MaxSteps {
				return fmt.Sprintf("%d steps of warm-up do not fit into training.max_steps: %d (%s)",
					c.Training.WarmupSteps, c.Training.MaxSteps, c.Origin("training.max_steps"))
			}
			return ""
		},
	},
	{
		keys: []string{"training.eval_steps", "data.eval"},
		doc:  "`eval_steps` needs `data.eval`.",
		check: func(c *Config) string {
			if c.Training.EvalSteps > 0 && len(c.Data.Eval) == 0 {
				return fmt.Sprintf("evaluation needs data.eval, which is empty (%s); name a file, or set eval_steps to 0", c.Origin("data.eval"))
			}
			return ""
		},
	},
	{
		keys: []string{"training.activation_offload", "training.gradient_checkpointing"},
		doc:  "`activation_offload` needs `gradient_checkpointing`.",
		check: func(c *Config) string {
			if c.Training.ActivationOffload == "disk" && !c.Training.GradientCheckpointing {
				return fmt.Sprintf("only the inputs of layers that are computed again go to disk, and training.gradient_checkpointing is false (%s); "+
					"set it to true, or activation_offload to none", c.Origin("training.gradient_checkpointing"))
			}
			return ""
		},
	},
	{
		keys: []string{"training.checkpointed_layers", "training.gradient_checkpointing"},
		doc:  "`checkpointed_layers: auto` needs `gradient_checkpointing`.",
		check: func(c *Config) string {
			if c.Training.CheckpointedLayers == "auto" && !c.Training.GradientCheckpointing {
				return fmt.Sprintf("no layer is recomputed, because training.gradient_checkpointing is false (%s); set it to true, or checkpointed_layers to all",
					c.Origin("training.gradient_checkpointing"))
			}
			return ""
		},
	},
	{
		keys: []string{"training.early_stopping_patience", "training.eval_steps"},
		doc:  "`early_stopping_patience` needs `eval_steps`.",
		check: func(c *Config) string {
			if c.Training.EarlyStoppingPatience > 0 && c.Training.EvalSteps == 0 {
				return fmt.Sprintf("early stopping looks at evaluations, and training.eval_steps is 0 (%s); set eval_steps, or patience to 0",
					c.Origin("training.eval_steps"))
			}
			return ""
		},
	},
	{
		keys: []string{"data.system_prompt", "data.format"},
		doc:  "No `system_prompt` with `format: text`.",
		check: func(c *Config) string {
			if c.Data.SystemPrompt != "" && c.Data.Format == "text" {
				return fmt.Sprintf("text records have no turns to put a system prompt before (data.format, %s); remove it", c.Origin("data.format"))
			}
			return ""
		},
	},
	{
		keys: []string{"dataset.teacher_model", "dataset.teacher"},
		doc:  "A `teacher` other than `none` needs `teacher_model`.",
		check: func(c *Config) string {
			if c.Dataset.Teacher != "none" && strings.TrimSpace(c.Dataset.TeacherModel) == "" {
				return fmt.Sprintf("is empty, and dataset.teacher: %s (%s) needs a model; name one, or choose teacher: none",
					c.Dataset.Teacher, c.Origin("dataset.teacher"))
			}
			return ""
		},
	},
	{
		keys: []string{"dataset.min_tokens", "dataset.max_tokens"},
		doc:  "`min_tokens` is below `max_tokens`.",
		check: func(c *Config) string {
			if c.Dataset.MinTokens >= c.Dataset.MaxTokens {
				return fmt.Sprintf("%d is not below dataset.max_tokens: %d (%s)", c.Dataset.MinTokens, c.Dataset.MaxTokens, c.Origin("dataset.max_tokens"))
			}
			return ""
		},
	},
	{
		keys: []string{"dataset.dev", "dataset.test"},
		doc:  "`dev` and `test` together are below 1.",
		check: func(c *Config) string {
			if sum := c.Dataset.Dev + c.Dataset.Test; sum >= 1 {
				return fmt.Sprintf("%s and dataset.test: %s (%s) leave nothing to train on; their sum must be below 1",
					formatFloat(c.Dataset.Dev), formatFloat(c.Dataset.Test), c.Origin("dataset.test"))
			}
			return ""
		},
	},
	{
		keys:  []string{"dataset.tasks"},
		doc:   "The shares of `tasks` add up to 1.",
		check: tasksAddUp,
	},
}

// tasksAddUp names every share and its place, since most of them usually come from a file extended.
func tasksAddUp(c *Config) string {
	const tolerance = 1e-6
	sum := 0.0
	var shares []string
	for _, e := range c.setting("dataset.tasks").Entries {
		share, _ := e.Value.(float64)
		sum += share
		if share > 0 {
			shares = append(shares, fmt.Sprintf("%s %s (%s)", e.Key, formatFloat(share), e.Origin))
		}
	}
	if math.Abs(sum-1) <= tolerance {
		return ""
	}
	listed := cmp.Or(strings.Join(shares, ", "), "no task")
	return fmt.Sprintf("the shares add up to %s, expected 1: %s; maps merge entry by entry, so set the tasks you do not want to 0",
		formatFloat(math.Round(sum*1e6)/1e6), listed)
}

// checkRules judges the rules whose keys all have a sound and known value.
func (m *merger) checkRules() {
	unknown := func(key string) bool { return m.bad[key] || m.config.settings[key].waiting }
	for _, r := range crossRules {
		if slices.ContainsFunc(r.keys, unknown) {
			continue
		}
		if what := r.check(m.config); what != "" {
			m.problems = append(m.problems, m.config.Problem(r.keys[0], "%s", what))
		}
	}
}
