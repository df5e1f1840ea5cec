package config

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

// checkRoundTrip loads what YAML wrote and compares.
func checkRoundTrip(t *testing.T, c *Config) {
	t.Helper()
	text := YAML(c.Settings())
	l := newLayer(table, Origin{File: "shown.yaml"})
	root, problem := parseYAML(l.origin, []byte(text))
	if problem != nil {
		t.Fatalf("%v\n%s", problem, text)
	}
	l.file(root)
	m := newMerger(table)
	m.add(l)
	back, err := m.finish(nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	a, b := *c, *back
	a.files, a.settings, b.files, b.settings = nil, nil, nil, nil
	if !reflect.DeepEqual(a, b) {
		t.Fatalf("loaded\n%+v\nwant\n%+v\n%s", b, a, text)
	}
}

func TestShow(t *testing.T) {
	c := loadArchive(t, family, Source{File: "config/mine.yaml", Sets: []string{
		"data.system_prompt=" + `"say \"{{hi}}\"\n\tand: # \u00e9"`, "model.revision=true", "dataset.include=['{domain}/*', 'a, b', '7', no]",
		"lora.rank_pattern={'x: y': 1}", "lora.target_modules=[all-linear]", "training.learning_rate=0.00001234",
	}})
	checkRoundTrip(t, c)
	got, err := c.Select("lora", "data.system_prompt", "model.revision", "dataset.include", "dataset.licenses", "domain", "training.learning_rate")
	if err != nil {
		t.Fatal(err)
	}
	want := `domain: game                                       # config/mine.yaml:2
model:
  revision: "true"                                 # --set
data:
  system_prompt: "say \"{{hi}}\"\n\tand: # é"      # --set
training:
  learning_rate: 1.234e-5                          # --set
lora:
  r: 4                                             # config/small.yaml:3
  alpha: 32                                        # default
  dropout: 0                                       # default
  target_modules: all-linear                       # --set
  exclude_modules: []                              # default
  use_dora: false                                  # default
  use_rslora: false                                # default
  rank_pattern:
    o_proj: 2                                      # config/mine.yaml:8
    q_proj: 8                                      # config/base.yaml:7
    v_proj: null                                   # config/mine.yaml:8
    "x: y": 1                                      # --set
  alpha_pattern: {}                                # default
  init_from: ""                                    # default
  experts:
    enabled: true                                  # default
    r: 0                                           # default
    alpha: 0                                       # default
dataset:
  include: ["game/*", "a, b", "7", "no"]           # --set
  licenses: any                                    # default
`
	if text := YAML(got); stripSpaces(text) != stripSpaces(want) {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if _, err := c.Select("lora", "lora.q", "data.trian"); errorText(err) != "lora.q: unknown key\ndata.trian: unknown key; did you mean data.train?" {
		t.Errorf("Select: %v", err)
	}
}

// stripSpaces leaves alignment out of a comparison.
func stripSpaces(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		text, comment, _ := strings.Cut(line, "  # ")
		lines = append(lines, strings.TrimRight(text, " \n")+" # "+comment)
	}
	return strings.Join(lines, "\n")
}

// TestShowAligned proves that comments stand in one column but after long lines.
func TestShowAligned(t *testing.T) {
	got := alignComments([][2]string{{"a:"}, {"  b: 1", "x"}, {"  ccc: 1", "y"}, {strings.Repeat("d", 73), "z"}})
	want := "a:\n  b: 1    # x\n  ccc: 1  # y\n" + strings.Repeat("d", 73) + "  # z\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestShowWaiting proves that a configuration without domain can be shown and loaded.
func TestShowWaiting(t *testing.T) {
	c, err := Load(Source{})
	if err != nil {
		t.Fatal(err)
	}
	checkRoundTrip(t, c)
	if text := YAML(c.Settings()); !strings.Contains(text, `train: "data/{domain}/train.jsonl"`) || !strings.Contains(text, "# default, waits for a domain") {
		t.Errorf("got\n%s", text)
	}
	settings, err := c.Select("data.train", "dataset.tasks")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"key":"data.train","value":"data/{domain}/train.jsonl","waiting":true,"from":"default","origin":{}},` +
		`{"key":"dataset.tasks","value":{"complete":0.25,"convert":0.05,"explain":0.05,"extend":0.1,"fix":0.1,"review":0.05,"write":0.4},"from":"default","origin":{},` +
		`"entries":[{"key":"complete","value":0.25,"from":"default","origin":{}},`
	if !strings.HasPrefix(string(text), want) {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

// TestSchema gives the schema to a validator, with files that are right and wrong.
func TestSchema(t *testing.T) {
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if schema.DraftVersion != 2020 {
		t.Errorf("draft %d, want 2020", schema.DraftVersion)
	}
	good, bad := schemaCases(t)
	for _, text := range good {
		if err := schema.Validate(yamlToJSON(t, text)); err != nil {
			t.Errorf("refused: %v\n%s", err, text)
		}
	}
	for _, text := range bad {
		if schema.Validate(yamlToJSON(t, text)) == nil {
			t.Errorf("accepted:\n%s", text)
		}
	}
}

// schemaCases are the files of the repository and every example of the table, then one mistake each.
func schemaCases(t *testing.T) (good, bad []string) {
	t.Helper()
	for _, name := range []string{"base", "avorion", "gdscript", "gdextension", "flecs"} {
		text, err := os.ReadFile("../../config/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		good = append(good, string(text))
	}
	for _, opt := range options {
		text := opt.name() + ": " + opt.example
		for s := opt.section(); s != ""; {
			outer, name := splitKey(s)
			text, s = name+": {"+text+"}", outer
		}
		good = append(good, text)
	}
	good = append(good, "extends: [a.yaml, b.yaml]", "training:", "lora: {rank_pattern: {q_proj: null}}", "dataset: {tasks: {fix: null}}", "{}")
	bad = []string{
		"epochs: 3", "training: {num_epoch: 3}", "training: 3", "extends: 3", "extends: [1]", "lora: {r: 0}", "lora: {r: 1.5}", "lora: {r: '8'}",
		"lora: {dropout: 1}", "lora: {target_modules: []}", "lora: {target_modules: q_proj}", "lora: {rank_pattern: {a: 0}}", "training: {packing: 'yes'}",
		"model: {dtype: bf16}", "model: {name: ''}", "data: {train: ~}", "domain: a/b", "dataset: {tasks: {sing: 1}}", "dataset: {tasks: {fix: 2}}",
		"dataset: {base_url: localhost}", "dataset: {near_duplicate: 0}", "engine: mlx", "- a",
	}
	return good, bad
}

func yamlToJSON(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := yaml.Load([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	v, err = jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
