package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Config is a checked configuration. The fields are the keys of the table, which are also their JSON names; encoding/json
// writes the resolved configuration.
type Config struct {
	Domain   string   `json:"domain"`
	Model    Model    `json:"model"`
	Data     Data     `json:"data"`
	Training Training `json:"training"`
	Lora     Lora     `json:"lora"`
	Engine   string   `json:"engine"` // Native or Torch
	Dataset  Dataset  `json:"dataset"`

	files    []string
	settings map[string]*Setting
}

// Model is the base model and how it is held.
type Model struct {
	Name        string `json:"name"`
	Revision    string `json:"revision"`
	LoadIn4bit  bool   `json:"load_in_4bit"`
	DoubleQuant bool   `json:"double_quant"`
	Dtype       string `json:"dtype"`
}

// Data names the records trained on.
type Data struct {
	Train        DataFiles `json:"train"`
	Eval         DataFiles `json:"eval"` // empty: there is none
	Format       string    `json:"format"`
	SystemPrompt string    `json:"system_prompt"`
}

// Training is one run.
type Training struct {
	OutputDir                 string  `json:"output_dir"`
	MaxSeqLength              int     `json:"max_seq_length"`
	NumEpochs                 float64 `json:"num_epochs"`
	MaxSteps                  int     `json:"max_steps"`
	BatchSize                 int     `json:"batch_size"`
	GradientAccumulationSteps int     `json:"gradient_accumulation_steps"`
	LearningRate              float64 `json:"learning_rate"`
	LRScheduler               string  `json:"lr_scheduler"`
	WarmupSteps               int     `json:"warmup_steps"`
	WarmupRatio               float64 `json:"warmup_ratio"`
	WeightDecay               float64 `json:"weight_decay"`
	AdamBeta1                 float64 `json:"adam_beta1"`
	AdamBeta2                 float64 `json:"adam_beta2"`
	AdamEpsilon               float64 `json:"adam_epsilon"`
	MaxGradNorm               float64 `json:"max_grad_norm"`
	Packing                   bool    `json:"packing"`
	Shuffle                   bool    `json:"shuffle"`
	LossOn                    string  `json:"loss_on"`
	GradientCheckpointing     bool    `json:"gradient_checkpointing"`
	Seed                      int     `json:"seed"`
	LoggingSteps              int     `json:"logging_steps"`
	EvalSteps                 int     `json:"eval_steps"`
	SaveSteps                 int     `json:"save_steps"`
	SaveTotalLimit            int     `json:"save_total_limit"`
	EarlyStoppingPatience     int     `json:"early_stopping_patience"`
	RouterAuxLoss             bool    `json:"router_aux_loss"`
	MaxMemory                 float64 `json:"max_memory"`
	CheckpointedLayers        string  `json:"checkpointed_layers"`
	ActivationOffload         string  `json:"activation_offload"`
	Resume                    string  `json:"resume"`
}

// Lora is the adapter.
type Lora struct {
	R              int                `json:"r"`
	Alpha          float64            `json:"alpha"`
	Dropout        float64            `json:"dropout"`
	TargetModules  []string           `json:"target_modules"` // or the one word all-linear
	ExcludeModules []string           `json:"exclude_modules"`
	UseDora        bool               `json:"use_dora"`
	UseRslora      bool               `json:"use_rslora"`
	RankPattern    map[string]int     `json:"rank_pattern"`
	AlphaPattern   map[string]float64 `json:"alpha_pattern"`
	InitFrom       string             `json:"init_from"`
	Experts        Experts            `json:"experts"`
}

// Experts is what is different for routed experts.
type Experts struct {
	Enabled bool    `json:"enabled"`
	R       int     `json:"r"`
	Alpha   float64 `json:"alpha"`
}

// Dataset is the build of training records from source code.
type Dataset struct {
	Raw            string             `json:"raw"`
	Include        []string           `json:"include"`
	Exclude        []string           `json:"exclude"`
	Licenses       []string           `json:"licenses"` // SPDX ids, or one of the words any and permissive
	Teacher        string             `json:"teacher"`
	TeacherModel   string             `json:"teacher_model"`
	BaseURL        string             `json:"base_url"`
	Mode           string             `json:"mode"`
	Concurrency    int                `json:"concurrency"`
	MaxCost        float64            `json:"max_cost"`
	Tasks          map[string]float64 `json:"tasks"`
	MinTokens      int                `json:"min_tokens"`
	MaxTokens      int                `json:"max_tokens"`
	NearDuplicate  float64            `json:"near_duplicate"`
	Dev            float64            `json:"dev"`
	Test           float64            `json:"test"`
	HoldOut        []string           `json:"hold_out"`
	DisableFilters []string           `json:"disable_filters"`
	Price          string             `json:"price"`
	Effort         string             `json:"effort"`
	API            []string           `json:"api"`
	Gates          []string           `json:"gates"`
	IncludeDirs    []string           `json:"include_dirs"`
	Caps           map[string]int     `json:"caps"`
	Decontaminate  []string           `json:"decontaminate"`
	SelfCheck      bool               `json:"self_check"`
	Fim            float64            `json:"fim"`
	Languages      []string           `json:"languages"`
	Prompts        string             `json:"prompts"`
	Seed           int                `json:"seed"`
}

// Setting is the effective value of a key and where it came from.
type Setting struct {
	Key     string
	Value   any // of the option's kind, {domain} expanded
	Origin  Origin
	Entries []Setting // of a map: one for each name, in alphabetical order; Value nil where null took the name out

	waiting bool // Value is empty because it uses {domain} and no domain is set
	raw     any  // what Value would be made from, when waiting
}

// Settings returns every key in the order of the table.
func (c *Config) Settings() []Setting {
	all := make([]Setting, 0, len(options))
	for _, opt := range options {
		all = append(all, *c.settings[opt.key])
	}
	return all
}

// Files returns the files read, each after those it extends.
func (c *Config) Files() []string { return slices.Clone(c.files) }

// Origin returns where the value of a key of the table came from; for a map, where its last change did.
// A key that is not in the table is a mistake of the program.
func (c *Config) Origin(key string) Origin { return c.setting(key).Origin }

// Problem makes an error about a key of the table that only later work could find, such as target modules that match
// nothing, with the place of the key's value.
func (c *Config) Problem(key, format string, args ...any) Problem {
	return c.Origin(key).problem(key, format, args...)
}

// Need reports the keys, of those given, whose value waits for a domain: it uses {domain} and none is set. Commands call
// it for the paths they are going to use; such a path is "" until then.
func (c *Config) Need(keys ...string) error {
	var problems Problems
	for _, key := range keys {
		if s := c.setting(key); s.waiting {
			problems = append(problems, c.Problem(key, "uses {domain} and no domain is set; "+
				"add \"domain: NAME\" to the configuration, or --set domain=NAME, or name the path with --set %s=PATH", key))
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return problems.sorted()
}

// Waiting returns the keys whose value uses {domain} while no domain is set.
func (c *Config) Waiting() []string {
	var keys []string
	for _, opt := range options {
		if c.settings[opt.key].waiting {
			keys = append(keys, opt.key)
		}
	}
	return keys
}

func (c *Config) setting(key string) *Setting {
	s := c.settings[key]
	if s == nil {
		panic(fmt.Sprintf("config: the table has no key %q", key))
	}
	return s
}

// fill copies the settings into the fields.
func (c *Config) fill() {
	for key, s := range c.settings {
		c.field(key).Set(reflect.ValueOf(s.Value))
	}
}

// field returns the field of a key of the table.
func (c *Config) field(key string) reflect.Value {
	v := reflect.ValueOf(c).Elem()
	for name := range strings.SplitSeq(key, ".") {
		t := v.Type()
		for i := range t.NumField() {
			if t.Field(i).Tag.Get("json") == name {
				v = v.Field(i)
				break
			}
		}
	}
	return v
}
