package config

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// loadArchive loads the source from the files of an archive, in a directory of their own.
func loadArchive(t *testing.T, archive string, src Source) *Config {
	t.Helper()
	t.Chdir(t.TempDir())
	unpack(t, txtar.Parse([]byte(archive)))
	c, err := Load(src)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestDefaults pins the defaults that the product promises, apart from the table.
func TestDefaults(t *testing.T) {
	got, err := Load(Source{Sets: []string{"domain=d"}})
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Domain: "d",
		Model:  Model{Name: "Qwen/Qwen3-Coder-30B-A3B-Instruct", Revision: "main", LoadIn4bit: true, DoubleQuant: true, Dtype: "bfloat16"},
		Data:   Data{Train: DataFiles{{Path: "data/d/train.jsonl"}}, Eval: DataFiles{{Path: "data/d/eval.jsonl"}}, Format: "auto"},
		Training: Training{
			OutputDir: "adapters/d", MaxSeqLength: 2048, NumEpochs: 3, BatchSize: 2, GradientAccumulationSteps: 4, LearningRate: 2e-4,
			LRScheduler: "cosine", AdamBeta1: 0.9, AdamBeta2: 0.999, AdamEpsilon: 1e-8, MaxGradNorm: 1, Shuffle: true, LossOn: "completion",
			GradientCheckpointing: true, Seed: 42, LoggingSteps: 1, SaveTotalLimit: 2, RouterAuxLoss: true, CheckpointedLayers: "all", ActivationOffload: "none", Resume: "auto",
		},
		Lora: Lora{
			R: 16, Alpha: 32, TargetModules: []string{"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"},
			ExcludeModules: []string{}, RankPattern: map[string]int{}, AlphaPattern: map[string]float64{}, Experts: Experts{Enabled: true},
		},
		Engine: Native,
		Dataset: Dataset{
			Raw: "data/d/raw", Include: []string{}, Exclude: []string{}, Licenses: []string{"any"}, Teacher: "anthropic",
			TeacherModel: "claude-haiku-5-5", Mode: "batch", Concurrency: 4, MaxCost: 5,
			Tasks: map[string]float64{
				"write": 0.4, "complete": 0.25, "extend": 0.1, "fix": 0.1, "convert": 0.05, "explain": 0.05, "review": 0.05,
			},
			MinTokens: 16, MaxTokens: 1024, NearDuplicate: 0.7, Dev: 0.05, Test: 0.05, HoldOut: []string{}, DisableFilters: []string{}, API: []string{}, Gates: []string{}, IncludeDirs: []string{}, Caps: map[string]int{"file": 200, "symbol": 0, "task": 0}, Decontaminate: []string{}, Languages: []string{"English"}, Prompts: "prompts", Seed: 42,
		},
	}
	got.settings, got.files = nil, nil
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", *got, want)
	}
}

// TestCommittedFiles holds the files of the repository to the table and to the program. -update rewrites them.
func TestCommittedFiles(t *testing.T) {
	for file, want := range map[string]string{"../../config/base.yaml": BaseFile(), "../../config/unified.yaml": UnifiedFile(), "../../docs/config.md": Docs()} {
		got, err := os.ReadFile(file)
		if err == nil && string(got) == want {
			continue
		}
		if !*update {
			t.Errorf("%s is out of date: go test ./internal/config -update (%v)", file, err)
		} else if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir("../..")
	for _, domain := range []string{"avorion", "gdscript", "gdextension", "flecs"} {
		c, err := Load(Source{Domain: domain})
		if err != nil {
			t.Fatal(err)
		}
		if c.Domain != domain || c.Training.OutputDir != "adapters/"+domain {
			t.Errorf("%s: domain %q, output_dir %q", domain, c.Domain, c.Training.OutputDir)
		}
		if want := []string{"config/base.yaml", "config/" + domain + ".yaml"}; !slices.Equal(c.Files(), want) {
			t.Errorf("files %q, want %q", c.Files(), want)
		}
		for _, s := range c.Settings() {
			if s.Key != "domain" && s.Origin.File != "config/base.yaml" {
				t.Errorf("%s: %s comes from %s", domain, s.Key, s.Origin)
			}
		}
	}
}

const family = `
-- config/base.yaml --
training:
  seed: 1
  batch_size: 1
  num_epochs: 1
lora:
  target_modules: [q_proj, v_proj]
  rank_pattern: {q_proj: 8, v_proj: 4}
-- config/fast.yaml --
extends: base.yaml
training: {batch_size: 8, learning_rate: 1}
-- config/small.yaml --
extends: base.yaml
training: {batch_size: 4}
lora: {r: 4}
-- config/mine.yaml --
extends: [fast.yaml, small.yaml]
domain: game
data:
training:
  learning_rate: 1_0e-4
lora:
  target_modules: [o_proj]
  rank_pattern: {v_proj: null, o_proj: 2}
`

// TestInheritance covers order, merging and origins: base counts once, below fast and small, of which the later wins.
func TestInheritance(t *testing.T) {
	c := loadArchive(t, family, Source{File: "config/mine.yaml", Sets: []string{"training.seed=7", "training.seed=0x8", "lora.rank_pattern.q_proj=16"}})
	type row struct {
		key    string
		value  any
		origin string
	}
	for _, want := range []row{
		{"domain", "game", "config/mine.yaml:2"},
		{"training.num_epochs", 1.0, "config/base.yaml:4"},
		{"training.batch_size", 4, "config/small.yaml:2"},
		{"training.learning_rate", 1e-3, "config/mine.yaml:5"},
		{"training.seed", 8, "--set"},
		{"training.weight_decay", 0.0, "default"},
		{"training.output_dir", "adapters/game", "default"},
		{"lora.r", 4, "config/small.yaml:3"},
		{"lora.target_modules", []string{"o_proj"}, "config/mine.yaml:7"},
		{"lora.rank_pattern", map[string]int{"q_proj": 16, "o_proj": 2}, "--set"},
	} {
		s := c.setting(want.key)
		if !reflect.DeepEqual(s.Value, want.value) || c.Origin(want.key).String() != want.origin {
			t.Errorf("%s is %v from %s, want %v from %s", s.Key, s.Value, s.Origin, want.value, want.origin)
		}
	}
	if want := []string{"config/base.yaml", "config/fast.yaml", "config/small.yaml", "config/mine.yaml"}; !slices.Equal(c.Files(), want) {
		t.Errorf("files %q, want %q", c.Files(), want)
	}
	var entries []row
	for _, e := range c.setting("lora.rank_pattern").Entries {
		entries = append(entries, row{e.Key, e.Value, e.Origin.String()})
	}
	if want := []row{{"o_proj", 2, "config/mine.yaml:8"}, {"q_proj", 16, "--set"}, {"v_proj", nil, "config/mine.yaml:8"}}; !slices.Equal(entries, want) {
		t.Errorf("entries %v, want %v", entries, want)
	}
}

func TestDomain(t *testing.T) {
	for _, c := range []struct {
		name, archive string
		src           Source
		train         string
		origin        string
	}{
		{"file sets it", "-- config/d.yaml --\ndomain: e\n", Source{Domain: "d"}, "data/e/train.jsonl", "config/d.yaml:1"},
		{"flag sets it", "-- config/d.yaml --\n{}\n", Source{Domain: "d"}, "data/d/train.jsonl", "--domain"},
		{"set wins", "-- config/d.yaml --\ndomain: e\n", Source{Domain: "d", Sets: []string{"domain=f"}}, "data/f/train.jsonl", "--set"},
		{"braces", "-- x.yaml --\ndomain: d\ndata: {train: '{{domain}}/{domain}/{a,b}/{ domain}'}\n", Source{File: "x.yaml"}, "{domain}/d/{a,b}/{ domain}", "x.yaml:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := loadArchive(t, c.archive, c.src)
			if got.Data.Train.Path() != c.train || got.Origin("domain").String() != c.origin {
				t.Errorf("train %q, domain from %s, want %q, %s", got.Data.Train, got.Origin("domain"), c.train, c.origin)
			}
		})
	}
}

func TestNeed(t *testing.T) {
	c := loadArchive(t, "-- x.yaml --\ndata: {train: my.jsonl}\ndataset: {include: ['{domain}/*', a]}\n", Source{File: "x.yaml"})
	if c.Data.Train.Path() != "my.jsonl" || len(c.Data.Eval) != 0 || c.Dataset.Include == nil || len(c.Dataset.Include) != 0 {
		t.Errorf("got %+v and include %q", c.Data, c.Dataset.Include)
	}
	if want := []string{"data.eval", "training.output_dir", "dataset.raw", "dataset.include"}; !slices.Equal(c.Waiting(), want) {
		t.Errorf("waiting %q, want %q", c.Waiting(), want)
	}
	if err := c.Need("data.train", "lora.r"); err != nil {
		t.Errorf("Need: %v", err)
	}
	err := c.Need("dataset.include", "data.eval", "data.train")
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != 2 || problems[0].Key != "data.eval" || problems[1].Line != 2 {
		t.Fatalf("Need: %v", err)
	}
	if want := "data.eval: uses {domain} and no domain is set; add \"domain: NAME\" to the configuration, " +
		"or --set domain=NAME, or name the path with --set data.eval=PATH"; problems[0].Error() != want {
		t.Errorf("got  %s\nwant %s", problems[0], want)
	}
	defer func() {
		if recover() == nil {
			t.Error("Need of a key that is none did not panic")
		}
	}()
	_ = c.Need("data.trian")
}

// TestSetText proves that the value of a string key is taken as it stands.
func TestSetText(t *testing.T) {
	for text, want := range map[string]string{
		"Use C # style: always": "Use C # style: always",
		`"two\nlines"`:          "two\nlines",
		`'it''s'`:               "it's",
		"true":                  "true",
		"a=b":                   "a=b",
		"":                      "",
		" spaces ":              "spaces",
	} {
		c, err := Load(Source{Sets: []string{"data.system_prompt=" + text}})
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if c.Data.SystemPrompt != want {
			t.Errorf("%q gives %q, want %q", text, c.Data.SystemPrompt, want)
		}
	}
}

func TestSetValues(t *testing.T) {
	c, err := Load(Source{Sets: []string{
		"lora={r: 4, alpha: 1_000, use_dora: True}", "training.learning_rate=2e-5", "lora.target_modules=all-linear",
		"lora.rank_pattern.model.layers.0.q_proj=4", "lora.exclude_modules=[]", "lora.alpha_pattern={a=b: .5}",
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := Lora{
		R: 4, Alpha: 1000, UseDora: true, TargetModules: []string{"all-linear"}, ExcludeModules: []string{},
		RankPattern: map[string]int{"model.layers.0.q_proj": 4}, AlphaPattern: map[string]float64{"a=b": 0.5}, Experts: Experts{Enabled: true},
	}
	if !reflect.DeepEqual(c.Lora, want) || c.Training.LearningRate != 2e-5 {
		t.Errorf("got %+v, %g, want %+v", c.Lora, c.Training.LearningRate, want)
	}
}

// TestEngine uses a table in which the torch engine reads one key less.
func TestEngine(t *testing.T) {
	rows := slices.Clone(options)
	for i := range rows {
		if slices.Contains([]string{"training.packing", "lora.rank_pattern", "data.train"}, rows[i].key) {
			rows[i].engines = []string{Native}
		}
	}
	x := newIndex(rows)
	for _, c := range []struct{ sets, want string }{
		{"engine=torch", ""},
		{"engine=torch training.packing=false data.train=data/{domain}/train.jsonl domain=d", ""},
		{"engine=native training.packing=true", ""},
		{
			"engine=torch training.packing=true lora.rank_pattern.q_proj=4",
			"--set lora.rank_pattern: engine torch does not read this key; remove it, or choose engine: native\n" +
				"--set training.packing: engine torch does not read this key; remove it, or choose engine: native",
		},
		{"engine=tocrh training.packing=true", `--set engine: "tocrh" is unknown, expected one of native, torch; did you mean torch?`},
	} {
		_, err := load(x, Source{Sets: strings.Fields(c.sets)})
		if got := errorText(err); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.sets, got, c.want)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestJSON covers the resolved configuration as run.json holds it.
func TestJSON(t *testing.T) {
	c, err := Load(Source{Sets: []string{"domain=d"}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var back Config
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	c.files, c.settings = nil, nil
	if !reflect.DeepEqual(*c, back) {
		t.Errorf("got %+v, want %+v", back, *c)
	}
	if strings.Contains(string(text), "null") {
		t.Errorf("null in %s", text)
	}
}
