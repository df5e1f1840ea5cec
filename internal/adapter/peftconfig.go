package adapter

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// peftConfig is what of adapter_config.json changes the computation.
type peftConfig struct {
	R            int              `json:"r"`
	Alpha        float64          `json:"lora_alpha"`
	Dropout      float64          `json:"lora_dropout"`
	RSLoRA       bool             `json:"use_rslora"`
	DoRA         bool             `json:"use_dora"`
	RankPattern  ordered[int]     `json:"rank_pattern"`
	AlphaPattern ordered[float64] `json:"alpha_pattern"`
	Base         string           `json:"base_model_name_or_path"`
	Targets      modules          `json:"target_modules"`
	Parameters   []string         `json:"target_parameters"`
	Exclude      modules          `json:"exclude_modules"`
	Layers       json.RawMessage  `json:"layers_to_transform"`
}

// modules is a list of names, or one regular expression for whole paths, or nothing.
type modules struct {
	names []string
	re    string
}

// UnmarshalJSON reads either form.
func (m *modules) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &m.re)
	}
	return json.Unmarshal(b, &m.names)
}

// matcher tells which paths the modules cover.
func (m *modules) matcher() (func(path string) bool, error) {
	switch m.re {
	case "":
		return func(path string) bool {
			return slices.ContainsFunc(m.names, func(n string) bool { return matches(path, n) })
		}, nil
	case AllLinear:
		return func(string) bool { return true }, nil
	}
	e, err := compileExpr(m.re)
	return e.matches, err
}

// harmless are keys whose value does not matter here: the tensors themselves say which modules are adapted.
var harmless = []string{
	"peft_type", "task_type", "base_model_name_or_path", "revision", "inference_mode", "peft_version", "auto_mapping", "target_modules", "target_parameters",
	"exclude_modules", "layers_to_transform", "layers_pattern", "megatron_core", "qalora_group_size", "init_lora_weights", "bias",
	"r", "lora_alpha", "lora_dropout", "use_rslora", "use_dora", "rank_pattern", "alpha_pattern", "runtime_config",
}

// changedBase are ways of starting an adapter that also change the base model.
var changedBase = regexp.MustCompile(`^(pissa|olora|loftq|corda)`)

// readConfig reads and checks adapter_config.json.
func readConfig(dir string) (*peftConfig, error) {
	path := filepath.Join(dir, ConfigFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("adapter: %s has no %s: not a PEFT adapter directory", dir, ConfigFile)
	}
	if err != nil {
		return nil, fmt.Errorf("adapter: %w", err)
	}
	var all map[string]json.RawMessage
	c := &peftConfig{}
	err = json.Unmarshal(text, &all)
	if err == nil {
		err = json.Unmarshal(text, c)
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return nil, fmt.Errorf("adapter: %s: %s is a JSON %s, which PEFT never writes there", path, wrong.Field, wrong.Value)
	}
	if err != nil {
		return nil, fmt.Errorf("adapter: %s: %w", path, err)
	}
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if err := checkKey(key, all[key]); err != nil {
			errs = append(errs, fmt.Errorf("adapter: %s: %w", path, err))
		}
	}
	if c.R < 1 {
		errs = append(errs, fmt.Errorf("adapter: %s: r is %d, want at least 1", path, c.R))
	}
	return c, errors.Join(errs...)
}

// checkKey refuses settings that change the computation in ways we do not follow.
func checkKey(key string, raw json.RawMessage) error {
	var s string
	isString := json.Unmarshal(raw, &s) == nil
	switch {
	case key == "peft_type" && s != "LORA":
		return fmt.Errorf("peft_type is %s; only LORA is supported", raw)
	case key == "bias" && s != "none" && string(raw) != "null":
		return fmt.Errorf("bias is %s; only \"none\" is supported", raw)
	case key == "init_lora_weights" && isString && changedBase.MatchString(strings.ToLower(s)):
		return fmt.Errorf("init_lora_weights is %q: such an adapter belongs to a base model that was changed with it; convert it to a plain LoRA first", s)
	case slices.Contains(harmless, key) || neutral(raw):
		return nil
	}
	return fmt.Errorf("%s is %s; graft does not apply it", key, raw)
}

// neutral tells whether a setting is off.
func neutral(raw json.RawMessage) bool {
	switch string(raw) {
	case "null", "false", "{}", "[]", `""`:
		return true
	}
	return false
}
